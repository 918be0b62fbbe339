"""Why access was allowed or denied, in words: the policy, what each signer adds to the count, and the clause that decided.

Simplifications: English only; `Standing` and `Decision` carry what a translation needs.
"""

from collections.abc import Sequence

from minichain.identity.access import AccessControl
from minichain.identity.member import Identity


def explain(access: AccessControl, resource: str, signers: Sequence[Identity], own_org: str | None = None) -> list[str]:
    """Return the lines of an explanation of `access.decide(resource, signers, own_org)`."""
    policy = access.get_policy(resource)
    origin = "set on this chain" if resource in access.set_policies else "the default"
    lines = [f"{resource}: {policy} ({origin})" if policy else f"{resource}: no policy"]
    for signer, standing in zip(signers, access.get_standings(resource, signers, own_org), strict=True):
        role = signer.role.name.lower() if signer.role is not None else "no role"
        lines.append(f"  {signer.name}, {role}{' of ' if signer.org_id else ''}{signer.org_id}: {standing.value}")
    decision = access.decide(resource, signers, own_org)
    lines.append(f"{'allowed' if decision.is_allowed else 'denied'}: {decision.reason}")
    return lines
