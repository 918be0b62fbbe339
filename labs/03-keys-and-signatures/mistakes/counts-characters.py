# fails: message replay
# The length is that of the text, not of its bytes.

# %% task="message"
def encode_message(chain, payload):
    if not 1 <= len(chain) <= 255:
        raise ValueError(chain)
    return TAG + bytes([len(chain)]) + chain.encode() + payload
