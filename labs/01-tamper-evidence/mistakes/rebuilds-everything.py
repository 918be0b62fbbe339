# fails: rewrite
# Builds the whole log again: entries before the new record that did not fit are mended, and so the forger gives away that somebody was here.

# %% task="rewrite"
def rewrite_log(log, index, record, hash_name="sha256"):
    records = [old for old, link in log]
    records[index] = record
    return build_log(records, hash_name)
