# fails: pull liars
# Answers a short question with everything it has.

# %% task="pull"
def on_have(node, sender, ids):
    missing = [record for record_id, record in node["records"].items() if record_id not in ids]
    wanted = [record_id for record_id in ids if record_id not in node["records"]]
    answers = []
    if missing:
        answers.append([sender, {"kind": "records", "records": missing}])
    if wanted:
        answers.append([sender, {"kind": "want", "ids": wanted}])
    return answers


def on_want(node, sender, ids):
    records = [node["records"][record_id] for record_id in ids if record_id in node["records"]]
    return [[sender, {"kind": "records", "records": records}]] if records else []
