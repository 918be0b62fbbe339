# fails: push guard liars
# Notes the id before it has judged the record: a forged copy blocks the genuine one.

# %% task="push"
def take_records(node, sender, records):
    new = []
    for record in records:
        try:
            record_id = compute_id(record)
        except Exception:
            punish(node, sender)
            continue
        if record_id in node.setdefault("seen", []):
            continue
        node["seen"].append(record_id)
        if judge_record(record) is not None:
            punish(node, sender)
            continue
        node["records"][record_id] = record
        node["delivered"].append(record)
        new.append(record)
    if not new:
        return []
    return [[peer, {"kind": "records", "records": new}] for peer in choose_peers(node, FANOUT, [sender])]



def publish(node, text):
    return take_records(node, node["name"], [make_record(node["name"], text)])
