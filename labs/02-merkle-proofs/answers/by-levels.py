# Level by level from the leaves: a node without a partner moves up, and index and size are halved at every step.

# %% task="hashing"
LEAF, NODE = b"\x00", b"\x01"


def tagged(tag, *parts):
    return hashlib.sha256(tag + b"".join(parts)).digest()


hash_leaf = lambda record: tagged(LEAF, record)
hash_node = lambda left, right: tagged(NODE, left, right)

# %% task="root"
def compute_split(size):
    return max(2**power for power in range(size.bit_length()) if 2**power < size)


def go_up(level):
    above = [hash_node(left, right) for left, right in zip(level[::2], level[1::2])]
    return above + level[-1:] if len(level) % 2 else above


def compute_root(records):
    if not records:
        return hashlib.sha256(b"").digest()
    level = list(map(hash_leaf, records))
    while len(level) > 1:
        level = go_up(level)
    return level[0]

# %% task="proof"
def compute_proof(records, index):
    if not 0 <= index <= len(records) - 1:
        raise ValueError(f"{index} of {len(records)}")
    level, proof = list(map(hash_leaf, records)), []
    while len(level) > 1:
        sibling = index + 1 if index % 2 == 0 else index - 1
        if sibling < len(level):
            proof.append(level[sibling])
        level, index = go_up(level), index // 2
    return proof

# %% task="included"
def is_included(record, index, size, proof, root):
    if not 0 <= index <= size - 1:
        return False
    digest, rest = hash_leaf(record), list(proof)
    while size > 1:
        if index % 2 == 1 or index + 1 < size:
            if not rest:
                return False
            sibling = rest.pop(0)
            digest = hash_node(sibling, digest) if index % 2 else hash_node(digest, sibling)
        index, size = index // 2, (size + 1) // 2
    return rest == [] and digest == root

# %% task="consistency"
def is_consistent(old_size, old_root, new_size, new_root, proof):
    if old_size < 1 or old_size > new_size:
        return False
    if old_size == new_size:
        return proof == [] and old_root == new_root
    # The last record of the old list: its way up is the proof's, once the full subtree that it closes is taken as one node.
    node, last = old_size - 1, new_size - 1
    while node % 2 == 1:
        node, last = node // 2, last // 2
    rest = list(proof)
    if node > 0:
        if not rest:
            return False
        old = new = rest.pop(0)
    else:
        old = new = old_root
    while last > 0:
        if node % 2 == 1 or node < last:
            if not rest:
                return False
            sibling = rest.pop(0)
            if node % 2 == 1:
                old, new = hash_node(sibling, old), hash_node(sibling, new)
            else:
                new = hash_node(new, sibling)
        node, last = node // 2, last // 2
    return not rest and old == old_root and new == new_root

# %% task="bitcoin"
def compute_bitcoin_root(txids):
    level = [bytes.fromhex(txid)[::-1] for txid in txids]
    while len(level) > 1:
        rights = level[1::2] + level[-1:]
        level = [hashlib.sha256(hashlib.sha256(left + right).digest()).digest() for left, right in zip(level[::2], rights)]
    return level[0][::-1].hex()

# %% task="twin"
def compute_twin(txids):
    for power in range(10):
        if len(txids) == 2**power:
            return None
        if len(txids) >> power & 1:
            return txids + txids[len(txids) - 2**power :]
