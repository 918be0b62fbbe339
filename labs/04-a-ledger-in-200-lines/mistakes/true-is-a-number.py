# fails: encoding
# Takes True for a number, as isinstance does.

# %% task="encoding"
def encode(value):
    if isinstance(value, list):
        return b"l" + len(value).to_bytes(4, "big") + b"".join(encode(element) for element in value)
    if isinstance(value, dict):
        return b"d" + len(value).to_bytes(4, "big") + b"".join(encode(key) + encode(value[key]) for key in sorted(value))
    if value is None:
        return b"n" + bytes(4)
    if isinstance(value, int):
        letter, content = b"i", str(int(value)).encode()
    elif isinstance(value, str):
        letter, content = b"s", value.encode()
    elif isinstance(value, bytes):
        letter, content = b"b", value
    else:
        raise TypeError("no encoding")
    return letter + len(content).to_bytes(4, "big") + content
