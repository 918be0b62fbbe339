# fails: execute
# Asks the state again for a key that it has deleted itself.

# %% task="execute"
def execute(state, transaction):
    reads, writes, code = {}, {}, 0

    def read(key):
        if writes.get(key) is not None:
            return writes[key]
        reads[key] = state[key][1:] if key in state else None
        return state[key][0] if key in state else None

    try:
        call_contract(transaction, read, writes.__setitem__)
    except Refused:
        code = 1
        writes.clear()
    return {"code": code, "reads": [[key, reads[key]] for key in sorted(reads)], "writes": [[key, writes[key]] for key in sorted(writes)]}
