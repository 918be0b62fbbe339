# fails: push delivery bound liars
# Pushes again what it has already: the network never comes to rest.

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
    new = [record for record in records if judge_record(record) is None]
    if not new:
        return []
    return [[peer, {"kind": "records", "records": new}] for peer in choose_peers(node, FANOUT, [sender])]



def publish(node, text):
    return take_records(node, node["name"], [make_record(node["name"], text)])
