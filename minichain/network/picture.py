"""A run as a picture: what the figure `space_time` needs of a trace."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from minichain.figures import Arrow, Decision, Division, Evidence, Outage, SpaceTime
from minichain.network.trace import Crashed, Decided, Divided, Entry, Reported, Restarted, Sent, describe


def make_space_time(names: Sequence[str], trace: Iterable[Entry], from_ms: int, until_ms: int) -> SpaceTime:
    """Return the figure of what happened between two moments."""
    entries = list(trace)
    shown = [entry for entry in entries if from_ms <= entry.at_ms <= until_ms]
    arrows = [
        Arrow(entry.sender, entry.recipient, entry.at_ms, at_ms, get_kind(entry.message), describe(entry.message))
        for entry in shown
        if isinstance(entry, Sent)
        for at_ms in (entry.arrivals_ms or (None,))
    ]
    return SpaceTime(
        tuple(names),
        from_ms,
        until_ms,
        tuple(arrows),
        tuple(Decision(entry.member, entry.at_ms, str(entry.height)) for entry in shown if isinstance(entry, Decided)),
        tuple(down for down in find_outages(entries, until_ms + 1) if down.from_ms <= until_ms and down.until_ms >= from_ms),
        tuple(one for one in find_divisions(entries) if one.from_ms <= until_ms and one.until_ms >= from_ms),
        tuple(Evidence(entry.member, entry.at_ms, describe(entry.evidence)) for entry in shown if isinstance(entry, Reported)),
    )


def get_kind(message: object) -> str:
    """Return what sort of message this is: its own `kind`, or the name of its class."""
    kind = getattr(message, "kind", None)
    return str(getattr(kind, "name", kind)).lower() if kind is not None else type(message).__name__


def find_outages(entries: Iterable[Entry], end_ms: int) -> list[Outage]:
    """Return when members did not run; one that never came back is down until the end."""
    outages, since = list[Outage](), dict[str, int]()
    for entry in entries:
        if isinstance(entry, Crashed):
            since[entry.member] = entry.at_ms
        elif isinstance(entry, Restarted) and entry.member in since:
            outages.append(Outage(entry.member, since.pop(entry.member), entry.at_ms))
    return [*outages, *(Outage(member, at_ms, max(end_ms, at_ms + 1)) for member, at_ms in since.items())]


def find_divisions(entries: Iterable[Entry]) -> list[Division]:
    """Return when the network was divided, and into what."""
    changes = [entry for entry in entries if isinstance(entry, Divided)]
    return [
        Division(before.at_ms, after.at_ms, " | ".join(" ".join(group) or "–" for group in before.groups))
        for before, after in pairwise(changes)
        if len(before.groups) > 1 and after.at_ms > before.at_ms
    ]
