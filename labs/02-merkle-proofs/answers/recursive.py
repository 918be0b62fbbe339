# Everything as recursion over the definition: verification rebuilds the root from the end of the proof.

# %% task="hashing"
def hash_leaf(record):
    return hashlib.sha256(bytes([0]) + record).digest()


def hash_node(left, right):
    return hashlib.sha256(bytes([1]) + left + right).digest()

# %% task="root"
def compute_split(size):
    return 1 if size == 2 else 2 * compute_split((size + 1) // 2)


def compute_root(records):
    match records:
        case []:
            return hashlib.sha256(b"").digest()
        case [record]:
            return hash_leaf(record)
    k = compute_split(len(records))
    return hash_node(compute_root(records[:k]), compute_root(records[k:]))

# %% task="proof"
def compute_proof(records, index):
    if index not in range(len(records)):
        raise ValueError(index)
    if len(records) == 1:
        return []
    k = compute_split(len(records))
    near, far, place = (records[:k], records[k:], index) if index < k else (records[k:], records[:k], index - k)
    return compute_proof(near, place) + [compute_root(far)]

# %% task="included"
class Misfit(Exception):
    pass


def rebuild(record, index, size, proof):
    if size == 1:
        if proof:
            raise Misfit
        return hash_leaf(record)
    if not proof:
        raise Misfit
    k = compute_split(size)
    if index < k:
        return hash_node(rebuild(record, index, k, proof[:-1]), proof[-1])
    return hash_node(proof[-1], rebuild(record, index - k, size - k, proof[:-1]))


def is_included(record, index, size, proof, root):
    if index not in range(size):
        return False
    try:
        return rebuild(record, index, size, proof) == root
    except Misfit:
        return False

# %% task="consistency"
def rebuild_both(m, n, proof, known):
    if m == n:
        seeds = [known] if known is not None else []
        if len(seeds + proof) != 1:
            raise Misfit
        return (seeds + proof) * 2
    if not proof:
        raise Misfit
    k = compute_split(n)
    if m <= k:
        old, new = rebuild_both(m, k, proof[:-1], known)
        return old, hash_node(new, proof[-1])
    old, new = rebuild_both(m - k, n - k, proof[:-1], None)
    return hash_node(proof[-1], old), hash_node(proof[-1], new)


def is_consistent(old_size, old_root, new_size, new_root, proof):
    if not 1 <= old_size <= new_size:
        return False
    try:
        return tuple(rebuild_both(old_size, new_size, proof, old_root)) == (old_root, new_root)
    except Misfit:
        return False

# %% task="bitcoin"
def compute_bitcoin_root(txids):
    def flip(text):
        return bytes.fromhex(text)[::-1]

    def climb(level):
        if len(level) == 1:
            return level[0]
        padded = level + level[-1:]
        return climb([hashlib.sha256(hashlib.sha256(padded[i] + padded[i + 1]).digest()).digest() for i in range(0, len(level), 2)])

    return climb([flip(txid) for txid in txids])[::-1].hex()

# %% task="twin"
def compute_twin(txids):
    def double(level):
        if len(level) == 1:
            return None
        if len(level) % 2:
            return level + level[-1:]
        longer = double([level[i : i + 2] for i in range(0, len(level), 2)])
        return longer and [item for pair in longer for item in pair]

    return double(txids)
