# As short as it can be said: tables, comprehensions, chained conditions.

# %% task="encoding"
LETTERS = {type(None): b"n", int: b"i", str: b"s", bytes: b"b", list: b"l", dict: b"d"}


def encode(value):
    if type(value) not in LETTERS:
        raise TypeError(f"{value!r}")
    letter = LETTERS[type(value)]
    if letter in b"ld":
        parts = value if letter == b"l" else [part for pair in sorted(value.items(), key=lambda pair: pair[0]) for part in pair]
        return letter + len(value).to_bytes(4, "big") + b"".join(map(encode, parts))
    content = value if letter == b"b" else b"" if value is None else str(value).encode()
    return letter + len(content).to_bytes(4, "big") + content

# %% task="filter"
import struct
from functools import reduce


def compute_positions(tx_id):
    return [number % FILTER_BITS for number in struct.unpack(">3I", hashlib.sha256(tx_id.encode()).digest()[:12])]


def get_mask(tx_id):
    return reduce(lambda mask, position: mask | 1 << position, compute_positions(tx_id), 0)


def add_id(bits, tx_id):
    return bits | get_mask(tx_id)


def may_contain(bits, tx_id):
    return bits & get_mask(tx_id) == get_mask(tx_id)


def is_replayed(ledger, tx_id):
    return may_contain(ledger["filter"], tx_id) and tx_id in ledger["ids"]

# %% task="blocked"
from itertools import count


def find_blocked_id(bits, ids, prefix):
    return next(tx_id for tx_id in (f"{prefix}{number}" for number in count()) if tx_id not in ids and may_contain(bits, tx_id))

# %% task="transaction"
def validate_transaction(ledger, transaction, time):
    rules = {
        "TX_OTHER_CHAIN": transaction["chain"] != ledger["chain"],
        "TX_EXPIRED": transaction["expires"] != 0 and time >= transaction["expires"],
        "TX_REPLAYED": is_replayed(ledger, transaction["id"]),
        "TX_UNKNOWN_MEMBER": "role/" + transaction["sender"] not in ledger["state"],
    }
    return next((code for code, is_broken in rules.items() if is_broken), None)

# %% task="execute"
def execute(state: dict, transaction: dict) -> dict:
    reads, writes = {}, {}

    def read(key):
        if key in writes:
            return writes[key]
        value, *version = state.get(key, [None])
        reads[key] = version or None
        return value

    def write(key, value):
        writes[key] = value

    code = 0
    try:
        call_contract(transaction, read, write)
    except Refused:
        code = 1
        writes.clear()
    return {
        "code": code,
        "reads": [[key, reads[key]] for key in sorted(reads)],
        "writes": [[key, writes[key]] for key in sorted(writes)],
    }

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
def replay(chain: str, roles: dict[str, str], blocks: list[dict]) -> tuple[dict, str | None]:
    ledger = start_ledger(chain, roles)
    for block in blocks:
        code = apply_block(ledger, block)
        if code is not None:
            return ledger, code
    return ledger, None
