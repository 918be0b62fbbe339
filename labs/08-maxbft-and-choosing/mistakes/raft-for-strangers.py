# fails: worksheet
# Gives the harbour Raft: it is quick and final, and one liar can forge it all.

# %% task="worksheet"
def advise() -> dict[str, tuple[str, list[str]]]:
    return {
        "hospital": ("solo", ["one-computer", "no-messages"]),
        "bank": ("raft", ["crashes", "three-members"]),
        "harbour": ("raft", ["crashes", "final"]),
        "provinces": ("maxbft", ["liars", "linear"]),
        "registry": ("elected-tbft", ["changing-seats", "liars"]),
        "archive": ("pow", ["open", "counts-work"]),
    }
