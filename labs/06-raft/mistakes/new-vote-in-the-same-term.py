# fails: term node attack
# A message of the same term gives the vote back, so that it can be given twice.

# %% task="term"
def take_term(node, term):
    if term < node["term"]:
        return node
    return {**node, "term": term, "vote": None, "role": "follower", "votes": []}
