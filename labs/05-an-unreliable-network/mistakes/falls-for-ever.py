# fails: score
# Punishes without end: a node that was broken is shut out for good.

# %% task="score"
def punish(node, peer):
    node["scores"][peer] = node["scores"].get(peer, 0) - PENALTY


def recover(node):
    node["scores"] = {peer: score + 1 for peer, score in node["scores"].items() if score < -1}


def is_ignored(node, peer):
    return node["scores"].get(peer, 0) <= IGNORED
