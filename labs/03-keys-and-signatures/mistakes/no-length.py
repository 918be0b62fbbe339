# fails: message payload verify replay
# The length of the chain's name is left out: one chain's signature counts on another whose name begins the same.

# %% task="message"
def encode_message(chain, payload):
    name = chain.encode()
    if len(name) not in range(1, 256):
        raise ValueError(chain)
    return TAG + name + payload
