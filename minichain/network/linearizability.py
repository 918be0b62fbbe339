"""Linearizability: could what clients saw have happened one operation at a time, each at a moment between its call and its answer?

That is what "it behaves like one copy" means (Herlihy and Wing 1990). A history is a list of operations with the times of call and answer;
a model says what one copy would have answered. The search is Wing and Gong's (1993): take any operation that nobody had to wait for, apply
it, go on; come back when an answer does not fit. Lowe's improvement (2017) remembers which sets of operations, with which state after them,
have led nowhere. A history of several independent keys is linearizable if that of each key is (Herlihy and Wing, theorem 1).

An operation without an answer may have taken effect at any time after its call, or not at all.

>>> register = Register()
>>> write, read = Operation("A", ("write", "1"), 0, 10, "done"), Operation("B", ("read",), 2, 5, None)
>>> check_history(register, [write, read]).is_linearizable
True
>>> late = Operation("B", ("read",), 11, 12, None)
>>> check_history(register, [write, late]).stuck == late
True

Simplifications: the search can take exponential time for histories in which very many operations overlap. Tools in industry (Knossos,
Porcupine) run several searches at once and give up after some time.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

UNKNOWN: Final = object()
"""The answer of an operation that never returned."""
NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asked for, and what it was told, between two moments."""

    client: str
    asked: tuple[Any, ...]
    called_at: float
    returned_at: float = NEVER
    answer: Any = UNKNOWN


class Model(Protocol):
    """What one copy, used by one client at a time, would do."""

    def get_key(self, asked: tuple[Any, ...]) -> Hashable:
        """Return what the operation is about; operations about different things do not touch each other."""

    def get_start(self) -> Hashable:
        """Return the state at the beginning."""

    def apply(self, state: Any, asked: tuple[Any, ...], answer: Any) -> tuple[bool, Hashable]:
        """Return whether `answer` is right in this state (every one is, if it is UNKNOWN), and the state afterwards."""


@dataclass(frozen=True)
class Verdict:
    """Whether a history is linearizable, and an order that explains it; or else the longest one found, and the answer that does not fit."""

    is_linearizable: bool
    order: tuple[Operation, ...]
    stuck: Operation | None = None


def check_history(model: Model, history: Sequence[Operation]) -> Verdict:
    """Return whether one copy could have given these answers."""
    parts: dict[Hashable, list[Operation]] = defaultdict(list)
    for operation in history:
        parts[model.get_key(operation.asked)].append(operation)
    orders: list[Operation] = []
    for part in parts.values():
        verdict = _Search(model, part).run()
        if not verdict.is_linearizable:
            return verdict
        orders += verdict.order
    return Verdict(True, tuple(orders))


class _Event:
    """A call, or an answer, in a list from which a call that was applied is lifted together with its answer."""

    __slots__ = ("after", "answered", "before", "number")

    def __init__(self, number: int, answered: "_Event | None") -> None:
        self.number = number
        self.answered = answered
        """For a call, its answer."""
        self.before: _Event = self
        self.after: _Event = self


class _Search:
    """The search for an order of the operations on one key."""

    def __init__(self, model: Model, operations: Sequence[Operation]) -> None:
        self.model = model
        self.operations = operations
        self.head = _Event(-1, None)
        answers = [_Event(number, None) for number in range(len(operations))]
        calls = [_Event(number, answers[number]) for number in range(len(operations))]
        # At the same moment calls come first: what touches overlaps.
        moments = [(one.called_at, 0, number) for number, one in enumerate(operations)]
        moments += [(one.returned_at, 1, number) for number, one in enumerate(operations)]
        last = self.head
        for _, is_answer, number in sorted(moments):
            event = (answers if is_answer else calls)[number]
            last.after, event.before = event, last
            last = event
        last.after, self.head.before = self.head, last

    def run(self) -> Verdict:
        """Apply what can be applied, come back where an answer does not fit, until all is applied or nothing is left to try."""
        state, applied = self.model.get_start(), 0
        seen: set[tuple[int, Hashable]] = set()
        steps: list[tuple[_Event, Hashable]] = []
        longest: tuple[int, ...] = ()
        stuck = -1
        event = self.head.after
        while self.head.after is not self.head:
            if event.answered is not None:
                one = self.operations[event.number]
                fits, following = self.model.apply(state, one.asked, one.answer)
                known = applied | 1 << event.number, following
                if fits and known not in seen:
                    seen.add(known)
                    steps.append((event, state))
                    applied, state = known
                    _lift(event)
                    event = self.head.after
                else:
                    event = event.after
                continue
            # An answer whose call has not been applied: what was applied before it was the wrong thing.
            if len(steps) >= len(longest):
                longest, stuck = tuple(call.number for call, _ in steps), event.number
            if not steps:
                return Verdict(False, self._get_operations(longest), self.operations[stuck])
            call, state = steps.pop()
            applied ^= 1 << call.number
            _put_back(call)
            event = call.after
        return Verdict(True, self._get_operations(tuple(call.number for call, _ in steps)))

    def _get_operations(self, numbers: tuple[int, ...]) -> tuple[Operation, ...]:
        return tuple(self.operations[number] for number in numbers)


def _lift(call: _Event) -> None:
    """Take a call and its answer out of the list."""
    for event in (call, call.answered):
        assert event is not None
        event.before.after, event.after.before = event.after, event.before


def _put_back(call: _Event) -> None:
    """Put a call and its answer where they were."""
    for event in (call.answered, call):
        assert event is not None
        event.before.after = event.after.before = event


# Models


class Register:
    """One value, at first None: ("read",), ("write", value), and ("swap", expected, value), whose answer is whether it did."""

    def get_key(self, asked: tuple[Any, ...]) -> Hashable:
        """Everything is about the one register."""
        return None

    def get_start(self) -> Hashable:
        """Return what stands in it before anybody wrote."""
        return None

    def apply(self, state: Any, asked: tuple[Any, ...], answer: Any) -> tuple[bool, Hashable]:
        """Read, write, or compare and swap."""
        match asked:
            case ("read",):
                return answer is UNKNOWN or answer == state, state
            case ("write", value):
                return True, value
            case ("swap", expected, value):
                return answer is UNKNOWN or answer == (state == expected), value if state == expected else state
        raise ValueError(f"a register does not know {asked[0]!r}; it knows read, write and swap")


class KeyValue:
    """Texts by keys, at first `empty`: ("get", key), ("put", key, value), ("append", key, value)."""

    def __init__(self, empty: str = "") -> None:
        self.empty = empty

    def get_key(self, asked: tuple[Any, ...]) -> Hashable:
        """Keys are independent."""
        return asked[1] if len(asked) > 1 else None

    def get_start(self) -> Hashable:
        """Return what is read where nobody has put anything."""
        return self.empty

    def apply(self, state: Any, asked: tuple[Any, ...], answer: Any) -> tuple[bool, Hashable]:
        """Read, replace, or lengthen."""
        match asked:
            case ("get", _):
                return answer is UNKNOWN or answer == state, state
            case ("put", _, value):
                return True, value
            case ("append", _, value):
                return True, state + value
        raise ValueError(f"a key-value store does not know {asked[0]!r}; it knows get, put and append")
