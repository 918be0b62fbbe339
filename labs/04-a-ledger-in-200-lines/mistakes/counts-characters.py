# fails: encoding
# Counts the characters of a text, not its bytes.

# %% task="encoding"
def encode(value):
    if type(value) is list:
        return b"l" + len(value).to_bytes(4, "big") + b"".join(map(encode, value))
    if type(value) is dict:
        return b"d" + len(value).to_bytes(4, "big") + b"".join(encode(key) + encode(value[key]) for key in sorted(value))
    kinds = {type(None): b"n", int: b"i", str: b"s", bytes: b"b"}
    if type(value) not in kinds:
        raise TypeError("no encoding")
    content = "" if value is None else value if type(value) is bytes else str(value)
    return kinds[type(value)] + len(content).to_bytes(4, "big") + (content if type(content) is bytes else content.encode())
