# fails: commit node
# Does not count the leader itself.

# %% task="commit"
def compute_commit(node):
    for index in range(len(node["log"]), node["commit"], -1):
        stored = sum(match >= index for match in node["match"].values())
        if 2 * stored > len(node["members"]) and get_term(node["log"], index) == node["term"]:
            return index
    return node["commit"]
