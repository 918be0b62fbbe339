# A hash object that is fed piece by piece, and a generator that checks while it reads.

# %% task="encoding"
def write_texts(record):
    for text in record:
        data = text.encode()
        yield len(data).to_bytes(4, "big")
        yield data


def encode_record(record):
    return b"".join(write_texts(record))

# %% task="link"
def hash_link(previous, record, hash_name="sha256"):
    computation = HASHES[hash_name].new(previous)
    for piece in write_texts(record):
        computation.update(piece)
    return computation.digest()

# %% task="log"
class Keeper:
    def __init__(self, hash_name):
        self.head, self.log, self.hash_name = START, [], hash_name

    def append(self, record):
        self.head = hash_link(self.head, record, self.hash_name)
        self.log.append((record, self.head))


def build_log(records, hash_name="sha256"):
    keeper = Keeper(hash_name)
    for record in records:
        keeper.append(record)
    return keeper.log

# %% task="verify"
def find_misfits(log, hash_name):
    links = [START, *(link for _, link in log)]
    for number, (record, link) in enumerate(log):
        if hash_link(links[number], record, hash_name) != link:
            yield number


def verify_log(log, hash_name="sha256"):
    for number in find_misfits(log, hash_name):
        return number

# %% task="rewrite"
def rewrite_log(log, index, record, hash_name="sha256"):
    keeper = Keeper(hash_name)
    for number, (old, link) in enumerate(log):
        if number < index:
            keeper.log.append((old, link))
            keeper.head = link
        else:
            keeper.append(record if number == index else old)
    return keeper.log

# %% task="head"
def is_intact(log, head, hash_name="sha256"):
    *_, last = START, *(link for _, link in log)
    return last == head and not any(True for _ in find_misfits(log, hash_name))

# %% task="anchors"
def find_window(log, anchors):
    known = {0: START} | {number: link for number, (_, link) in enumerate(log, start=1)}
    begin = 0
    for size, head in sorted(anchors.items()):
        if known.get(size) != head:
            return begin, size - 1
        begin = size

# %% task="ambiguity"
def forge_record(record):
    filled = [number for number, text in enumerate(record) if text]
    if len(record) < 2 or not filled:
        return None
    take = filled[0]
    give = take - 1 if take > 0 else take + 1
    forged = list(record)
    if give < take:
        forged[give], forged[take] = record[take][:1], record[take][1:]
    else:
        forged[take], forged[give] = record[take][:-1], record[take][-1] + record[give]
    return forged

# %% task="extension"
def read_blocks(state, data):
    while data:
        state, data = compute_next_hash(state, data[:64]), data[64:]
    return state


def extend_seal(notes, seal, secret_length, extra):
    first = compute_padding(secret_length + len(notes))
    second = compute_padding(secret_length + len(notes) + len(first) + len(extra))
    return notes + first + extra, compute_digest(read_blocks(split_words(seal, "big"), extra + second))
