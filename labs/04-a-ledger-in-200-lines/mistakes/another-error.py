# fails: encoding
# Raises a ValueError where a TypeError is asked for.

# %% task="encoding"
def encode(value):
    if type(value) is list:
        return b"l" + len(value).to_bytes(4, "big") + b"".join(encode(element) for element in value)
    if type(value) is dict:
        return b"d" + len(value).to_bytes(4, "big") + b"".join(encode(key) + encode(value[key]) for key in sorted(value))
    if value is None:
        return b"n" + bytes(4)
    if type(value) is int:
        letter, content = b"i", str(value).encode()
    elif type(value) is str:
        letter, content = b"s", value.encode()
    elif type(value) is bytes:
        letter, content = b"b", value
    else:
        raise ValueError("no encoding")
    return letter + len(content).to_bytes(4, "big") + content
