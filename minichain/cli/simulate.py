"""`minichain simulate`: let a consensus engine run on a network that fails, see what happens, and search for runs that break a rule."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import track

from minichain.cli.files import CommandError
from minichain.cli.options import Json
from minichain.figures import draw_space_time
from minichain.figures.space_time import MAX_MESSAGES
from minichain.network.byzantine import PLUGS
from minichain.network.campaign import Failure, draw_schedule, run_seeds, shrink
from minichain.network.checkers import Violation, check_run
from minichain.network.cluster import Cluster
from minichain.network.clusters import ENGINES, make_cluster
from minichain.network.picture import make_space_time
from minichain.network.schedule import Conditions, Crash, Partition, Schedule, Skew
from minichain.network.simulator import Simulation
from minichain.network.trace import Asked, Crashed, Decided, Divided, Entry, Reported, Restarted, Sent, tell

BROKEN: Final = 1
"""The exit code when a rule was broken."""
MOST_NODES: Final = 100
NAMES: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHOWN_BYTES: Final = 8


def simulate(
    engine: Annotated[str, typer.Argument(help=f"Which engine: {', '.join(ENGINES)}.", show_default=False)],
    nodes: Annotated[int, typer.Option(min=1, max=MOST_NODES, help="How many members.")] = 4,
    byzantine: Annotated[int | None, typer.Option(min=0, help="How many members break the rules; default: drawn by the seed.")] = None,
    behaviour: Annotated[
        str | None, typer.Option(help="How they do it: silent, withhold, delay, forge, twins, or one of the engine's own.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What decides about everything that looks like chance.")] = 0,
    calm: Annotated[bool, typer.Option("--calm", help="No crash, no partition, nothing lost: all is well.")] = False,
    seeds: Annotated[int, typer.Option(min=1, help="Run so many seeds, from --seed on, and shrink the first that breaks a rule.")] = 1,
    messages: Annotated[bool, typer.Option("--messages", help="Tell of every message, write and timer too.")] = False,
    from_ms: Annotated[int, typer.Option("--from", min=0, help="Tell, or draw, from this millisecond on.")] = 0,
    until_ms: Annotated[
        int | None, typer.Option("--until", min=1, help="Tell, or draw, until this millisecond.", show_default=False)
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="Write a space-time diagram into this file.", show_default=False)] = None,
    lang: Annotated[str, typer.Option(help="The language of the diagram: en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """Run a consensus engine in a simulated network and tell what happened.

    Time is virtual, and chance comes from the seed: the same command gives the same run on every machine. Members crash, also while they
    write; the network loses, delays and divides; up to f of them are Byzantine. Ends with 1 if a rule was broken.

    \b
    minichain simulate raft --calm --messages --until 400
    minichain simulate tbft --nodes 7 --byzantine 2 --seed 42 --svg run.svg
    minichain simulate tbft --nodes 4 --byzantine 2 --behaviour twins --seeds 200
    """
    cluster = find_cluster(engine, nodes)
    validate_wishes(cluster, byzantine, behaviour, lang)
    if seeds > 1:
        failure = search(cluster, range(seed, seed + seeds), byzantine, behaviour, as_json)
        if failure is None:
            typer.echo(json.dumps({"engine": engine, "seeds": seeds, "violation": None}) if as_json else f"{seeds:,} runs, no rule broken")
            return
        schedule = failure.schedule
    else:
        schedule = draw_schedule(cluster, seed, byzantine=byzantine, behaviours=[behaviour] if behaviour else None)
        if calm:
            schedule = replace(schedule, faults=(), conditions=Conditions(), rough_until_ms=0)
    simulation = Simulation(cluster, schedule).run()
    violation = check_run(simulation)
    until_ms = schedule.duration_ms if until_ms is None else until_ms
    shown = [entry for entry in simulation.trace if from_ms <= entry.at_ms <= until_ms]
    if svg is not None:
        write_picture(svg, cluster, simulation, from_ms, until_ms, lang)
    if as_json:
        typer.echo(json.dumps(summarise(simulation, violation), ensure_ascii=False))
    else:
        for line in tell_run(simulation, shown if messages else [entry for entry in shown if is_remarkable(entry)], violation, svg):
            typer.echo(line)
    if violation is not None:
        raise typer.Exit(BROKEN)


def find_cluster(engine: str, nodes: int) -> Cluster:
    """Return the members of an engine, named A, B, C, …"""
    if engine not in ENGINES:
        raise CommandError(f"no engine is called {engine!r}; there are {', '.join(ENGINES)}")
    names = [NAMES[number] if nodes <= len(NAMES) else f"N{number}" for number in range(nodes)]
    return make_cluster(engine, names)


def validate_wishes(cluster: Cluster, byzantine: int | None, behaviour: str | None, lang: str) -> None:
    """Raise CommandError for what cannot be simulated."""
    if byzantine is not None and byzantine > len(cluster.names):
        raise CommandError(f"--byzantine {byzantine}: there are {len(cluster.names)} members")
    known = sorted({*PLUGS, *cluster.plugs})
    if behaviour is not None and behaviour not in known:
        raise CommandError(f"--behaviour {behaviour}: Byzantine members of {cluster.engine} can be {', '.join(known)}")
    if lang not in ("en", "zh"):
        raise CommandError(f"--lang {lang}: the diagram speaks en or zh")


def search(cluster: Cluster, seeds: range, byzantine: int | None, behaviour: str | None, as_json: bool) -> Failure | None:
    """Return the first seed that breaks a rule, made as small as it goes, or None."""
    console = Console(stderr=True)
    runs: Iterator[Failure | None] = run_seeds(cluster, seeds, byzantine=byzantine, behaviours=[behaviour] if behaviour else None)
    runs = iter(track(runs, "simulating", len(seeds), console=console, transient=True, disable=as_json or not console.is_terminal))
    failure = next((failure for failure in runs if failure is not None), None)
    return None if failure is None else shrink(cluster, failure)


def is_remarkable(entry: Entry) -> bool:
    """Answer whether an entry is told of without being asked."""
    return isinstance(entry, Asked | Crashed | Decided | Divided | Reported | Restarted)


def tell_run(simulation: Simulation, shown: list[Entry], violation: Violation | None, svg: Path | None) -> Iterator[str]:
    """Yield the lines of the story."""
    schedule, cluster = simulation.schedule, simulation.cluster
    size = len(cluster.names)
    members = f"{size} member{'s' * (size > 1)}, of which {cluster.tolerated} may be Byzantine"
    yield f"{cluster.engine}: {members}; seed {schedule.seed}, {schedule.duration_ms:,} ms"
    for line in describe_schedule(schedule):
        yield f"  {line}"
    yield ""
    yield from map(tell, shown)
    yield ""
    heights = {name: seat.ledger.height for name, seat in simulation.seats.items() if name in simulation.honest}
    yield f"{simulation.deliveries:,} messages delivered; heights " + ", ".join(f"{name} {height}" for name, height in heights.items())
    if svg is not None:
        yield f"diagram: {svg}"
    yield "no rule was broken" if violation is None else f"BROKEN at {violation.at_ms} ms: {violation.rule}. {violation.text}"


def describe_schedule(schedule: Schedule) -> Iterator[str]:
    """Yield what goes wrong, a line each."""
    for member, kind in sorted(schedule.byzantine.items()):
        yield f"{member} is Byzantine: {kind}"
    conditions = schedule.conditions
    moods = {"lost": conditions.lost_in_1000, "doubled": conditions.doubled_in_1000, "late": conditions.late_in_1000}
    rough = ", ".join(f"{count} in 1000 {what}" for what, count in moods.items() if count)
    yield f"messages take {conditions.delay_ms[0]} to {conditions.delay_ms[1]} ms" + (
        f"; until {schedule.rough_until_ms} ms {rough}" if rough else ""
    )
    for fault in schedule.faults:
        match fault:
            case Partition():
                groups = " | ".join(" ".join(group) or "–" for group in fault.groups)
                yield f"from {fault.from_ms} to {fault.until_ms} ms the network is {groups}"
            case Crash():
                when = f"in its first step from {fault.from_ms} ms on, after {fault.effects} effects"
                yield f"{fault.member} crashes {when}, and is back at {fault.until_ms} ms"
            case Skew():
                yield f"the clock of {fault.member} runs at {fault.percent} %"
            case _:
                yield f"message {fault.number} from {fault.sender} to {fault.recipient} is lost"


def write_picture(path: Path, cluster: Cluster, simulation: Simulation, from_ms: int, until_ms: int, lang: str) -> None:
    """Write the diagram, of as long a time as has room in it."""
    sent = [entry.at_ms for entry in simulation.trace if isinstance(entry, Sent) and from_ms <= entry.at_ms <= until_ms]
    if len(sent) > MAX_MESSAGES // 2:
        until_ms = max(sent[MAX_MESSAGES // 2], from_ms + 1)
    try:
        picture = draw_space_time(make_space_time(cluster.names, simulation.trace, from_ms, until_ms), lang)
        path.write_text(picture, "utf-8")
    except ValueError as error:
        raise CommandError(f"--svg: {error}") from None
    except OSError as error:
        raise CommandError(f"--svg {path}: {error.strerror}") from None


def summarise(simulation: Simulation, violation: Violation | None) -> dict[str, Any]:
    """Return the run for programs."""
    schedule = simulation.schedule
    return {
        "engine": simulation.cluster.engine,
        "seed": schedule.seed,
        "members": list(simulation.cluster.names),
        "byzantine": dict(schedule.byzantine),
        "duration_ms": schedule.duration_ms,
        "deliveries": simulation.deliveries,
        "heights": {name: simulation.seats[name].ledger.height for name in simulation.honest},
        "entries": Counter(type(entry).__name__ for entry in simulation.trace),
        "decisions": [
            {"at_ms": entry.at_ms, "member": entry.member, "height": entry.height, "value": entry.value.hex()[: 2 * SHOWN_BYTES]}
            for entry in simulation.trace
            if isinstance(entry, Decided)
        ],
        "violation": None if violation is None else asdict(violation),
    }
