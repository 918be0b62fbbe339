# fails: election
# Off by one: a new leader believes that the others lack its last entry.

# %% task="election"
def start_election(node):
    me, log = node["name"], node["log"]
    node = {**node, "term": node["term"] + 1, "role": "candidate", "vote": me, "votes": [me]}
    last = {"last_term": get_term(log, len(log)), "last_index": len(log)}
    return node, [make_message(node, to, "ask", **last) for to in get_others(node)]


def on_vote(node, message):
    if node["role"] != "candidate" or not message["granted"]:
        return node, []
    node = {**node, "votes": sorted({*node["votes"], message["from"]})}
    if len(node["votes"]) <= len(node["members"]) // 2:
        return node, []
    others = get_others(node)
    node = {**node, "role": "leader", "next": dict.fromkeys(others, max(1, len(node["log"]))), "match": dict.fromkeys(others, 0)}
    return node, [make_append(node, to) for to in others]
