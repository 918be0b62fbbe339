# Inclusion is a walk, and so is consistency: one generator yields the turns for both, and functools does the climbing.

# %% task="hashing"
from hashlib import sha256


def hash_leaf(record: bytes) -> bytes:
    return sha256(b"\0%b" % record).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1%b%b" % (left, right)).digest()

# %% task="root"
from functools import reduce


def compute_split(size: int) -> int:
    return 2 ** (len(bin(size - 1)) - 3)


def compute_root(records: list[bytes]) -> bytes:
    if len(records) < 2:
        return hash_leaf(records[0]) if records else sha256().digest()
    k = compute_split(len(records))
    return hash_node(*map(compute_root, (records[:k], records[k:])))

# %% task="proof"
def walk(index, size):
    """Yield (turned right, first, split, end) of each subtree on the way down to the record."""
    first, end = 0, size
    while end - first > 1:
        split = first + compute_split(end - first)
        yield index >= split, first, split, end
        first, end = (split, end) if index >= split else (first, split)


def compute_proof(records: list[bytes], index: int) -> list[bytes]:
    if not len(records) > index >= 0:
        raise ValueError("index out of range")
    spans = [(first, split) if right else (split, end) for right, first, split, end in walk(index, len(records))]
    return [compute_root(records[slice(*span)]) for span in spans][::-1]

# %% task="included"
def is_included(record: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    turns = [right for right, *_ in walk(index, size)][::-1]
    if not size > index >= 0 or len(turns) != len(proof):
        return False
    climb = lambda digest, step: hash_node(*((step[1], digest) if step[0] else (digest, step[1])))
    return reduce(climb, zip(turns, proof), hash_leaf(record)) == root

# %% task="consistency"
def is_consistent(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: list[bytes]) -> bool:
    if not new_size >= old_size > 0:
        return False
    # The walk to the last old record, cut where the subtree ends with that record.
    turns = []
    for right, _, split, end in walk(old_size - 1, new_size):
        if end == old_size:
            break
        turns.insert(0, right)
    seed, rest = (proof[:1], proof[1:]) if any(turns) else ([old_root], proof)
    if len(seed) + len(rest) != 1 + len(turns):
        return False
    old = reduce(lambda digest, step: hash_node(step[1], digest) if step[0] else digest, zip(turns, rest), seed[0])
    new = reduce(lambda digest, step: hash_node(step[1], digest) if step[0] else hash_node(digest, step[1]), zip(turns, rest), seed[0])
    return (old, new) == (old_root, new_root)

# %% task="bitcoin"
def compute_bitcoin_root(txids: list[str]) -> str:
    row = [int(txid, 16).to_bytes(32, "little") for txid in txids]
    while row[1:]:
        row = [sha256(sha256(row[i] + row[min(i + 1, len(row) - 1)]).digest()).digest() for i in range(0, len(row), 2)]
    return f"{int.from_bytes(row[0], 'little'):064x}"

# %% task="twin"
def compute_twin(txids: list[str]) -> list[str] | None:
    tail = next(2**power for power in range(len(txids)) if len(txids) % 2 ** (power + 1))
    return [*txids, *txids[-tail:]] if tail < len(txids) else None
