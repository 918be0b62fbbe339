# fails: verify head
# verify_log does not hand hash_name on.

# %% task="verify"
def verify_log(log, hash_name="sha256"):
    previous = START
    for number, (record, link) in enumerate(log):
        if hash_link(previous, record) != link:
            return number
        previous = link
    return None
