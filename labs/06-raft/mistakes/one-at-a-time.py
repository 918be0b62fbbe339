# fails: commit node
# Looks at the next index only, and stops there for ever if its term is older.

# %% task="commit"
def compute_commit(node):
    for index in [node["commit"] + 1][: len(node["log"]) - node["commit"]]:
        stored = 1 + sum(match >= index for match in node["match"].values())
        if 2 * stored > len(node["members"]) and get_term(node["log"], index) == node["term"]:
            return index
    return node["commit"]
