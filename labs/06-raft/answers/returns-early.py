# As a reader of the notebook wrote it: whatever changes nothing is left at once, a voter's second answer too.

# %% task="term"
def take_term(node: dict, term: int) -> dict:
    if term <= node["term"]:
        return node
    return {**node, "term": term, "vote": None, "votes": [], "role": "follower"}

# %% task="vote"
def is_up_to_date(log: list, last_term: int, last_index: int) -> bool:
    mine = get_term(log, len(log))
    if last_term != mine:
        return last_term > mine
    return last_index >= len(log)


def on_ask(node: dict, message: dict) -> tuple[dict, list[dict]]:
    candidate = message["from"]
    granted = (
        message["term"] == node["term"]
        and node["vote"] in (None, candidate)
        and is_up_to_date(node["log"], message["last_term"], message["last_index"])
    )
    if granted:
        node = {**node, "vote": candidate}
    return node, [make_message(node, candidate, "vote", granted=granted)]

# %% task="election"
def start_election(node: dict) -> tuple[dict, list[dict]]:
    node = {**node, "term": node["term"] + 1, "role": "candidate", "vote": node["name"], "votes": [node["name"]]}
    last = len(node["log"])
    messages = [
        make_message(node, other, "ask", last_term=get_term(node["log"], last), last_index=last)
        for other in get_others(node)
    ]
    return node, messages


def on_vote(node: dict, message: dict) -> tuple[dict, list[dict]]:
    if node["role"] != "candidate" or not message["granted"]:
        return node, []
    voter = message["from"]
    if voter in node["votes"]:
        return node, []
    node = {**node, "votes": node["votes"] + [voter]}
    if len(node["votes"]) * 2 <= len(node["members"]):
        return node, []
    others = get_others(node)
    node = {
        **node,
        "role": "leader",
        "next": {other: len(node["log"]) + 1 for other in others},
        "match": {other: 0 for other in others},
    }
    return node, [make_append(node, other) for other in others]

# %% task="merge"
def fits(log: list, after: int, after_term: int) -> bool:
    return get_term(log, after) == after_term


def merge(log: list, after: int, entries: list) -> list:
    for offset, entry in enumerate(entries):
        index = after + 1 + offset
        if get_term(log, index) != entry[0]:
            return log[: index - 1] + entries[offset:]
    return log

# %% task="append"
def on_append(node: dict, message: dict) -> tuple[dict, list[dict]]:
    after, entries = message["after"], message["entries"]
    refusal = [make_message(node, message["from"], "ack", ok=False, index=after)]
    if message["term"] < node["term"]:
        return node, refusal
    node = {**node, "role": "follower", "votes": []}
    if not fits(node["log"], after, message["after_term"]):
        return node, refusal
    reach = after + len(entries)
    node = {
        **node,
        "log": merge(node["log"], after, entries),
        "commit": max(node["commit"], min(message["commit"], reach)),
    }
    return node, [make_message(node, message["from"], "ack", ok=True, index=reach)]

# %% task="leader"
def submit(node: dict, value: str) -> tuple[dict, list[dict]]:
    if node["role"] != "leader":
        return node, []
    node = {**node, "log": node["log"] + [[node["term"], value]]}
    return node, [make_append(node, other) for other in get_others(node)]


def on_ack(node: dict, message: dict) -> tuple[dict, list[dict]]:
    if node["role"] != "leader":
        return node, []
    other, index = message["from"], message["index"]
    match = node["match"][other]
    if message["ok"]:
        match = max(match, index)
        following = match + 1
    else:
        following = max(index, match + 1)
    node = {**node, "match": {**node["match"], other: match}, "next": {**node["next"], other: following}}
    if message["ok"] and following > len(node["log"]):
        return node, []
    return node, [make_append(node, other)]

# %% task="commit"
def compute_commit(node: dict) -> int:
    for index in range(len(node["log"]), node["commit"], -1):
        stored = 1 + sum(match >= index for match in node["match"].values())
        if stored * 2 > len(node["members"]) and get_term(node["log"], index) == node["term"]:
            return index
    return node["commit"]

# %% task="node"
def on_message(node: dict, message: dict) -> tuple[dict, list[dict]]:
    node = take_term(node, message["term"])
    kind = message["kind"]
    if kind == "ask":
        return on_ask(node, message)
    if kind == "append":
        return on_append(node, message)
    if message["term"] < node["term"]:
        return node, []
    if kind == "vote":
        return on_vote(node, message)
    return on_ack(node, message)


def finish(before: dict, after: dict, messages: list[dict]) -> list[list]:
    effects = []
    if any(before[key] != after[key] for key in ("term", "vote", "log")):
        effects.append(["write", after["term"], after["vote"], after["log"]])
    return effects + [["send", message] for message in messages]


def play(members: list[str], schedule: list[list], naive: bool = False) -> list[list]:
    rules = {"timeout": start_election, "submit": submit, "message": on_message, "finish": finish}
    return Cluster({**rules, "commit": naive_commit if naive else compute_commit}, members).run(schedule)


def naive_commit(leader: dict) -> int:
    return compute_commit({**leader, "log": [[leader["term"], value] for _, value in leader["log"]]})

# %% task="attack"
def build_attack(members: list[str]) -> list[list]:
    s1, s2, s3, s4, s5 = members
    return [
        # 1. S1 leads, its entry reaches only S2
        ["timeout", s1], ["flow"],
        ["cut", [s1, s2]], ["submit", s1, "x"], ["flow"],
        ["crash", s1],
        # 2. S5 leads with the votes of S3 and S4 (S2 is still cut off)
        ["timeout", s5], ["flow"],
        ["heal"], ["cut", [s5]], ["submit", s5, "y"], ["flow"],
        ["crash", s5], ["heal"],
        # 3. S1 comes back
        ["restart", s1], ["timeout", s1], ["flow"],
        ["timeout", s1], ["flow"],
        ["crash", s1],
        # 4. S5 comes back
        ["restart", s5], ["timeout", s5], ["flow"], ["timeout", s5], ["flow"],
    ]
