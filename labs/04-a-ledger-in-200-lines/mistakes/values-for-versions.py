# fails: execute block forged-blocks replay
# Notes what was read, not its version.

# %% task="execute"
def execute(state, transaction):
    reads, writes, code = {}, {}, 0

    def read(key):
        if key in writes:
            return writes[key]
        reads[key] = state[key][0] if key in state else None
        return reads[key]

    try:
        call_contract(transaction, read, writes.__setitem__)
    except Refused:
        code = 1
        writes.clear()
    return {"code": code, "reads": [[key, reads[key]] for key in sorted(reads)], "writes": [[key, writes[key]] for key in sorted(writes)]}
