# fails: encoding
# The length is that of the text, not of its bytes.

# %% task="encoding"
def encode_record(record):
    result = b""
    for text in record:
        result += len(text).to_bytes(4, "big") + text.encode()
    return result
