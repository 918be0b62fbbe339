# Sorts the log into rounds with Counter and namedtuple before it thinks; slower, and right.

# %% task="count"
from collections import Counter, defaultdict, namedtuple
from fractions import Fraction

Vote = namedtuple("Vote", "kind height round member value")


def get_share(weights, members):
    present = Counter({member: weights[member] for member in {*members} & {*weights}})
    return Fraction(sum(present.values()), sum(weights.values()))


def is_quorum(weights, members):
    return get_share(weights, members) > Fraction(2, 3)


def is_one_honest(weights, members):
    return get_share(weights, members) > Fraction(1, 3)


def count_votes(log, kind, height, round):
    tally = defaultdict(set)
    for vote in {Vote(m["kind"], m["height"], m["round"], m["member"], m["value"]) for m in log}:
        if vote[:3] == (kind, height, round):
            tally[vote.value].add(vote.member)
    return {value: sorted(tally[value]) for value in tally}

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
def choose_precommit(node):
    round = node["round"]
    values = [p["value"] for p in get_proposals(node, round)]
    polka = next((value for value in values if value not in node["refused"] and has_polka(node, round, value)), None)
    match node["step"], polka:
        case "prevote", None:
            return {"precommit": None} if has_polka(node, round, None) else {}
        case "prevote", value:
            return dict(precommit=value, locked_value=value, locked_round=round, valid_value=value, valid_round=round)
        case "precommit", value if value is not None:
            return dict(valid_value=value, valid_round=round)
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
def play(schedule):
    transcript = []
    for row in run_schedule(schedule):
        transcript.append(list(row))
    return transcript

# %% task="attack"
def build_lies(weights, liars):
    first = min(liars, key=list(weights).index)
    number = list(weights).index(first)
    script = []
    for victim in weights.keys() - set(liars):
        value = f"for {victim}"
        script += lie(0, [victim], "proposal", value, number, liar=first, pol_round=None)
        for liar in liars:
            script += lie(1, [victim], "prevote", value, number, liar=liar)
            script += lie(2, [victim], "precommit", value, number, liar=liar)
    return script
