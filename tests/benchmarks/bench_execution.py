"""Parallel execution beside serial execution, in turn in one run: cheap and dear contracts at 0, 10 and 100 % conflict.

The peer here is ourselves on one core. What counts is the whole of a proposer's and of a verifier's work: sending calls to the processes,
running them, applying what they wrote, and building or following the DAG. It also measures the state root: how the time of a block that
touches 1,000 keys grows with the number of keys.

Run it by itself (`python tests/benchmarks/bench_execution.py`) or through `make bench`. Ratios decide: the machine's speed cancels out.
"""

import os
import random
import time

from minichain.crypto.hashing import sha256
from minichain.crypto.node_store import MemoryStore
from minichain.ledger.commitment import StateTree
from minichain.ledger.keyvalue import encode_number, find_keyvalue_engine
from minichain.ledger.parallel import execute_along, execute_in_parallel
from minichain.ledger.rwset import Write
from minichain.ledger.serial import execute_serially
from minichain.ledger.state import MemoryState
from minichain.ledger.workers import WorkerPool
from tests.ledger.keyvalue_calls import call

ACCOUNTS = 10_000
ROUNDS = 5
KINDS = {"cheap (add to a number)": (1_000, 0), "dear (2,000 hashes)": (300, 2_000)}
"""For each kind of contract, how many transactions a block has, and how many hashes each computes."""
CONFLICTS = (0, 10, 100)
"""The share in percent of transactions that add to one and the same number."""


def make_block(size, rounds, conflict, draw):
    """Return the calls of a block."""
    keys = [b"hot" if draw.randrange(100) < conflict else draw.randbytes(8) for _ in range(size)]
    if rounds:
        return [call("burn", key=key, rounds=rounds) for key in keys]
    return [call("add", key=key, amount=1) for key in keys]


def measure(block, state, pool):
    """Return the quickest seconds of serial execution, of making the block in parallel, and of verifying it along its DAG."""
    seconds = {"serial": [], "parallel": [], "along the DAG": []}
    for _ in range(ROUNDS):
        start = time.perf_counter()
        execute_serially(block, state, find_keyvalue_engine)
        seconds["serial"].append(time.perf_counter() - start)
        start = time.perf_counter()
        proposed = execute_in_parallel(block, state, pool)
        seconds["parallel"].append(time.perf_counter() - start)
        in_order = [block[number] for number in proposed.order]
        start = time.perf_counter()
        verified = execute_along(proposed.dag, in_order, state, pool)
        seconds["along the DAG"].append(time.perf_counter() - start)
        if verified.records != proposed.records:
            raise SystemExit("proposer and verifier do not agree, so their times mean nothing")
    return {name: min(times) for name, times in seconds.items()}


def run_parallel() -> dict:
    """Return {(kind, conflict): {"size", "serial", "parallel", "along the DAG"}} in seconds."""
    draw = random.Random(0)
    state = MemoryState()
    state.apply(0, [[Write("kv", draw.randbytes(8), encode_number(1))] for _ in range(ACCOUNTS)])
    results = {}
    with WorkerPool(find_keyvalue_engine, os.cpu_count() or 1) as pool:
        for kind, (size, rounds) in KINDS.items():
            for conflict in CONFLICTS:
                block = make_block(size, rounds, conflict, draw)
                results[kind, conflict] = {"size": size, **measure(block, state, pool)}
    return results


# The state root

SIZES = (1_000, 10_000, 100_000)
TOUCHED = 1_000


def run_root() -> dict:
    """Return {number of keys: the quickest seconds for the root after a block that touches 1,000 of them}."""
    draw = random.Random(0)
    stored = MemoryStore()
    tree = StateTree(stored, sha256)
    root, keys, results = tree.empty_root, [], {}
    for size in SIZES:
        while len(keys) < size:
            new = [draw.randbytes(20) for _ in range(min(10_000, size - len(keys)))]
            update = tree.compute_update(root, 0, [[Write("kv", key, encode_number(1))] for key in new])
            for node_hash, node in update.nodes.items():
                stored.put(node_hash, node)
            root = update.root
            keys += new
        times = []
        for height in range(1, ROUNDS + 1):
            block = [[Write("kv", key, encode_number(height))] for key in draw.sample(keys, TOUCHED)]
            start = time.perf_counter()
            tree.compute_update(root, height, block)
            times.append(time.perf_counter() - start)
        results[size] = min(times)
    return results


def main() -> None:
    """Print the tables."""
    cores = os.cpu_count() or 1
    print(f"Parallel execution in {cores} processes beside serial execution, {ACCOUNTS:,} accounts, quickest of {ROUNDS} rounds in turn\n")
    print(f"  {'contract':26}{'conflict':>9}{'serial':>14}{'to propose':>14}{'to verify':>12}")
    for (kind, conflict), result in run_parallel().items():
        serial = result["serial"]
        ratios = [serial / result[name] for name in ("parallel", "along the DAG")]
        print(f"  {kind:26}{conflict:>7} %{result['size'] / serial:>9,.0f} tx/s{ratios[0]:>11.2f} x{ratios[1]:>9.2f} x")
    print(f"\nState root after a block that touches {TOUCHED:,} keys, quickest of {ROUNDS}\n")
    for size, seconds in run_root().items():
        print(f"  of {size:>9,} keys{1000 * seconds:>10.1f} ms{TOUCHED / seconds:>12,.0f} keys/s")


if __name__ == "__main__":
    main()
