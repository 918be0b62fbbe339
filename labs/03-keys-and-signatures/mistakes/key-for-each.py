# fails: seal
# Every recipient gets a key of their own, and only the last one opens the text.

# %% task="seal"
def seal_envelope(recipients, text, header):
    wrapped, key = [], os.urandom(16)
    for public_key in recipients:
        key = os.urandom(16)
        wrapped.append(wrap_key(public_key, key))
    return wrapped, encrypt(key, text, header)
