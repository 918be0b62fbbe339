# fails: restart crashes
# Begins anew after a power cut.

# %% task="restart"
def recover(node: dict, record: dict | None) -> dict:
    return node


def may_sign(record: dict | None, message: dict) -> bool:
    if record is None:
        return True
    kinds = ["proposal", "prevote", "precommit"]
    last = record["message"]
    before = (last["height"], last["round"], kinds.index(last["kind"]))
    now = (message["height"], message["round"], kinds.index(message["kind"]))
    return now > before or message == last
