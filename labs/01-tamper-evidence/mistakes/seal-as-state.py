# fails: extension
# Takes the seal itself for the state, 32 numbers instead of eight.

# %% task="extension"
def extend_seal(notes, seal, secret_length, extra):
    longer = notes + compute_padding(secret_length + len(notes)) + extra
    rest = extra + compute_padding(secret_length + len(longer))
    state = seal
    for start in range(0, len(rest), 64):
        state = compute_next_hash(state, rest[start : start + 64])
    return longer, compute_digest(state)
