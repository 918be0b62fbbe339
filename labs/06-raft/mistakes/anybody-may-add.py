# fails: leader node
# Adds a client's value whether it leads or not.

# %% task="leader"
def submit(node, value):
    node = {**node, "log": node["log"] + [[node["term"], value]]}
    return node, [make_append(node, to) for to in node["next"]]


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
    if message["ok"] and following > len(node["log"]):
        return node, []
    return node, [make_append(node, sender)]
