# fails: encoding link log
# An empty text is left out, so a record with one and a record without it are one.

# %% task="encoding"
def encode_record(record):
    parts = []
    for text in record:
        if text:
            parts.append(len(text.encode()).to_bytes(4, "big") + text.encode())
    return b"".join(parts)
