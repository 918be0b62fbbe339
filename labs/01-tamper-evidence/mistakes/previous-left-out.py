# fails: link log verify rewrite head anchors
# The link stands for its record only: nothing binds it to what came before.

# %% task="link"
def hash_link(previous, record, hash_name="sha256"):
    return HASHES[hash_name](encode_record(record))
