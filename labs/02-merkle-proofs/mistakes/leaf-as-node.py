# fails: hashing root proof included forged-proof consistency forged-history
# Leaves and nodes are hashed alike: two hashes side by side pass for a record (a second preimage).

# %% task="hashing"
def hash_leaf(record):
    return hashlib.sha256(record).digest()


def hash_node(left, right):
    return hashlib.sha256(left + right).digest()
