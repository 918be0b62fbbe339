# fails: record push liars
# Looks whether there is a seal, not whose.

# %% task="record"
def judge_record(record):
    if not isinstance(record, dict) or set(record) != {"author", "text", "seal"}:
        return "MALFORMED"
    if not all(isinstance(value, str) for value in record.values()):
        return "MALFORMED"
    if len(record["text"].encode()) > MAX_TEXT:
        return "TOO_LONG"
    if len(record["seal"]) != 16:
        return "FORGED"
    return None
