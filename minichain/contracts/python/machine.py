"""What a running call knows: its gas, its place in the source, and the view and host that it acts through.

Compiled code passes a frame around, a list: its meter, its machine, its result, and then its local values, each in a place that was known
when the contract was compiled. Before anything that may fail or has to be paid for, it notes its line here, so that a message can tell it.

Simplifications: a failure ends the whole call. There is no exception to catch, so nothing has to be put in order on the way out.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from minichain.contracts.kinds import RecordKind
from minichain.contracts.python import gas
from minichain.ledger.execution import Call, Code, ContractError, Host, Meter
from minichain.ledger.view import View

Frame = list[Any]
Run = Callable[[Frame], Any]
"""A compiled expression gives its value; a compiled statement gives None, or one of the signals below."""

METER: Final = 0
MACHINE: Final = 1
RESULT: Final = 2
FIRST_LOCAL: Final = 3


class Unset:
    """What a local name is before it is given a value."""


UNSET: Final = Unset()

BREAK: Final = "break"
CONTINUE: Final = "continue"
RETURN: Final = "return"


class Machine:
    """One call of one contract."""

    __slots__ = ("call", "depth", "host", "is_read_only", "kinds", "line", "meter", "view")

    def __init__(self, meter: Meter, call: Call, view: View, host: Host, kinds: Mapping[str, RecordKind]) -> None:
        self.meter = meter
        self.call = call
        self.view = view
        self.host = host
        self.kinds = kinds
        self.line = 1
        self.depth = 0
        self.is_read_only = False

    def fail(self, text: str, code: Code = Code.FAILED) -> NoReturn:
        """End the call."""
        raise ContractError(code, f"line {self.line}: {text}")

    def exhaust(self) -> NoReturn:
        """End the call because its gas is used up."""
        self.meter.used = self.meter.limit
        self.fail(f"the limit of {self.meter.limit} gas is used up", Code.OUT_OF_GAS)

    def charge(self, amount: int) -> None:
        """Spend gas before the work is done."""
        meter = self.meter
        meter.used += amount
        if meter.used > meter.limit:
            self.exhaust()

    def charge_text(self, size: int) -> None:
        """Spend gas for characters or bytes that are read."""
        self.charge(size // gas.TEXT)

    def make_text(self, size: int) -> None:
        """Spend gas for a text or bytes of this size; fail if there can be none."""
        if size > gas.MAX_TEXT:
            self.fail(f"a text of {size} characters; at most {gas.MAX_TEXT} are allowed", Code.TOO_LARGE)
        self.charge(size // gas.TEXT)

    def make_items(self, count: int, present: int = 0) -> None:
        """Spend gas for so many items in a list, tuple or dict that has some `present` ones; fail if there is no room."""
        if present + count > gas.MAX_ITEMS:
            self.fail(f"{present + count} items; a list, tuple or dict has at most {gas.MAX_ITEMS}", Code.TOO_LARGE)
        self.charge(count * gas.ITEM)


def exhaust(frame: Frame, line: int) -> NoReturn:
    """End the call at a line because its gas is used up."""
    machine: Machine = frame[MACHINE]
    machine.line = line
    machine.exhaust()
