"""The Merkle root of 100,000 entries: ours beside a bare hashlib loop and beside pymerkle, in turn in one run.

Run it by itself (`python tests/benchmarks/bench_merkle.py`) or through `make bench`. Ratios decide: the machine's speed cancels out.
"""

import hashlib
import importlib.util
import random
import time
from statistics import median

from minichain.crypto.merkle import compute_root
from minichain.crypto.merkle_log import MerkleLog

ENTRIES = 100_000
ENTRY_BYTES = 32
ROUNDS = 5

AT_MOST_BARE = 2.0
"""Our time may be this many times the bare loop's."""
AT_LEAST_PYMERKLE = 3.0
"""pymerkle's time must be this many times ours."""


def hash_bare(entries):
    """Do nothing but hash: the floor under every implementation in Python."""
    sha256 = hashlib.sha256
    level = [sha256(b"\x00" + entry).digest() for entry in entries]
    while len(level) > 1:
        above = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        level = above + level[len(above) * 2 :]
    return level[0]


def hash_with_log(entries):
    return MerkleLog(entries).get_root()


def hash_with_pymerkle(entries):
    import pymerkle

    return pymerkle.InmemoryTree.init_from_entries(entries).get_root()


def run() -> dict:
    """Return {"entries", "rounds", "seconds": median by contestant, "ratios", "targets_met"}; pymerkle only where it is installed."""
    contestants = {"bare hashlib loop": hash_bare, "minichain compute_root": compute_root, "minichain MerkleLog": hash_with_log}
    if importlib.util.find_spec("pymerkle"):
        contestants["pymerkle"] = hash_with_pymerkle
    draw = random.Random(0)
    entries = [draw.randbytes(ENTRY_BYTES) for _ in range(ENTRIES)]
    seconds = {name: [] for name in contestants}
    roots = set()
    for _ in range(ROUNDS):
        for name, compute in contestants.items():
            start = time.perf_counter()
            roots.add(compute(entries))
            seconds[name].append(time.perf_counter() - start)
    if len(roots) != 1:
        raise SystemExit("the contestants do not agree on the root, so their times mean nothing")
    medians = {name: median(times) for name, times in seconds.items()}
    ours = medians["minichain compute_root"]
    ratios = {"ours / bare": ours / medians["bare hashlib loop"]}
    met = {"ours / bare": ratios["ours / bare"] <= AT_MOST_BARE}
    if "pymerkle" in medians:
        ratios["pymerkle / ours"] = medians["pymerkle"] / ours
        met["pymerkle / ours"] = ratios["pymerkle / ours"] >= AT_LEAST_PYMERKLE
    return {"entries": ENTRIES, "rounds": ROUNDS, "seconds": medians, "ratios": ratios, "targets_met": met}


def main() -> None:
    """Print the table."""
    result = run()
    bare = result["seconds"]["bare hashlib loop"]
    print(f"Merkle root of {ENTRIES:,} entries of {ENTRY_BYTES} bytes, SHA-256, median of {ROUNDS} rounds in turn\n")
    for name, seconds in result["seconds"].items():
        print(f"  {name:24}{seconds:8.3f} s {seconds / bare:7.2f} x the bare loop")
    print()
    targets = {"ours / bare": f"at most {AT_MOST_BARE:g}", "pymerkle / ours": f"at least {AT_LEAST_PYMERKLE:g}"}
    for name, ratio in result["ratios"].items():
        verdict = "met" if result["targets_met"][name] else "MISSED"
        print(f"  {name:24}{ratio:8.2f}   target {targets[name]}: {verdict}")
    if "pymerkle" not in result["seconds"]:
        print("  pymerkle is not installed, so there is no comparison with it")


if __name__ == "__main__":
    main()
