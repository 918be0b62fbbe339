# In the order of the paper's figure 2, clause by clause.

# %% task="term"
def take_term(node, term):
    # All servers: if RPC request or response contains term T > currentTerm, set currentTerm = T, convert to follower.
    if term > node["term"]:
        node = dict(node, term=term, vote=None, role="follower", votes=[])
    return node

# %% task="vote"
def is_up_to_date(log, last_term, last_index):
    return last_term > get_term(log, len(log)) or (last_term == get_term(log, len(log)) and last_index >= len(log))


def on_ask(node, message):
    def answer(granted):
        return [make_message(node, message["from"], "vote", granted=granted)]

    if message["term"] < node["term"]:
        return node, answer(False)
    if node["vote"] not in (None, message["from"]):
        return node, answer(False)
    if not is_up_to_date(node["log"], message["last_term"], message["last_index"]):
        return node, answer(False)
    return dict(node, vote=message["from"]), answer(True)

# %% task="election"
def start_election(node):
    node = dict(node, term=node["term"] + 1, role="candidate", vote=node["name"], votes=[node["name"]])
    log = node["log"]
    return node, [make_message(node, to, "ask", last_term=get_term(log, len(log)), last_index=len(log)) for to in get_others(node)]


def become_leader(node):
    following = len(node["log"]) + 1
    node = dict(node, role="leader", next={to: following for to in get_others(node)}, match={to: 0 for to in get_others(node)})
    return node, [make_append(node, to) for to in get_others(node)]


def on_vote(node, message):
    if node["role"] != "candidate":
        return node, []
    if message["granted"] and message["from"] not in node["votes"]:
        node = dict(node, votes=[*node["votes"], message["from"]])
    majority = len(node["members"]) // 2 + 1
    return become_leader(node) if len(node["votes"]) >= majority else (node, [])

# %% task="merge"
def fits(log, after, after_term):
    return after <= len(log) and get_term(log, after) == after_term


def merge(log, after, entries):
    conflict = [place for place, entry in enumerate(entries) if get_term(log, after + place + 1) not in (None, entry[0])]
    if conflict:
        log = log[: after + conflict[0]]
    return log + entries[max(0, len(log) - after) :]

# %% task="append"
def on_append(node, message):
    sender, after = message["from"], message["after"]
    if message["term"] < node["term"]:
        return node, [make_message(node, sender, "ack", ok=False, index=after)]
    node = dict(node, role="follower", votes=[])
    if not fits(node["log"], after, message["after_term"]):
        return node, [make_message(node, sender, "ack", ok=False, index=after)]
    node = dict(node, log=merge(node["log"], after, message["entries"]))
    last_new = after + len(message["entries"])
    if message["commit"] > node["commit"]:
        node = dict(node, commit=max(node["commit"], min(message["commit"], last_new)))
    return node, [make_message(node, sender, "ack", ok=True, index=last_new)]

# %% task="leader"
def submit(node, value):
    if node["role"] != "leader":
        return node, []
    node = dict(node, log=[*node["log"], [node["term"], value]])
    return node, [make_append(node, to) for to in get_others(node)]


def on_ack(node, message):
    if node["role"] != "leader":
        return node, []
    sender = message["from"]
    if message["ok"]:
        match = max(node["match"][sender], message["index"])
        node = dict(node, match={**node["match"], sender: match}, next={**node["next"], sender: match + 1})
        return node, [make_append(node, sender)] if len(node["log"]) >= node["next"][sender] else []
    node = dict(node, next={**node["next"], sender: max(node["match"][sender] + 1, message["index"])})
    return node, [make_append(node, sender)]

# %% task="commit"
def compute_commit(node):
    def is_committed(index):
        stored = [name for name in get_others(node) if node["match"][name] >= index]
        return len(stored) + 1 > len(node["members"]) // 2 and node["log"][index - 1][0] == node["term"]

    return max(filter(is_committed, range(node["commit"] + 1, len(node["log"]) + 1)), default=node["commit"])

# %% task="node"
def on_message(node, message):
    node = take_term(node, message["term"])
    match message["kind"]:
        case "ask":
            return on_ask(node, message)
        case "append":
            return on_append(node, message)
        case "vote" if message["term"] == node["term"]:
            return on_vote(node, message)
        case "ack" if message["term"] == node["term"]:
            return on_ack(node, message)
    return node, []


def finish(before, after, messages):
    effects = [["send", message] for message in messages]
    if any(before[key] != after[key] for key in ("term", "vote", "log")):
        effects.insert(0, ["write", after["term"], after["vote"], after["log"]])
    return effects


def play(members, schedule, naive=False):
    rules = {"timeout": start_election, "submit": submit, "message": on_message, "finish": finish}
    return Cluster({**rules, "commit": naive_commit if naive else compute_commit}, members).run(schedule)


def naive_commit(leader):
    return compute_commit({**leader, "log": [[leader["term"], value] for _, value in leader["log"]]})

# %% task="attack"
def build_attack(members):
    s1, s2, s3, s4, s5 = members
    hear = lambda who, others: [event for other in others for event in (["deliver", who, other], ["deliver", other, who])]
    step_a = [["timeout", s1], *hear(s1, [s2, s3]), ["flow"], ["submit", s1, "2"], *hear(s1, [s2]), ["crash", s1], ["cut", [s1]], ["flow"], ["heal"]]
    step_b = [["timeout", s5], *hear(s5, [s3, s4]), ["crash", s2], ["cut", [s5]], ["flow"], ["submit", s5, "3"], ["flow"], ["crash", s5], ["heal"], ["restart", s2]]
    step_c = [["restart", s1], ["timeout", s1], ["timeout", s1], ["flow"], ["beat", s1], ["flow"], ["crash", s1]]
    step_d = [["restart", s5], ["timeout", s5], ["timeout", s5], ["flow"], ["beat", s5], ["flow"]]
    return step_a + step_b + step_c + step_d
