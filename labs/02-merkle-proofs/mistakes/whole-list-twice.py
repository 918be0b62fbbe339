# fails: twin
# A list of even length is repeated whole, which adds a level on top and gives another root.

# %% task="twin"
def compute_twin(txids):
    if len(txids) & (len(txids) - 1) == 0:
        return None
    return txids + (txids[-1:] if len(txids) % 2 else txids)
