"""What must hold of a replayed run of Raft's rules, whatever happened to it: each check names the fault that it finds.

The five properties of Raft (Ongaro, Ousterhout 2014, figure 3: election safety, leader append-only, log matching, leader completeness,
state machine safety) are looked for as they stand; and so are, one by one, the rules on which their proof rests, so that a fault is found
even where luck prevented the harm: a promise is on the disk before it leaves, a vote is given once a term and only to a log that is as up
to date, a leader has a majority of votes and commits by a majority in its own term, a follower takes what fits and commits no further.

What a member had heard and what stood on its disk comes from the replay. Nothing is asked about which messages are sent, in which order,
how far back a leader goes, or when a follower learns of a commit; only that all is committed in the end where that can be (`stall`).

Simplifications: a leader's own entry must be on its disk before it is sent, as the lab has it; Ongaro's thesis (10.2.1) lets both happen at
once. The runs are short, so each check goes through all that happened so far.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from minichain.network.log_cluster import Log, Message, Moment, get_term

FAULTS: Final = (
    "two-votes",
    "unwritten",
    "forgotten",
    "stale",
    "two-leaders",
    "unelected",
    "behind",
    "rewritten",
    "gap",
    "cut",
    "logs",
    "lost",
    "two-values",
    "early",
    "beyond",
    "stall",
)
"""The faults, in the order in which they are told if several are found: the gravest first."""


def find_log_fault(members: Sequence[str], moments: Iterable[Moment], wanted: Mapping[str, Collection[str]] | None = None) -> str | None:
    """Return the first of FAULTS that is found, or None. `wanted` names values that members must know to be committed in the end."""
    watch = _Watch(members)
    for moment in moments:
        watch.look(moment)
    for name, values in (wanted or {}).items():
        if not set(values) <= {value for _, value in watch.logs[name][: watch.commits[name]]}:
            watch.faults.add("stall")
    return next((fault for fault in FAULTS if fault in watch.faults), None)


def list_committed(members: Sequence[str], moments: Iterable[Moment]) -> dict[str, list[str]]:
    """Return the values that each member knows to be committed in the end."""
    watch = _Watch(members)
    for moment in moments:
        watch.look(moment)
    return {name: [value for _, value in watch.logs[name][: watch.commits[name]]] for name in members}


class _Watch:
    """Goes along with a run, and notes each fault."""

    def __init__(self, members: Sequence[str]) -> None:
        self.majority = len(members) // 2 + 1
        self.faults = set[str]()
        self.terms, self.commits = dict.fromkeys(members, 0), dict.fromkeys(members, 0)
        self.logs: dict[str, Log] = {name: [] for name in members}
        self.chosen: dict[int, list[Any]] = {}
        self.leaders: dict[int, str] = {}
        self.led: dict[tuple[str, int], Log] = {}
        self.votes: dict[tuple[str, int], str] = {}
        self.voters: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.stored: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
        self.reach: dict[tuple[str, int], tuple[int, int]] = defaultdict(lambda: (0, 0))

    def look(self, moment: Moment) -> None:
        """Take one moment in."""
        name, had = moment.name, self.logs[moment.name]
        if moment.message is not None:
            self._hear(moment, moment.message)
        disk = list(moment.before)
        for kind, *more in moment.effects:
            if kind == "write":
                self._note("forgotten", more[0] < disk[0] or (more[0] == disk[0] and disk[1] not in (None, more[1])))
                disk = more
            else:
                self._check_message(moment, more[0], disk)
        is_back = moment.event.startswith(("restart", "crash")) or moment.role == "down"
        self._note("forgotten", moment.term < (moment.before[0] if is_back else self.terms[name]))
        self._note("forgotten", moment.event.startswith("restart") and moment.log != moment.before[2])
        self._note("stale", moment.message is not None and moment.role != "down" and moment.term < moment.message["term"])
        self._note("beyond", moment.commit > len(moment.log) or (moment.commit < self.commits[name] and not is_back))
        if moment.role == "leader":
            self._check_leader(moment)
        if moment.message is not None and moment.message["kind"] == "append" and moment.role != "down":
            self._check_follower(moment, moment.message, had)
        self._check_commit(moment)
        self.terms[name], self.commits[name], self.logs[name] = moment.term, moment.commit, moment.log
        if moment.log != had:
            self._check_logs(moment)

    def _note(self, fault: str, is_there: bool) -> None:
        if is_there:
            self.faults.add(fault)

    def _hear(self, moment: Moment, message: Message) -> None:
        """Note what a message that arrived tells its recipient."""
        name, sender, term = moment.name, message["from"], message["term"]
        if message["kind"] == "vote" and message["granted"]:
            self.voters[name, term].add(sender)
        elif message["kind"] == "ack" and message["ok"]:
            seat = self.stored[name, term]
            seat[sender] = max(seat.get(sender, 0), message["index"])

    def _check_message(self, moment: Moment, message: Message, disk: Sequence[Any]) -> None:
        """Look at a message that leaves while this stands on its sender's disk."""
        name, (term, vote, log) = moment.name, disk
        self._note("unwritten", message["term"] > term)
        last = get_term(log, len(log)), len(log)
        if message["kind"] == "ask":
            self._note("unwritten", (term, vote) != (message["term"], name))
            self._note("behind", (message["last_term"], message["last_index"]) != last)
            self._give_vote(name, message["term"], name)
        elif message["kind"] == "vote" and message["granted"]:
            self._note("unwritten", (term, vote) != (message["term"], message["to"]))
            self._give_vote(name, message["term"], message["to"])
            asked = moment.message
            is_asked = asked is not None and (asked["kind"], asked["from"], asked["term"]) == ("ask", message["to"], message["term"])
            self._note("behind", asked is None or not is_asked or (asked["last_term"], asked["last_index"]) < last)
        elif message["kind"] == "append":
            self._lead(name, message["term"])
            after, entries = message["after"], message["entries"]
            is_true = get_term(log, after) == message["after_term"] and log[after : after + len(entries)] == entries
            self._note("early", moment.role != "down" and message["commit"] > moment.commit)
            self._note("rewritten" if len(log) >= after + len(entries) else "unwritten", not is_true)
        elif message["kind"] == "ack" and message["ok"]:
            self._check_ack(moment, message, log)

    def _check_ack(self, moment: Moment, message: Message, log: Log) -> None:
        """What a member says it has, it has on its disk, as the leader sent it."""
        asked = moment.message
        if asked is None or asked["kind"] != "append" or asked["term"] != message["term"]:
            self.faults.add("gap")
            return
        after, entries = asked["after"], asked["entries"]
        self._note("gap", get_term(moment.before[2], after) != asked["after_term"])
        reach = max(after + len(entries), self.reach[moment.name, message["term"]][0])
        self._note("gap", message["index"] > reach)
        self._note("unwritten", log[after : after + len(entries)] != entries)

    def _give_vote(self, name: str, term: int, candidate: str) -> None:
        self._note("two-votes", self.votes.setdefault((name, term), candidate) != candidate)

    def _lead(self, name: str, term: int) -> None:
        self._note("two-leaders", self.leaders.setdefault(term, name) != name)
        self._note("unelected", len(self.voters[name, term] | {name}) < self.majority)

    def _check_leader(self, moment: Moment) -> None:
        """A leader has all that is committed, and only adds to its log."""
        seat = moment.name, moment.term
        self._lead(moment.name, moment.term)
        if seat not in self.led:
            self._note("lost", any(moment.log[place : place + 1] != [entry] for place, entry in self.chosen.items()))
        else:
            self._note("rewritten", moment.log[: len(self.led[seat])] != self.led[seat])
        self._note("rewritten", any(term > moment.term for term, _ in moment.log))
        self.led[seat] = moment.log

    def _check_follower(self, moment: Moment, message: Message, had: Log) -> None:
        """Entries are taken where they fit; what agrees stays, with all behind it."""
        name, after, entries = moment.name, message["after"], message["entries"]
        is_now, fits = message["term"] == moment.term, get_term(had, after) == message["after_term"]
        agrees = fits and had[after : after + len(entries)] == entries
        if agrees or not (is_now and fits):
            self._note("cut", moment.log != had)
        else:
            self._note("cut", moment.log != had[:after] + entries)
        if is_now and fits:
            reach, commit = self.reach[name, moment.term]
            self.reach[name, moment.term] = max(reach, after + len(entries)), max(commit, message["commit"])

    def _check_commit(self, moment: Moment) -> None:
        """A leader commits by a majority in its own term, a follower as far as it matches and its leader did."""
        name, commit = moment.name, moment.commit
        if commit > self.commits[name] and moment.role == "leader":
            seat = self.stored[name, moment.term]
            stored = 1 + sum(index >= commit for index in seat.values())
            self._note("early", stored < self.majority or get_term(moment.log, commit) != moment.term)
        elif commit > self.commits[name]:
            self._note("early", commit > min(self.reach[name, moment.term]))
        for place in range(min(commit, len(moment.log))):
            self._note("two-values", self.chosen.setdefault(place, moment.log[place]) != moment.log[place])

    def _check_logs(self, moment: Moment) -> None:
        """Log matching: the same index and term, and all before it is the same."""
        for other in self.logs.values():
            shared = [place for place, (one, two) in enumerate(zip(moment.log, other, strict=False)) if one[0] == two[0]]
            self._note("logs", bool(shared) and moment.log[: shared[-1] + 1] != other[: shared[-1] + 1])
