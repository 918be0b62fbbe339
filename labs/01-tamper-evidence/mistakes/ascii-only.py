# fails: encoding
# Characters outside ASCII are replaced by question marks: all of them are one.

# %% task="encoding"
def encode_record(record):
    data = [text.encode("ascii", "replace") for text in record]
    return b"".join(len(each).to_bytes(4, "big") + each for each in data)
