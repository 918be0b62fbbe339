# fails: merge append node
# Cuts the log at every append, so that a late message takes back what came after it.

# %% task="merge"
def fits(log, after, after_term):
    return get_term(log, after) == after_term


def merge(log, after, entries):
    return log[:after] + entries
