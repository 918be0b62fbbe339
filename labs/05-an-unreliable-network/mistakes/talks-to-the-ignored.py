# fails: peers push tick liars
# Chooses peers that are ignored.

# %% task="peers"
def draw(node, count):
    digest = hashlib.sha256(node["chance"].encode()).hexdigest()
    node["chance"] = digest
    return int(digest, 16) % count


def choose_peers(node, count, without):
    able = [peer for peer in node["peers"] if peer not in without]
    chosen = []
    while able and len(chosen) < count:
        chosen.append(able.pop(draw(node, len(able))))
    return chosen
