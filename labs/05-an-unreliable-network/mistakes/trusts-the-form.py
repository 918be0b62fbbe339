# fails: record push
# Looks into what comes in as if it were a record for certain.

# %% task="record"
def judge_record(record):
    if set(record) != {"author", "text", "seal"}:
        return "MALFORMED"
    if len(record["text"].encode()) > MAX_TEXT:
        return "TOO_LONG"
    if record["seal"] != compute_seal(record["author"], record["text"]):
        return "FORGED"
    return None
