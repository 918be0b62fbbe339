# fails: encoding run block replay
# Lets Python write the value: repr differs with the order of keys, and is no encoding of bytes.

# %% task="encoding"
def encode(value):
    return repr(value).encode()
