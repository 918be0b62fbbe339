"""Access grants: which system contracts a chain has closed (ChainMaker: GRANT_CONTRACT_ACCESS, `disabled_native_contract`).

    GRANT_CONTRACT_ACCESS native_contract_name · REVOKE_CONTRACT_ACCESS native_contract_name     open these again · close these
    VERIFY_CONTRACT_ACCESS native_contract_name                                                  `true` if it is open

Not every chain wants every contract: one whose members all sign together needs no MULTI_SIGN, and what cannot be called cannot be misused.
What is closed lies under CONTRACT_MANAGE at `closed/` and the name; `find_engine` reads it with every call of a system contract.

ChainMaker has a default policy for these methods only on public chains, where they are forbidden. Elsewhere they are closed here until
PERMISSION_ADD says who may use them: a method that shuts others must not be open to all who may send transactions.

What an attacker would try: to close the contracts that open contracts, so that nobody can undo it. Those two cannot be closed.

Simplifications: the list is separated by commas; ChainMaker's is JSON.
"""

from typing import Final

from minichain.contracts.system.engine import read_list, read_text, validate_parameters
from minichain.ledger.changes_log import add_change
from minichain.ledger.execution import Call, Code, ContractError, Host
from minichain.ledger.system_names import CERT_MANAGE, CHAIN_CONFIG, CHAIN_QUERY, CONTRACT_MANAGE, MULTI_SIGN, PUBKEY_MANAGE
from minichain.ledger.view import View

PARAMETER: Final = "native_contract_name"
CLOSED: Final = b"closed/"
KNOWN: Final = frozenset({CHAIN_CONFIG, CHAIN_QUERY, CERT_MANAGE, PUBKEY_MANAGE, CONTRACT_MANAGE, MULTI_SIGN})
ALWAYS_OPEN: Final = frozenset({CHAIN_CONFIG, CONTRACT_MANAGE})


def is_open(view: View, name: str) -> bool:
    """Return whether the chain lets a system contract be called."""
    return name in ALWAYS_OPEN or view.get(CONTRACT_MANAGE, CLOSED + name.encode()) is None


def validate_open(view: View, name: str) -> None:
    """Raise ContractError for a system contract that is closed."""
    if not is_open(view, name):
        raise ContractError(Code.NO_CONTRACT, f"this chain has closed {name}; GRANT_CONTRACT_ACCESS opens it")


def validate_known(name: str) -> None:
    """Raise ContractError for a name that is none of a system contract."""
    if name not in KNOWN:
        raise ContractError(Code.BAD_PARAMETER, f"{name[:80]!r} is no system contract; there are {', '.join(sorted(KNOWN))}")


def change_access(call: Call, view: View, host: Host) -> bytes:
    """Open or close system contracts: all that are named, or none."""
    validate_parameters(call, PARAMETER)
    is_opening = call.method == "GRANT_CONTRACT_ACCESS"
    for name in read_list(call, PARAMETER):
        validate_known(name)
        if name in ALWAYS_OPEN:
            raise ContractError(Code.FAILED, f"{name} is always open: without it, nothing could be opened again")
        if is_open(view, name) == is_opening:
            raise ContractError(Code.FAILED, f"{name} is {'open' if is_opening else 'closed'} already")
        key = CLOSED + name.encode()
        if is_opening:
            view.delete(CONTRACT_MANAGE, key)
        else:
            view.put(CONTRACT_MANAGE, key, b"")
        add_change(call, view, host, name)
    return b""


def verify_access(call: Call, view: View, host: Host) -> bytes:
    """Return `true` if a system contract may be called, else `false`."""
    validate_parameters(call, PARAMETER)
    name = read_text(call, PARAMETER)
    validate_known(name)
    return b"true" if is_open(view, name) else b"false"
