# Builds the attack by leading the honest through every earlier round with votes for nil.

# %% task="count"
def is_quorum(weights: dict[str, int], members: list[str]) -> bool:
    return 3 * sum(weights.get(member, 0) for member in set(members)) > 2 * sum(weights.values())


def is_one_honest(weights: dict[str, int], members: list[str]) -> bool:
    return 3 * sum(weights.get(member, 0) for member in set(members)) > sum(weights.values())


def count_votes(log: list[dict], kind: str, height: int, round: int) -> dict:
    tally = {}
    for message in log:
        if (message["kind"], message["height"], message["round"]) == (kind, height, round):
            tally.setdefault(message["value"], set()).add(message["member"])
    return {value: sorted(voters) for value, voters in tally.items()}

# %% task="turns"
def get_proposer(weights: dict[str, int], turns: int, height: int, round: int) -> str:
    members = list(weights)
    return members[((height - 1) // turns + round) % len(members)]


def compute_timeout(first: int, growth: int, round: int) -> int:
    return first + growth * round

# %% task="proposal"
def make_proposal(node: dict, fresh: str) -> dict:
    value = fresh if node["valid_round"] is None else node["valid_value"]
    place = {"height": node["height"], "round": node["round"], "member": node["member"]}
    return {"kind": "proposal", **place, "value": value, "pol_round": node["valid_round"]}


def get_proposals(node: dict, round: int) -> list[dict]:
    proposer = get_proposer(node["weights"], node["turns"], node["height"], round)
    wanted = ("proposal", node["height"], round, proposer)
    keys = ("kind", "height", "round", "member")
    return [message for message in node["log"] if tuple(message[key] for key in keys) == wanted]

# %% task="prevote"
def has_polka(node: dict, round: int, value: str | None) -> bool:
    voters = count_votes(node["log"], "prevote", node["height"], round).get(value, [])
    return is_quorum(node["weights"], voters)


def choose_prevote(node: dict) -> dict:
    proposals = get_proposals(node, node["round"])
    if node["step"] != "propose" or not proposals:
        return {}
    value, pol_round = proposals[0]["value"], proposals[0]["pol_round"]
    if pol_round is not None and not (pol_round < node["round"] and has_polka(node, pol_round, value)):
        return {}
    is_free = node["locked_round"] is None or node["locked_value"] == value
    if not is_free and pol_round is not None:
        is_free = pol_round >= node["locked_round"]
    return {"prevote": value if is_free and value not in node["refused"] else None}

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
def find_suspects(proposed, own):
    suspects = []
    for name, rwset in proposed.items():
        mine = own.get(name, {"reads": None, "writes": None})
        if [rwset["reads"], rwset["writes"]] != [mine["reads"], mine["writes"]]:
            suspects.append(name)
    suspects.sort()
    return suspects


def find_evicted(weights, complaints):
    limit, blamed = sum(weights.values()), {}
    for member, name in {(member, name) for member, name in complaints}:
        blamed[name] = blamed.get(name, 0) + 3 * weights.get(member, 0)
    return sorted(name for name, weight in blamed.items() if weight > limit)

# %% task="table"
def play(schedule: dict) -> list[list]:
    return run_schedule(schedule)

# %%
EVENING = {"weights": FOUR, "liars": ["A"], "pools": {"B": ["t1", "t2"], "C": ["t2"], "D": ["t1"]}}
tell(play(EVENING) or [])

# %% task="attack"
def build_lies(weights, liars):
    members = list(weights)
    honest = [member for member in members if member not in liars]
    turn = next(number for number, member in enumerate(members) if member in liars)
    script = []
    for number in range(turn):
        for victim in honest:
            for kind in ("prevote", "precommit"):
                script += [[2 * number, victim, build_message(kind, liar, None, number)] for liar in liars]
    for value, victim in enumerate(honest):
        script.append([100, victim, build_message("proposal", members[turn], f"block {value}", turn, pol_round=None)])
        for liar in liars[::-1]:
            script.append([101, victim, build_message("prevote", liar, f"block {value}", turn)])
            script.append([102, victim, build_message("precommit", liar, f"block {value}", turn)])
    return script
