# fails: head
# The head may stand anywhere in the log, so entries behind it pass.

# %% task="head"
def is_intact(log, head, hash_name="sha256"):
    return verify_log(log, hash_name) is None and head in [START, *(link for _, link in log)]
