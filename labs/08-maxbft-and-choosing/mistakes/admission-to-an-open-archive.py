# fails: worksheet
# Lets elected members keep an archive in which nobody wants to know who takes part.

# %% task="worksheet"
def advise() -> dict[str, tuple[str, list[str]]]:
    return {
        "hospital": ("solo", ["one-computer", "no-messages"]),
        "bank": ("raft", ["crashes", "three-members"]),
        "harbour": ("tbft", ["liars", "final"]),
        "provinces": ("maxbft", ["liars", "linear"]),
        "registry": ("elected-tbft", ["changing-seats", "liars"]),
        "archive": ("elected-tbft", ["open", "liars"]),
    }
