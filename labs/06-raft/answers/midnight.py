# What somebody hands in late at night: long, with flags and indices, and right.

# %% task="term"
def take_term(node, term):
    new = {}
    for k in node:
        new[k] = node[k]
    if term > node["term"]:
        new["term"] = term
        new["vote"] = None
        new["role"] = "follower"
        new["votes"] = []
        return new
    else:
        return new

# %% task="vote"
def is_up_to_date(log, last_term, last_index):
    if len(log) == 0:
        return True
    my_last = log[len(log) - 1]
    if last_term > my_last[0]:
        return True
    if last_term < my_last[0]:
        return False
    if last_index >= len(log):
        return True
    return False


def on_ask(node, message):
    ok = True
    if message["term"] < node["term"]:
        ok = False
    if node["vote"] is not None:
        if node["vote"] != message["from"]:
            ok = False
    if not is_up_to_date(node["log"], message["last_term"], message["last_index"]):
        ok = False
    new = dict(node)
    if ok == True:
        new["vote"] = message["from"]
    answer = {}
    answer["kind"] = "vote"
    answer["from"] = node["name"]
    answer["to"] = message["from"]
    answer["term"] = node["term"]
    answer["granted"] = ok
    return (new, [answer])

# %% task="election"
def start_election(node):
    new = dict(node)
    new["term"] = new["term"] + 1
    new["role"] = "candidate"
    new["vote"] = new["name"]
    new["votes"] = [new["name"]]
    out = []
    i = 0
    while i < len(new["members"]):
        m = new["members"][i]
        if m != new["name"]:
            lt = 0
            if len(new["log"]) > 0:
                lt = new["log"][-1][0]
            out.append({"kind": "ask", "from": new["name"], "to": m, "term": new["term"], "last_term": lt, "last_index": len(new["log"])})
        i += 1
    return new, out


def on_vote(node, message):
    if node["role"] == "candidate":
        if message["granted"] == True:
            new = dict(node)
            vs = list(new["votes"])
            seen = False
            for v in vs:
                if v == message["from"]:
                    seen = True
            if not seen:
                vs.append(message["from"])
            new["votes"] = vs
            if len(vs) > len(new["members"]) / 2:
                new["role"] = "leader"
                nx = {}
                mt = {}
                for m in new["members"]:
                    if m == new["name"]:
                        continue
                    nx[m] = len(new["log"]) + 1
                    mt[m] = 0
                new["next"] = nx
                new["match"] = mt
                out = []
                for m in new["members"]:
                    if m == new["name"]:
                        continue
                    out.append(make_append(new, m))
                return new, out
            return new, []
    return node, []

# %% task="merge"
def fits(log, after, after_term):
    if after == 0 and after_term == 0:
        return True
    if after == 0:
        return False
    if after > len(log):
        return False
    e = log[after - 1]
    if e[0] == after_term:
        return True
    return False


def merge(log, after, entries):
    new = list(log)
    i = 0
    while i < len(entries):
        pos = after + i
        if pos < len(new):
            if new[pos][0] == entries[i][0]:
                i += 1
                continue
            new = new[0:pos]
        new.append(entries[i])
        i += 1
    return new

# %% task="append"
def on_append(node, message):
    no = {"kind": "ack", "from": node["name"], "to": message["from"], "term": node["term"], "ok": False, "index": message["after"]}
    if message["term"] < node["term"]:
        return node, [no]
    new = dict(node)
    new["role"] = "follower"
    new["votes"] = []
    if fits(new["log"], message["after"], message["after_term"]) == False:
        return new, [no]
    new["log"] = merge(new["log"], message["after"], message["entries"])
    last = message["after"] + len(message["entries"])
    c = message["commit"]
    if c > last:
        c = last
    if c < new["commit"]:
        c = new["commit"]
    new["commit"] = c
    yes = dict(no)
    yes["ok"] = True
    yes["index"] = last
    return new, [yes]

# %% task="leader"
def submit(node, value):
    if node["role"] == "follower" or node["role"] == "candidate":
        return node, []
    new = dict(node)
    new["log"] = list(new["log"])
    new["log"].append([new["term"], value])
    out = []
    for m in get_others(new):
        out.append(make_append(new, m))
    return new, out


def on_ack(node, message):
    if node["role"] == "leader":
        who = message["from"]
        new = dict(node)
        new["match"] = dict(new["match"])
        new["next"] = dict(new["next"])
        if message["ok"] == True:
            if message["index"] > new["match"][who]:
                new["match"][who] = message["index"]
            new["next"][who] = new["match"][who] + 1
            if len(new["log"]) >= new["next"][who]:
                return new, [make_append(new, who)]
            else:
                return new, []
        else:
            n = message["index"]
            if n <= new["match"][who]:
                n = new["match"][who] + 1
            new["next"][who] = n
            return new, [make_append(new, who)]
    else:
        return node, []

# %% task="commit"
def compute_commit(node):
    answer = node["commit"]
    index = node["commit"] + 1
    while index <= len(node["log"]):
        have = [node["name"]]
        for m in node["match"]:
            if node["match"][m] >= index:
                have.append(m)
        if len(have) * 2 > len(node["members"]):
            if node["log"][index - 1][0] == node["term"]:
                answer = index
        index += 1
    return answer

# %% task="node"
def on_message(node, message):
    if message["term"] > node["term"]:
        node = take_term(node, message["term"])
    kind = message["kind"]
    if kind == "ask":
        return on_ask(node, message)
    elif kind == "append":
        return on_append(node, message)
    elif kind == "vote":
        if message["term"] == node["term"]:
            return on_vote(node, message)
        return node, []
    elif kind == "ack":
        if message["term"] == node["term"]:
            return on_ack(node, message)
        return node, []


def finish(before, after, messages):
    out = []
    if before["term"] != after["term"] or before["vote"] != after["vote"] or before["log"] != after["log"]:
        out.append(["write", after["term"], after["vote"], after["log"]])
    for m in messages:
        out.append(["send", m])
    return out


def play(members, schedule, naive=False):
    rules = {"timeout": start_election, "submit": submit, "message": on_message, "finish": finish}
    return Cluster({**rules, "commit": naive_commit if naive else compute_commit}, members).run(schedule)


def naive_commit(leader):
    return compute_commit({**leader, "log": [[leader["term"], value] for _, value in leader["log"]]})

# %% task="attack"
def build_attack(members):
    A = members[0]
    B = members[1]
    C = members[2]
    D = members[3]
    E = members[4]
    s = []
    s.append(["crash", E])
    s.append(["timeout", A])
    s.append(["flow"])
    s.append(["crash", C])
    s.append(["crash", D])
    s.append(["submit", A, "old"])
    s.append(["flow"])
    s.append(["crash", A])
    s.append(["crash", B])
    for m in [C, D, E]:
        s.append(["restart", m])
    for i in range(2):
        s.append(["timeout", E])
        s.append(["flow"])
    s.append(["cut", [E]])
    s.append(["submit", E, "new"])
    s.append(["flow"])
    s.append(["crash", E])
    s.append(["heal"])
    s.append(["restart", A])
    s.append(["restart", B])
    for i in range(5):
        s.append(["timeout", A])
        s.append(["flow"])
    s.append(["crash", A])
    s.append(["restart", E])
    for i in range(9):
        s.append(["timeout", E])
        s.append(["flow"])
    return s
