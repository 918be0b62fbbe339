# What somebody hands in late at night: long, with flags and indices, and right.

# %% task="encoding"
def encode(value):
    out = b""
    if value is None:
        out += b"n"
        out += bytes([0, 0, 0, 0])
        return out
    if value is True or value is False:
        raise TypeError("no bools!!")
    if isinstance(value, int):
        txt = "%d" % value
        return b"i" + bytes([0, 0, len(txt) // 256, len(txt) % 256]) + txt.encode("ascii")
    if isinstance(value, str):
        data = value.encode("utf-8")
        return b"s" + len(data).to_bytes(4, byteorder="big") + data
    if isinstance(value, bytes):
        return b"b" + len(value).to_bytes(4, byteorder="big") + value
    if isinstance(value, list):
        for x in value:
            out = out + encode(x)
        return b"l" + len(value).to_bytes(4, byteorder="big") + out
    if isinstance(value, dict):
        keys = list(value.keys())
        keys.sort()
        for k in keys:
            out = out + encode(k) + encode(value[k])
        return b"d" + len(keys).to_bytes(4, byteorder="big") + out
    raise TypeError("cannot encode")

# %% task="filter"
def compute_positions(tx_id: str) -> list[int]:
    digest = hashlib.sha256(tx_id.encode()).digest()
    return [int.from_bytes(digest[start : start + 4], "big") % FILTER_BITS for start in (0, 4, 8)]


def add_id(bits: int, tx_id: str) -> int:
    for position in compute_positions(tx_id):
        bits |= 1 << position
    return bits


def may_contain(bits: int, tx_id: str) -> bool:
    return all(bits >> position & 1 for position in compute_positions(tx_id))


def is_replayed(ledger: dict, tx_id: str) -> bool:
    return may_contain(ledger["filter"], tx_id) and tx_id in ledger["ids"]

# %% task="blocked"
def find_blocked_id(bits: int, ids: dict[str, int], prefix: str) -> str:
    number = 0
    while not may_contain(bits, f"{prefix}{number}") or f"{prefix}{number}" in ids:
        number += 1
    return f"{prefix}{number}"

# %% task="transaction"
def validate_transaction(ledger: dict, transaction: dict, time: int) -> str | None:
    if transaction["chain"] != ledger["chain"]:
        return "TX_OTHER_CHAIN"
    if 0 < transaction["expires"] <= time:
        return "TX_EXPIRED"
    if is_replayed(ledger, transaction["id"]):
        return "TX_REPLAYED"
    if f"role/{transaction['sender']}" not in ledger["state"]:
        return "TX_UNKNOWN_MEMBER"
    return None

# %% task="execute"
def execute(state, transaction):
    seen = []
    notes = {}

    def my_read(k):
        if k in notes:
            return notes[k]
        if k not in seen:
            seen.append(k)
        if k in state:
            return state[k][0]

    def my_write(k, v):
        notes[k] = v

    result = {"code": 0, "reads": [], "writes": []}
    try:
        call_contract(transaction, my_read, my_write)
        for k in sorted(notes):
            result["writes"].append([k, notes[k]])
    except Refused:
        result["code"] = 1
    for k in sorted(seen):
        if k in state:
            result["reads"].append([k, [state[k][1], state[k][2]]])
        else:
            result["reads"].append([k, None])
    return result

# %% task="run"
def execute_block(state: dict, height: int, transactions: list[dict]) -> tuple[dict, list[dict]]:
    new_state, records = dict(state), []
    for index, transaction in enumerate(transactions):
        record = execute(new_state, transaction)
        for key, value in record["writes"]:
            if value is None:
                new_state.pop(key, None)
            else:
                new_state[key] = [value, height, index]
        records.append(record)
    return new_state, records


def compute_rwset_root(records: list[dict]) -> bytes:
    return compute_root([encode(record) for record in records])

# %% task="block"
def build_block(ledger: dict, transactions: list[dict], time: int) -> dict:
    height = ledger["height"] + 1
    _, records = execute_block(ledger["state"], height, transactions)
    header = {
        "chain": ledger["chain"],
        "height": height,
        "previous": ledger["head"],
        "time": time,
        "count": len(transactions),
        "tx_root": compute_root([encode(transaction) for transaction in transactions]),
        "rwset_root": compute_rwset_root(records),
    }
    return {"header": header, "transactions": transactions, "votes": []}


def hash_block(block: dict) -> bytes:
    return hashlib.sha256(encode(block["header"])).digest()

# %% task="validate"
def validate_block(ledger: dict, block: dict) -> str | None:
    header, transactions = block["header"], block["transactions"]
    if header["chain"] != ledger["chain"]:
        return "BLOCK_OTHER_CHAIN"
    if header["height"] != ledger["height"] + 1:
        return "BLOCK_HEIGHT"
    if header["previous"] != ledger["head"]:
        return "BLOCK_PREVIOUS"
    if header["time"] < ledger["time"]:
        return "BLOCK_TIME"
    if header["count"] != len(transactions):
        return "BLOCK_COUNT"
    if header["tx_root"] != compute_root([encode(transaction) for transaction in transactions]):
        return "BLOCK_TX_ROOT"
    if len(transactions) > 1 and any(transaction["method"] == "configure" for transaction in transactions):
        return "BLOCK_CONFIGURATION"
    ids = set()
    for transaction in transactions:
        code = validate_transaction(ledger, transaction, header["time"])
        if code is not None:
            return code
        if transaction["id"] in ids:
            return "TX_REPLAYED"
        ids.add(transaction["id"])
    _, records = execute_block(ledger["state"], header["height"], transactions)
    if header["rwset_root"] != compute_rwset_root(records):
        return "BLOCK_RWSET_ROOT"
    return None

# %% task="apply"
def apply_block(ledger, block):
    problem = validate_block(ledger, block)
    if problem != None:
        return problem
    h = block["header"]["height"]
    new_state, records = execute_block(ledger["state"], h, block["transactions"])
    ledger["state"] = new_state
    ledger["height"] = h
    ledger["time"] = block["header"]["time"]
    ledger["head"] = hash_block(block)
    for i in range(len(block["transactions"])):
        tx = block["transactions"][i]
        ledger["ids"][tx["id"]] = h
        ledger["filter"] = add_id(ledger["filter"], tx["id"])

# %% task="replay"
def replay(chain: str, roles: dict[str, str], blocks: list[dict]) -> tuple[dict, str | None]:
    ledger = start_ledger(chain, roles)
    for block in blocks:
        code = apply_block(ledger, block)
        if code is not None:
            return ledger, code
    return ledger, None
