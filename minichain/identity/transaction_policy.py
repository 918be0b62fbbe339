"""May this transaction be carried out? Two questions, one about its sender and one about its endorsers (ChainMaker: verifyTxAuth).

The sender must be allowed to send a transaction of this type, or, where the table of senders names the very method, to call that. If
the method changes what belongs to all, its own policy counts the endorsers too; a sender without any stands for themselves.

Simplifications: who pays for a transaction, which ChainMaker checks here since version 2.3, is no question on this chain.
"""

from collections.abc import Sequence

from minichain.identity.access import AccessControl
from minichain.identity.default_policies import DEFAULT_POLICIES
from minichain.identity.member import Identity
from minichain.identity.policy import Decision


def decide_transaction(
    access: AccessControl,
    type_name: str,
    contract: str,
    method: str,
    sender: Identity,
    endorsers: Sequence[Identity] = (),
    own_org: str | None = None,
) -> Decision:
    """Return whether a transaction of this type (INVOKE_CONTRACT, …) that calls this method may be carried out.

    `own_org` is the organisation that it touches, or whose node is to archive.
    """
    resource = f"{contract}-{method}"
    defaults = DEFAULT_POLICIES[access.mode]
    decision = access.decide(resource if resource in defaults.of_sender else type_name, [sender], own_org)
    has_policy = resource in access.set_policies or resource in defaults.of_endorsers
    if decision.is_allowed and type_name == "INVOKE_CONTRACT" and has_policy:
        return access.decide(resource, endorsers or [sender], own_org)
    return decision
