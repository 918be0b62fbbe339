# fails: worksheet
# Gives the bank a Byzantine engine, which needs four members to bear a single fault.

# %% task="worksheet"
def advise() -> dict[str, tuple[str, list[str]]]:
    return {
        "hospital": ("solo", ["one-computer", "no-messages"]),
        "bank": ("tbft", ["crashes", "liars"]),
        "harbour": ("tbft", ["liars", "final"]),
        "provinces": ("maxbft", ["liars", "linear"]),
        "registry": ("elected-tbft", ["changing-seats", "liars"]),
        "archive": ("pow", ["open", "counts-work"]),
    }
