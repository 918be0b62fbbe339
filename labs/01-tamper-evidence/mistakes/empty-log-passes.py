# fails: head
# An empty log fits every head.

# %% task="head"
def is_intact(log, head, hash_name="sha256"):
    if not log:
        return True
    return verify_log(log, hash_name) is None and log[-1][1] == head
