# fails: pull guard bound liars
# Answers every have, if only with empty lists.

# %% task="pull"
def on_have(node, sender, ids):
    missing = [record for record_id, record in node["records"].items() if record_id not in ids][:MAX_LIST]
    wanted = [record_id for record_id in ids if record_id not in node["records"]][:MAX_LIST]
    answers = []
    answers.append([sender, {"kind": "records", "records": missing}])
    answers.append([sender, {"kind": "want", "ids": wanted}])
    return answers


def on_want(node, sender, ids):
    records = [node["records"][record_id] for record_id in ids if record_id in node["records"]][:MAX_LIST]
    return [[sender, {"kind": "records", "records": records}]] if records else []
