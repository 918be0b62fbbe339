# fails: link log verify rewrite head
# The link is text in hexadecimal.

# %% task="link"
def hash_link(previous, record, hash_name="sha256"):
    if isinstance(previous, str):
        previous = bytes.fromhex(previous)
    return HASHES[hash_name](previous + encode_record(record)).hex()
