# fails: seal
# Wraps the key for the first recipient only.

# %% task="seal"
def seal_envelope(recipients, text, header):
    key = os.urandom(16)
    return [wrap_key(recipients[0], key)], encrypt(key, text, header)
