# fails: vote
# Refuses the candidate that it has voted for when the request comes again.

# %% task="vote"
def is_up_to_date(log, last_term, last_index):
    return (last_term, last_index) >= (get_term(log, len(log)), len(log))


def on_ask(node, message):
    candidate = message["from"]
    granted = (
        message["term"] == node["term"]
        and node["vote"] is None
        and is_up_to_date(node["log"], message["last_term"], message["last_index"])
    )
    if granted:
        node = {**node, "vote": candidate}
    return node, [make_message(node, candidate, "vote", granted=granted)]
