# fails: node attack
# Asks the rule first and enters the newer term afterwards.

# %% task="node"
def on_message(node, message):
    if message["term"] < node["term"] and message["kind"] in ("vote", "ack"):
        return node, []
    rules = {"ask": on_ask, "vote": on_vote, "append": on_append, "ack": on_ack}
    node, messages = rules[message["kind"]](node, message)
    return take_term(node, message["term"]), messages


def finish(before, after, messages):
    kept = [after["term"], after["vote"], after["log"]]
    effects = [["send", message] for message in messages]
    if kept == [before["term"], before["vote"], before["log"]]:
        return effects
    return [["write", *kept], *effects]


def play(members, schedule, naive=False):
    rules = {"timeout": start_election, "submit": submit, "message": on_message, "finish": finish}
    return Cluster({**rules, "commit": naive_commit if naive else compute_commit}, members).run(schedule)


def naive_commit(leader):
    return compute_commit({**leader, "log": [[leader["term"], value] for _, value in leader["log"]]})
