"""The consensus engines in the simulator: how fast it runs them, and what a block costs its members, in messages and in time.

Messages a second are deliveries by second of processor time, checkers left out. Messages a block and latency are the engine's own, in a
calm network whose messages take 5 to 40 ms: from a client's request until the first member has decided it, in simulated milliseconds.

The engines' latencies are drawn in one picture, build/bench/latency.svg.

Run it by itself (`python -m tests.benchmarks.bench_consensus`) or through `make bench`.
"""

import time
from pathlib import Path

from minichain.figures import EngineChart, Series, draw_engine_chart
from minichain.network.measure import compute_measurement, measure, run_calmly

ENGINES = ("solo", "raft", "tbft", "maxbft", "pow")
SIZES = (4, 7, 16, 31, 64, 100)
CHART_SIZES = {"solo": (1,), "pow": (4, 7, 16)}
"""For how many members an engine's latency is drawn, where it is not for 4 to 31."""
PICTURE = Path("build/bench/latency.svg")
MINUTE_MS = 60_000
AIM = 50_000
"""Simulated messages a second on one core."""


def main() -> None:
    """Print the tables."""
    print("Consensus, four members, one simulated minute\n")
    print(f"  {'':8}{'messages a second':>20}{'messages a block':>20}{'blocks a second':>18}{'latency':>12}")
    for engine in ENGINES:
        began = time.process_time()
        simulation = run_calmly(engine, 4, MINUTE_MS)
        rate = simulation.deliveries / (time.process_time() - began)
        found = compute_measurement(simulation)
        told = f"{rate:20,.0f}" if simulation.deliveries else f"{'none':>20}"
        blocks = found.blocks * 1000 / MINUTE_MS
        print(f"  {engine:8}{told}{found.messages_per_block:20.1f}{blocks:18.2f}{found.latency_ms:9,.0f} ms")
    print(f"  aimed at are {AIM:,} messages a second\n\nMessages a block, against the number of members\n")
    print(f"  {'':8}" + "".join(f"{size:>10}" for size in SIZES))
    for engine in ("raft", "tbft", "maxbft"):
        counts = [measure(engine, size, 4000).messages_per_block for size in SIZES]
        print(f"  {engine:8}" + "".join(f"{count:10,.0f}" for count in counts), flush=True)
    print(f"\nLatency of all engines against the number of members: {draw_latencies()}")


def draw_latencies():
    """Draw how long each engine takes until the first member has decided, and return where the picture is."""
    series = []
    for engine in ENGINES:
        duration_ms = MINUTE_MS if engine == "pow" else 4000
        points = [(size, measure(engine, size, duration_ms).latency_ms) for size in CHART_SIZES.get(engine, (4, 7, 16, 31))]
        series.append(Series(engine, tuple(points)))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(draw_engine_chart(EngineChart("latency", tuple(series)), "en"), "utf-8")
    return PICTURE


if __name__ == "__main__":
    main()
