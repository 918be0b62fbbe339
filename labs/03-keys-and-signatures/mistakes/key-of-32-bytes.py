# fails: seal
# Draws a key of 32 bytes, as AES-256 has it; SM4's has 16.

# %% task="seal"
def seal_envelope(recipients, text, header):
    key = os.urandom(32)
    return [wrap_key(public_key, key) for public_key in recipients], encrypt(key, text, header)
