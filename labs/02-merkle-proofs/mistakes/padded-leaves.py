# fails: bitcoin
# Only the lowest level is padded, up to a power of two, instead of each odd level by one.

# %% task="bitcoin"
def compute_bitcoin_root(txids):
    level = [bytes.fromhex(txid)[::-1] for txid in txids]
    while len(level) & (len(level) - 1):
        level.append(level[-1])
    while len(level) > 1:
        level = [hashlib.sha256(hashlib.sha256(level[i] + level[i + 1]).digest()).digest() for i in range(0, len(level), 2)]
    return level[0][::-1].hex()
