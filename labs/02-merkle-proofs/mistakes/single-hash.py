# fails: bitcoin
# A parent is hashed once instead of twice.

# %% task="bitcoin"
def compute_bitcoin_root(txids):
    level = [bytes.fromhex(txid)[::-1] for txid in txids]
    while len(level) > 1:
        if len(level) % 2:
            level.append(level[-1])
        level = [hashlib.sha256(level[i] + level[i + 1]).digest() for i in range(0, len(level), 2)]
    return level[0][::-1].hex()
