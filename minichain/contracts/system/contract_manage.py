"""CONTRACT_MANAGE: contracts come, change, stop and go (ChainMaker: syscontract.ContractManageFunction).

    INIT_CONTRACT CONTRACT_NAME CONTRACT_VERSION CONTRACT_RUNTIME_TYPE CONTRACT_BYTECODE …     a new contract; the rest is for its `init`
    UPGRADE_CONTRACT (the same)                                new code on the old state; the rest is for `upgrade` of the new code
    FREEZE_CONTRACT CONTRACT_NAME · UNFREEZE_CONTRACT … · REVOKE_CONTRACT …
    GET_CONTRACT_INFO CONTRACT_NAME · GET_CONTRACT_LIST        `Installed`, `InstalledList`
    GRANT_CONTRACT_ACCESS …                                    see `contract_access`

The default policy asks for administrators of more than half of the organisations: whoever changes a contract changes what the others
agreed to. They sign one transaction together, or vote with MULTI_SIGN.

Record and code are written first, then the hook runs as any call does. If it fails, so does everything: then there is no contract, or
still the old one with its old code.

What an attacker would try: to take the name of another contract, of one that was revoked, or of a system contract. To send code that takes
long to read: it is paid for by the byte before it is read, and by its parts before it runs. To be called by CONTRACT_MANAGE as if by
an installation: hooks run in no other way.

Simplifications: an upgrade takes effect within its block, for the transactions after it; ChainMaker puts contract management into a block
of its own. A frozen contract is unfrozen before it is upgraded.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from minichain.contracts.system.beliefs import get_access
from minichain.contracts.system.contract_access import change_access, verify_access
from minichain.contracts.system.engine import SystemEngine, read_text, validate_parameters
from minichain.contracts.system.lifecycle import (
    MAX_CODE_BYTES,
    Installed,
    InstalledList,
    Status,
    find_installed,
    get_installed,
    list_installed,
    put_code,
    put_installed,
    validate_new_name,
    validate_status,
    validate_version,
)
from minichain.contracts.system.runtimes import Loaded, Runtime, load
from minichain.ledger.changes_log import add_change
from minichain.ledger.encoding import encode
from minichain.ledger.execution import Call, Code, ContractError, Host
from minichain.ledger.system_names import CONTRACT_MANAGE
from minichain.ledger.view import View

CODE_NAME: Final = "CONTRACT_NAME"
CODE_VERSION: Final = "CONTRACT_VERSION"
CODE_RUNTIME: Final = "CONTRACT_RUNTIME_TYPE"
CODE_BYTES: Final = "CONTRACT_BYTECODE"
OWN_PARAMETERS: Final = frozenset({CODE_NAME, CODE_VERSION, CODE_RUNTIME, CODE_BYTES})

BYTE_GAS: Final = 20
"""What each byte of code costs: to read and to keep it."""
PART_GAS: Final = 100
"""What each part of the program costs: to load it. Both are about what it takes in the time of running contracts (`make bench`)."""


# Installing and upgrading


def init_contract(runtimes: Mapping[str, Runtime], call: Call, view: View, host: Host) -> bytes:
    """Install a contract and run its `init` (INIT_CONTRACT)."""
    name = read_text(call, CODE_NAME)
    validate_new_name(name)
    old = find_installed(view, name)
    if old is not None:
        raise ContractError(Code.FAILED, f"there is a contract {name!r} already, which is {old.status.name.lower()}")
    write_contract(runtimes, call, view, host, Installed(name, "", Status.ACTIVE, b"", call.block.height, call.sender.org_id, ""))
    return run_hook(runtimes, "init", name, call, host)


def upgrade_contract(runtimes: Mapping[str, Runtime], call: Call, view: View, host: Host) -> bytes:
    """Give a contract new code and run the `upgrade` of that; what the contract wrote stays (UPGRADE_CONTRACT)."""
    old = get_installed(view, host, read_text(call, CODE_NAME))
    validate_status(call, old, Status.ACTIVE)
    if read_text(call, CODE_VERSION) == old.version:
        raise ContractError(Code.FAILED, f"{old.name!r} has the version {old.version} already: two codes under one version confuse people")
    write_contract(runtimes, call, view, host, old)
    return run_hook(runtimes, "upgrade", old.name, call, host)


def write_contract(runtimes: Mapping[str, Runtime], call: Call, view: View, host: Host, record: Installed) -> None:
    """Write the record with the version and the code of the call, if they are in order."""
    version, runtime, code = read_text(call, CODE_VERSION), read_text(call, CODE_RUNTIME), call.get_parameter(CODE_BYTES)
    validate_version(version)
    if not 0 < len(code) <= MAX_CODE_BYTES:
        raise ContractError(Code.TOO_LARGE, f"the code of {record.name!r} has {len(code)} bytes; it may have 1 to {MAX_CODE_BYTES}")
    host.meter.charge(BYTE_GAS * len(code))
    host.meter.charge(PART_GAS * read_code(runtimes, call).size)
    code_hash = get_access(view).suite.hash(code)
    put_code(view, code_hash, code)
    put_installed(view, replace(record, version=version, runtime=runtime, code_hash=code_hash))
    add_change(call, view, host, record.name)


def read_code(runtimes: Mapping[str, Runtime], call: Call) -> Loaded:
    """Return the contract that the call brings; raise ContractError if it is none."""
    runtime = runtimes.get(read_text(call, CODE_RUNTIME))
    if runtime is None:
        raise ContractError(Code.BAD_PARAMETER, f"{CODE_RUNTIME} is one of {', '.join(runtimes)}")
    return load(runtime, call.get_parameter(CODE_BYTES))


def run_hook(runtimes: Mapping[str, Runtime], hook: str, name: str, call: Call, host: Host) -> bytes:
    """Run `init` or `upgrade` of the code that was just written, with the parameters that are not ours."""
    parameters = tuple((key, value) for key, value in call.parameters if key not in OWN_PARAMETERS)
    if hook not in read_code(runtimes, call).hooks:
        if parameters:
            raise ContractError(Code.BAD_PARAMETER, f"{name!r} has no `{hook}` that could take {parameters[0][0]!r}")
        return b""
    outcome = host.call_contract(name, hook, parameters)
    if not outcome.is_success:
        raise ContractError(Code(outcome.code), f"`{hook}` of {name!r} failed: {outcome.message}", outcome.result)
    return outcome.result


# Stopping


def freeze_contract(call: Call, view: View, host: Host) -> bytes:
    """Stop a contract (FREEZE_CONTRACT)."""
    return change_status(call, view, host, Status.FROZEN, Status.ACTIVE)


def unfreeze_contract(call: Call, view: View, host: Host) -> bytes:
    """Let a contract go on (UNFREEZE_CONTRACT)."""
    return change_status(call, view, host, Status.ACTIVE, Status.FROZEN)


def revoke_contract(call: Call, view: View, host: Host) -> bytes:
    """End a contract for good (REVOKE_CONTRACT)."""
    return change_status(call, view, host, Status.REVOKED, Status.ACTIVE, Status.FROZEN)


def change_status(call: Call, view: View, host: Host, status: Status, *allowed: Status) -> bytes:
    """Bring a contract that is in one of the `allowed` states into another one."""
    validate_parameters(call, CODE_NAME)
    record = get_installed(view, host, read_text(call, CODE_NAME))
    validate_status(call, record, *allowed)
    put_installed(view, replace(record, status=status))
    add_change(call, view, host, record.name)
    return b""


# Looking


def get_contract_info(call: Call, view: View, host: Host) -> bytes:
    """Return the record of a contract (GET_CONTRACT_INFO)."""
    validate_parameters(call, CODE_NAME)
    return encode(get_installed(view, host, read_text(call, CODE_NAME)))


def get_contract_list(call: Call, view: View, host: Host) -> bytes:
    """Return the records of all contracts (GET_CONTRACT_LIST)."""
    validate_parameters(call)
    return encode(InstalledList(tuple(list_installed(view, host))))


def make_engine(runtimes: Mapping[str, Runtime]) -> SystemEngine:
    """Return the contract, which installs what one of the runtimes can run."""
    return SystemEngine(
        CONTRACT_MANAGE,
        {
            "INIT_CONTRACT": partial(init_contract, runtimes),
            "UPGRADE_CONTRACT": partial(upgrade_contract, runtimes),
            "FREEZE_CONTRACT": freeze_contract,
            "UNFREEZE_CONTRACT": unfreeze_contract,
            "REVOKE_CONTRACT": revoke_contract,
            "GET_CONTRACT_INFO": get_contract_info,
            "GET_CONTRACT_LIST": get_contract_list,
            "GRANT_CONTRACT_ACCESS": change_access,
            "REVOKE_CONTRACT_ACCESS": change_access,
            "VERIFY_CONTRACT_ACCESS": verify_access,
        },
    )
