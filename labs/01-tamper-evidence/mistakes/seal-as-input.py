# fails: extension
# Hashes the old seal together with extra, instead of going on from its state.

# %% task="extension"
def extend_seal(notes, seal, secret_length, extra):
    longer = notes + compute_padding(secret_length + len(notes)) + extra
    return longer, sha256(seal + extra)
