# fails: tick bound
# Sends a have to all peers at every tick.

# %% task="tick"
def on_tick(node):
    recover(node)
    ids = list(node["records"])[-MAX_IDS:]
    return [[peer, {"kind": "have", "ids": ids}] for peer in choose_peers(node, len(node["peers"]), [])]


def step(node, event):
    if event[0] == "publish":
        return publish(node, event[1])
    if event[0] == "message":
        return on_message(node, event[1], event[2])
    return on_tick(node)


def run(plan):
    return run_nodes(start_node, step, plan)
