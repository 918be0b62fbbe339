# As short as it can be said.

# %% task="term"
def take_term(node, term):
    return node | {"term": term, "vote": None, "role": "follower", "votes": []} if term > node["term"] else node

# %% task="vote"
def is_up_to_date(log, last_term, last_index):
    return [get_term(log, len(log)), len(log)] <= [last_term, last_index]


def on_ask(node, message):
    who, term = message["from"], message["term"]
    yes = term == node["term"] and node["vote"] in {None, who} and is_up_to_date(node["log"], message["last_term"], message["last_index"])
    return node | {"vote": who} if yes else node, [make_message(node, who, "vote", granted=yes)]

# %% task="election"
def start_election(node):
    node = node | {"term": node["term"] + 1, "role": "candidate", "vote": node["name"], "votes": [node["name"]]}
    end = len(node["log"])
    return node, [make_message(node, to, "ask", last_term=get_term(node["log"], end), last_index=end) for to in get_others(node)]


def on_vote(node, message):
    if not (node["role"] == "candidate" and message["granted"]):
        return node, []
    node = node | {"votes": list({*node["votes"], message["from"]})}
    if len(node["votes"]) < len(node["members"]) // 2 + 1:
        return node, []
    node |= {"role": "leader", "next": {to: 1 + len(node["log"]) for to in get_others(node)}, "match": {to: 0 for to in get_others(node)}}
    return node, [make_append(node, to) for to in get_others(node)]

# %% task="merge"
def fits(log, after, after_term):
    return after_term == get_term(log, after)


def merge(log, after, entries):
    agrees = all(get_term(log, index) == term for index, (term, _) in enumerate(entries, after + 1))
    return log if agrees else log[:after] + entries

# %% task="append"
def on_append(node, message):
    after, entries = message["after"], message["entries"]
    if message["term"] == node["term"]:
        node = node | {"role": "follower", "votes": []}
    ok = message["term"] == node["term"] and fits(node["log"], after, message["after_term"])
    end = after + len(entries) * ok
    if ok:
        node |= {"log": merge(node["log"], after, entries), "commit": max(node["commit"], min(end, message["commit"]))}
    return node, [make_message(node, message["from"], "ack", ok=ok, index=end)]

# %% task="leader"
def submit(node, value):
    if node["role"] == "leader":
        node = node | {"log": [*node["log"], [node["term"], value]]}
    return node, [make_append(node, to) for to in get_others(node) if node["role"] == "leader"]


def on_ack(node, message):
    if node["role"] != "leader":
        return node, []
    who, ok, index = message["from"], message["ok"], message["index"]
    match = max(node["match"][who], index * ok)
    start = max(match + 1, index * (not ok))
    node = node | {"match": node["match"] | {who: match}, "next": node["next"] | {who: start}}
    return node, [make_append(node, who)] if not ok or start <= len(node["log"]) else []

# %% task="commit"
def compute_commit(node):
    stored = sorted([*node["match"].values(), len(node["log"])], reverse=True)[len(node["members"]) // 2]
    return stored if stored > node["commit"] and get_term(node["log"], stored) == node["term"] else node["commit"]

# %% task="node"
def on_message(node, message):
    node = take_term(node, message["term"])
    kind = message["kind"]
    if kind in "vote ack" and message["term"] != node["term"]:
        return node, []
    return globals()["on_" + kind](node, message)


def finish(before, after, messages):
    old, new = ([node[key] for key in ("term", "vote", "log")] for node in (before, after))
    return [["write", *new]] * (old != new) + [["send", message] for message in messages]


def play(members, schedule, naive=False):
    rules = {"timeout": start_election, "submit": submit, "message": on_message, "finish": finish}
    return Cluster({**rules, "commit": naive_commit if naive else compute_commit}, members).run(schedule)


def naive_commit(leader):
    return compute_commit({**leader, "log": [[leader["term"], value] for _, value in leader["log"]]})

# %% task="attack"
def build_attack(members):
    a, b, c, d, e = members
    text = f"timeout {a}.flow.cut {a} {b}.submit {a} x.flow.crash {a}.heal.timeout {e}.flow.cut {e}.submit {e} y.flow.crash {e}.heal."
    text += f"restart {a}.timeout {a}.timeout {a}.flow.crash {a}.restart {e}.timeout {e}.timeout {e}.flow"
    events = [event.split() for event in text.split(".")]
    return [[event[0], event[1:]] if event[0] == "cut" else event for event in events]
