# fails: apply
# Changes the state that it was given: even a refused block leaves a trace.

# %% task="run"
def execute_block(state, height, transactions):
    records = []
    for index, transaction in enumerate(transactions):
        records.append(execute(state, transaction))
        for key, value in records[-1]["writes"]:
            if value is None:
                state.pop(key, None)
            else:
                state[key] = [value, height, index]
    return state, records


def compute_rwset_root(records):
    return compute_root([encode(record) for record in records])
