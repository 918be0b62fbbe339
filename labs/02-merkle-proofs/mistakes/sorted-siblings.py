# fails: hashing root proof included forged-proof consistency forged-history
# The two children are sorted before they are hashed, so that a proof needs no sides; the order of the records is lost.

# %% task="hashing"
def hash_leaf(record):
    return hashlib.sha256(b"\x00" + record).digest()


def hash_node(left, right):
    return hashlib.sha256(b"\x01" + min(left, right) + max(left, right)).digest()
