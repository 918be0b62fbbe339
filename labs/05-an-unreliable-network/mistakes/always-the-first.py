# fails: peers tick delivery liars
# Always chooses the first peers of the list.

# %% task="peers"
def draw(node, count):
    digest = hashlib.sha256(node["chance"].encode()).hexdigest()
    node["chance"] = digest
    return int(digest, 16) % count


def choose_peers(node, count, without):
    draw(node, 1)
    return [peer for peer in node["peers"] if peer not in without and not is_ignored(node, peer)][:count]
