# fails: worksheet
# Chooses the right engine for the wrong reason.

# %% task="worksheet"
def advise() -> dict[str, tuple[str, list[str]]]:
    return {
        "hospital": ("solo", ["one-computer", "no-messages"]),
        "bank": ("raft", ["crashes", "three-members"]),
        "harbour": ("tbft", ["liars", "final"]),
        "provinces": ("maxbft", ["liars", "linear"]),
        "registry": ("elected-tbft", ["changing-seats", "newest"]),
        "archive": ("pow", ["open", "counts-work"]),
    }
