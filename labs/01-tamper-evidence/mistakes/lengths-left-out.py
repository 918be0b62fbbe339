# fails: encoding link log verify rewrite head
# The texts are joined as they are: ("ab", "c") and ("a", "bc") are one.

# %% task="encoding"
def encode_record(record):
    return "".join(record).encode()
