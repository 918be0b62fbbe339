# fails: head
# is_intact does not hand hash_name on.

# %% task="head"
def is_intact(log, head, hash_name="sha256"):
    last = log[-1][1] if log else START
    return verify_log(log) is None and last == head
