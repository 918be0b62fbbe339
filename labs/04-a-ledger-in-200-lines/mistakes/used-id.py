# fails: blocked
# Finds an id that was really used.

# %% task="blocked"
def find_blocked_id(bits, ids, prefix):
    number = 0
    while not may_contain(bits, f"{prefix}{number}"):
        number += 1
    return f"{prefix}{number}"
