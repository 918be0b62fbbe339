# fails: hashing root proof included forged-proof consistency forged-history
# Hashes are kept and joined as hexadecimal text instead of raw bytes.

# %% task="hashing"
def hash_leaf(record):
    return hashlib.sha256(b"\x00" + record).hexdigest().encode()


def hash_node(left, right):
    return hashlib.sha256(b"\x01" + left + right).hexdigest().encode()
