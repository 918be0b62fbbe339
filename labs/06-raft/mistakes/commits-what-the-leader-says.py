# fails: append node
# Takes the leader's commit as it is, beyond what the message reaches.

# %% task="append"
def on_append(node, message):
    ok, index = False, message["after"]
    if message["term"] == node["term"]:
        node = {**node, "role": "follower", "votes": []}
        if fits(node["log"], index, message["after_term"]):
            log = merge(node["log"], index, message["entries"])
            ok, index = True, index + len(message["entries"])
            node = {**node, "log": log, "commit": max(node["commit"], message["commit"])}
    return node, [make_message(node, message["from"], "ack", ok=ok, index=index)]
