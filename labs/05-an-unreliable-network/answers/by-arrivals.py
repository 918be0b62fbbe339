# Works through arrivals as a queue, and keeps helpers of its own.

# %% task="heard"
def compute_heard(origin, messages):
    from collections import deque
    heard, queue = {origin: 0}, deque([origin])
    while queue:
        name = queue.popleft()
        for left, sender, recipient, arrived in messages:
            if sender == name and arrived is not None and heard[name] <= left and arrived < heard.get(recipient, arrived + 1):
                heard[recipient] = arrived
                queue.append(recipient)
    return heard

# %% task="record"
def judge_record(record) -> str | None:
    if not isinstance(record, dict) or set(record) != {"author", "text", "seal"}:
        return "MALFORMED"
    if not all(map(is_text, record.values())):
        return "MALFORMED"
    if len(record["text"].encode()) > MAX_TEXT:
        return "TOO_LONG"
    if record["seal"] != compute_seal(record["author"], record["text"]):
        return "FORGED"
    return None

# %% task="score"
def punish(node: dict, peer: str) -> None:
    node["scores"][peer] = max(node["scores"].get(peer, 0) - PENALTY, FLOOR)


def recover(node: dict) -> None:
    node["scores"] = {peer: score + 1 for peer, score in node["scores"].items() if score < -1}


def is_ignored(node: dict, peer: str) -> bool:
    return node["scores"].get(peer, 0) <= IGNORED

# %% task="peers"
def draw(node: dict, count: int) -> int:
    digest = hashlib.sha256(node["chance"].encode()).hexdigest()
    node["chance"] = digest
    return int(digest, 16) % count


def choose_peers(node: dict, count: int, without: list[str]) -> list[str]:
    able = [peer for peer in node["peers"] if peer not in without and not is_ignored(node, peer)]
    chosen = []
    while able and len(chosen) < count:
        chosen.append(able.pop(draw(node, len(able))))
    return chosen

# %% task="push"
def take_records(node, sender, records):
    bad = [record for record in records if judge_record(record)]
    for _ in bad:
        punish(node, sender)
    good = {compute_id(record): record for record in records if not judge_record(record)}
    new = {record_id: record for record_id, record in good.items() if record_id not in node["records"]}
    node["records"].update(new)
    node["delivered"] += new.values()
    return make_pushes(node, list(new.values()), sender)


def make_pushes(node, records, sender):
    if not records:
        return []
    return [[peer, {"kind": "records", "records": records}] for peer in choose_peers(node, FANOUT, [sender])]


def publish(node, text):
    record = make_record(node["name"], text)
    node["records"][compute_id(record)] = record
    node["delivered"].append(record)
    return make_pushes(node, [record], node["name"])

# %% task="pull"
def on_have(node: dict, sender: str, ids: list[str]) -> list[list]:
    missing = [record for record_id, record in node["records"].items() if record_id not in ids][:MAX_LIST]
    wanted = [record_id for record_id in ids if record_id not in node["records"]][:MAX_LIST]
    answers = []
    if missing:
        answers.append([sender, {"kind": "records", "records": missing}])
    if wanted:
        answers.append([sender, {"kind": "want", "ids": wanted}])
    return answers


def on_want(node: dict, sender: str, ids: list[str]) -> list[list]:
    records = [node["records"][record_id] for record_id in ids if record_id in node["records"]][:MAX_LIST]
    return [[sender, {"kind": "records", "records": records}]] if records else []

# %% task="guard"
def is_well_formed(message) -> bool:
    if not isinstance(message, dict):
        return False
    limits = {"records": MAX_LIST, "have": MAX_IDS, "want": MAX_LIST}
    kind = message.get("kind")
    if not isinstance(kind, str) or kind not in limits:
        return False
    key = "records" if kind == "records" else "ids"
    if set(message) != {"kind", key}:
        return False
    items = message[key]
    if not isinstance(items, list) or len(items) > limits[kind]:
        return False
    if key == "records":
        return True
    return all(isinstance(item, str) and len(item) == ID_LENGTH for item in items) and len(set(items)) == len(items)


def on_message(node: dict, sender: str, message) -> list[list]:
    if is_ignored(node, sender):
        return []
    if not is_well_formed(message):
        punish(node, sender)
        return []
    if message["kind"] == "records":
        return take_records(node, sender, message["records"])
    if message["kind"] == "have":
        return on_have(node, sender, message["ids"])
    return on_want(node, sender, message["ids"])

# %% task="tick"
def on_tick(node: dict) -> list[list]:
    recover(node)
    ids = list(node["records"])[-MAX_IDS:]
    return [[peer, {"kind": "have", "ids": ids}] for peer in choose_peers(node, 1, [])]


def step(node: dict, event: list) -> list[list]:
    if event[0] == "publish":
        return publish(node, event[1])
    if event[0] == "message":
        return on_message(node, event[1], event[2])
    return on_tick(node)


def run(plan: dict) -> dict:
    return run_nodes(start_node, step, plan)
