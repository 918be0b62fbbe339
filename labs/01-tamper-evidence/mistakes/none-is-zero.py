# fails: head
# "not verify_log(…)" takes number 0 for None: an altered first record goes unnoticed.

# %% task="head"
def is_intact(log, head, hash_name="sha256"):
    last = log[-1][1] if log else START
    return not verify_log(log, hash_name) and last == head
