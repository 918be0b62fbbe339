# fails: rewrite
# The links after the new record are always SHA-256.

# %% task="rewrite"
def rewrite_log(log, index, record, hash_name="sha256"):
    new = list(log[:index])
    for each in [record] + [old for old, link in log[index + 1 :]]:
        new.append((each, hash_link(new[-1][1] if new else START, each)))
    return new
