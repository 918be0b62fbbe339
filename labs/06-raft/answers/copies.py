# Copies first, changes the copy, and returns it.

# %% task="term"
import copy


def take_term(node, term):
    result = copy.deepcopy(node)
    if term > result["term"]:
        result["term"] = term
        result["vote"] = None
        result["role"] = "follower"
        result["votes"] = []
    return result

# %% task="vote"
def is_up_to_date(log, last_term, last_index):
    own_term = log[-1][0] if log else 0
    if last_term != own_term:
        return last_term > own_term
    return last_index >= len(log)


def on_ask(node, message):
    result = copy.deepcopy(node)
    granted = False
    if message["term"] == node["term"] and is_up_to_date(node["log"], message["last_term"], message["last_index"]):
        if result["vote"] is None:
            result["vote"] = message["from"]
        granted = result["vote"] == message["from"]
    return result, [make_message(result, message["from"], "vote", granted=granted)]

# %% task="election"
def start_election(node):
    result = copy.deepcopy(node)
    result["term"] += 1
    result["role"] = "candidate"
    result["vote"] = result["name"]
    result["votes"] = [result["name"]]
    messages = []
    for to in get_others(result):
        last = result["log"][-1][0] if result["log"] else 0
        messages.append(make_message(result, to, "ask", last_term=last, last_index=len(result["log"])))
    return result, messages


def on_vote(node, message):
    result = copy.deepcopy(node)
    messages = []
    if result["role"] == "candidate" and message["granted"]:
        if message["from"] not in result["votes"]:
            result["votes"].append(message["from"])
        if 2 * len(result["votes"]) > len(result["members"]):
            result["role"] = "leader"
            result["next"], result["match"] = {}, {}
            for to in get_others(result):
                result["next"][to] = len(result["log"]) + 1
                result["match"][to] = 0
            for to in get_others(result):
                messages.append(make_append(result, to))
    return result, messages

# %% task="merge"
def fits(log, after, after_term):
    if after == 0:
        return after_term == 0
    return len(log) >= after and log[after - 1][0] == after_term


def merge(log, after, entries):
    result = copy.deepcopy(log)
    for place, entry in enumerate(entries, after):
        if place < len(result) and result[place][0] != entry[0]:
            del result[place:]
        if place >= len(result):
            result.append(list(entry))
    return result

# %% task="append"
def on_append(node, message):
    result = copy.deepcopy(node)
    reply = {"ok": False, "index": message["after"]}
    if message["term"] >= node["term"]:
        result["role"] = "follower"
        result["votes"] = []
        if fits(result["log"], message["after"], message["after_term"]):
            result["log"] = merge(result["log"], message["after"], message["entries"])
            reach = message["after"] + len(message["entries"])
            if min(message["commit"], reach) > result["commit"]:
                result["commit"] = min(message["commit"], reach)
            reply = {"ok": True, "index": reach}
    return result, [make_message(result, message["from"], "ack", **reply)]

# %% task="leader"
def submit(node, value):
    result = copy.deepcopy(node)
    messages = []
    if result["role"] == "leader":
        result["log"].append([result["term"], value])
        for to in get_others(result):
            messages.append(make_append(result, to))
    return result, messages


def on_ack(node, message):
    result = copy.deepcopy(node)
    if result["role"] != "leader":
        return result, []
    sender = message["from"]
    if not message["ok"]:
        result["next"][sender] = max(result["match"][sender] + 1, message["index"])
        return result, [make_append(result, sender)]
    if message["index"] > result["match"][sender]:
        result["match"][sender] = message["index"]
    result["next"][sender] = result["match"][sender] + 1
    if result["next"][sender] <= len(result["log"]):
        return result, [make_append(result, sender)]
    return result, []

# %% task="commit"
def compute_commit(node):
    best = node["commit"]
    for index in range(node["commit"] + 1, len(node["log"]) + 1):
        stored = 1
        for match in node["match"].values():
            if match >= index:
                stored += 1
        if stored > len(node["members"]) / 2 and node["log"][index - 1][0] == node["term"]:
            best = index
    return best

# %% task="node"
def on_message(node, message):
    result = take_term(node, message["term"])
    is_old = message["term"] < result["term"]
    if message["kind"] == "ask":
        return on_ask(result, message)
    if message["kind"] == "append":
        return on_append(result, message)
    if is_old:
        return result, []
    if message["kind"] == "vote":
        return on_vote(result, message)
    return on_ack(result, message)


def finish(before, after, messages):
    effects = []
    for key in ("term", "vote", "log"):
        if before[key] != after[key]:
            effects = [["write", after["term"], after["vote"], after["log"]]]
    for message in messages:
        effects.append(["send", message])
    return effects


def play(members, schedule, naive=False):
    rules = {"timeout": start_election, "submit": submit, "message": on_message, "finish": finish}
    return Cluster({**rules, "commit": naive_commit if naive else compute_commit}, members).run(schedule)


def naive_commit(leader):
    return compute_commit({**leader, "log": [[leader["term"], value] for _, value in leader["log"]]})

# %% task="attack"
def build_attack(members):
    s1, s2, s3, s4, s5 = members
    schedule = [["timeout", s1], ["flow"], ["submit", s1, "a"], ["deliver", s1, s2], ["crash", s1]]
    schedule += [["cut", [s1]], ["flow"], ["heal"]]
    schedule += [["timeout", s5], ["deliver", s5, s3], ["deliver", s5, s4], ["deliver", s3, s5], ["deliver", s4, s5]]
    schedule += [["cut", [s5]], ["submit", s5, "b"], ["flow"], ["crash", s5], ["heal"]]
    schedule += [["restart", s1]] + [["timeout", s1]] * 3 + [["flow"], ["beat", s1], ["flow"], ["crash", s1]]
    return schedule + [["restart", s5]] + [["timeout", s5]] * 4 + [["flow"], ["beat", s5], ["flow"]]
