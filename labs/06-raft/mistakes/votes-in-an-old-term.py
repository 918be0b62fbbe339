# fails: vote
# Grants a request of an older term.

# %% task="vote"
def is_up_to_date(log, last_term, last_index):
    return (last_term, last_index) >= (get_term(log, len(log)), len(log))


def on_ask(node, message):
    candidate = message["from"]
    granted = (
        node["vote"] in (None, candidate)
        and is_up_to_date(node["log"], message["last_term"], message["last_index"])
    )
    if granted:
        node = {**node, "vote": candidate}
    return node, [make_message(node, candidate, "vote", granted=granted)]
