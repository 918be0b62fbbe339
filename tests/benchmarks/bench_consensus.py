"""The consensus engines in the simulator: how fast it runs them, and what a block costs its members, in messages and in time.

Messages a second are deliveries by second of processor time, checkers left out. Messages a block and latency are the engine's own, in a
calm network whose messages take 5 to 40 ms: from a client's request until the first member has decided it, in simulated milliseconds.

The engines' latencies are drawn in one picture, build/bench/latency.svg.

Run it by itself (`python -m tests.benchmarks.bench_consensus`) or through `make bench`.
"""

import time
from pathlib import Path
from statistics import mean

from minichain.figures import EngineChart, draw_engine_chart
from minichain.figures.engine_chart import Series
from minichain.network.clusters import make_cluster
from minichain.network.schedule import Conditions, Request, Schedule
from minichain.network.simulator import Simulation
from minichain.network.trace import Asked, Decided

ENGINES = ("solo", "raft", "tbft", "maxbft", "pow")
SIZES = (4, 7, 16, 31, 64, 100)
PICTURE = Path("build/bench/latency.svg")
AIM = 50_000
"""Simulated messages a second on one core."""


def measure(engine, size, duration_ms):
    """Return messages a second, messages a block, blocks a simulated second, and the mean latency in milliseconds."""
    names = [f"N{number:02}" for number in range(size)]
    requests = tuple(Request(at_ms, "client", f"put x {at_ms}") for at_ms in range(1000, duration_ms - 1000, 250))
    simulation = Simulation(make_cluster(engine, names), Schedule(1, duration_ms, Conditions((5, 40)), requests=requests))
    began = time.process_time()
    simulation.run()
    seconds = time.process_time() - began
    first = simulation.cluster.names[0]
    blocks = sum(isinstance(entry, Decided) and entry.member == first for entry in simulation.trace)
    asked = {entry.transaction: entry.at_ms for entry in simulation.trace if isinstance(entry, Asked)}
    latencies = []
    for transaction, at_ms in asked.items():
        done = simulation.seats[first].ledger.executed.get(transaction)
        if done is not None:
            latencies.append(next(e.at_ms for e in simulation.trace if isinstance(e, Decided) and e.height == done.height) - at_ms)
    rate = simulation.deliveries / seconds if simulation.deliveries else 0
    return rate, simulation.deliveries / max(blocks, 1), blocks * 1000 / duration_ms, mean(latencies) if latencies else float("nan")


def main() -> None:
    """Print the tables."""
    print("Consensus, four members, one simulated minute\n")
    print(f"  {'':8}{'messages a second':>20}{'messages a block':>20}{'blocks a second':>18}{'latency':>12}")
    for engine in ENGINES:
        rate, per_block, blocks, latency = measure(engine, 4, 60_000)
        told = f"{rate:20,.0f}" if rate else f"{'none':>20}"
        print(f"  {engine:8}{told}{per_block:20.1f}{blocks:18.2f}{latency:9,.0f} ms")
    print(f"  aimed at are {AIM:,} messages a second\n\nMessages a block, against the number of members\n")
    print(f"  {'':8}" + "".join(f"{size:>10}" for size in SIZES))
    for engine in ("raft", "tbft", "maxbft"):
        counts = [measure(engine, size, 4000)[1] for size in SIZES]
        print(f"  {engine:8}" + "".join(f"{count:10,.0f}" for count in counts), flush=True)
    print(f"\nLatency of all engines against the number of members: {draw_latencies()}")


def draw_latencies():
    """Draw how long each engine takes until the first member has decided, and return where the picture is."""
    sizes = {"solo": (1,), "pow": (4, 7, 16)}
    series = []
    for engine in ENGINES:
        points = [(size, measure(engine, size, 60_000 if engine == "pow" else 4000)[3]) for size in sizes.get(engine, (4, 7, 16, 31))]
        series.append(Series(engine, tuple(points)))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(draw_engine_chart(EngineChart("latency", tuple(series)), "en"), "utf-8")
    return PICTURE


if __name__ == "__main__":
    main()
