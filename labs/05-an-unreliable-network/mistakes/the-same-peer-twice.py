# fails: peers push
# Draws with replacement, so a peer may be chosen twice.

# %% task="peers"
def draw(node, count):
    digest = hashlib.sha256(node["chance"].encode()).hexdigest()
    node["chance"] = digest
    return int(digest, 16) % count


def choose_peers(node, count, without):
    able = [peer for peer in node["peers"] if peer not in without and not is_ignored(node, peer)]
    return [able[draw(node, len(able))] for _ in range(min(count, len(able)))]
