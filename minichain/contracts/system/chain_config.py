"""CHAIN_CONFIG: what the chain's members have agreed on, changed part by part (ChainMaker: syscontract.ChainConfigFunction).

    GET_CHAIN_CONFIG                                            limits and access, as `Agreement`
    BLOCK_UPDATE limits · CORE_UPDATE access                    a whole document (see `ledger.configuration`)
    TRUST_ROOT_ADD org_id root · TRUST_ROOT_UPDATE org_id root  an organisation comes, or changes whose word it takes
    TRUST_ROOT_DELETE org_id                                    an organisation goes, with its members
    PERMISSION_ADD resource_name policy · PERMISSION_UPDATE …   who may call CONTRACT-METHOD
    PERMISSION_DELETE resource_name                             back to the default

An organisation changes its own trust root alone (the policy SELF), because nobody else knows when a key of it was stolen; all together
decide who belongs. What they can do by mistake is to forbid themselves a method for good: FORBIDDEN counts nobody's vote.

What an attacker would try: to name their own organisation in `org_id`, which the policy SELF looks at, and another one in `root`. Both
have to be the same.

Simplifications: NODE_ID_ADD and its kin are left out: ChainMaker's configuration lists the consensus nodes by their network ids; here a
member with the role consensus may propose, and which of them vote is for the consensus engine to be told. Trusted single members
(TRUST_MEMBER_ADD) and engine parameters (CONSENSUS_EXT_ADD) are left out for the same reason: nothing here reads them. In ChainMaker a
permission is a parameter that is called as the resource; here both have names.
"""

from dataclasses import dataclass

from minichain.contracts.system.beliefs import change_access, get_access
from minichain.contracts.system.engine import METHOD_GAS, read_text, read_value, validate_parameters
from minichain.identity.access import AccessControl, TrustRoot
from minichain.identity.changes import apply_policy, apply_policy_removal, apply_trust_root, apply_trust_root_removal
from minichain.identity.errors import ChangeError
from minichain.identity.policy import Policy
from minichain.ledger.configuration import LIMITS, ConfigurationEngine, Limits
from minichain.ledger.encoding import decode, encode
from minichain.ledger.execution import Call, Code, ContractError, Host
from minichain.ledger.system_names import CHAIN_CONFIG
from minichain.ledger.validation import ORGANISATION_PARAMETER
from minichain.ledger.view import View


@dataclass(frozen=True)
class Agreement:
    """What GET_CHAIN_CONFIG returns."""

    limits: Limits
    access: AccessControl


def get_agreement(call: Call, view: View, host: Host) -> bytes:
    """Return the whole configuration (GET_CHAIN_CONFIG)."""
    host.meter.charge(METHOD_GAS)
    validate_parameters(call)
    limits = decode(Limits, view.get(CHAIN_CONFIG, LIMITS.encode()) or b"")
    return encode(Agreement(limits, get_access(view)))


# Organisations


def read_root(call: Call) -> TrustRoot:
    """Return the trust root in the call, which is that of the organisation that it names."""
    validate_parameters(call, ORGANISATION_PARAMETER, "root")
    org_id, root = read_text(call, ORGANISATION_PARAMETER), read_value(call, "root", TrustRoot)
    if root.org_id != org_id:
        raise ContractError(Code.BAD_PARAMETER, f"root is that of {root.org_id}, and the call is about {org_id}")
    return root


def add_trust_root(call: Call, view: View, host: Host) -> bytes:
    """Take in an organisation (TRUST_ROOT_ADD)."""
    root = read_root(call)

    def add(access: AccessControl) -> AccessControl:
        if root.org_id in access.organisations:
            raise ChangeError(f"{root.org_id} is an organisation of this chain already; TRUST_ROOT_UPDATE changes its roots")
        return apply_trust_root(access, root)

    change_access(call, view, host, root.org_id, add)
    return b""


def update_trust_root(call: Call, view: View, host: Host) -> bytes:
    """Change whose word an organisation takes (TRUST_ROOT_UPDATE)."""
    root = read_root(call)

    def update(access: AccessControl) -> AccessControl:
        if root.org_id not in access.organisations:
            raise ChangeError(f"{root.org_id} is no organisation of this chain")
        return apply_trust_root(access, root)

    change_access(call, view, host, root.org_id, update)
    return b""


def delete_trust_root(call: Call, view: View, host: Host) -> bytes:
    """Let an organisation go (TRUST_ROOT_DELETE)."""
    validate_parameters(call, ORGANISATION_PARAMETER)
    org_id = read_text(call, ORGANISATION_PARAMETER)
    change_access(call, view, host, org_id, lambda access: apply_trust_root_removal(access, org_id))
    return b""


# Policies


def set_policy(call: Call, view: View, host: Host) -> bytes:
    """Set the policy of a resource that has the default, or change one that was set (PERMISSION_ADD, PERMISSION_UPDATE)."""
    validate_parameters(call, "resource_name", "policy")
    resource, policy = read_text(call, "resource_name"), read_value(call, "policy", Policy)

    def change(access: AccessControl) -> AccessControl:
        if (resource in access.set_policies) != (call.method == "PERMISSION_UPDATE"):
            state = "is set" if resource in access.set_policies else "is not set"
            raise ChangeError(f"the policy of {resource[:80]} {state}; PERMISSION_ADD sets it, PERMISSION_UPDATE changes it")
        return apply_policy(access, resource, policy)

    change_access(call, view, host, resource, change)
    return b""


def delete_policy(call: Call, view: View, host: Host) -> bytes:
    """Return to the default policy of a resource (PERMISSION_DELETE)."""
    validate_parameters(call, "resource_name")
    resource = read_text(call, "resource_name")
    change_access(call, view, host, resource, lambda access: apply_policy_removal(access, resource))
    return b""


ENGINE = ConfigurationEngine(
    {
        "GET_CHAIN_CONFIG": get_agreement,
        "TRUST_ROOT_ADD": add_trust_root,
        "TRUST_ROOT_UPDATE": update_trust_root,
        "TRUST_ROOT_DELETE": delete_trust_root,
        "PERMISSION_ADD": set_policy,
        "PERMISSION_UPDATE": set_policy,
        "PERMISSION_DELETE": delete_policy,
    }
)
