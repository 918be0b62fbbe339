# fails: merge append node
# A message behind the end of the log fits as well.

# %% task="merge"
def fits(log, after, after_term):
    return get_term(log, after) in (None, after_term)


def merge(log, after, entries):
    for number, (term, _) in enumerate(entries):
        if get_term(log, after + number + 1) != term:
            return log[: after + number] + entries[number:]
    return log
