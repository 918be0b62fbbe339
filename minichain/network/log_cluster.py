"""Members whose rules of Raft are functions over plain data, in one cluster: a notebook's rules run under a schedule, event by event, and
somebody else replays what they decided.

A schedule is a list of events: timeout, submit, beat, deliver, flow, crash, restart, cut, heal, and lose, repeat, late, fail; labs/06-raft
tells what each does. `Cluster(rules, members).run(schedule)` asks the rules and returns a transcript, a row for everything that happened to
a member: [event, name, role, term, vote, commit, log, sent, effects]. The log is written as "1x 2y", what was sent in a few words; the
effects are what the member had done, in their order, each ["write", term, vote, log] or ["send", message].

`replay(members, schedule, transcript)` lets the same cluster run once more, with members that do what the transcript says. So whoever ran
the rules can have changed nothing about network, disks and power: which message arrived, and what stood on a disk when a message left, is
the replay's own knowledge. A transcript that does not fit is refused.

Simplifications: time is the order of events; a member is told when it has waited too long. A write is on the disk at once.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Plain = Any
Log = list[list[Any]]
Message = dict[str, Any]
Node = dict[str, Any]
Rules = Mapping[str, Callable[..., Any]]
Schedule = Sequence[Sequence[Any]]
Row = list[Any]

MOST_FLOW: Final = 400
"""Messages that breed messages are stopped here."""
ROLES: Final = ("follower", "candidate", "leader", "down")
_EVENTS: Final = ("flow heal", "timeout beat crash restart cut", "submit deliver lose repeat late fail")
_DETAILS: Final = {kind: number for number, kinds in enumerate(_EVENTS) for kind in kinds.split()}
"""How much stands behind the name of each event."""
_NUMBERS: Final = {"ask": ("last_term", "last_index"), "append": ("after", "after_term", "commit"), "ack": ("index",), "vote": ()}


class ScheduleError(ValueError):
    """An event is none of a schedule's, or happens to somebody who is no member."""

    def __init__(self, event: Plain) -> None:
        """Keep the event, for whoever tells of it in other words."""
        super().__init__(f"{event!r} is no event of a schedule, or it names somebody who is no member")
        self.event = event


class TranscriptError(ValueError):
    """A transcript does not fit the schedule that it claims to come from."""


class _Stage(ABC):
    """Network, disks and power. What a member does comes from `think`: its role afterwards, and a row for the transcript."""

    def __init__(self, members: Sequence[str]) -> None:
        self.members, self.transcript = list(members), list[Row]()
        self.disks: dict[str, list[Any]] = {name: [0, None, []] for name in members}
        self.roles = dict.fromkeys(members, "follower")
        self.network: list[Message] = []
        self.apart: list[str] = []
        self.fuses: dict[str, int] = {}

    @abstractmethod
    def think(self, event: str, name: str, rule: str, details: Sequence[Any]) -> Row:
        """Let a member act, and return the row of it, whose effects have not been carried out."""

    @abstractmethod
    def look(self, event: str, name: str) -> Row:
        """Return the row of an event in which no member acts."""

    def run(self, schedule: Schedule) -> list[Row]:
        """Let the events of a schedule happen, and return the transcript. Raises ScheduleError."""
        for event in schedule:
            if not is_event(event, self.members):
                raise ScheduleError(event)
            kind, *details = event
            getattr(self, kind)(*details)
        return self.transcript

    def act(self, event: str, name: str, rule: str, *details: Any) -> None:
        """Let a member act if its power is on, and carry out its effects, as far as the power lasts."""
        if self.roles[name] == "down":
            return
        fuse = self.fuses.pop(name, None)
        row = self.think(event, name, rule, details)
        row[8] = row[8][:fuse]
        for kind, *more in row[8]:
            if kind == "write":
                self.disks[name] = copy_disk(more)
            else:
                self.network.append(_copy_message(more[0]))
        self.roles[name] = row[2] if fuse is None else "down"
        self.keep(row)

    def keep(self, row: Row) -> None:
        """Put a row into the transcript; one of a member without power shows its disk."""
        event, name, role, term, vote, commit, log, _, effects = row
        if self.roles[name] == "down":
            role, commit = "down", 0
            term, vote, log = (*self.disks[name][:2], write_log(self.disks[name][2]))
        sent = "; ".join(describe(effect[1]) for effect in effects if effect[0] == "send")
        self.transcript.append([event, name, role, term, vote or "", commit, log, sent, effects])

    # The events

    def timeout(self, name: str) -> None:
        """A member has waited too long, unless it leads."""
        if self.roles[name] != "leader":
            self.act(f"timeout {name}", name, "timeout")

    def submit(self, name: str, value: str) -> None:
        """A client asks a member to add a value."""
        self.act(f"submit {name} {value}", name, "submit", value)

    def beat(self, name: str) -> None:
        """A leader sends everybody an append."""
        if self.roles[name] == "leader":
            self.act(f"beat {name}", name, "beat")

    def take(self, sender: str, to: str, stays: bool = False) -> Message | None:
        """Return the oldest message between two members, and take it from the network unless it stays."""
        for place, message in enumerate(self.network):
            if (message["from"], message["to"]) == (sender, to):
                return message if stays else self.network.pop(place)
        return None

    def arrive(self, message: Message | None) -> None:
        """Let a message arrive, if its way is not cut."""
        if message and (message["from"] in self.apart) == (message["to"] in self.apart):
            self.act(f"{message['kind']} {message['from']} {message['to']}", message["to"], "message", _copy_message(message))

    def deliver(self, sender: str, to: str) -> None:
        """The oldest message between two members arrives."""
        self.arrive(self.take(sender, to))

    def repeat(self, sender: str, to: str) -> None:
        """It arrives, and stays under way."""
        self.arrive(self.take(sender, to, stays=True))

    def lose(self, sender: str, to: str) -> None:
        """It is lost."""
        self.take(sender, to)

    def late(self, sender: str, to: str) -> None:
        """It is put behind all others."""
        message = self.take(sender, to)
        self.network += [message] if message else []

    def flow(self) -> None:
        """All messages arrive, and those that answer them."""
        for _ in range(MOST_FLOW):
            if self.network:
                self.arrive(self.network.pop(0))

    def crash(self, name: str) -> None:
        """A member's power fails."""
        self.roles[name] = "down"
        self.keep(self.look(f"crash {name}", name))

    def restart(self, name: str) -> None:
        """A member comes back with what is on its disk."""
        if self.roles[name] == "down":
            self.fuses.pop(name, None)
            self.roles[name] = "follower"
            self.keep(self.look(f"restart {name}", name))

    def fail(self, name: str, effects: int) -> None:
        """The next time a member acts, its power fails after so many effects."""
        self.fuses[name] = effects

    def cut(self, names: list[str]) -> None:
        """The network falls in two."""
        self.apart = names
        self.keep(self.look(f"cut {' '.join(names)}", self.members[0]))

    def heal(self) -> None:
        """The network is whole again."""
        self.apart = []
        self.keep(self.look("heal", self.members[0]))


class Cluster(_Stage):
    """Members that follow rules: functions by their names, timeout, submit, message, commit and finish."""

    def __init__(self, rules: Rules, members: Sequence[str]) -> None:
        """Begin with empty disks."""
        super().__init__(members)
        self.rules = rules
        self.nodes = {name: _make_node(name, members, [0, None, []]) for name in members}

    def think(self, event: str, name: str, rule: str, details: Sequence[Any]) -> Row:
        """Ask the rules."""
        node = self.nodes[name]
        after, messages = (node, _make_appends(node)) if rule == "beat" else self.rules[rule](node, *details)
        if after["role"] == "leader":
            after = {**after, "commit": self.rules["commit"](after)}
        effects = [list(effect) for effect in self.rules["finish"](node, after, messages)]
        self.nodes[name] = after
        return _make_row(event, after, effects)

    def look(self, event: str, name: str) -> Row:
        """Return the row of a member as it is; one that comes back begins with its disk."""
        if self.roles[name] == "down" or event.startswith("restart"):
            self.nodes[name] = _make_node(name, self.members, self.disks[name])
        return _make_row(event, self.nodes[name], [])


@dataclass(frozen=True)
class Moment:
    """One row as the replay saw it: the message that had arrived (or None), and the disk before and after."""

    event: str
    name: str
    message: Message | None
    role: str
    term: int
    commit: int
    log: Log
    effects: list[list[Any]]
    before: list[Any]
    after: list[Any]


def replay(members: Sequence[str], schedule: Schedule, transcript: Plain) -> tuple[Moment, ...]:
    """Let the schedule happen with members that do what the transcript says. Raises TranscriptError if they could not have."""
    stage = _Replay(members, transcript)
    stage.run(schedule)
    if len(stage.moments) != len(stage.rows):
        raise TranscriptError(f"{len(stage.rows)} rows, and only {len(stage.moments)} of them could have happened")
    return tuple(stage.moments)


class _Replay(_Stage):
    """Members that do what a transcript says."""

    def __init__(self, members: Sequence[str], transcript: Plain) -> None:
        super().__init__(members)
        self.rows = _read_rows(transcript, self.members)
        self.moments: list[Moment] = []
        self._message: Message | None = None

    def think(self, event: str, name: str, rule: str, details: Sequence[Any]) -> Row:
        self._message = details[0] if rule == "message" else None
        return self.look(event, name)

    def look(self, event: str, name: str) -> Row:
        number = len(self.moments)
        if number >= len(self.rows) or self.rows[number][:2] != [event, name]:
            raise TranscriptError(f"row {number}: {event} happens to {name}, and the transcript does not say so")
        self._before = copy_disk(self.disks[name])
        return list(self.rows[number])

    def keep(self, row: Row) -> None:
        event, name, role, term, _, commit, log, _, effects = row
        disk = copy_disk(self.disks[name])
        if self.roles[name] == "down":
            role, term, commit, log = "down", disk[0], 0, write_log(disk[2])
        message = self._message if event.split()[0] in _NUMBERS else None
        self.moments.append(Moment(event, name, message, role, term, commit, read_log(log), effects, self._before, disk))


def is_event(event: Plain, members: Sequence[str]) -> bool:
    """Return whether something is an event that can happen to these members.

    >>> [is_event(event, ["A", "B"]) for event in (["cut", ["A"]], ["cut", "A"], ["crash", "Q"], ["crash"], "flow")]
    [True, False, False, False, False]
    """
    match event:
        case [str(kind), *details] if _DETAILS.get(kind) == len(details):
            names = details[:1] if kind in ("submit", "fail") else details[0] if kind == "cut" else details
            return isinstance(names, list | tuple) and all(name in members for name in names)
    return False


def describe(message: Message) -> str:
    """Return a message in a few words."""
    kind, to = message["kind"], message["to"]
    if kind == "ask":
        return f"ask {to} {message['last_term']}/{message['last_index']}"
    if kind == "vote":
        return f"vote {to} {'yes' if message['granted'] else 'no'}"
    if kind == "append":
        return f"append {to} {message['after']}/{message['after_term']} [{write_log(message['entries'])}] {message['commit']}"
    return f"ack {to} {'yes' if message['ok'] else 'no'} {message['index']}"


def copy_disk(disk: Sequence[Any]) -> list[Any]:
    """Return a copy of [term, vote, log] that shares nothing."""
    term, vote, log = disk
    return [term, vote, [list(entry) for entry in log]]


def _copy_message(message: Message) -> Message:
    return {key: [list(entry) for entry in value] if key == "entries" else value for key, value in message.items()}


def write_log(log: Log) -> str:
    """Return a log as text, "1x 2y"."""
    return " ".join(f"{term}{value}" for term, value in log)


def read_log(text: str) -> Log:
    """Return the log that a text stands for.

    >>> read_log("1x 12yes")
    [[1, 'x'], [12, 'yes']]
    """
    values = [(entry, entry.lstrip("0123456789")) for entry in text.split()]
    return [[int(entry[: len(entry) - len(value)] or 0), value] for entry, value in values]


def get_term(log: Log, index: int) -> int | None:
    """Return the term of the entry at an index, counted from 1: 0 for index 0, None if there is none."""
    if index == 0:
        return 0
    return int(log[index - 1][0]) if 0 < index <= len(log) else None


def _make_node(name: str, members: Sequence[str], disk: Sequence[Any]) -> Node:
    term, vote, log = disk
    node = {"name": name, "members": list(members), "term": term, "vote": vote, "log": [list(entry) for entry in log]}
    return {**node, "role": "follower", "votes": [], "commit": 0, "next": {}, "match": {}}


def _make_appends(node: Node) -> list[Message]:
    """Return what a leader sends to all others: at most two entries each."""
    appends = []
    for to in node["members"]:
        if to != node["name"]:
            after = node["next"][to] - 1
            known = {"after": after, "after_term": get_term(node["log"], after), "entries": node["log"][after : after + 2]}
            appends.append({"kind": "append", "from": node["name"], "to": to, "term": node["term"], **known, "commit": node["commit"]})
    return appends


def _make_row(event: str, node: Node, effects: list[list[Any]]) -> Row:
    return [event, node["name"], node["role"], node["term"], node["vote"], node["commit"], write_log(node["log"]), "", effects]


def _read_rows(transcript: Plain, members: Sequence[str]) -> list[Row]:
    """Return the rows of a transcript, which may come from anybody."""
    if not isinstance(transcript, list):
        raise TranscriptError("a transcript is a list of rows")
    for number, row in enumerate(transcript):
        if not (isinstance(row, list) and len(row) == 9 and row[1] in members and row[2] in ROLES):
            raise TranscriptError(f"row {number} has not nine entries, or an unknown member or role")
        if not (type(row[3]) is type(row[5]) is int and isinstance(row[0], str) and isinstance(row[6], str) and isinstance(row[8], list)):
            raise TranscriptError(f"row {number} has an event, term, commit, log or effects of another type")
        if not all(_is_effect(effect, row[1], members) for effect in row[8]):
            raise TranscriptError(f"row {number} has an effect that is none")
    return transcript


def _is_effect(effect: Plain, name: str, members: Sequence[str]) -> bool:
    match effect:
        case ["write", int(), vote, list(log)]:
            return (vote is None or vote in members) and all(map(_is_entry, log))
        case ["send", {"kind": str(kind), "from": sender, "to": to, "term": int(), **fields}]:
            return sender == name and to in members and kind in _NUMBERS and _is_complete(kind, fields)
    return False


def _is_entry(entry: Plain) -> bool:
    return isinstance(entry, list) and len(entry) == 2 and type(entry[0]) is int and isinstance(entry[1], str)


def _is_complete(kind: str, fields: Mapping[Any, Any]) -> bool:
    """Return whether a message has what its kind needs."""
    if not all(type(fields.get(key)) is int for key in _NUMBERS[kind]):
        return False
    if kind == "append":
        return isinstance(fields.get("entries"), list) and all(map(_is_entry, fields["entries"]))
    return kind == "ask" or type(fields.get("granted" if kind == "vote" else "ok")) is bool
