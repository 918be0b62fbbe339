# fails: bitcoin
# The ids are used in the byte order in which they are written, and the root is written as it comes out.

# %% task="bitcoin"
def compute_bitcoin_root(txids):
    level = [bytes.fromhex(txid) for txid in txids]
    while len(level) > 1:
        if len(level) % 2:
            level.append(level[-1])
        level = [hashlib.sha256(hashlib.sha256(level[i] + level[i + 1]).digest()).digest() for i in range(0, len(level), 2)]
    return level[0].hex()
