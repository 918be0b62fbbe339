# fails: encoding link log verify rewrite head
# A comma between the texts: a text with a comma in it is two texts.

# %% task="encoding"
def encode_record(record):
    return ",".join(record).encode("utf-8")
