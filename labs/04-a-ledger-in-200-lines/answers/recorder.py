# A recorder in a class of its own; a block that is run by recursion; a replay that stops by a search.

# %% task="encoding"
def encode(value) -> bytes:
    if type(value) is list:
        return b"l" + len(value).to_bytes(4, "big") + b"".join(encode(element) for element in value)
    if type(value) is dict:
        entries = (encode(key) + encode(value[key]) for key in sorted(value))
        return b"d" + len(value).to_bytes(4, "big") + b"".join(entries)
    if value is None:
        letter, content = b"n", b""
    elif type(value) is int:
        letter, content = b"i", str(value).encode()
    elif type(value) is str:
        letter, content = b"s", value.encode()
    elif type(value) is bytes:
        letter, content = b"b", value
    else:
        raise TypeError(f"{type(value).__name__} has no canonical encoding")
    return letter + len(content).to_bytes(4, "big") + content

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
class Recorder:
    def __init__(self, state):
        self.state, self.reads, self.writes = state, {}, {}

    def read(self, key):
        if key in self.writes:
            return self.writes[key]
        row = self.state.get(key)
        self.reads[key] = None if row is None else row[1:]
        return None if row is None else row[0]

    def write(self, key, value):
        self.writes[key] = value


def execute(state, transaction):
    recorder, code = Recorder(state), 0
    try:
        call_contract(transaction, recorder.read, recorder.write)
    except Refused:
        recorder.writes, code = {}, 1
    return {"code": code, "reads": sorted(map(list, recorder.reads.items())), "writes": sorted(map(list, recorder.writes.items()))}

# %% task="run"
def execute_block(state, height, transactions):
    if not transactions:
        return dict(state), []
    before, records = execute_block(state, height, transactions[:-1])
    record = execute(before, transactions[-1])
    rows = before | {key: [value, height, len(transactions) - 1] for key, value in record["writes"]}
    return {key: row for key, row in rows.items() if row[0] is not None}, [*records, record]


def compute_rwset_root(records):
    return compute_root(list(map(encode, records)))

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
def apply_block(ledger: dict, block: dict) -> str | None:
    code = validate_block(ledger, block)
    if code is not None:
        return code
    header, transactions = block["header"], block["transactions"]
    ledger["state"], _ = execute_block(ledger["state"], header["height"], transactions)
    for transaction in transactions:
        ledger["ids"][transaction["id"]] = header["height"]
        ledger["filter"] = add_id(ledger["filter"], transaction["id"])
    ledger["height"], ledger["time"], ledger["head"] = header["height"], header["time"], hash_block(block)
    return None

# %% task="replay"
def replay(chain, roles, blocks):
    ledger = start_ledger(chain, roles)
    return ledger, next(filter(None, (apply_block(ledger, block) for block in blocks)), None)
