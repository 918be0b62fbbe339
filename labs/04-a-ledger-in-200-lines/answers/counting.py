# Finds repeated ids by counting, builds the header from a list of pairs, and updates the ledger at one stroke.

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
def build_block(ledger, transactions, time):
    height = 1 + ledger["height"]
    names = ["rwset_root", "tx_root", "count", "time", "previous", "height", "chain"]
    result = compute_rwset_root(execute_block(ledger["state"], height, transactions)[1])
    values = [result, compute_root(list(map(encode, transactions))), len(transactions), time, ledger["head"], height, ledger["chain"]]
    return dict(votes=[], transactions=transactions, header=dict(zip(names, values)))


def hash_block(block):
    return hashlib.sha256(encode({**block["header"]})).digest()

# %% task="validate"
def validate_block(ledger, block):
    header, transactions = block["header"], block["transactions"]
    methods = [transaction["method"] for transaction in transactions]
    ids = [transaction["id"] for transaction in transactions]
    checks = [
        ("BLOCK_OTHER_CHAIN", lambda: header["chain"] == ledger["chain"]),
        ("BLOCK_HEIGHT", lambda: header["height"] - ledger["height"] == 1),
        ("BLOCK_PREVIOUS", lambda: header["previous"] == ledger["head"]),
        ("BLOCK_TIME", lambda: header["time"] >= ledger["time"]),
        ("BLOCK_COUNT", lambda: header["count"] == len(transactions)),
        ("BLOCK_TX_ROOT", lambda: header["tx_root"] == compute_root([encode(each) for each in transactions])),
        ("BLOCK_CONFIGURATION", lambda: "configure" not in methods or len(methods) == 1),
    ]
    for code, holds in checks:
        if not holds():
            return code
    for index, transaction in enumerate(transactions):
        code = validate_transaction(ledger, transaction, header["time"]) or ("TX_REPLAYED" if ids[index] in ids[:index] else None)
        if code:
            return code
    expected = build_block(ledger, transactions, header["time"])["header"]
    return None if expected == header else "BLOCK_RWSET_ROOT"

# %% task="apply"
def apply_block(ledger, block):
    code, header = validate_block(ledger, block), block["header"]
    if not code:
        bits = ledger["filter"]
        for transaction in block["transactions"]:
            bits = add_id(bits, transaction["id"])
        ids = ledger["ids"] | {transaction["id"]: header["height"] for transaction in block["transactions"]}
        state = execute_block(ledger["state"], header["height"], block["transactions"])[0]
        ledger.update(state=state, ids=ids, filter=bits, height=header["height"], time=header["time"], head=hash_block(block))
    return code

# %% task="replay"
def replay(chain: str, roles: dict[str, str], blocks: list[dict]) -> tuple[dict, str | None]:
    ledger = start_ledger(chain, roles)
    for block in blocks:
        code = apply_block(ledger, block)
        if code is not None:
            return ledger, code
    return ledger, None
