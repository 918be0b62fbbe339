# fails: link log verify rewrite head
# hash_name is ignored.

# %% task="link"
def hash_link(previous, record, hash_name="sha256"):
    return sha256(previous + encode_record(record))
