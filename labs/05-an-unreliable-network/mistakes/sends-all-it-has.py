# fails: pull bound
# Sends its records whether or not the other has them.

# %% task="pull"
def on_have(node, sender, ids):
    missing = [record for record_id, record in node["records"].items() if True][:MAX_LIST]
    wanted = [record_id for record_id in ids if record_id not in node["records"]][:MAX_LIST]
    answers = []
    if missing:
        answers.append([sender, {"kind": "records", "records": missing}])
    if wanted:
        answers.append([sender, {"kind": "want", "ids": wanted}])
    return answers


def on_want(node, sender, ids):
    records = [node["records"][record_id] for record_id in ids if record_id in node["records"]][:MAX_LIST]
    return [[sender, {"kind": "records", "records": records}]] if records else []
