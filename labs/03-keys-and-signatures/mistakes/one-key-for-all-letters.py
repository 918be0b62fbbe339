# fails: seal
# The key is computed from the header: whoever knows one letter's key knows that of every letter of the bill.

# %% task="seal"
def seal_envelope(recipients, text, header):
    key = sm3(header)[:16]
    return [wrap_key(public_key, key) for public_key in recipients], encrypt(key, text, header)
