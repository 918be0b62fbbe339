"""Members whose rules of voting are functions over plain data, at one table: a notebook's rules run under a schedule, and somebody else
replays what they decided.

A schedule is a dict: who sits there ("weights", in the order of their turns), "heights" and "turns", what each would like to propose
("pools"), how long messages take ("delay" in ms, or a list of delays to be used in turn; "late": [sender, recipient, kind, round, ms]
with None for any), when the network is cut ("cuts": [from, until, members]), whose power fails ("crashes": [member, from, until];
"mutes": the same, but it fails when a prevote is on the disk and has not left), how wrong clocks are ("clocks"), who lies and what is said
("liars", "lies": [time, recipient, message]), after what time the others hear of it ("gossip"), and "until" when it lasts.

`run_rules` asks the rules, functions by their names, and returns a transcript: a row for everything that a member does,
[time, member, action, height, round, value, more, step]. `more` is a proposal's pol_round, what a complaint names, how long an alarm
waits; `step` counts the events of the run. `replay_rules` lets the same network run once more, with members
that do what the transcript says. So whoever ran the rules can have changed nothing about the network: when a message arrived, and what
its recipient had heard by then, is the replay's own knowledge. A transcript that does not fit is refused.

The rules are those of Buchman, Kwon, Milosevic (2018), algorithm 1, as labs/07-tbft cuts them into functions.

Simplifications: a message is never lost for ever, because the paper assumes gossip; one that meets a cut arrives when the cut is over. A
step takes no time. Power fails between two steps, or between writing and sending. What a liar says is fixed before the run.
"""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from minichain.network.voting_member import KINDS, Member, Message, Plain, Row, Rules, Schedule, build_message

PAUSE_MS: Final = 100
"""How long a member rests between two heights."""
MOST_ROWS: Final = 600
"""Rules that go in circles are stopped here."""
_LONGEST_VALUE: Final = 500


def run_rules(rules: Rules, schedule: Schedule) -> list[Row]:
    """Play a schedule with these rules, and return the transcript. Raises whatever the rules raise."""
    network = _Network(schedule)
    minds = {member: Member(member, rules, schedule, network.heard[member]) for member in network.honest}
    network.think = lambda member, event: minds[member].step(event, network.now)
    return network.run()


@dataclass(frozen=True)
class Moment:
    """A row of a transcript, and how many messages its member had heard by then."""

    at_ms: int
    member: str
    action: str
    height: int
    round: int
    value: str | None
    more: Plain
    heard: int


@dataclass(frozen=True)
class Replay:
    """What happened, as the replay's own network saw it; `heard` are the messages of each member in the order of their arrival."""

    moments: tuple[Moment, ...]
    heard: Mapping[str, list[Message]]


class TranscriptError(ValueError):
    """A transcript does not fit the schedule that it claims to come from."""


def replay_rules(schedule: Schedule, transcript: Plain) -> Replay:
    """Let the network run as scheduled, with members that do what the transcript says. Raises TranscriptError if they could not have."""
    network, moments = _Network(schedule), list[Moment]()
    rows = _read_rows(transcript, frozenset(network.honest))

    def think(member: str, event: list[Any]) -> list[Row]:
        done: list[Row] = []
        while rows and rows[-1][7] == network.steps:
            row = rows.pop()
            if row[:2] != [network.now, member]:
                raise TranscriptError(f"step {network.steps} is {member}'s at {network.now} ms; the transcript has {row[1]} at {row[0]} ms")
            time, _, action, height, number, value, more, _ = row
            moments.append(Moment(time, member, action, height, number, value, more, len(network.heard[member])))
            if row[2] in (*KINDS, "complain"):
                network.heard[member].append(read_row(row))
            done.append(row)
        return done

    network.think = think
    network.run()
    if rows:
        raise TranscriptError(f"{len(rows)} rows of the transcript could not have happened")
    return Replay(tuple(moments), network.heard)


def read_row(row: Row) -> Message:
    """Return the message that a row of a transcript stands for."""
    _, member, action, height, number, value, more, _ = row
    if action == "complain":
        return build_message("complaint", member, None, number, height, names=more)
    return build_message(action, member, value, number, height, **({"pol_round": more} if action == "proposal" else {}))


def tell(transcript: list[Row]) -> None:
    """Print a transcript, one line for each thing that an honest member did."""
    for time, member, action, height, number, value, *_ in transcript:
        if action != "alarm":
            word = value if value is not None else "nil" if action in ("prevote", "precommit") else ""
            print(f"{time:6} ms   {member} {action:<9} {word:<12} ({height}/{number})")


def find_fault(transcript: list[Row]) -> str | None:
    """Return "fork", "double" or None: what honest members must never do."""
    decisions, votes = dict[int, Plain](), dict[Plain, Plain]()
    for _, member, action, height, number, value, *_ in transcript:
        if action == "decide" and decisions.setdefault(height, value) != value:
            return "fork"
        if action in KINDS and votes.setdefault((member, action, height, number), value) != value:
            return "double"
    return None


class _Network:
    """Messages, alarms, power cuts and liars. What a member does comes from `think`, as rows."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.honest = [member for member in schedule["weights"] if member not in schedule.get("liars", [])]
        self.think: Callable[[str, list[Any]], list[Row]] = lambda member, event: []
        self.heard: dict[str, list[Message]] = {member: [] for member in self.honest}
        self.now, self.steps, self.rows = 0, 0, list[Row]()
        self._queue: list[tuple[int, int, Any, Any]] = []
        self._planned, self._sent = 0, 0
        self._decided, self._lives, self._is_down = (dict.fromkeys(self.honest, 0) for _ in range(3))
        self._mutes = [list(mute) for mute in schedule.get("mutes", [])]

    def run(self) -> list[Row]:
        """Let everything happen until the schedule's time is over, and return what the members did."""
        for member in self.honest:
            self._plan(0, self._begin, member, 0)
        for time, recipient, message in self.schedule.get("lies", []):
            self._plan(time, self._lie, recipient, message)
        for member, since, until in self.schedule.get("crashes", []):
            self._plan(since, self._crash, member)
            self._plan(until, self._restart, member)
        while self._queue and self._queue[0][0] <= self.schedule.get("until", 8000) and len(self.rows) < MOST_ROWS:
            self.now, _, happen, what = heapq.heappop(self._queue)
            happen(*what)
        return self.rows

    def _plan(self, at_ms: int, happen: Any, *what: Any) -> None:
        self._planned += 1
        heapq.heappush(self._queue, (at_ms, self._planned, happen, what))

    def _begin(self, member: str, life: int) -> None:
        if life == self._lives[member]:
            self._step(member, ["begin"])

    def _lie(self, recipient: str, message: Message) -> None:
        self._arrive(recipient, message)
        for other in self.honest:
            if other != recipient:  # in the end everybody hears what somebody was told
                self._plan(self.now + self.schedule.get("gossip", 400), self._arrive, other, message)

    def _arrive(self, member: str, message: Message) -> None:
        self.heard[member].append(message)
        if not self._is_down[member]:
            self._step(member, ["message", message])

    def _fire(self, member: str, life: int, timer: Message) -> None:
        if life == self._lives[member]:
            self._step(member, ["alarm", timer])

    def _crash(self, member: str) -> None:
        self._step(member, ["crash"])
        self._lives[member] += 1
        self._is_down[member] = True

    def _restart(self, member: str) -> None:
        self._is_down[member] = False
        self._step(member, ["restart"])

    def _step(self, member: str, event: list[Any]) -> None:
        """Let a member think, and carry out what it does."""
        done = self.think(member, event)
        mute = self._take_mute(member, done)
        for row in done:
            self.rows.append([*row[:7], self.steps])
            action, life = row[2], self._lives[member]
            if action in (*KINDS, "complain") and not mute:
                self._send(member, read_row(self.rows[-1]))
            elif action == "alarm":
                timer = {"name": row[5], "height": row[3], "round": row[4]}
                self._plan(self.now + max(1, row[6]), self._fire, member, life, timer)
            elif action == "decide":
                self._decided[member] += 1
                if self._decided[member] < self.schedule.get("heights", 1):
                    self._plan(self.now + PAUSE_MS, self._begin, member, life)
        self.steps += 1
        if mute:
            self._plan(max(mute[2], self.now + 1), self._restart, member)
            self._crash(member)

    def _take_mute(self, member: str, done: list[Row]) -> list[Any] | None:
        """Return the power cut that keeps back the prevote that a member casts in this step."""
        if [row[2] for row in done if row[2] in KINDS] == ["prevote"]:
            for mute in self._mutes:
                if mute[0] == member and self.now >= mute[1]:
                    self._mutes.remove(mute)
                    return mute
        return None

    def _send(self, sender: str, message: Message) -> None:
        for other in self.honest:
            if other != sender:
                self._plan(self._find_arrival(sender, other, message), self._arrive, other, message)

    def _find_arrival(self, sender: str, recipient: str, message: Message) -> int:
        delays = self.schedule.get("delay", 10)
        delay: int = delays[self._sent % len(delays)] if isinstance(delays, list) else delays
        self._sent += 1
        facts = (sender, recipient, message["kind"], message["round"])
        for *pattern, late in self.schedule.get("late", []):
            if all(wanted in (None, fact) for wanted, fact in zip(pattern, facts, strict=True)):
                return self.now + int(late)
        leaves = self.now
        for since, until, group in self.schedule.get("cuts", []):
            if since <= self.now < until and (sender in group) != (recipient in group):
                leaves = max(leaves, int(until))
        return leaves + delay


def _read_rows(transcript: Plain, members: frozenset[str]) -> list[Row]:
    """Return the rows of a transcript, the last one first. It may come from anybody."""
    if not isinstance(transcript, list) or len(transcript) > 2 * MOST_ROWS:
        raise TranscriptError("not a list of rows")
    for number, row in enumerate(transcript):
        if not (isinstance(row, list) and len(row) == 8 and all(type(row[place]) is str for place in (1, 2))):
            raise TranscriptError(f"row {number} has not eight entries with a member and an action")
        if row[1] not in members or row[2] not in _SHAPES:
            raise TranscriptError(f"row {number} has an unknown member or action")
        if not all(type(row[place]) is int for place in (0, 3, 4, 7)) or not (row[5] is None or type(row[5]) is str):
            raise TranscriptError(f"row {number} has a time, height, round, value or step that is none")
        if not all(0 <= row[place] <= MOST_ROWS for place in (3, 4)) or len(row[5] or "") > _LONGEST_VALUE:
            raise TranscriptError(f"row {number} has a height, round or value that no run comes to")
        if not _SHAPES[row[2]](row[6]):
            raise TranscriptError(f"row {number} does not say what {row[2]} needs")
    return transcript[::-1]


def _is_nothing(more: Plain) -> bool:
    return more is None


_SHAPES: Final[dict[str, Callable[[Plain], bool]]] = {
    **dict.fromkeys(("prevote", "precommit", "lock", "decide", "crash", "restart"), _is_nothing),
    "proposal": lambda more: more is None or type(more) is int,
    "alarm": lambda more: type(more) is int,
    "complain": lambda more: isinstance(more, list) and all(isinstance(name, str) for name in more),
}
