# Written late at night: long, plain, and right.

# %% task="certificate"
def is_certified(qc, members):
    if qc["block"] == "genesis":
        if qc["view"] == 0 and len(qc["signers"]) == 0:
            return True
        else:
            return False
    count = 0
    for name in members:
        if name in qc["signers"]:
            count = count + 1
    if count + count + count > len(members) + len(members):
        return True
    return False


def gather(votes, members):
    best = None
    for v in votes:
        signers = []
        for w in votes:
            if w["view"] == v["view"] and w["block"] == v["block"]:
                if w["voter"] in members and w["voter"] not in signers:
                    signers.append(w["voter"])
        signers.sort()
        qc = {"block": v["block"], "view": v["view"], "signers": signers}
        if is_certified(qc, members):
            if best is None or v["view"] > best["view"]:
                best = qc
    return best

# %% task="safe"
def extends(blocks, block_id, ancestor):
    now = blocks[block_id]
    while True:
        if now["id"] == ancestor:
            return True
        if now["qc"] is None:
            return False
        now = blocks[now["qc"]["block"]]


def is_safe_to_vote(member, block):
    if member["voted"] >= block["view"]:
        return False
    if block["qc"]["view"] >= block["view"]:
        return False
    if extends(member["blocks"], block["qc"]["block"], member["lock"]["block"]):
        return True
    if block["qc"]["view"] > member["lock"]["view"]:
        return True
    return False

# %% task="learn"
import copy


def learn(member, qc):
    new = copy.deepcopy(member)
    if qc["view"] > new["high"]["view"]:
        new["high"] = copy.deepcopy(qc)
    block = new["blocks"][qc["block"]]
    if block["qc"] is not None:
        if block["qc"]["view"] > new["lock"]["view"]:
            new["lock"] = copy.deepcopy(block["qc"])
    return new

# %% task="decide"
def find_decided(member, qc):
    three = member["blocks"][qc["block"]]
    if three["id"] == "genesis":
        return []
    two = member["blocks"][three["qc"]["block"]]
    if two["id"] == "genesis":
        return []
    one = member["blocks"][two["qc"]["block"]]
    if two["view"] - one["view"] != 1:
        return []
    if three["view"] - two["view"] != 1:
        return []
    last = member["decided"][len(member["decided"]) - 1]
    found = []
    while one["id"] != last:
        found.append(one["id"])
        if one["id"] == "genesis":
            return []
        one = member["blocks"][one["qc"]["block"]]
    found.reverse()
    return found

# %% task="member"
import copy


def take_certificate(member, qc):
    new = learn(member, qc)
    more = find_decided(member, qc)
    new["decided"] = []
    for name in member["decided"]:
        new["decided"].append(name)
    for name in more:
        new["decided"].append(name)
    return new


def on_proposal(member, block):
    if block["qc"]["block"] not in member["blocks"]:
        return (member, None)
    if not is_certified(block["qc"], member["members"]):
        return (member, None)
    new = copy.deepcopy(member)
    new["blocks"][block["id"]] = copy.deepcopy(block)
    new = take_certificate(new, block["qc"])
    vote = None
    if is_safe_to_vote(new, block):
        new["voted"] = block["view"]
        vote = {}
        vote["voter"] = new["name"]
        vote["view"] = block["view"]
        vote["block"] = block["id"]
    return (new, vote)

# %% task="pacemaker"
def get_leader(members, view):
    i = 0
    v = 1
    while v + 3 < view:
        v = v + 4
        i = i + 1
        if i == len(members):
            i = 0
    return members[i]


def compute_timeout(view, decided_view):
    ms = 300
    ago = view - decided_view
    while ago > 4:
        ms = ms + 100
        ago = ago - 1
    return ms


def choose_view(view, high, wishes, members):
    best = view
    if high["view"] + 1 > best:
        best = high["view"] + 1
    for name in members:
        if name in wishes:
            count = 0
            for other in members:
                if other in wishes and wishes[other] >= wishes[name]:
                    count += 1
            if count > 2 * len(members) / 3 and wishes[name] > best:
                best = wishes[name]
    return best


def run_schedule(schedule):
    rules = {"gather": gather, "take_certificate": take_certificate, "on_proposal": on_proposal,
             "get_leader": get_leader, "compute_timeout": compute_timeout, "choose_view": choose_view}
    return play(schedule, rules)

# %% task="attack"
def build_attack(target):
    script = []

    def say(view, block, on, *to):
        script.append({"view": view, "block": block, "on": on, "to": list(to)})

    if target == "right":
        for view in [5, 6, 7, 8]:
            say(view, "left" + str(view), "left" + str(view - 1) if view > 5 else "genesis", "Ann")
            say(view, "right" + str(view), "right" + str(view - 1) if view > 5 else "genesis", "Dan")
        return script
    say(1, "one", "genesis", "Ann", "Bob", "Cho", "Dan")
    say(2, "two", "one", "Ann", "Bob", "Cho", "Dan")
    if target == "no-lock":
        say(3, "three", "two", "Ann", "Bob", "Cho", "Dan")
    say(5, "five", "genesis", "Cho", "Dan")
    say(6, "six", "five", "Cho", "Dan")
    say(7, "seven", "six", "Cho", "Dan")
    say(8, "eight", "seven", "Dan")
    return script

# %% task="messages"
import math


def count_per_block(transcript):
    messages = 0
    blocks = []
    for entry in transcript:
        if "to" in entry:
            messages += 1
        if entry["what"] == "decide" and entry["block"] not in blocks:
            blocks.append(entry["block"])
    if len(blocks) == 0:
        return None
    return messages / len(blocks)


def compute_growth(small, large):
    n1, m1 = small
    n2, m2 = large
    return (math.log2(m2) - math.log2(m1)) / (math.log2(n2) - math.log2(n1))

# %% task="election"
def elect(candidates, size, seed, epoch):
    order = []
    for name in candidates:
        order.append((-candidates[name], draw_number(seed, epoch, name), name))
    order.sort()
    names = [entry[2] for entry in order]
    elected = []
    while len(elected) < size and len(elected) * 2 < size and names:
        elected.append(names.pop(0))
    while len(elected) < size and names:
        total = 0
        for name in names:
            total += candidates[name]
        ticket = draw_number(seed, epoch, "seat " + str(len(elected))) % total
        for name in names:
            if ticket < candidates[name]:
                break
            ticket = ticket - candidates[name]
        names.remove(name)
        elected.append(name)
    return elected

# %% task="worksheet"
def advise():
    advice = {}
    advice["hospital"] = ("solo", ["one-computer", "no-messages"])
    advice["bank"] = ("raft", ["three-members", "crashes"])
    advice["harbour"] = ("tbft", ["final", "liars"])
    advice["provinces"] = ("maxbft", ["final", "liars"])
    advice["registry"] = ("elected-tbft", ["final", "changing-seats"])
    advice["archive"] = ("pow", ["counts-work", "open"])
    return advice
