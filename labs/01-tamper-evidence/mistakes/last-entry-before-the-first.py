# fails: rewrite
# Before entry 0 stands log[-1]: for Python that is the last one.

# %% task="rewrite"
def rewrite_log(log, index, record, hash_name="sha256"):
    new = log[:index]
    previous = log[index - 1][1]
    for each in [record] + [old for old, link in log[index + 1 :]]:
        previous = hash_link(previous, each, hash_name)
        new.append((each, previous))
    return new
