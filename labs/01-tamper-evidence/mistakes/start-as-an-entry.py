# fails: log verify rewrite head
# START is put into the log as an entry of its own.

# %% task="log"
def build_log(records, hash_name="sha256"):
    log = [([], START)]
    for record in records:
        log.append((record, hash_link(log[-1][1], record, hash_name)))
    return log
