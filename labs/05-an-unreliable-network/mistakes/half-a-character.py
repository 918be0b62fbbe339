# fails: record
# Takes every str for a text: half a character makes encode raise.

# %% task="record"
def judge_record(record) -> str | None:
    if not isinstance(record, dict) or set(record) != {"author", "text", "seal"}:
        return "MALFORMED"
    if not all(isinstance(value, str) for value in record.values()):
        return "MALFORMED"
    if len(record["text"].encode()) > MAX_TEXT:
        return "TOO_LONG"
    if record["seal"] != compute_seal(record["author"], record["text"]):
        return "FORGED"
    return None
