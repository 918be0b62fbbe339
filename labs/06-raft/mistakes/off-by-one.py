# fails: merge append node
# Looks at the entry in front of the right one: indices are counted from 1.

# %% task="merge"
def fits(log, after, after_term):
    return after <= len(log) and get_term(log, max(0, after - 1)) == after_term


def merge(log, after, entries):
    for number, (term, _) in enumerate(entries):
        if get_term(log, after + number + 1) != term:
            return log[: after + number] + entries[number:]
    return log
