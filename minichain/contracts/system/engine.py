"""What all system contracts share: who may call them, and how their parameters are read.

A system contract is a table of methods, trusted host Python behind the interface that every engine has. Its parameters come from a
stranger: each is read by one of the functions here, and what cannot be read fails the call and names the parameter.

What an attacker would try: to reach a system contract through an installed one, whose callers no policy has counted. To installed
contracts there is no such contract (`validate_caller`). To send a parameter that is not looked at, and hope that another node looks: a
method takes exactly what it names.

Simplifications: parameters are bytes in DER or in the ledger's own encoding; ChainMaker's are PEM text and Protocol Buffers.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from minichain.crypto.errors import CryptoError
from minichain.identity.errors import IdentityError
from minichain.ledger.configuration import Method, validate_caller
from minichain.ledger.encoding import decode
from minichain.ledger.errors import MalformedError
from minichain.ledger.execution import Call, Code, ContractError, Host
from minichain.ledger.view import View

METHOD_GAS: Final = 100
"""What each call of a system contract costs, besides what its method does."""

MOST_NAMED: Final = 100
"""How many things one call may name in a list."""

T = TypeVar("T")


@dataclass(frozen=True)
class SystemEngine:
    """A system contract."""

    name: str
    methods: Mapping[str, Method]

    def execute(self, call: Call, view: View, host: Host) -> bytes:
        """Run the method that is called."""
        validate_caller(call)
        method = self.methods.get(call.method)
        if method is None:
            raise ContractError(Code.NO_METHOD, f"{self.name} has no method {call.method!r}; there are {', '.join(self.methods)}")
        host.meter.charge(METHOD_GAS)
        return method(call, view, host)


def validate_parameters(call: Call, *names: str) -> None:
    """Raise ContractError unless the call has exactly these parameters."""
    given = {name for name, _ in call.parameters}
    if given != set(names):
        wanted, found = ", ".join(names) or "no parameters", ", ".join(sorted(given)) or "none"
        raise ContractError(Code.BAD_PARAMETER, f"{call.method} takes {wanted}, not {found}")


def read_text(call: Call, name: str) -> str:
    """Return a parameter that is text."""
    try:
        return call.get_parameter(name).decode()
    except UnicodeDecodeError:
        raise ContractError(Code.BAD_PARAMETER, f"{name} is not UTF-8") from None


def read_number(call: Call, name: str) -> int:
    """Return a parameter that is a number from 0 on, in decimal."""
    text = read_text(call, name)
    if not (text.isascii() and text.isdigit()) or len(text) > 18 or str(int(text)) != text:
        raise ContractError(Code.BAD_PARAMETER, f"{name} is a decimal number of at most 18 digits, not {text[:40]!r}")
    return int(text)


def read_list(call: Call, name: str) -> list[str]:
    """Return a parameter that is text separated by commas: at least one, none twice."""
    entries = read_text(call, name).split(",")
    if len(entries) > MOST_NAMED or len(set(entries)) != len(entries) or not all(entries):
        raise ContractError(Code.BAD_PARAMETER, f"{name} lists 1 to {MOST_NAMED} entries, separated by commas, none of them twice or empty")
    return entries


def read_hashes(call: Call, name: str) -> list[bytes]:
    """Return a parameter that is hashes in hexadecimal, separated by commas."""
    entries = read_list(call, name)
    try:
        hashes = [bytes.fromhex(entry) for entry in entries]
    except ValueError:
        hashes = []
    if [each.hex() for each in hashes] != entries:
        raise ContractError(Code.BAD_PARAMETER, f"{name} lists hashes in lower-case hexadecimal digits")
    return hashes


def read_value(call: Call, name: str, kind: type[T]) -> T:
    """Return a parameter that is a value in the ledger's encoding."""
    with refusing(name):
        return decode(kind, call.get_parameter(name))


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Let whatever is found wrong inside fail the call."""
    try:
        yield
    except (MalformedError, IdentityError, CryptoError) as error:
        raise ContractError(Code.BAD_PARAMETER, f"{what}: {error}") from None
