# fails: link log verify rewrite head
# The previous link comes after the record.

# %% task="link"
def hash_link(previous, record, hash_name="sha256"):
    return HASHES[hash_name](encode_record(record) + previous)
