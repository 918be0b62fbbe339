# fails: run apply replay
# Writes None instead of deleting.

# %% task="run"
def execute_block(state, height, transactions):
    state, records = dict(state), []
    for index, transaction in enumerate(transactions):
        records.append(execute(state, transaction))
        state |= {key: [value, height, index] for key, value in records[-1]["writes"]}
    return state, records


def compute_rwset_root(records):
    return compute_root([encode(record) for record in records])
