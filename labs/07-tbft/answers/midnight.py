# What somebody hands in late at night: long, with flags and loops, and right.

# %% task="count"
def is_quorum(weights, members):
    seen = []
    got = 0
    for m in members:
        if m in weights and m not in seen:
            seen.append(m)
            got += weights[m]
    total = 0
    for m in weights:
        total = total + weights[m]
    if got * 3 > total * 2:
        return True
    else:
        return False


def is_one_honest(weights, members):
    rest = 0
    for m in weights:
        if not m in members:
            rest += weights[m]
    return rest * 3 < sum(weights.values()) * 2


def count_votes(log, kind, height, round):
    result = {}
    for m in log:
        if m["kind"] != kind: continue
        if m["height"] != height: continue
        if m["round"] != round: continue
        if m["value"] not in result:
            result[m["value"]] = []
        if m["member"] not in result[m["value"]]:
            result[m["value"]].append(m["member"])
    for v in result:
        result[v].sort()
    return result

# %% task="turns"
def get_proposer(weights: dict[str, int], turns: int, height: int, round: int) -> str:
    members = list(weights)
    return members[((height - 1) // turns + round) % len(members)]


def compute_timeout(first: int, growth: int, round: int) -> int:
    return first + growth * round

# %% task="proposal"
def make_proposal(node, fresh):
    p = {}
    p["kind"] = "proposal"
    p["height"] = node["height"]
    p["round"] = node["round"]
    p["member"] = node["member"]
    if node["valid_round"] != None:
        p["value"] = node["valid_value"]
        p["pol_round"] = node["valid_round"]
    else:
        p["value"] = fresh
        p["pol_round"] = None
    return p


def get_proposals(node, round):
    result = []
    for m in node["log"]:
        if m["kind"] == "proposal" and m["height"] == node["height"]:
            if m["round"] == round:
                if m["member"] == get_proposer(node["weights"], node["turns"], node["height"], round):
                    result.append(m)
    return result

# %% task="prevote"
def has_polka(node, round, value):
    votes = count_votes(node["log"], "prevote", node["height"], round)
    if value in votes:
        return is_quorum(node["weights"], votes[value])
    return False


def choose_prevote(node):
    if node["step"] == "prevote" or node["step"] == "precommit":
        return {}
    found = get_proposals(node, node["round"])
    if len(found) == 0:
        return {}
    p = found[0]
    pr = p["pol_round"]
    if pr != None:
        if pr >= node["round"]:
            return {}
        if not has_polka(node, pr, p["value"]):
            return {}
    if p["value"] in node["refused"]:
        return {"prevote": None}
    if node["locked_round"] != None:
        if node["locked_value"] != p["value"]:
            if pr == None or pr < node["locked_round"]:
                return {"prevote": None}
    return {"prevote": p["value"]}

# %% task="precommit"
def choose_precommit(node: dict) -> dict:
    if node["step"] not in ("prevote", "precommit"):
        return {}
    for proposal in get_proposals(node, node["round"]):
        value = proposal["value"]
        if value not in node["refused"] and has_polka(node, node["round"], value):
            answer = {"valid_value": value, "valid_round": node["round"]}
            if node["step"] == "prevote":
                answer |= {"precommit": value, "locked_value": value, "locked_round": node["round"]}
            return answer
    if node["step"] == "prevote" and has_polka(node, node["round"], None):
        return {"precommit": None}
    return {}

# %% task="decision"
def find_decision(node: dict) -> dict:
    for round in sorted({message["round"] for message in node["log"]}):
        tally = count_votes(node["log"], "precommit", node["height"], round)
        for proposal in get_proposals(node, round):
            if is_quorum(node["weights"], tally.get(proposal["value"], [])):
                return {"decide": proposal["value"]}
    return {}


def on_timeout(node: dict, timer: dict) -> dict:
    if (timer["height"], timer["round"]) != (node["height"], node["round"]):
        return {}
    if timer["name"] == "propose" and node["step"] == "propose":
        return {"prevote": None}
    if timer["name"] == "prevote" and node["step"] == "prevote":
        return {"precommit": None}
    if timer["name"] == "precommit":
        return {"round": node["round"] + 1}
    return {}

# %% task="restart"
def recover(node: dict, record: dict | None) -> dict:
    if record is None or record["height"] != node["height"]:
        return node
    kept = ("round", "locked_value", "locked_round", "valid_value", "valid_round")
    return {**node, **{key: record[key] for key in kept}}


def may_sign(record: dict | None, message: dict) -> bool:
    if record is None:
        return True
    kinds = ["proposal", "prevote", "precommit"]
    last = record["message"]
    before = (last["height"], last["round"], kinds.index(last["kind"]))
    now = (message["height"], message["round"], kinds.index(message["kind"]))
    return now > before or message == last

# %% task="evict"
def find_suspects(proposed: dict[str, dict], own: dict[str, dict]) -> list[str]:
    return sorted(name for name in proposed if proposed[name] != own.get(name))


def find_evicted(weights: dict[str, int], complaints: list[list[str]]) -> list[str]:
    accusers = {}
    for member, name in complaints:
        accusers.setdefault(name, []).append(member)
    return sorted(name for name in accusers if is_one_honest(weights, accusers[name]))

# %% task="table"
def play(schedule: dict) -> list[list]:
    return run_schedule(schedule)

# %%
EVENING = {"weights": FOUR, "liars": ["A"], "pools": {"B": ["t1", "t2"], "C": ["t2"], "D": ["t1"]}}
tell(play(EVENING) or [])

# %% task="attack"
def build_lies(weights, liars):
    names = list(weights)
    r = 0
    while names[r] not in liars:
        r += 1
    script = []
    t = 0
    value = "left"
    for n in names:
        if n not in liars:
            script.append([t, n, {"kind": "proposal", "height": 1, "round": r, "member": names[r], "value": value, "pol_round": None}])
            t += 1
            for k in ["prevote", "precommit"]:
                for l in liars:
                    script.append([t, n, build_message(k, l, value, r)])
                    t += 1
            value = "right"
    return script
