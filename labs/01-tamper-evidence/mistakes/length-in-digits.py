# fails: encoding link log verify rewrite head
# The length is written as text: "2ab1c". With "12" and "1" in front of a digit it is ambiguous again.

# %% task="encoding"
def encode_record(record):
    return "".join(str(len(t.encode())) + t for t in record).encode()
