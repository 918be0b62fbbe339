# The verification steps of RFC 9162 (2.1.3.2 and 2.1.4.2) as they stand there: shift index and size until the size is used up.

# %% task="hashing"
import hashlib
import struct


def hash_leaf(record: bytes) -> bytes:
    hasher = hashlib.sha256()
    hasher.update(struct.pack("B", 0))
    hasher.update(record)
    return hasher.digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    hasher = hashlib.sha256()
    hasher.update(struct.pack("B", 1))
    hasher.update(left)
    hasher.update(right)
    return hasher.digest()

# %% task="root"
def compute_split(size: int) -> int:
    k = 1
    while 2 * k < size:
        k *= 2
    return k


def compute_root(records: list[bytes]) -> bytes:
    # RFC 9162, 2.1.2: push a leaf, then merge while the number of records is even.
    stack = []
    for number, record in enumerate(records):
        stack.append(hash_leaf(record))
        while number & 1:
            right = stack.pop()
            left = stack.pop()
            stack.append(hash_node(left, right))
            number >>= 1
    if not stack:
        return hashlib.sha256().digest()
    digest = stack.pop()
    while stack:
        digest = hash_node(stack.pop(), digest)
    return digest

# %% task="proof"
def compute_proof(records: list[bytes], index: int) -> list[bytes]:
    if index < 0 or index >= len(records):
        raise ValueError("no such record")
    proof = []
    first, last = 0, len(records)
    while last - first > 1:
        middle = first + compute_split(last - first)
        if index < middle:
            proof.insert(0, compute_root(records[middle:last]))
            last = middle
        else:
            proof.insert(0, compute_root(records[first:middle]))
            first = middle
    return proof

# %% task="included"
def is_included(record: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    if index < 0 or index >= size:
        return False
    fn, sn = index, size - 1
    r = hash_leaf(record)
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = hash_node(p, r)
            while not fn & 1 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            r = hash_node(r, p)
        fn >>= 1
        sn >>= 1
    return sn == 0 and r == root

# %% task="consistency"
def is_consistent(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: list[bytes]) -> bool:
    if old_size <= 0 or old_size > new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if not proof:
        return False
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr = hash_node(c, fr)
            sr = hash_node(c, sr)
            while not fn & 1 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            sr = hash_node(sr, c)
        fn >>= 1
        sn >>= 1
    return fr == old_root and sr == new_root and sn == 0

# %% task="bitcoin"
def compute_bitcoin_root(txids: list[str]) -> str:
    def sha256d(data):
        return hashlib.sha256(hashlib.sha256(data).digest()).digest()

    row = [bytes(reversed(bytes.fromhex(txid))) for txid in txids]
    while len(row) != 1:
        if len(row) & 1:
            row.append(row[-1])
        row = [sha256d(left + right) for left, right in zip(row[::2], row[1::2])]
    return bytes(reversed(row[0])).hex()

# %% task="twin"
def compute_twin(txids: list[str]) -> list[str] | None:
    width, row = 1, len(txids)
    while row % 2 == 0:
        width, row = 2 * width, row // 2
    if row == 1:
        return None
    return list(txids) + list(txids)[-width:]
