# Long-winded and slow, hexadecimal inside, everything tried out: as somebody writes it who got there step by step.

# %% task="encoding"
def encode_record(record):
    result = bytearray()
    for i in range(len(record)):
        data = record[i].encode("utf8")
        n = len(data)
        a = n // (256 * 256 * 256)
        b = n // (256 * 256) % 256
        c = n // 256 % 256
        d = n % 256
        result.append(a)
        result.append(b)
        result.append(c)
        result.append(d)
        for byte in data:
            result.append(byte)
    return bytes(result)

# %% task="link"
def hash_link(previous, record, hash_name="sha256"):
    text = previous.hex() + encode_record(record).hex()
    if hash_name == "sm3":
        result = sm3(bytes.fromhex(text))
    elif hash_name == "sha256":
        result = sha256(bytes.fromhex(text))
    else:
        raise ValueError("unknown hash")
    return result

# %% task="log"
def build_log(records, hash_name="sha256"):
    log = []
    for i in range(0, len(records)):
        if i == 0:
            before = START
        else:
            before = log[i - 1][1]
        link = hash_link(before, records[i], hash_name)
        entry = (records[i], link)
        log.append(entry)
    return log

# %% task="verify"
def verify_log(log, hash_name="sha256"):
    bad = []
    i = 0
    while i < len(log):
        if i == 0:
            before = START
        else:
            before = log[i - 1][1]
        if len(log[i][1]) != 32:
            bad.append(i)
        elif hash_link(before, log[i][0], hash_name).hex() != log[i][1].hex():
            bad.append(i)
        i = i + 1
    if len(bad) == 0:
        return None
    else:
        return min(bad)

# %% task="rewrite"
def rewrite_log(log, index, record, hash_name="sha256"):
    new = []
    for i in range(len(log)):
        if i < index:
            new.append(log[i])
        else:
            if i == 0:
                before = START
            else:
                before = new[i - 1][1]
            if i == index:
                new.append((record, hash_link(before, record, hash_name)))
            else:
                new.append((log[i][0], hash_link(before, log[i][0], hash_name)))
    return new

# %% task="head"
def is_intact(log, head, hash_name="sha256"):
    if len(log) == 0:
        if head == START:
            return True
        return False
    if verify_log(log, hash_name) != None:
        return False
    if log[len(log) - 1][1].hex() == head.hex():
        return True
    return False

# %% task="anchors"
def find_window(log, anchors):
    numbers = []
    for n in anchors:
        numbers.append(n)
    numbers.sort()
    start = 0
    for n in numbers:
        if n > len(log):
            return (start, n - 1)
        link = log[n - 1][1]
        if link != anchors[n]:
            return (start, n - 1)
        start = n
    return None

# %% task="ambiguity"
def forge_record(record):
    text = ""
    for part in record:
        text = text + part
    if len(record) == 2:
        for i in range(len(text) + 1):
            attempt = [text[:i], text[i:]]
            if attempt != record:
                return attempt
        return None
    if len(record) > 2:
        for i in range(len(text) + 1):
            for j in range(i, len(text) + 1):
                attempt = [text[:i], text[i:j], text[j:]] + [""] * (len(record) - 3)
                if attempt != record:
                    return attempt
    return None

# %% task="extension"
def extend_seal(notes, seal, secret_length, extra):
    dummy = b"?" * secret_length
    start = dummy + notes
    start = start + compute_padding(len(start))
    assert len(start) % 64 == 0
    whole = start + extra
    whole = whole + compute_padding(len(whole))
    state = []
    for i in range(8):
        state.append(int(seal.hex()[8 * i : 8 * i + 8], 16))
    i = len(start)
    while i < len(whole):
        state = compute_next_hash(state, whole[i : i + 64])
        i = i + 64
    longer = start[secret_length:] + extra
    return (longer, compute_digest(tuple(state)))
