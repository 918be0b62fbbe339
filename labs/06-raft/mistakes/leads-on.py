# fails: term node
# A leader that learns of a newer term takes the term over and goes on leading.

# %% task="term"
def take_term(node, term):
    if term <= node["term"]:
        return node
    return {**node, "term": term, "vote": None}
