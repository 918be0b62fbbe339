# fails: encoding link
# Only the lowest byte of the length is ever written.

# %% task="encoding"
def encode_record(record):
    return b"".join(bytes([0, 0, 0, len(t.encode()) % 256]) + t.encode() for t in record)
