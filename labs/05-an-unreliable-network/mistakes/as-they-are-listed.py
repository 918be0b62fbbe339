# fails: heard
# Takes the messages in the order of the list, not in that of time.

# %% task="heard"
def compute_heard(origin, messages):
    heard = {origin: 0}
    for left, sender, recipient, arrived in messages:
        if arrived is not None and sender in heard and heard[sender] <= left:
            heard[recipient] = min(heard.get(recipient, arrived), arrived)
    return heard
