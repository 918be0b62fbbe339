"""What must hold of a replayed table, whatever happened to it: each check names the fault that it finds.

Agreement and validity are what consensus promises (Buchman, Kwon, Milosevic 2018, section 2.4). That no honest member signs two things for
one place, votes for nothing that it has no proof of, and helps nothing else while it is locked, is what the proof of agreement rests on
(lemmas 2 to 5). Progress is asked for only when the schedule is over, long after the network is whole and the last lie was told.

What a member had heard when it spoke comes from the replay. So a checker says which rule was broken even where luck prevented a fork.

Simplifications: values are texts; whether a proposal is valid is only asked of what is decided.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from minichain.network.voting_member import KINDS, Message, Schedule, read_value
from minichain.network.voting_table import Moment, Replay

FAULTS: Final = ("fork", "double", "unproven", "unlocked", "wrong", "stall")
"""The faults in the order in which they are looked for: the gravest first."""


def find_table_fault(schedule: Schedule, replay: Replay, wanted: Collection[str] = (), unwanted: Collection[str] = ()) -> str | None:
    """Return the first of FAULTS that is found, or None. `wanted` transactions must be decided in the end, `unwanted` ones never."""
    table = _Heard(schedule, replay)
    done = {name for moment in replay.moments if moment.action == "decide" for name in read_value(moment.value or "")}
    checks: dict[str, Callable[[], bool]] = {
        "fork": lambda: _is_forked(replay.moments),
        "double": lambda: _is_double(replay.moments),
        "unproven": lambda: any(not table.is_proven(moment) for moment in replay.moments),
        "unlocked": lambda: _is_unlocked(replay.moments, table),
        "wrong": lambda: (
            bool(done & set(unwanted)) or any(not table.is_turn(moment) for moment in replay.moments) or _is_refused(replay.moments)
        ),
        "stall": lambda: _is_stalled(schedule, replay.moments) or not set(wanted) <= done,
    }
    return next((fault for fault in FAULTS if checks[fault]()), None)


def _is_forked(moments: Iterable[Moment]) -> bool:
    """Return whether two members decided differently at one height."""
    decided = dict[int, Any]()
    return any(moment.action == "decide" and decided.setdefault(moment.height, moment.value) != moment.value for moment in moments)


def _is_double(moments: Iterable[Moment]) -> bool:
    """Return whether a member signed something else for a place, or for an earlier one, than it had signed before."""
    latest = dict[str, tuple[tuple[int, int, int], Any]]()
    for moment in moments:
        if moment.action in KINDS:
            place, said = (moment.height, moment.round, KINDS.index(moment.action)), (moment.value, moment.more)
            before, word = latest.get(moment.member, ((0, 0, 0), None))
            if place < before or (place == before and said != word):
                return True
            latest[moment.member] = place, said
    return False


def _is_unlocked(moments: Iterable[Moment], table: "_Heard") -> bool:
    """Return whether a member that precommitted one value prevoted another, without a polka since then."""
    locks = dict[tuple[str, int], tuple[int, Any]]()
    for moment in moments:
        seat = moment.member, moment.height
        if moment.value is not None and moment.action == "precommit":
            locks[seat] = moment.round, moment.value
        elif moment.value is not None and moment.action == "prevote" and seat in locks:
            since, value = locks[seat]
            if value != moment.value and not any(table.has_votes(moment, "prevote", number) for number in range(since, moment.round)):
                return True
    return False


def _is_refused(moments: Iterable[Moment]) -> bool:
    """Return whether a member voted for what it had complained of in the same round."""
    refused = set[tuple[str, int, int, str]]()
    for moment in moments:
        seat = moment.member, moment.height, moment.round
        if moment.action == "complain":
            refused |= {(*seat, name) for name in moment.more}
        elif moment.action in ("prevote", "precommit") and any((*seat, name) in refused for name in read_value(moment.value or "")):
            return True
    return False


def _is_stalled(schedule: Schedule, moments: Iterable[Moment]) -> bool:
    """Return whether an honest member has not decided as many heights as were asked for."""
    decisions = [moment.member for moment in moments if moment.action == "decide"]
    honest = [name for name in schedule["weights"] if name not in schedule.get("liars", [])]
    return any(decisions.count(name) < schedule.get("heights", 1) for name in honest)


class _Heard:
    """What members had heard when they spoke: who voted for what, and what was proposed by whom it was the turn of."""

    def __init__(self, schedule: Schedule, replay: Replay) -> None:
        self._weights, self._turns = schedule["weights"], schedule.get("turns", 1)
        self._total = sum(self._weights.values())
        self._logs = replay.heard
        self._first: dict[str, dict[Any, dict[str, int]]] = {member: self._index(log) for member, log in replay.heard.items()}

    def _index(self, log: Iterable[Message]) -> dict[Any, dict[str, int]]:
        """Return for each kind, height, round and value who said it, and as which message it was heard first."""
        heard: dict[Any, dict[str, int]] = defaultdict(dict)
        for number, message in enumerate(log):
            key = message["kind"], message["height"], message["round"], message["value"]
            heard[key].setdefault(message["member"], number)
        return heard

    def is_turn(self, moment: Moment) -> bool:
        """Return whether a proposal came from whose turn it was; other moments are in order."""
        return moment.action != "proposal" or moment.member == self._get_proposer(moment.height, moment.round)

    def is_proven(self, moment: Moment) -> bool:
        """Return whether a member had heard what its vote or decision needs. A vote for nil needs nothing."""
        if moment.value is None or moment.action not in ("prevote", "precommit", "decide"):
            return True
        if moment.action == "decide":
            numbers = {number for kind, height, number, _ in self._first[moment.member] if (kind, height) == ("precommit", moment.height)}
            return any(self.has_votes(moment, "precommit", number) and self._is_proposed(moment, number) for number in numbers)
        if moment.action == "prevote":
            return any(claim is None or self.has_votes(moment, "prevote", claim) for claim in self._get_claims(moment))
        return self._is_proposed(moment, moment.round) and self.has_votes(moment, "prevote", moment.round)

    def has_votes(self, moment: Moment, kind: str, number: int) -> bool:
        """Return whether a member had heard a quorum for this moment's value in a round."""
        voters = self._get_speakers(moment, kind, number)
        return 3 * sum(int(self._weights.get(name, 0)) for name in voters) > 2 * int(self._total)

    def _is_proposed(self, moment: Moment, number: int) -> bool:
        return self._get_proposer(moment.height, number) in self._get_speakers(moment, "proposal", number)

    def _get_claims(self, moment: Moment) -> Iterable[int | None]:
        """Return the pol_round of each proposal for this value that a member had heard; one of a round that is not over proves nothing."""
        proposer, place = self._get_proposer(moment.height, moment.round), (moment.height, moment.round, moment.value)
        for message in self._logs[moment.member][: moment.heard]:
            if (message["kind"], message["member"]) == ("proposal", proposer):
                claim = message["pol_round"]
                if (message["height"], message["round"], message["value"]) == place and (claim is None or claim < moment.round):
                    yield claim

    def _get_speakers(self, moment: Moment, kind: str, number: int) -> list[str]:
        said = self._first[moment.member].get((kind, moment.height, number, moment.value), {})
        return [name for name, place in said.items() if place < moment.heard]

    def _get_proposer(self, height: int, number: int) -> str:
        names = list(self._weights)
        return str(names[((height - 1) // self._turns + number) % len(names)])
