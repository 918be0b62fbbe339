# fails: run block apply replay
# Runs every transaction on the state before the block: two pledges of one receipt both succeed.

# %% task="run"
def execute_block(state, height, transactions):
    before, state, records = state, dict(state), []
    for index, transaction in enumerate(transactions):
        records.append(execute(before, transaction))
        for key, value in records[-1]["writes"]:
            if value is None:
                state.pop(key, None)
            else:
                state[key] = [value, height, index]
    return state, records


def compute_rwset_root(records):
    return compute_root([encode(record) for record in records])
