# fails: leader attack
# Goes back after a refusal, and waits for the next heartbeat.

# %% task="leader"
def submit(node, value):
    if node["role"] != "leader":
        return node, []
    node = {**node, "log": node["log"] + [[node["term"], value]]}
    return node, [make_append(node, to) for to in get_others(node)]


def on_ack(node, message):
    if node["role"] != "leader":
        return node, []
    sender, match = message["from"], node["match"][message["from"]]
    if message["ok"]:
        match = max(match, message["index"])
        following = match + 1
    else:
        following = max(match + 1, message["index"])
    node = {**node, "match": {**node["match"], sender: match}, "next": {**node["next"], sender: following}}
    if not message["ok"] or following > len(node["log"]):
        return node, []
    return node, [make_append(node, sender)]
