# fails: open
# Tries the first wrapped key only.

# %% task="open"
def open_envelope(private_key, envelope, header):
    wrapped, sealed = envelope
    return decrypt(unwrap_key(private_key, wrapped[0]), sealed, header)
