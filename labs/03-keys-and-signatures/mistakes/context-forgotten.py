# fails: message payload verify replay
# What is signed does not say where it counts: an order of the rehearsal is an order.

# %% task="message"
def encode_message(chain, payload):
    return payload
