# fails: head
# Nobody thought of the empty log, which has no last entry.

# %% task="head"
def is_intact(log, head, hash_name="sha256"):
    return verify_log(log, hash_name) is None and log[-1][1] == head
