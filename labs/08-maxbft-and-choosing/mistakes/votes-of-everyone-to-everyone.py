# fails: worksheet
# Gives forty authorities TBFT, with messages that grow like the square.

# %% task="worksheet"
def advise() -> dict[str, tuple[str, list[str]]]:
    return {
        "hospital": ("solo", ["one-computer", "no-messages"]),
        "bank": ("raft", ["crashes", "three-members"]),
        "harbour": ("tbft", ["liars", "final"]),
        "provinces": ("tbft", ["liars", "final"]),
        "registry": ("elected-tbft", ["changing-seats", "liars"]),
        "archive": ("pow", ["open", "counts-work"]),
    }
