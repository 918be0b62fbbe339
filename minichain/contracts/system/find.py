"""From a contract's name to what runs it, for a whole chain: system contracts by their names, all others by their records.

`FindInstalled` is told which runtimes the chain has. It reads through the view: the record of an installed contract and its code, or
whether a system contract is closed. So all of that is in the read set of the transaction, and installing a contract in the same block
as calling it is a conflict that the DAG keeps in order.

Simplifications: none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from minichain.contracts.system import cert_manage, chain_config, multi_sign, pubkey_manage
from minichain.contracts.system.contract_access import validate_open
from minichain.contracts.system.contract_manage import make_engine
from minichain.contracts.system.lifecycle import find_installed, get_code, validate_running
from minichain.contracts.system.runtimes import Runtime, load
from minichain.ledger.execution import Code, ContractError, Engine
from minichain.ledger.keyvalue import find_keyvalue_engine
from minichain.ledger.system_names import CERT_MANAGE, CHAIN_CONFIG, CHAIN_QUERY, CONTRACT_MANAGE, MULTI_SIGN, PUBKEY_MANAGE
from minichain.ledger.view import View


@dataclass(frozen=True)
class FindInstalled:
    """Finds the engines of a chain whose contracts run in these runtimes. It can be sent to other processes (see `workers`)."""

    runtimes: Mapping[str, Runtime]

    @cached_property
    def system(self) -> dict[str, Engine]:
        """The system contracts."""
        return {
            CHAIN_CONFIG: chain_config.ENGINE,
            CERT_MANAGE: cert_manage.ENGINE,
            PUBKEY_MANAGE: pubkey_manage.ENGINE,
            CONTRACT_MANAGE: make_engine(self.runtimes),
            MULTI_SIGN: multi_sign.ENGINE,
        }

    def __call__(self, contract: str, view: View) -> Engine | None:
        """Return the engine that runs a contract, or None; raise ContractError if the contract is not to be called now."""
        if contract in self.system:
            validate_open(view, contract)
            return self.system[contract]
        if contract == CHAIN_QUERY:
            raise ContractError(Code.NO_CONTRACT, f"{CHAIN_QUERY} answers queries; in a block there is no such contract")
        record = find_installed(view, contract)
        if record is None:
            return None
        validate_running(record)
        return load(self.runtimes[record.runtime], get_code(view, record)).engine


@dataclass(frozen=True)
class FindWithKeyValue:
    """Finds engines as another does, and the key-value engine for names that begin with "kv": for lessons and tests."""

    find_installed: FindInstalled

    def __call__(self, contract: str, view: View) -> Engine | None:
        """Return the engine that runs a contract, or None."""
        # First, and without a look at the state: chains of before there were contracts have no record among what they read.
        return find_keyvalue_engine(contract, view) or self.find_installed(contract, view)
