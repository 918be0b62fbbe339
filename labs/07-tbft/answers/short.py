# As short as it can be said.

# %% task="count"
def weigh(weights, members):
    return sum(weight for member, weight in weights.items() if member in members)


def is_quorum(weights, members):
    return 3 * weigh(weights, members) > 2 * weigh(weights, weights)


def is_one_honest(weights, members):
    return 3 * weigh(weights, members) > weigh(weights, weights)


def count_votes(log, kind, height, round):
    votes = {(m["value"], m["member"]) for m in log if (m["kind"], m["height"], m["round"]) == (kind, height, round)}
    return {value: sorted(member for other, member in votes if other == value) for value, _ in votes}

# %% task="turns"
from itertools import cycle, islice


def get_proposer(weights, turns, height, round):
    return next(islice(cycle(weights), (height - 1) // turns + round, None))


def compute_timeout(first, growth, round):
    return first + round * growth

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
def choose_precommit(node):
    round, step = node["round"], node["step"]
    polkas = [p["value"] for p in get_proposals(node, round) if has_polka(node, round, p["value"]) and p["value"] not in node["refused"]]
    if step == "propose" or not polkas:
        return {"precommit": None} if step == "prevote" and has_polka(node, round, None) else {}
    lock = {"precommit": polkas[0], "locked_value": polkas[0], "locked_round": round} if step == "prevote" else {}
    return {"valid_value": polkas[0], "valid_round": round, **lock}

# %% task="decision"
def find_decision(node):
    decided = (
        p["value"]
        for round in range(max([m["round"] for m in node["log"]], default=-1) + 1)
        for p in get_proposals(node, round)
        if is_quorum(node["weights"], count_votes(node["log"], "precommit", node["height"], round).get(p["value"], ()))
    )
    return next(({"decide": value} for value in decided), {})


def on_timeout(node, timer):
    place, round = (timer["name"], node["step"]), node["round"]
    if timer["height"] != node["height"] or timer["round"] != round:
        return {}
    if timer["name"] == "precommit":
        return {"round": round + 1}
    return {("propose", "propose"): {"prevote": None}, ("prevote", "prevote"): {"precommit": None}}.get(place, {})

# %% task="restart"
def recover(node, record):
    if not record or record["height"] != node["height"]:
        return node
    return node | {key: value for key, value in record.items() if key != "message"}


def may_sign(record, message):
    def place(m):
        return m["height"], m["round"], {"proposal": 0, "prevote": 1, "precommit": 2}[m["kind"]]

    return record is None or place(message) > place(record["message"]) or message == record["message"]

# %% task="evict"
def find_suspects(proposed, own):
    return [name for name in sorted(proposed) if name not in own or own[name] != proposed[name]]


def find_evicted(weights, complaints):
    return sorted({name for _, name in complaints if is_one_honest(weights, [m for m, other in complaints if other == name])})

# %% task="table"
def play(schedule: dict) -> list[list]:
    return run_schedule(schedule)

# %%
EVENING = {"weights": FOUR, "liars": ["A"], "pools": {"B": ["t1", "t2"], "C": ["t2"], "D": ["t1"]}}
tell(play(EVENING) or [])

# %% task="attack"
def build_lies(weights: dict[str, int], liars: list[str]) -> list[list]:
    members = list(weights)
    honest = [member for member in members if member not in liars]
    turn = min(members.index(liar) for liar in liars)
    lies = []
    for victim, value in zip(honest, ["red", "blue"]):
        lies.append([0, victim, build_message("proposal", members[turn], value, turn, pol_round=None)])
        for time, kind in ((1, "prevote"), (2, "precommit")):
            lies += [[time, victim, build_message(kind, liar, value, turn)] for liar in liars]
    return lies
