# fails: log verify rewrite head anchors
# Every link begins from START: a list of hashes, but no chain.

# %% task="log"
def build_log(records, hash_name="sha256"):
    return [(record, hash_link(START, record, hash_name)) for record in records]
