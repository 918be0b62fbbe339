# fails: vote node attack
# Votes only for a log that is further than its own, so that equal members elect nobody.

# %% task="vote"
def is_up_to_date(log, last_term, last_index):
    return (last_term, last_index) > (get_term(log, len(log)), len(log))


def on_ask(node, message):
    candidate = message["from"]
    granted = (
        message["term"] == node["term"]
        and node["vote"] in (None, candidate)
        and is_up_to_date(node["log"], message["last_term"], message["last_index"])
    )
    if granted:
        node = {**node, "vote": candidate}
    return node, [make_message(node, candidate, "vote", granted=granted)]
