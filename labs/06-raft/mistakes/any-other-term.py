# fails: term node attack
# Goes back to an older term too: any term but its own is entered.

# %% task="term"
def take_term(node, term):
    if term == node["term"]:
        return node
    return {**node, "term": term, "vote": None, "role": "follower", "votes": []}
