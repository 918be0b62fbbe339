# As short as it can be said: accumulate, next, a comprehension for each task.

# %% task="encoding"
def encode_record(record):
    return b"".join(len(text.encode()).to_bytes(4) + text.encode() for text in record)

# %% task="link"
def hash_link(previous, record, hash_name="sha256"):
    return HASHES[hash_name](previous + encode_record(record))

# %% task="log"
from itertools import accumulate, pairwise


def build_log(records, hash_name="sha256"):
    links = accumulate(records, lambda link, record: hash_link(link, record, hash_name), initial=START)
    return list(zip(records, list(links)[1:]))

# %% task="verify"
def verify_log(log, hash_name="sha256"):
    pairs = pairwise([(None, START), *log])
    return next((number for number, ((_, before), (record, link)) in enumerate(pairs) if hash_link(before, record, hash_name) != link), None)

# %% task="rewrite"
def rewrite_log(log, index, record, hash_name="sha256"):
    records = [record, *(old for old, _ in log[index + 1 :])]
    links = accumulate(records, lambda link, each: hash_link(link, each, hash_name), initial=log[index - 1][1] if index else START)
    return [*log[:index], *zip(records, list(links)[1:])]

# %% task="head"
def is_intact(log, head, hash_name="sha256"):
    return [(None, START), *log][-1][1] == head and verify_log(log, hash_name) is None

# %% task="anchors"
def find_window(log, anchors):
    links = [START, *(link for _, link in log)]
    wrong = min((size for size, head in anchors.items() if links[size : size + 1] != [head]), default=None)
    return None if wrong is None else (max((size for size in anchors if size < wrong), default=0), wrong - 1)

# %% task="ambiguity"
def forge_record(record):
    if len(record) < 2 or not any(record):
        return None
    joined, empty = "".join(record), [""] * (len(record) - 1)
    return [joined, *empty] if record[0] != joined else [*empty, joined]

# %% task="extension"
from functools import reduce


def extend_seal(notes, seal, secret_length, extra):
    longer = notes + compute_padding(secret_length + len(notes)) + extra
    rest = extra + compute_padding(secret_length + len(longer))
    blocks = [rest[start : start + 64] for start in range(0, len(rest), 64)]
    return longer, compute_digest(reduce(compute_next_hash, blocks, tuple(split_words(seal, "big"))))
