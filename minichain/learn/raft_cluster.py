"""A Raft cluster to break: let time pass, crash members, restart them, cut them off, ask for values, and see who is elected.

It is the engine of `minichain.consensus.raft` in the simulator of `minichain.network`. What was done so far is a schedule; with each press
of a button the run begins anew and goes a little further. The same schedule gives the same run, so what was seen stays as it was. Where
widgets do not run, the picture alone is shown, as it was when the cell was run.

Simplifications: no pre-vote and no check-quorum, which the paper does not have: a member that was cut off comes back with a newer term and
unseats a leader. Nothing is made shorter by snapshots. After 9 seconds one has to start again, because more does not fit into a picture.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from minichain.figures.term_timeline import Band, LogEntry, Role, TermLine, TermTimeline, describe_term_timeline, draw_term_timeline
from minichain.learn.widgets import build_list, import_widgets, render

if TYPE_CHECKING:
    from minichain.consensus.machine import Effect, Event
    from minichain.consensus.raft import Raft

MEMBERS: Final = ("A", "B", "C", "D", "E")
LATEST_MS: Final = 9000
_NEVER_MS: Final = 10**6

_WORDS: Final = {
    "en": {
        "member": "Member:",
        "wait": "Let 1 s pass",
        "ask": "Add a value",
        "crash": "Crash",
        "restart": "Restart",
        "cut": "Cut off",
        "heal": "Join again",
        "again": "Start again",
    },
    "zh": {
        "member": "成员：",
        "wait": "过 1 秒",
        "ask": "请求写入一个值",
        "crash": "崩溃",
        "restart": "重启",
        "cut": "切断网络",
        "heal": "接回网络",
        "again": "从头开始",
    },
}


@dataclass(frozen=True)
class Story:
    """What was done to a cluster up to `now_ms`: when each member was down or cut off, and when a value was asked for."""

    now_ms: int = 0
    outages: tuple[tuple[str, int, int], ...] = ()
    cuts: tuple[tuple[str, int, int], ...] = ()
    values_ms: tuple[int, ...] = ()
    seed: int = 1

    def wait(self, ms: int) -> "Story":
        """Let time pass."""
        return replace(self, now_ms=min(self.now_ms + ms, LATEST_MS))

    def ask(self) -> "Story":
        """Let a client ask all members for a value."""
        return replace(self, values_ms=(*self.values_ms, self.now_ms))

    def crash(self, name: str) -> "Story":
        """Let a member's power fail, unless it is down."""
        return self if is_now(self.outages, name, self.now_ms) else replace(self, outages=begin(self.outages, name, self.now_ms))

    def restart(self, name: str) -> "Story":
        """Let a member come back."""
        return replace(self, outages=end(self.outages, name, self.now_ms))

    def cut(self, name: str) -> "Story":
        """Cut a member off from all others; several that are cut off hear each other."""
        return self if is_now(self.cuts, name, self.now_ms) else replace(self, cuts=begin(self.cuts, name, self.now_ms))

    def heal(self, name: str) -> "Story":
        """Let a member hear the others again."""
        return replace(self, cuts=end(self.cuts, name, self.now_ms))


Times = tuple[tuple[str, int, int], ...]


def is_now(times: Times, name: str, now_ms: int) -> bool:
    """Return whether one of the member's times holds now."""
    return any(who == name and start <= now_ms < until for who, start, until in times)


def begin(times: Times, name: str, now_ms: int) -> Times:
    """Return the times with one more that begins now and has no end yet."""
    return (*times, (name, now_ms, _NEVER_MS))


def end(times: Times, name: str, now_ms: int) -> Times:
    """Return the times, those of the member ended now."""
    return tuple((who, start, min(until, now_ms) if who == name else until) for who, start, until in times)


class _Watched:
    """A machine that notes after each step what became of it."""

    def __init__(self, machine: "Raft", notes: list[Any], get_now_ms: Any) -> None:
        self.machine, self.notes, self.get_now_ms = machine, notes, get_now_ms

    def step(self, event: "Event") -> "list[Effect]":
        """Pass the event on."""
        effects = self.machine.step(event)
        value = self.machine.role.value
        role: Role = "leader" if value == "leader" else "candidate" if "candidate" in value else "follower"
        if not self.notes or self.notes[-1][1:] != (self.machine.term, role):
            self.notes.append((self.get_now_ms(), self.machine.term, role))
        return effects


def run_story(story: Story) -> TermTimeline:
    """Let the cluster run under what was done to it, and return its figure.

    >>> timeline = run_story(Story().wait(1500))
    >>> [member.bands[-1].role for member in timeline.members].count("leader")
    1
    """
    from minichain.consensus.raft import Raft
    from minichain.consensus.raft_follower import RaftSettings
    from minichain.consensus.raft_snapshot import ValueArchive
    from minichain.network.cluster import Cluster
    from minichain.network.clusters.raft import get_votes
    from minichain.network.schedule import Conditions, Crash, Partition, Request, Schedule
    from minichain.network.simulator import Simulation

    settings = RaftSettings(pre_vote=False, check_quorum=False, most_entries=2, compact_after=10**6)
    notes: dict[str, list[Any]] = {name: [] for name in MEMBERS}
    machines: dict[str, Any] = {}

    def make(name: str, records: Any, ledger: Any, _signatures: object, random: Any) -> Any:
        machines[name] = Raft(settings, name, ledger.validators, ValueArchive(ledger.values), records, random, ledger.height)
        notes[name].append((simulation.now_ms, machines[name].term, "follower"))
        return _Watched(machines[name], notes[name], lambda: simulation.now_ms)

    crashes = [Crash(start, until, name) for name, start, until in story.outages if start < until]
    moments = sorted({moment for _, start, until in story.cuts for moment in (start, until)})
    partitions = []
    for start, until in pairwise(moments):
        away = tuple(name for name in MEMBERS if is_now(story.cuts, name, start))
        if away:
            partitions.append(Partition(start, until, (away, tuple(name for name in MEMBERS if name not in away))))
    requests = tuple(Request(at_ms, "Ann", f"put k v{number + 1}") for number, at_ms in enumerate(story.values_ms))
    schedule = Schedule(story.seed, story.now_ms, Conditions(), (*partitions, *crashes), requests)
    simulation = Simulation(Cluster("raft", MEMBERS, make, get_votes, 0, 4000, numbers_itself=True), schedule)
    simulation.run()
    return TermTimeline(tuple(_make_line(story, name, notes[name], machines[name]) for name in MEMBERS), story.now_ms)


def _make_line(story: Story, name: str, notes: list[Any], machine: "Raft") -> TermLine:
    """Return the line of a member from what was noted of it."""
    now_ms = story.now_ms
    outages = [(start, min(until, now_ms)) for who, start, until in story.outages if who == name and start < until]
    marks = [*notes, (now_ms, 0, "end")]
    bands = []
    for (at_ms, term, role), (next_ms, _, _) in pairwise(marks):
        until = min([next_ms, *(start for start, _ in outages if at_ms <= start < next_ms)])
        if until > at_ms or next_ms == now_ms:
            bands.append(Band(at_ms, until, term, role))
    bands += [Band(start, until, machine.term, "down") for start, until in outages]
    cuts = tuple((start, min(until, now_ms)) for who, start, until in story.cuts if who == name and start < until)
    log = tuple(LogEntry(entry.term, _read_label(entry.value)) for entry in machine.log.entries)
    bands.sort(key=lambda band: (band.start, band.end, band.role == "down"))
    return TermLine(name, tuple(bands), log, machine.log.committed, cuts)


def _read_label(value: bytes | None) -> str:
    """Return what a client asked for; nothing for the entry with which a leader begins."""
    from minichain.network.simulated_ledger import read_batch

    batch = read_batch(value) if value is not None else None
    return ", ".join(entry.transaction.split()[-1] for entry in batch.entries) if batch else ""


class RaftClusterView:
    """The picture of a cluster, a list of its members, and buttons. `timeline` is what the picture shows now."""

    def __init__(self, story: Story, *, lang: str = "en") -> None:
        """Draw the cluster as the story leaves it."""
        widgets = import_widgets()
        self.first, self.story, self.lang = story, story, lang
        self.timeline = run_story(story)
        words = _WORDS[lang]
        self._member = build_list(words["member"], [(name, name) for name in MEMBERS], MEMBERS[0])
        self.buttons = {}
        for name in ("wait", "ask", "crash", "restart", "cut", "heal", "again"):
            button = widgets.Button(description=words[name], layout={"width": "auto"})
            button.on_click(lambda _button, name=name: self.press(name))
            self.buttons[name] = button
        rows = (("wait", "ask", "again"), ("crash", "restart", "cut", "heal"))
        first, second = ([self.buttons[name] for name in row] for row in rows)
        self._picture = widgets.HTML()
        wrap = {"flex_flow": "row wrap"}
        self._box = widgets.VBox([widgets.HBox(first, layout=wrap), widgets.HBox([self._member, *second], layout=wrap), self._picture])
        self._show()

    def press(self, button: str, member: str | None = None) -> None:
        """Press a button as a hand would, after choosing a member if one is named. After each thing done, time goes on a little."""
        if member is not None:
            self._member.value = member
        story, name = self.story, self._member.value
        if button == "again":
            self.story = Story(seed=self.story.seed + 1).wait(1000)
        elif button == "wait":
            self.story = story.wait(1000)
        elif button == "ask":
            self.story = story.ask().wait(400)
        else:
            self.story = getattr(story, button)(name).wait(400)
        self._show()

    def _show(self) -> None:
        self._picture.value = render(self._draw, self.lang)

    def _draw(self) -> tuple[str, str]:
        self.timeline = run_story(self.story)
        return draw_term_timeline(self.timeline, self.lang, with_words=False), describe_term_timeline(self.timeline, self.lang)

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the widget together with the picture and the words that stand in for it."""
        bundle: dict[str, Any] = self._box._repr_mimebundle_()
        words = describe_term_timeline(self.timeline, self.lang)
        return {**bundle, "image/svg+xml": draw_term_timeline(self.timeline, self.lang), "text/plain": words}


def show_raft_cluster(*, story: Story | None = None, lang: str = "en") -> RaftClusterView:
    """Return a cluster of five as a figure to break; at the end of a cell it shows itself.

    `story` is what was done to it before, and `lang` is "en" or "zh". Raises ImportError where ipywidgets is missing.
    """
    return RaftClusterView(story or Story().wait(1000), lang=lang)
