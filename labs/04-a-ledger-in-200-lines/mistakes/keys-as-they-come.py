# fails: encoding block replay
# Writes the entries of a dict in the order in which they were filled in.

# %% task="encoding"
def encode(value):
    if type(value) is list:
        return b"l" + len(value).to_bytes(4, "big") + b"".join(map(encode, value))
    if type(value) is dict:
        return b"d" + len(value).to_bytes(4, "big") + b"".join(encode(key) + encode(entry) for key, entry in value.items())
    kinds = {type(None): b"n", int: b"i", str: b"s", bytes: b"b"}
    if type(value) not in kinds:
        raise TypeError("no encoding")
    content = b"" if value is None else value if type(value) is bytes else str(value).encode()
    return kinds[type(value)] + len(content).to_bytes(4, "big") + content
