# fails: run block replay
# Gives all transactions of a block the same version.

# %% task="run"
def execute_block(state, height, transactions):
    state, records = dict(state), []
    for index, transaction in enumerate(transactions):
        records.append(execute(state, transaction))
        for key, value in records[-1]["writes"]:
            if value is None:
                state.pop(key, None)
            else:
                state[key] = [value, height, 0]
    return state, records


def compute_rwset_root(records):
    return compute_root([encode(record) for record in records])
