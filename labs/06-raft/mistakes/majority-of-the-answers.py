# fails: election node
# Wins with more than half of the answers that came in, however few they are.

# %% task="election"
def start_election(node):
    me, log = node["name"], node["log"]
    node = {**node, "term": node["term"] + 1, "role": "candidate", "vote": me, "votes": [me]}
    last = {"last_term": get_term(log, len(log)), "last_index": len(log)}
    return node, [make_message(node, to, "ask", **last) for to in get_others(node)]


def on_vote(node, message):
    if node["role"] != "candidate":
        return node, []
    answers = {node["name"], *node.get("answers", ()), message["from"]}
    node = {**node, "answers": sorted(answers)}
    if message["granted"]:
        node = {**node, "votes": sorted({*node["votes"], message["from"]})}
    if len(answers) < 2 or 2 * len(node["votes"]) <= len(answers):
        return node, []
    others = get_others(node)
    node = {**node, "role": "leader", "next": dict.fromkeys(others, len(node["log"]) + 1), "match": dict.fromkeys(others, 0)}
    return node, [make_append(node, to) for to in others]
