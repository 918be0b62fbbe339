# fails: log
# build_log does not hand hash_name on.

# %% task="log"
def build_log(records, hash_name="sha256"):
    log = []
    previous = START
    for record in records:
        link = hash_link(previous, record)
        log.append((record, link))
        previous = link
    return log
