# Builds the whole log anew wherever it can, and compares; finds the anchor by halving; moves a single letter.

# %% task="encoding"
import struct


def encode_record(record):
    encoded = b""
    for text in record:
        data = bytes(text, "utf-8")
        encoded += struct.pack(">I", len(data)) + data
    return encoded

# %% task="link"
import hashlib


def hash_link(previous, record, hash_name="sha256"):
    if hash_name == "sha256":
        return hashlib.sha256(previous + encode_record(record)).digest()
    return sm3(previous + encode_record(record))

# %% task="log"
def build_log(records, hash_name="sha256"):
    if not records:
        return []
    log = build_log(records[:-1], hash_name)
    before = log[-1][1] if log else START
    return log + [(records[-1], hash_link(before, records[-1], hash_name))]

# %% task="verify"
def verify_log(log, hash_name="sha256"):
    honest = build_log([record for record, link in log], hash_name)
    for number in range(len(log)):
        if honest[number] != log[number]:
            return number
    return None

# %% task="rewrite"
def rewrite_log(log, index, record, hash_name="sha256"):
    kept = log[:index]
    before = START if index == 0 else log[index - 1][1]
    for each in [record] + [entry[0] for entry in log[index + 1 :]]:
        before = hash_link(before, each, hash_name)
        kept = kept + [(each, before)]
    return kept

# %% task="head"
def is_intact(log, head, hash_name="sha256"):
    honest = build_log([record for record, link in log], hash_name)
    return honest == log and (honest[-1][1] if honest else START) == head

# %% task="anchors"
def find_window(log, anchors):
    sizes = sorted(anchors)

    def agrees(size):
        return size <= len(log) and log[size - 1][1] == anchors[size]

    low, high = 0, len(sizes)
    while low < high:
        middle = (low + high) // 2
        if agrees(sizes[middle]):
            low = middle + 1
        else:
            high = middle
    if low == len(sizes):
        return None
    return (sizes[low - 1] if low else 0), sizes[low] - 1

# %% task="ambiguity"
def forge_record(record):
    for number in range(len(record) - 1):
        left, right = record[number], record[number + 1]
        if right:
            return [*record[:number], left + right[0], right[1:], *record[number + 2 :]]
        if left:
            return [*record[:number], left[:-1], left[-1] + right, *record[number + 2 :]]
    return None

# %% task="extension"
from minichain.crypto.sha256 import SHA256


def extend_seal(notes, seal, secret_length, extra):
    padding = compute_padding(secret_length + len(notes))
    read = secret_length + len(notes) + len(padding)
    state = tuple(int.from_bytes(seal[place : place + 4], "big") for place in range(0, 32, 4))
    todo = extra + compute_padding(read + len(extra))
    while todo:
        state, todo = SHA256.compute_next_state(state, todo[:64]), todo[64:]
    return notes + padding + extra, b"".join(word.to_bytes(4, "big") for word in state)
