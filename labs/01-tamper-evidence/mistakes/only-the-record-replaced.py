# fails: rewrite
# The record is replaced, no link is computed anew.

# %% task="rewrite"
def rewrite_log(log, index, record, hash_name="sha256"):
    return log[:index] + [(record, log[index][1])] + log[index + 1 :]
