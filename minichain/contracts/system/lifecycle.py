"""The life of an installed contract: the record of it, the states that it can be in, and where its code lies.

    INIT  ->  active  <-  FREEZE / UNFREEZE  ->  frozen
                 \\___________  REVOKE  ___________/   ->  revoked, for good

A record lies under CONTRACT_MANAGE, at `contract/` and the name; the code lies once for all contracts that have it, at `code/` and its
hash. Whoever calls a contract has read its record through the view, so a call and a change of the contract in one block are a conflict
like any other: the DAG keeps them in order, and a runner on many cores comes to what one core comes to.

The name of a revoked contract stays taken. Others hold it in their state and in their habits; whoever got it next would inherit their
trust.

Simplifications: ChainMaker's record also has the runtime's own address for the contract. What a revoked contract wrote stays in the state.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from minichain.ledger.encoding import decode, encode
from minichain.ledger.execution import Call, Code, ContractError, Host
from minichain.ledger.keyvalue import PREFIX as KEYVALUE_PREFIX
from minichain.ledger.system_names import CONTRACT_MANAGE, RESERVED
from minichain.ledger.view import View

RECORDS: Final = b"contract/"
CODES: Final = b"code/"

MAX_CODE_BYTES: Final = 1 << 18
"""What the code of a contract may be long, 256 KiB: each node reads it and keeps it."""

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
"""No hyphen: a policy is for CONTRACT-METHOD, which must not be read in two ways. No dot or slash: names become keys and file names."""

VERSION: Final = re.compile(r"[A-Za-z0-9._+-]{1,64}", re.ASCII)

RECORD_GAS: Final = 20
"""What it costs to read a record."""


class Status(IntEnum):
    """What may be done with a contract."""

    ACTIVE = 0
    FROZEN = 1
    """It answers nobody, until it is unfrozen."""
    REVOKED = 2
    """It never answers again."""


@dataclass(frozen=True)
class Installed:
    """What the chain knows of a contract."""

    name: str
    version: str
    status: Status
    code_hash: bytes
    """By the chain's hash function."""
    installed_height: int
    organisation: str
    """Whose member sent it, or asked for it."""
    runtime: str
    """What runs its code."""


@dataclass(frozen=True)
class InstalledList:
    """Contracts, by name."""

    contracts: tuple[Installed, ...]


# Names


def validate_new_name(name: str) -> None:
    """Raise ContractError unless a contract may be called so."""
    if NAME.fullmatch(name) is None:
        raise ContractError(
            Code.BAD_PARAMETER, f"a contract's name is a letter and at most 63 more letters, digits and underscores, not {name[:80]!r}"
        )
    if name in RESERVED:
        raise ContractError(Code.BAD_PARAMETER, f"{name} is the name of a system contract")
    if name.startswith(KEYVALUE_PREFIX):
        raise ContractError(Code.BAD_PARAMETER, f"names that begin with {KEYVALUE_PREFIX!r}, as {name} does, are the key-value engine's")


def validate_version(version: str) -> None:
    """Raise ContractError unless a version may be called so."""
    if VERSION.fullmatch(version) is None:
        raise ContractError(Code.BAD_PARAMETER, f"a version is 1 to 64 letters, digits and characters of ._+-, not {version[:80]!r}")


# Records


def find_installed(view: View, name: str) -> Installed | None:
    """Return the record of a contract, or None if there never was one."""
    value = view.get(CONTRACT_MANAGE, RECORDS + name.encode())
    return None if value is None else decode(Installed, value)


def get_installed(view: View, host: Host, name: str) -> Installed:
    """Return the record of a contract; raise ContractError if there never was one."""
    host.meter.charge(RECORD_GAS)
    found = find_installed(view, name)
    if found is None:
        raise ContractError(Code.NO_CONTRACT, f"there is no contract {name[:80]!r}")
    return found


def put_installed(view: View, record: Installed) -> None:
    """Write the record of a contract."""
    view.put(CONTRACT_MANAGE, RECORDS + record.name.encode(), encode(record))


def list_installed(view: View, host: Host) -> list[Installed]:
    """Return the records of all contracts, by name. Each costs gas, so a chain with very many stops those who ask for all."""
    found: list[Installed] = []
    start, end = RECORDS, RECORDS[:-1] + b"0"  # the byte after the slash
    while True:
        host.meter.charge(RECORD_GAS * PAGE)
        page = view.iterate(CONTRACT_MANAGE, start, end, PAGE)
        found.extend(decode(Installed, value) for _, value in page)
        if len(page) < PAGE:
            return found
        start = page[-1][0] + b"\0"


PAGE: Final = 50
"""How many records are read, and paid for, at once."""


# Code


def put_code(view: View, code_hash: bytes, code: bytes) -> None:
    """Write code, once for all contracts that have it."""
    view.put(CONTRACT_MANAGE, CODES + code_hash, code)


def get_code(view: View, record: Installed) -> bytes:
    """Return the code of a contract."""
    code = view.get(CONTRACT_MANAGE, CODES + record.code_hash)
    if code is None:
        raise AssertionError(f"the code {record.code_hash.hex()} of {record.name} is gone: nothing ever deletes it")
    return code


# States


def validate_running(record: Installed) -> None:
    """Raise ContractError unless the contract may be called."""
    match record.status:
        case Status.FROZEN:
            raise ContractError(Code.FROZEN, f"the contract {record.name!r} is frozen until the chain's members unfreeze it")
        case Status.REVOKED:
            raise ContractError(Code.REVOKED, f"the contract {record.name!r} was revoked for good; it answers nobody any more")


def validate_status(call: Call, record: Installed, *allowed: Status) -> None:
    """Raise ContractError unless the contract is in a state in which this can be done to it."""
    if record.status not in allowed:
        states = " or ".join(each.name.lower() for each in allowed)
        raise ContractError(
            Code.FAILED, f"{call.method} is for a contract that is {states}, and {record.name!r} is {record.status.name.lower()}"
        )
