# fails: message
# A chain without a name is accepted.

# %% task="message"
def encode_message(chain, payload):
    name = chain.encode()
    if len(name) > 255:
        raise ValueError(chain)
    return TAG + bytes([len(name)]) + name + payload
