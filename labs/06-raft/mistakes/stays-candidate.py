# fails: append
# A candidate does not believe the leader of its own term.

# %% task="append"
def on_append(node, message):
    ok, index = False, message["after"]
    if message["term"] == node["term"]:
        node = {**node, "votes": []}
        if fits(node["log"], index, message["after_term"]):
            log = merge(node["log"], index, message["entries"])
            ok, index = True, index + len(message["entries"])
            node = {**node, "log": log, "commit": max(node["commit"], min(message["commit"], index))}
    return node, [make_message(node, message["from"], "ack", ok=ok, index=index)]
