# fails: score peers guard tick liars
# Ignores a peer after its first bad message.

# %% task="score"
def punish(node, peer):
    node["scores"][peer] = max(node["scores"].get(peer, 0) - PENALTY, FLOOR)


def recover(node):
    node["scores"] = {peer: score + 1 for peer, score in node["scores"].items() if score < -1}


def is_ignored(node, peer):
    return node["scores"].get(peer, 0) < 0
