# fails: term node attack
# The vote of the old term is taken along into the new one.

# %% task="term"
def take_term(node, term):
    if term <= node["term"]:
        return node
    return {**node, "term": term, "role": "follower", "votes": []}
