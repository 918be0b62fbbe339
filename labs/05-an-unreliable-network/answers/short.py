# As short as it gets.

# %% task="heard"
def compute_heard(origin: str, messages: list[list]) -> dict[str, int]:
    heard = {origin: 0}
    for left, sender, recipient, arrived in sorted(messages, key=lambda message: message[0]):
        if arrived is not None and sender in heard and heard[sender] <= left:
            heard[recipient] = min(heard.get(recipient, arrived), arrived)
    return heard

# %% task="record"
def judge_record(record):
    if not (isinstance(record, dict) and record.keys() == {"author", "text", "seal"} and all(map(is_text, record.values()))):
        return "MALFORMED"
    too_long = len(record["text"].encode()) > MAX_TEXT
    return "TOO_LONG" if too_long else "FORGED" if record != make_record(record["author"], record["text"]) else None

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
def take_records(node: dict, sender: str, records: list) -> list[list]:
    new = []
    for record in records:
        if judge_record(record) is not None:
            punish(node, sender)
        elif compute_id(record) not in node["records"]:
            node["records"][compute_id(record)] = record
            node["delivered"].append(record)
            new.append(record)
    if not new:
        return []
    return [[peer, {"kind": "records", "records": new}] for peer in choose_peers(node, FANOUT, [sender])]


def publish(node: dict, text: str) -> list[list]:
    return take_records(node, node["name"], [make_record(node["name"], text)])

# %% task="pull"
def on_have(node, sender, ids):
    give = {"kind": "records", "records": [held for key, held in node["records"].items() if key not in ids][:MAX_LIST]}
    ask = {"kind": "want", "ids": [key for key in ids if key not in node["records"]][:MAX_LIST]}
    return [[sender, message] for message in (give, ask) if message.get("records") or message.get("ids")]


def on_want(node, sender, ids):
    return [reply for reply in on_have({"records": {key: node["records"][key] for key in ids if key in node["records"]}}, sender, []) if reply]

# %% task="guard"
def is_well_formed(message):
    match message:
        case {"kind": "records", "records": [*items]}:
            return len(message) == 2 and isinstance(message["records"], list) and len(items) <= MAX_LIST
        case {"kind": "have" | "want" as kind, "ids": [*ids]}:
            fits = len(ids) <= (MAX_IDS if kind == "have" else MAX_LIST) and isinstance(message["ids"], list) and len(message) == 2
            return fits and all(isinstance(one, str) and len(one) == ID_LENGTH for one in ids) and len(ids) == len(set(ids))
    return False


def on_message(node, sender, message):
    if is_ignored(node, sender):
        return []
    if not is_well_formed(message):
        return punish(node, sender) or []
    act = {"records": take_records, "have": on_have, "want": on_want}[message["kind"]]
    return act(node, sender, message.get("ids", message.get("records")))

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
