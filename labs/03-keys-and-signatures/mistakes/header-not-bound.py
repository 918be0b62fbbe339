# fails: seal
# The header is not handed over: the letter can be put on another bill.

# %% task="seal"
def seal_envelope(recipients, text, header):
    key = os.urandom(16)
    return [wrap_key(public_key, key) for public_key in recipients], encrypt(key, text, b"")
