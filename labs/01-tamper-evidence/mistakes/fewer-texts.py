# fails: ambiguity
# Joins two texts into one: the link is the same, but a text is missing.

# %% task="ambiguity"
def forge_record(record):
    if len(record) < 2:
        return None
    return [record[0] + record[1], *record[2:]]
