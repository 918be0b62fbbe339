"""100,000 inserts into a trie with a root after every 1,000: ours and the package `trie`, batch by batch in turn in one run.

Run it by itself (`python -m tests.benchmarks.bench_trie`) or through `make bench`. Ratios decide: the machine's speed cancels out.
"""

import importlib.util
import os
import random
import time

from minichain.crypto.hashing import keccak256
from minichain.crypto.trie import Trie

ENTRIES, BATCH = 100_000, 1000
VALUE_BYTES = 70
"""About the size of an Ethereum account."""
AT_LEAST_PEER = 3.0
"""The peer's time must be this many times ours."""


def make_ours():
    trie = Trie()

    def insert(entries):
        for key, value in entries:
            trie.put(key, value)
        return trie.compute_root()

    return insert


def make_peer():
    """Return the peer with the hash backend that we have, and in the quickest of its modes: pruning and batches take it longer."""
    os.environ["ETH_HASH_BACKEND"] = "pysha3"
    from trie import HexaryTrie

    trie = HexaryTrie({})

    def insert(entries):
        for key, value in entries:
            trie[key] = value
        return trie.root_hash

    return insert


def run() -> dict:
    """Return the seconds of processor time by contestant; the peer takes part only where it is installed."""
    contestants = {"minichain": make_ours()}
    if importlib.util.find_spec("trie"):
        contestants["trie"] = make_peer()
    draw = random.Random(0)
    seconds = dict.fromkeys(contestants, 0.0)
    for number in range(ENTRIES // BATCH):
        entries = [(keccak256(draw.randbytes(20)), draw.randbytes(VALUE_BYTES)) for _ in range(BATCH)]
        roots = set()
        for name in sorted(contestants, reverse=bool(number % 2)):
            start = time.process_time()
            roots.add(contestants[name](entries))
            seconds[name] += time.process_time() - start
        if len(roots) != 1:
            raise SystemExit(f"the contestants do not agree on root {number + 1}, so their times mean nothing")
    return seconds


def main() -> None:
    """Print the table."""
    seconds = run()
    print(f"{ENTRIES:,} inserts into a trie with a root after every {BATCH:,}, Keccak-256, processor time, batch by batch in turn\n")
    for name, taken in seconds.items():
        print(f"  {name:12}{taken:8.2f} s {ENTRIES / taken:10,.0f} inserts a second")
    if "trie" in seconds:
        ratio = seconds["trie"] / seconds["minichain"]
        verdict = "met" if ratio >= AT_LEAST_PEER else "MISSED"
        print(f"\n  trie / minichain {ratio:7.2f}   target at least {AT_LEAST_PEER:g}: {verdict}")
    else:
        print("\n  the package `trie` is not installed, so there is no comparison with it")


if __name__ == "__main__":
    main()
