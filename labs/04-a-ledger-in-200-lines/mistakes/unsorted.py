# fails: execute block replay
# Leaves reads and writes in the order in which they came.

# %% task="execute"
def execute(state, transaction):
    reads, writes, code = {}, {}, 0

    def read(key):
        if key in writes:
            return writes[key]
        reads[key] = state[key][1:] if key in state else None
        return state[key][0] if key in state else None

    try:
        call_contract(transaction, read, writes.__setitem__)
    except Refused:
        code = 1
        writes.clear()
    return {"code": code, "reads": [list(pair) for pair in reads.items()], "writes": [list(pair) for pair in writes.items()]}
