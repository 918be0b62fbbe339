# fails: extension
# The first padding is computed as if there were no secret.

# %% task="extension"
def extend_seal(notes, seal, secret_length, extra):
    longer = notes + compute_padding(len(notes)) + extra
    rest = extra + compute_padding(secret_length + len(longer))
    state = split_words(seal, "big")
    for i in range(0, len(rest), 64):
        state = compute_next_hash(state, rest[i : i + 64])
    return longer, compute_digest(state)
