# fails: rewrite
# The rest of the log is linked from START again, not from the entry before.

# %% task="rewrite"
def rewrite_log(log, index, record, hash_name="sha256"):
    rest = [record] + [old for old, link in log[index + 1 :]]
    return log[:index] + build_log(rest, hash_name)
