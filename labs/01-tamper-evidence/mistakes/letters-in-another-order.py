# fails: ambiguity
# Turns the texts around: another record, but with another weak link.

# %% task="ambiguity"
def forge_record(record):
    if len(record) < 2:
        return None
    return record[::-1]
