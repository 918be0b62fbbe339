# fails: log verify rewrite head
# The entry holds the link before the record instead of its own.

# %% task="log"
def build_log(records, hash_name="sha256"):
    log, previous = [], START
    for record in records:
        log.append((record, previous))
        previous = hash_link(previous, record, hash_name)
    return log
