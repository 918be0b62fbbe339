# fails: extension
# The padding of the first seal is left out of the longer notes.

# %% task="extension"
def extend_seal(notes, seal, secret_length, extra):
    rest = extra + compute_padding(secret_length + len(notes) + len(extra))
    state = split_words(seal, "big")
    for i in range(0, len(rest), 64):
        state = compute_next_hash(state, rest[i : i + 64])
    return notes + extra, compute_digest(state)
