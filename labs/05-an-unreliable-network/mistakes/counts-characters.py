# fails: record
# Counts characters, not bytes.

# %% task="record"
def judge_record(record):
    if not isinstance(record, dict) or set(record) != {"author", "text", "seal"}:
        return "MALFORMED"
    if not all(isinstance(value, str) for value in record.values()):
        return "MALFORMED"
    if len(record["text"]) > MAX_TEXT:
        return "TOO_LONG"
    if record["seal"] != compute_seal(record["author"], record["text"]):
        return "FORGED"
    return None
