# fails: link log verify rewrite head
# The record is hashed on its own first.

# %% task="link"
def hash_link(previous, record, hash_name="sha256"):
    h = HASHES[hash_name]
    return h(previous + h(encode_record(record)))
