"""The kit for contract authors: a chain in one line, organisations to act on it, and what shows how a contract does.

    chain           install, invoke, query, seal several calls into a block, let time pass, propose and vote
    organisations   an administrator and a client each, with keys that follow from their names
    results         what a call came to: value, events, gas, message; a block with its DAG
    gas_report      what the calls of each method cost
    coverage        which lines of a contract were ever run
    checks          what an author may have forgotten: loops, access, replies, secrets
    proofs          what a stranger can check, who trusts one hash

Plain functions and values: they work in a notebook, in a test, and in the browser.
"""

from minichain.contracts.kit.chain import KitChain, make_kit_chain
from minichain.contracts.kit.checks import Finding, check_contract
from minichain.contracts.kit.proofs import get_proven_receipt, get_proven_value
from minichain.contracts.kit.results import RefusedError

__all__ = ["Finding", "KitChain", "RefusedError", "check_contract", "get_proven_receipt", "get_proven_value", "make_kit_chain"]
