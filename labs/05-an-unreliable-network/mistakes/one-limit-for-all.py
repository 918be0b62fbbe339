# fails: guard
# Allows as many records as ids.

# %% task="guard"
def is_well_formed(message):
    if not isinstance(message, dict):
        return False
    limits = {"records": MAX_LIST, "have": MAX_IDS, "want": MAX_LIST}
    kind = message.get("kind")
    if not isinstance(kind, str) or kind not in limits:
        return False
    key = "records" if kind == "records" else "ids"
    if set(message) != {"kind", key}:
        return False
    items = message[key]
    if not isinstance(items, list) or len(items) > MAX_IDS:
        return False
    if key == "records":
        return True
    return all(isinstance(item, str) and len(item) == ID_LENGTH for item in items) and len(set(items)) == len(items)


def on_message(node, sender, message):
    if is_ignored(node, sender):
        return []
    if not is_well_formed(message):
        punish(node, sender)
        return []
    if message["kind"] == "records":
        return take_records(node, sender, message["records"])
    if message["kind"] == "have":
        return on_have(node, sender, message["ids"])
    return on_want(node, sender, message["ids"])
