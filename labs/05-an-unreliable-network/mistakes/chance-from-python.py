# fails: peers delivery
# Takes chance from Python's random: no run can be repeated.

# %% task="peers"
def draw(node, count):
    digest = hashlib.sha256(node["chance"].encode()).hexdigest()
    node["chance"] = digest
    return int(digest, 16) % count


def choose_peers(node, count, without):
    import random
    draw(node, 1)
    able = [peer for peer in node["peers"] if peer not in without and not is_ignored(node, peer)]
    return random.sample(able, min(count, len(able)))
