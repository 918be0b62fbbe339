# fails: peers
# Draws where to begin and takes the ones that follow: some peers are chosen more often than others.

# %% task="peers"
def draw(node, count):
    digest = hashlib.sha256(node["chance"].encode()).hexdigest()
    node["chance"] = digest
    return int(digest, 16) % count


def choose_peers(node, count, without):
    begin = draw(node, max(len(node["peers"]), 1))
    turned = node["peers"][begin:] + node["peers"][:begin]
    return [peer for peer in turned if peer not in without and not is_ignored(node, peer)][:count]
