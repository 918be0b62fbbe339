# fails: twin
# Only the last id is repeated, which works where the lowest level is odd and nowhere else.

# %% task="twin"
def compute_twin(txids):
    if len(txids) & (len(txids) - 1) == 0:
        return None
    return txids + txids[-1:]
