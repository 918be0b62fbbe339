# fails: messages
# Counts a block as often as members decide it.

# %% task="messages"
import math


def count_per_block(transcript: list[dict]) -> float | None:
    blocks = [entry["block"] for entry in transcript if entry["what"] == "decide"]
    messages = sum("to" in entry for entry in transcript)
    return messages / len(blocks) if blocks else None


def compute_growth(small: tuple[int, float], large: tuple[int, float]) -> float:
    return math.log(large[1] / small[1]) / math.log(large[0] / small[0])
