# No loop where a function can call itself.

# %% task="certificate"
def count_members(names, members):
    if not members:
        return 0
    return (members[0] in names) + count_members(names, members[1:])


def is_certified(qc, members):
    if qc["block"] == "genesis":
        return qc == {"block": "genesis", "view": 0, "signers": []}
    faulty = (len(members) - 1) // 3
    return count_members(qc["signers"], members) >= len(members) - faulty


def gather(votes, members):
    if not votes:
        return None
    latest = max(vote["view"] for vote in votes)
    for block in {vote["block"] for vote in votes if vote["view"] == latest}:
        voters = {vote["voter"] for vote in votes if vote["view"] == latest and vote["block"] == block}
        qc = {"block": block, "view": latest, "signers": sorted(name for name in members if name in voters)}
        if is_certified(qc, members):
            return qc
    return gather([vote for vote in votes if vote["view"] < latest], members)

# %% task="safe"
def extends(blocks, block_id, ancestor):
    if block_id == ancestor:
        return True
    qc = blocks[block_id]["qc"]
    return qc is not None and extends(blocks, qc["block"], ancestor)


def is_safe_to_vote(member, block):
    is_new = block["view"] > member["voted"] and block["view"] > block["qc"]["view"]
    is_newer = block["qc"]["view"] > member["lock"]["view"]
    return is_new and (is_newer or block["qc"]["block"] == member["lock"]["block"])  # nothing else of that view stands on the lock

# %% task="learn"
def later(one, other):
    return other if other is not None and other["view"] > one["view"] else one


def learn(member, qc):
    return {**member, "high": later(member["high"], qc), "lock": later(member["lock"], member["blocks"][qc["block"]]["qc"])}

# %% task="decide"
def list_chain(blocks, qc):
    if qc is None:
        return []
    block = blocks[qc["block"]]
    return [*list_chain(blocks, block["qc"]), block]


def find_decided(member, qc):
    chain = list_chain(member["blocks"], qc)
    if len(chain) < 3 or [block["view"] - chain[-3]["view"] for block in chain[-3:]] != [0, 1, 2]:
        return []
    names = [block["id"] for block in chain[:-2]]
    return names[len(member["decided"]) :] if names[: len(member["decided"])] == member["decided"] else []

# %% task="member"
def take_certificate(member, qc):
    decided = find_decided(member, qc)
    member = learn(member, qc)
    return {**member, "decided": member["decided"] + decided}


def on_proposal(member, block):
    is_good = block["qc"]["block"] in member["blocks"] and is_certified(block["qc"], member["members"])
    return consider(member, block) if is_good else (member, None)


def consider(member, block):
    after = take_certificate({**member, "blocks": dict(member["blocks"], **{block["id"]: block})}, block["qc"])
    if is_safe_to_vote(after, block):
        return dict(after, voted=block["view"]), dict(voter=member["name"], view=block["view"], block=block["id"])
    return after, None

# %% task="pacemaker"
def get_leader(members, view):
    return members[0] if view <= TURN else get_leader([*members[1:], members[0]], view - TURN)


def compute_timeout(view, decided_view):
    return 300 if view - decided_view <= 4 else 100 + compute_timeout(view - 1, decided_view)


def choose_view(view, high, wishes, members):
    if high["view"] >= view:
        return choose_view(high["view"] + 1, high, wishes, members)
    reached = [name for name in members if wishes.get(name, 0) > view]
    if 3 * len(reached) > 2 * len(members):
        return choose_view(view + 1, high, wishes, members)
    return view


def run_schedule(schedule):
    rules = {"gather": gather, "take_certificate": take_certificate, "on_proposal": on_proposal,
             "get_leader": get_leader, "compute_timeout": compute_timeout, "choose_view": choose_view}
    return play(schedule, rules)

# %% task="attack"
def build_attack(target):
    def grow(views, letter, to, on="genesis"):
        if not views:
            return []
        name = letter + str(views[0])
        return [{"view": views[0], "block": name, "on": on, "to": to}, *grow(views[1:], letter, to, name)]

    if target == "right":
        both = grow([5, 6, 7, 8], "p", ["Ann"]) + grow([5, 6, 7, 8], "q", ["Dan"])
        return sorted(both, key=lambda step: step["view"])
    first = grow([1, 2, 3], "m", ["Ann", "Dan"]) if target == "no-lock" else grow([1, 2], "m", ["Ann", "Cho", "Dan"])
    return first + grow([6, 7, 8, 9], "n", ["Dan", "Cho"])[:3] + [{"view": 9, "block": "n9", "on": "n8", "to": ["Dan", "Cho"]}]

# %% task="messages"
import math


def count_per_block(transcript):
    decided = set(row["block"] for row in transcript if row["what"] == "decide")
    if not decided:
        return None
    return sum(1 for row in transcript if row.get("to") is not None) / len(decided)


def compute_growth(small, large):
    return math.log10(large[1] / small[1]) / math.log10(large[0] / small[0])

# %% task="election"
def elect(candidates, size, seed, epoch):
    ranked = sorted(candidates, key=lambda name: draw_number(seed, epoch, name))
    ranked = sorted(ranked, key=candidates.get, reverse=True)
    half = size // 2 + size % 2
    return draw(ranked[:half], ranked[half:], candidates, size, seed, epoch)


def draw(elected, left, candidates, size, seed, epoch):
    if not left or len(elected) >= size:
        return elected
    ticket = draw_number(seed, epoch, f"seat {len(elected)}") % sum(map(candidates.get, left))
    winner = find_owner(left, candidates, ticket)
    return draw([*elected, winner], [name for name in left if name != winner], candidates, size, seed, epoch)


def find_owner(left, candidates, ticket):
    weight = candidates[left[0]]
    return left[0] if ticket < weight else find_owner(left[1:], candidates, ticket - weight)

# %% task="worksheet"
def advise():
    return {
        "archive": ("pow", ["open", "counts-work"]),
        "bank": ("raft", ["three-members", "crashes"]),
        "harbour": ("maxbft", ["liars", "final"]),
        "hospital": ("solo", ["no-messages", "one-computer"]),
        "provinces": ("maxbft", ["linear", "liars"]),
        "registry": ("maxbft", ["changing-seats", "liars"]),
    }
