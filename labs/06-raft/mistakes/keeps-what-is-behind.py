# fails: merge append node
# Replaces a conflicting entry and keeps what stood behind it.

# %% task="merge"
def fits(log, after, after_term):
    return get_term(log, after) == after_term


def merge(log, after, entries):
    for number, (term, _) in enumerate(entries):
        if get_term(log, after + number + 1) != term:
            return log[:after] + entries + log[after + len(entries) :]
    return log
