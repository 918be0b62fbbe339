# fails: execute block replay
# Notes every question, so a key that was asked for twice stands twice in the reads.

# %% task="execute"
def execute(state, transaction):
    reads, writes, code = [], {}, 0

    def read(key):
        if key in writes:
            return writes[key]
        reads.append([key, state[key][1:] if key in state else None])
        return state[key][0] if key in state else None

    try:
        call_contract(transaction, read, writes.__setitem__)
    except Refused:
        code = 1
        writes.clear()
    reads.sort(key=lambda entry: entry[0])
    return {"code": code, "reads": reads, "writes": [[key, writes[key]] for key in sorted(writes)]}
