# fails: push bound
# Pushes every new record to all peers.

# %% task="push"
def take_records(node, sender, records):
    new = []
    for record in records:
        if judge_record(record) is not None:
            punish(node, sender)
        elif compute_id(record) not in node["records"]:
            node["records"][compute_id(record)] = record
            node["delivered"].append(record)
            new.append(record)
    if not new:
        return []
    return [[peer, {"kind": "records", "records": new}] for peer in choose_peers(node, len(node["peers"]), [sender])]



def publish(node, text):
    return take_records(node, node["name"], [make_record(node["name"], text)])
