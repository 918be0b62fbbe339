# fails: heard
# Lets a message carry what its sender heard only after it had left.

# %% task="heard"
def compute_heard(origin, messages):
    heard = {origin: 0}
    for left, sender, recipient, arrived in sorted(messages, key=lambda message: message[0]):
        if arrived is not None and sender in heard:
            heard[recipient] = min(heard.get(recipient, arrived), arrived)
    return heard
