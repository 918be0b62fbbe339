# fails: extension
# Reads one block; extra may need more.

# %% task="extension"
def extend_seal(notes, seal, secret_length, extra):
    longer = notes + compute_padding(secret_length + len(notes)) + extra
    rest = extra + compute_padding(secret_length + len(longer))
    return longer, compute_digest(compute_next_hash(split_words(seal, "big"), rest[:64]))
