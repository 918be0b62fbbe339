# fails: ambiguity
# Moves the first letter of the second text, whether there is one or not.

# %% task="ambiguity"
def forge_record(record):
    return [record[0] + record[1][0], record[1][1:], *record[2:]]
