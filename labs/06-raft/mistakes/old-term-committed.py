# fails: commit node
# Counts entries of earlier terms as well: figure 8 of the paper.

# %% task="commit"
def compute_commit(node):
    for index in range(len(node["log"]), node["commit"], -1):
        stored = 1 + sum(match >= index for match in node["match"].values())
        if 2 * stored > len(node["members"]):
            return index
    return node["commit"]
