# fails: node attack
# Writes when term or vote change; what it acknowledged is gone after a power failure.

# %% task="node"
def on_message(node, message):
    node = take_term(node, message["term"])
    if message["term"] < node["term"] and message["kind"] in ("vote", "ack"):
        return node, []
    rules = {"ask": on_ask, "vote": on_vote, "append": on_append, "ack": on_ack}
    return rules[message["kind"]](node, message)


def finish(before, after, messages):
    kept = [after["term"], after["vote"], after["log"]]
    effects = [["send", message] for message in messages]
    if [after["term"], after["vote"]] == [before["term"], before["vote"]]:
        return effects
    return [["write", *kept], *effects]


def play(members, schedule, naive=False):
    rules = {"timeout": start_election, "submit": submit, "message": on_message, "finish": finish}
    return Cluster({**rules, "commit": naive_commit if naive else compute_commit}, members).run(schedule)


def naive_commit(leader):
    return compute_commit({**leader, "log": [[leader["term"], value] for _, value in leader["log"]]})
