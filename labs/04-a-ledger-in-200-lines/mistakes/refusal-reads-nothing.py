# fails: execute block replay
# Forgets what a refused transaction had read.

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
        reads.clear()
    return {"code": code, "reads": [[key, reads[key]] for key in sorted(reads)], "writes": [[key, writes[key]] for key in sorted(writes)]}
