# fails: verify
# Goes on to the end and returns the last place that does not fit.

# %% task="verify"
def verify_log(log, hash_name="sha256"):
    place = None
    previous = START
    for number, (record, link) in enumerate(log):
        if hash_link(previous, record, hash_name) != link:
            place = number
        previous = link
    return place
