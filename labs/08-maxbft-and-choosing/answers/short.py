# As short as it can be said.

# %% task="certificate"
def is_certified(qc, members):
    return qc == GENESIS_QC or qc["block"] != "genesis" and len({*qc["signers"]} & {*members}) > len(members) * 2 // 3


def gather(votes, members):
    slots = sorted({(vote["view"], vote["block"]) for vote in votes})
    qcs = [{"block": block, "view": view, "signers": sorted({v["voter"] for v in votes if (v["view"], v["block"]) == (view, block)} & {*members})} for view, block in slots]
    return next((qc for qc in reversed(qcs) if is_certified(qc, members)), None)

# %% task="safe"
def extends(blocks, block_id, ancestor):
    return block_id == ancestor or block_id != "genesis" and extends(blocks, blocks[block_id]["qc"]["block"], ancestor)


def is_safe_to_vote(member, block):
    return block["view"] > max(member["voted"], block["qc"]["view"]) and (
        block["qc"]["view"] > member["lock"]["view"] or extends(member["blocks"], block["qc"]["block"], member["lock"]["block"])
    )

# %% task="learn"
def learn(member, qc):
    by_view = lambda one: one["view"]
    carried = member["blocks"][qc["block"]]["qc"] or GENESIS_QC
    return member | {"high": max(member["high"], qc, key=by_view), "lock": max(member["lock"], carried, key=by_view)}

# %% task="decide"
def find_decided(member, qc):
    branch = [member["blocks"][qc["block"]]]
    while branch[0]["qc"] is not None:
        branch.insert(0, member["blocks"][branch[0]["qc"]["block"]])
    names = [block["id"] for block in branch[:-2]]
    views = [block["view"] for block in branch[-3:]]
    if len(views) < 3 or views[2] - views[1] != 1 or views[1] - views[0] != 1 or member["decided"][-1] not in names:
        return []
    return names[names.index(member["decided"][-1]) + 1 :]

# %% task="member"
def take_certificate(member, qc):
    return learn(member, qc) | {"decided": [*member["decided"], *find_decided(member, qc)]}


def on_proposal(member, block):
    if block["qc"]["block"] not in member["blocks"] or not is_certified(block["qc"], member["members"]):
        return member, None
    wants = is_safe_to_vote(member, block)  # the lock that the certificate brings changes nothing about that
    member = take_certificate(member | {"blocks": member["blocks"] | {block["id"]: block}}, block["qc"])
    vote = {"block": block["id"], "view": block["view"], "voter": member["name"]}
    return (member | {"voted": block["view"]}, vote) if wants else (member, None)

# %% task="pacemaker"
def get_leader(members, view):
    return [name for name in members for _ in range(TURN)][(view - 1) % (TURN * len(members))]


def compute_timeout(view, decided_view):
    return max(300, 100 * (view - decided_view - 1))


def choose_view(view, high, wishes, members):
    agreed = [one for one in wishes.values() if len([name for name in members if wishes.get(name, 0) >= one]) * 3 > len(members) * 2]
    return max([view, high["view"] + 1, *agreed])


def run_schedule(schedule):
    names = ["gather", "take_certificate", "on_proposal", "get_leader", "compute_timeout", "choose_view"]
    return play(schedule, {name: globals()[name] for name in names})

# %% task="attack"
def build_attack(target):
    plans = {
        "no-lock": "1b1- 2b2b1 3b3b2 5c5- 6c6c5 7c7c6 8c8c7",
        "two-chain": "1b1- 2b2b1 5c5- 6c6c5 7c7c6",
        "right": "5x5- 5y5- 6x6x5 6y6y5 7x7x6 7y7y6 8x8x7 8y8y7",
    }
    readers = {"b": ["Cho", "Dan"], "c": ["Cho", "Dan"], "x": ["Ann"], "y": ["Dan"]}
    return [
        {"view": int(plan[0]), "block": plan[1:3], "on": plan[3:].replace("-", "genesis"), "to": readers[plan[1]]}
        for plan in plans[target].split()
    ]

# %% task="messages"
import math


def count_per_block(transcript):
    blocks = {row["block"] for row in transcript if row["what"] == "decide"}
    return len([row for row in transcript if "to" in row]) / len(blocks) if blocks else None


def compute_growth(small, large):
    return math.log(large[1] / small[1], large[0] / small[0])

# %% task="election"
def elect(candidates, size, seed, epoch):
    ranked = sorted(candidates, key=lambda name: (-candidates[name], draw_number(seed, epoch, name)))
    cut = -(-size // 2)
    top, rest = ranked[:cut], ranked[cut:]
    for seat in range(len(top), min(size, len(candidates))):
        tickets = [name for name in rest for _ in range(candidates[name])]
        top.append(tickets[draw_number(seed, epoch, f"seat {seat}") % len(tickets)])
        rest.remove(top[-1])
    return top

# %% task="worksheet"
def advise():
    rows = "hospital solo no-messages one-computer|bank raft three-members crashes|harbour maxbft final liars|provinces maxbft linear final"
    rows += "|registry maxbft changing-seats final|archive pow counts-work open"
    return {case: (engine, reasons) for case, engine, *reasons in map(str.split, rows.split("|"))}
