# Long-winded and slow, hexadecimal inside, everything tried out: as somebody writes it who got there step by step.

# %% task="hashing"
def hash_leaf(record):
    h = hashlib.sha256(b"\x00")
    h.update(record)
    result = h.hexdigest()
    return bytes.fromhex(result)


def hash_node(left, right):
    h = hashlib.sha256(b"\x01")
    h.update(left)
    h.update(right)
    result = h.hexdigest()
    return bytes.fromhex(result)

# %% task="root"
def compute_split(size):
    powers = [1, 2, 4, 8, 16, 32, 64]
    while powers[-1] < size:
        powers.append(powers[-1] * 2)
    best = 1
    for power in powers:
        if power < size:
            best = power
    return best


def compute_root(records):
    if len(records) == 0:
        empty = hashlib.sha256(b"")
        return empty.digest()
    elif len(records) == 1:
        return hash_leaf(records[0])
    else:
        k = compute_split(len(records))
        first_part = []
        second_part = []
        for i in range(len(records)):
            if i < k:
                first_part.append(records[i])
            else:
                second_part.append(records[i])
        a = compute_root(first_part)
        b = compute_root(second_part)
        return hash_node(a, b)

# %% task="proof"
def compute_proof(records, index):
    if index < 0:
        raise ValueError("negative")
    if index > len(records) - 1:
        raise ValueError("too big")
    path = []
    while True:
        if len(records) == 1:
            break
        k = compute_split(len(records))
        if index >= k:
            path.append(compute_root(records[0:k]))
            records = records[k:]
            index = index - k
        else:
            path.append(compute_root(records[k:]))
            records = records[0:k]
    path.reverse()
    return path

# %% task="included"
def directions(index, size):
    result = []
    while size != 1:
        k = compute_split(size)
        if index >= k:
            result.append("R")
            index = index - k
            size = size - k
        else:
            result.append("L")
            size = k
    result.reverse()
    return result


def is_included(record, index, size, proof, root):
    if size < 1:
        return False
    if index < 0:
        return False
    if index >= size:
        return False
    way = directions(index, size)
    if len(way) < len(proof):
        return False
    if len(way) > len(proof):
        return False
    current = hash_leaf(record)
    for i in range(len(way)):
        if way[i] == "R":
            current = hash_node(proof[i], current)
        if way[i] == "L":
            current = hash_node(current, proof[i])
    if current.hex() == root.hex():
        return True
    else:
        return False

# %% task="consistency"
def is_consistent(old_size, old_root, new_size, new_root, proof):
    try:
        if old_size < 1:
            return False
        if old_size > new_size:
            return False
        m = old_size
        n = new_size
        way = []
        while m != n:
            k = compute_split(n)
            if m <= k:
                way.append("L")
                n = k
            else:
                way.append("R")
                m = m - k
                n = n - k
        proof = proof[:]
        if "R" in way:
            start = proof.pop(0)
        else:
            start = old_root
        old = start
        new = start
        for letter in way[::-1]:
            sibling = proof.pop(0)
            if letter == "L":
                new = hash_node(new, sibling)
            else:
                old = hash_node(sibling, old)
                new = hash_node(sibling, new)
        if len(proof) > 0:
            return False
        if old != old_root:
            return False
        if new != new_root:
            return False
        return True
    except IndexError:
        return False

# %% task="bitcoin"
def turn_around(text):
    result = ""
    for i in range(len(text), 0, -2):
        result = result + text[i - 2 : i]
    return result


def compute_bitcoin_root(txids):
    todo = []
    for txid in txids:
        todo.append(turn_around(txid))
    while len(todo) > 1:
        if len(todo) % 2 == 1:
            todo.append(todo[len(todo) - 1])
        done = []
        i = 0
        while i < len(todo):
            both = bytes.fromhex(todo[i] + todo[i + 1])
            once = hashlib.sha256(both).digest()
            twice = hashlib.sha256(once).hexdigest()
            done.append(twice)
            i = i + 2
        todo = done
    return turn_around(todo[0])

# %% task="twin"
def compute_twin(txids):
    goal = compute_bitcoin_root(txids)
    for how_many in range(1, len(txids) + 1):
        attempt = txids + txids[len(txids) - how_many :]
        if compute_bitcoin_root(attempt) == goal:
            return attempt
    return None
