# fails: rewrite
# The link of the new record is computed anew, those after it are not.

# %% task="rewrite"
def rewrite_log(log, index, record, hash_name="sha256"):
    previous = log[index - 1][1] if index else START
    return log[:index] + [(record, hash_link(previous, record, hash_name))] + log[index + 1 :]
