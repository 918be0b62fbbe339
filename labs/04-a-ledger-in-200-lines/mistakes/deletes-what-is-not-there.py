# fails: run
# Deletes with del: a configuration that takes away a role which nobody has ends in a KeyError, on every node.

# %% task="run"
def execute_block(state, height, transactions):
    state, records = dict(state), []
    for index, transaction in enumerate(transactions):
        records.append(execute(state, transaction))
        for key, value in records[-1]["writes"]:
            if value is None:
                del state[key]
            else:
                state[key] = [value, height, index]
    return state, records


def compute_rwset_root(records):
    return compute_root([encode(record) for record in records])
