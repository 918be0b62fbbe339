# fails: encoding link log verify rewrite head
# The length is written little endian.

# %% task="encoding"
def encode_record(record):
    return b"".join(len(t.encode()).to_bytes(4, "little") + t.encode() for t in record)
