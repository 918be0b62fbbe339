# What somebody hands in late at night: long, with flags and indices, and right.

# %% task="heard"
def compute_heard(origin, messages):
    heard, changed = {origin: 0}, True
    while changed:
        changed = False
        for left, sender, recipient, arrived in messages:
            if arrived is None or sender not in heard or heard[sender] > left:
                continue
            if recipient not in heard or arrived < heard[recipient]:
                heard[recipient] = arrived
                changed = True
    return heard

# %% task="record"
def judge_record(record):
    try:
        if sorted(record.keys()) != ["author", "seal", "text"]:
            return "MALFORMED"
        author, text, seal = record["author"], record["text"], record["seal"]
        if not (type(author) == type(text) == type(seal) == str):
            return "MALFORMED"
        (author + text + seal).encode()
    except (AttributeError, TypeError, UnicodeEncodeError):
        return "MALFORMED"
    if len(bytes(text, "utf-8")) > MAX_TEXT:
        return "TOO_LONG"
    return None if compute_seal(author, text) == seal else "FORGED"

# %% task="score"
def punish(node, peer):
    s = node["scores"]
    if peer not in s:
        s[peer] = 0
    s[peer] = s[peer] - PENALTY
    if s[peer] <= FLOOR:
        s[peer] = FLOOR


def recover(node):
    new = {}
    for p in node["scores"]:
        x = node["scores"][p]
        if x + 1 < 0:
            new[p] = x + 1
    node["scores"].clear()
    node["scores"].update(new)


def is_ignored(node, peer):
    x = 0
    for p in node["scores"]:
        if p == peer:
            x = node["scores"][p]
    if x > IGNORED:
        return False
    return True

# %% task="peers"
def draw(node, count):
    digest = hashlib.sha256(node["chance"].encode()).hexdigest()
    node["chance"] = digest
    return int(digest, 16) % count


def choose_peers(node, count, without):
    result = []
    tries = []
    for p in node["peers"]:
        bad = False
        for q in without:
            if p == q:
                bad = True
        if is_ignored(node, p):
            bad = True
        if not bad:
            tries.append(p)
    n = 0
    while n < count:
        if len(tries) == 0:
            break
        i = draw(node, len(tries))
        result.append(tries[i])
        del tries[i]
        n = n + 1
    return result

# %% task="push"
def take_records(node, sender, records):
    held = node["records"]
    before = len(node["delivered"])
    for record in records:
        if judge_record(record):
            punish(node, sender)
            continue
        key = compute_id(record)
        if key in held:
            continue
        held[key] = record
        node["delivered"].append(record)
    new = node["delivered"][before:]
    answer = []
    if new:
        for peer in choose_peers(node, FANOUT, [sender]):
            answer.append((peer, {"kind": "records", "records": list(new)}))
    return answer


def publish(node, text):
    record = make_record(node["name"], text)
    return take_records(node, node["name"], [record])

# %% task="pull"
def on_have(node, sender, ids):
    theirs = set(ids)
    answer = []
    give = []
    for record_id in node["records"]:
        if record_id not in theirs and len(give) < MAX_LIST:
            give.append(node["records"][record_id])
    ask = []
    for record_id in ids:
        if record_id not in node["records"] and len(ask) < MAX_LIST:
            ask.append(record_id)
    if len(give) > 0:
        answer.append((sender, {"kind": "records", "records": give}))
    if len(ask) > 0:
        answer.append((sender, {"kind": "want", "ids": ask}))
    return answer


def on_want(node, sender, ids):
    give = []
    for record_id in ids:
        record = node["records"].get(record_id)
        if record is not None and len(give) < MAX_LIST:
            give.append(record)
    return [(sender, {"kind": "records", "records": give})] if give else []

# %% task="guard"
def is_id(item):
    return isinstance(item, str) and len(item) == ID_LENGTH


def is_well_formed(message):
    if type(message) is not dict or len(message) != 2:
        return False
    kind, ids, records = message.get("kind"), message.get("ids"), message.get("records")
    if kind == "records":
        return isinstance(records, list) and len(records) <= MAX_LIST
    if kind != "have" and kind != "want":
        return False
    if not isinstance(ids, list) or len(ids) > (MAX_IDS if kind == "have" else MAX_LIST):
        return False
    seen = set()
    for item in ids:
        if not is_id(item) or item in seen:
            return False
        seen.add(item)
    return True


def on_message(node, sender, message):
    if is_ignored(node, sender):
        return []
    if is_well_formed(message):
        match message:
            case {"kind": "records", "records": records}:
                return take_records(node, sender, records)
            case {"kind": "have", "ids": ids}:
                return on_have(node, sender, ids)
            case {"kind": "want", "ids": ids}:
                return on_want(node, sender, ids)
    punish(node, sender)
    return []

# %% task="tick"
def on_tick(node):
    recover(node)
    all_ids = []
    for i in node["records"]:
        all_ids.append(i)
    start = 0
    if len(all_ids) > MAX_IDS:
        start = len(all_ids) - MAX_IDS
    out = []
    who = choose_peers(node, 1, [])
    if len(who) == 1:
        out.append([who[0], {"kind": "have", "ids": all_ids[start:]}])
    return out


def step(node, event):
    out = []
    if event[0] == "publish":
        out = publish(node, event[1])
    elif event[0] == "message":
        out = on_message(node, event[1], event[2])
    elif event[0] == "tick":
        out = on_tick(node)
    return out


def run(plan):
    return run_nodes(start_node, step, plan)
