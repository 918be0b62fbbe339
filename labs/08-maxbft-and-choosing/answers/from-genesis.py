# Thinks upwards: a branch is the list of its blocks from genesis on, and everything is asked of such lists.

# %% task="certificate"
def is_certified(qc, members):
    if qc["block"] == "genesis":
        return qc["view"] == 0 and qc["signers"] == []
    missing = [name for name in members if name not in qc["signers"]]
    return 3 * len(missing) < len(members)  # fewer than a third have not signed


def gather(votes, members):
    best = None
    for vote in votes:
        same = [other["voter"] for other in votes if (other["block"], other["view"]) == (vote["block"], vote["view"])]
        qc = {"block": vote["block"], "view": vote["view"], "signers": [name for name in sorted(members) if name in same]}
        if is_certified(qc, members) and (best is None or best["view"] < qc["view"]):
            best = qc
    return best

# %% task="safe"
def list_branch(blocks, block_id):
    branch = [blocks[block_id]]
    while branch[-1]["qc"] is not None:
        branch.append(blocks[branch[-1]["qc"]["block"]])
    return branch[::-1]


def extends(blocks, block_id, ancestor):
    return any(block["id"] == ancestor for block in list_branch(blocks, block_id))


def is_safe_to_vote(member, block):
    promises = [member["voted"], block["qc"]["view"]]
    if not all(block["view"] > view for view in promises):
        return False
    below = [one["id"] for one in list_branch(member["blocks"], block["qc"]["block"])]
    return member["lock"]["block"] in below or member["lock"]["view"] < block["qc"]["view"]

# %% task="learn"
def learn(member, qc):
    after = dict(member)
    branch = list_branch(member["blocks"], qc["block"])
    if qc["view"] > after["high"]["view"]:
        after["high"] = qc
    if len(branch) > 1 and branch[-1]["qc"]["view"] > after["lock"]["view"]:
        after["lock"] = branch[-1]["qc"]
    return after

# %% task="decide"
def find_decided(member, qc):
    branch = list_branch(member["blocks"], qc["block"])
    views = [block["view"] for block in branch]
    if len(views) < 3 or views[-2] - views[-3] != 1 or views[-1] - views[-2] != 1:
        return []
    names = [block["id"] for block in branch[:-2]]
    last = member["decided"][-1]
    return names[names.index(last) + 1 :] if last in names else []

# %% task="member"
def take_certificate(member, qc):
    after = learn(member, qc)
    after["decided"] = [*member["decided"], *find_decided(member, qc)]
    return after


def on_proposal(member, block):
    parent = member["blocks"].get(block["qc"]["block"])
    if parent is None or not is_certified(block["qc"], member["members"]):
        return member, None
    blocks = dict(member["blocks"])
    blocks[block["id"]] = block
    after = take_certificate(dict(member, blocks=blocks), block["qc"])
    vote = None
    if is_safe_to_vote(after, block):
        after["voted"] = block["view"]
        vote = {"voter": after["name"], "view": block["view"], "block": block["id"]}
    return after, vote

# %% task="pacemaker"
def get_leader(members, view):
    turns = [name for name in members for _ in range(TURN)]
    return turns[(view - 1) % len(turns)]


def compute_timeout(view, decided_view):
    late = view - (decided_view + 4)
    return 300 if late < 0 else 300 + late * 100


def choose_view(view, high, wishes, members):
    reached = [view, high["view"] + 1]
    for candidate in set(wishes.values()):
        unwilling = [name for name in members if wishes.get(name, 0) < candidate]
        if 3 * len(unwilling) < len(members):
            reached.append(candidate)
    return max(reached)


def run_schedule(schedule):
    rules = {"gather": gather, "take_certificate": take_certificate, "on_proposal": on_proposal,
             "get_leader": get_leader, "compute_timeout": compute_timeout, "choose_view": choose_view}
    return play(schedule, rules)

# %% task="attack"
def build_attack(target):
    def step(view, block, on, *to):
        return {"view": view, "block": block, "on": on, "to": list(to)}

    if target == "right":  # Cho leads the views 9 to 12, and shows Ann one half and Dan the other
        steps = []
        for view in (9, 10, 11, 12):
            for letter, name in (("u", "Ann"), ("w", "Dan")):
                steps.append(step(view, f"{letter}{view}", f"{letter}{view - 1}" if view > 9 else "genesis", name))
        return steps
    if target == "no-lock":  # Ann gathers the votes for b3, and is left behind with b1
        first = [step(1, "b1", "genesis", "Bob", "Dan", "Cho"), step(2, "b2", "b1", "Cho", "Dan"), step(3, "b3", "b2", "Dan")]
        return [*first, step(5, "c5", "genesis", "Cho", "Dan"), step(6, "c6", "c5", "Cho", "Dan"),
                step(7, "c7", "c6", "Cho", "Dan"), step(8, "c8", "c7", "Cho")]
    return [step(1, "b1", "genesis", "Dan"), step(2, "b2", "b1", "Cho"), step(5, "c5", "genesis", "Cho", "Dan"),
            step(6, "c6", "c5", "Dan", "Cho"), step(7, "c7", "c6", "Dan", "Cho")]

# %% task="messages"
import math


def count_per_block(transcript):
    decided, messages = {}, 0
    for entry in transcript:
        if entry["what"] == "decide":
            decided[entry["block"]] = True
        elif "to" in entry:
            messages += 1
    return messages / len(decided) if decided else None


def compute_growth(small, large):
    return (math.log2(large[1]) - math.log2(small[1])) / (math.log2(large[0]) - math.log2(small[0]))

# %% task="election"
def elect(candidates, size, seed, epoch):
    ranked = sorted((-weight, draw_number(seed, epoch, name), name) for name, weight in candidates.items())
    left = {name: -weight for weight, _, name in ranked}
    seats = [name for name in left][: size - size // 2]
    for name in seats:
        del left[name]
    for seat in range(len(seats), min(size, len(candidates))):
        ticket, passed = draw_number(seed, epoch, f"seat {seat}") % sum(left.values()), 0
        for name, weight in left.items():
            passed += weight
            if ticket < passed:
                seats.append(name)
                del left[name]
                break
    return seats

# %% task="worksheet"
def advise():
    return {
        "hospital": ("solo", ["no-messages", "one-computer"]),
        "bank": ("raft", ["three-members", "crashes"]),
        "harbour": ("maxbft", ["final", "liars"]),
        "provinces": ("maxbft", ["final", "linear"]),
        "registry": ("elected-tbft", ["final", "changing-seats"]),
        "archive": ("pow", ["counts-work", "open"]),
    }
