"""Whom the chain believes, as system contracts change it: one value in, the next one out.

`minichain.identity.access` holds it, `minichain.identity.changes` knows each step; here a step is carried out on the state. The value
lies under CHAIN_CONFIG, whichever contract changes it. A block is judged by the value that the block before it left, and a change is alone
in its block (`is_configuration`): so whoever is let in or shut out is so from the next block on, for every node at the same place.

Simplifications: the whole value is written anew with every change, as ChainMaker does with its configuration. A chain with very many
registered keys or certificates would keep each under a key of its own.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from minichain.contracts.system.engine import refusing
from minichain.identity.access import AccessControl
from minichain.ledger.changes_log import add_change
from minichain.ledger.configuration import ACCESS, UPDATE_GAS
from minichain.ledger.encoding import decode, encode
from minichain.ledger.execution import Call, Host
from minichain.ledger.system_names import CHAIN_CONFIG
from minichain.ledger.view import View

ACCESS_KEY: Final = ACCESS.encode()


def get_access(view: View) -> AccessControl:
    """Return whom the chain believes."""
    return read_access(view.get(CHAIN_CONFIG, ACCESS_KEY) or b"")


@lru_cache(maxsize=8)
def read_access(document: bytes) -> AccessControl:
    """Return the value that is written so. To read it takes as long as to check all its certificates."""
    return decode(AccessControl, document)


def change_access(call: Call, view: View, host: Host, subject: str, change: Callable[[AccessControl], AccessControl]) -> None:
    """Write the value that `change` makes of the present one, and log that `subject` was changed."""
    host.meter.charge(UPDATE_GAS)
    with refusing(call.method):
        changed = change(get_access(view))
    view.put(CHAIN_CONFIG, ACCESS_KEY, encode(changed))
    add_change(call, view, host, subject)
