# fails: ambiguity
# Always moves the first letter of the last text; where that is empty it gives up.

# %% task="ambiguity"
def forge_record(record):
    if len(record) < 2 or not record[-1]:
        return None
    return [*record[:-2], record[-2] + record[-1][0], record[-1][1:]]
