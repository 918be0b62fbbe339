# fails: tick
# Lets the scores recover only after it has chosen.

# %% task="tick"
def on_tick(node):
    ids = list(node["records"])[-MAX_IDS:]
    answer = [[peer, {"kind": "have", "ids": ids}] for peer in choose_peers(node, 1, [])]
    recover(node)
    return answer


def step(node, event):
    if event[0] == "publish":
        return publish(node, event[1])
    if event[0] == "message":
        return on_message(node, event[1], event[2])
    return on_tick(node)


def run(plan):
    return run_nodes(start_node, step, plan)
