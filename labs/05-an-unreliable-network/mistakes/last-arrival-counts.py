# fails: heard
# Keeps the arrival of the message that left last.

# %% task="heard"
def compute_heard(origin, messages):
    heard = {origin: 0}
    for left, sender, recipient, arrived in sorted(messages, key=lambda message: message[0]):
        if arrived is not None and sender in heard and heard[sender] <= left:
            heard[recipient] = arrived
    return heard
