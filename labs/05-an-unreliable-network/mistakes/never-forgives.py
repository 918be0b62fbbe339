# fails: score tick liars
# Lets no score recover.

# %% task="score"
def punish(node, peer):
    node["scores"][peer] = max(node["scores"].get(peer, 0) - PENALTY, FLOOR)


def recover(node):
    node["scores"] = dict(node["scores"])


def is_ignored(node, peer):
    return node["scores"].get(peer, 0) <= IGNORED
