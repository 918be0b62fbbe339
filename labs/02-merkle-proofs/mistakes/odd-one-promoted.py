# fails: bitcoin
# The id that is left over moves up as in RFC 9162, instead of being paired with itself; four ids do not show it.

# %% task="bitcoin"
def compute_bitcoin_root(txids):
    level = [bytes.fromhex(txid)[::-1] for txid in txids]
    while len(level) > 1:
        rest = level[len(level) - len(level) % 2 :]
        level = [hashlib.sha256(hashlib.sha256(level[i] + level[i + 1]).digest()).digest() for i in range(0, len(level) - 1, 2)] + rest
    return level[0][::-1].hex()
