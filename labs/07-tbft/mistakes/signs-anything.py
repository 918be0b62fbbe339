# fails: restart crashes
# Signs whatever it is asked to.

# %% task="restart"
def recover(node: dict, record: dict | None) -> dict:
    if record is None or record["height"] != node["height"]:
        return node
    kept = ("round", "locked_value", "locked_round", "valid_value", "valid_round")
    return {**node, **{key: record[key] for key in kept}}


def may_sign(record: dict | None, message: dict) -> bool:
    if record is None:
        return True
    kinds = ["proposal", "prevote", "precommit"]
    last = record["message"]
    before = (last["height"], last["round"], kinds.index(last["kind"]))
    now = (message["height"], message["round"], kinds.index(message["kind"]))
    return True
