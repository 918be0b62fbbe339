# fails: hashing root proof included forged-proof consistency forged-history
# The first byte is taken to be the character 0 or 1 instead of the byte with that value.

# %% task="hashing"
def hash_leaf(record):
    return hashlib.sha256(b"0" + record).digest()


def hash_node(left, right):
    return hashlib.sha256(b"1" + left + right).digest()
