# fails: score tick
# Lets scores rise above 0, so that credit can be saved up.

# %% task="score"
def punish(node, peer):
    node["scores"][peer] = max(node["scores"].get(peer, 0) - PENALTY, FLOOR)


def recover(node):
    node["scores"] = {peer: score + 1 for peer, score in node["scores"].items()}


def is_ignored(node, peer):
    return node["scores"].get(peer, 0) <= IGNORED
