# fails: merge append node
# Checks that the log is long enough, and not the term.

# %% task="merge"
def fits(log, after, after_term):
    return after <= len(log)


def merge(log, after, entries):
    for number, (term, _) in enumerate(entries):
        if get_term(log, after + number + 1) != term:
            return log[: after + number] + entries[number:]
    return log
