# fails: head
# Only the last link is looked at: an edited record whose link was left alone passes.

# %% task="head"
def is_intact(log, head, hash_name="sha256"):
    if log == []:
        return head == START
    return log[-1][1] == head
