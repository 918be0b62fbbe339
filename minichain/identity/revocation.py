"""Whether a certificate has been revoked, as far as lists can tell (RFC 5280, section 6.3).

A list counts if it is of the certificate's issuer, understood in full and signed by a key that may sign the issuer's lists. Then
there are two questions, and two answers to them:

- As the standard has it, for whoever fetches lists over a network: the list must be current, and without one nothing is known.
- On a chain, the lists are part of the state, and everybody agrees on what the newest one is. An authority that is late with the
  next one should not be able to stop its members, and one that never revoked anyone need not publish a list.

Simplifications: of several lists that count the one with the highest number decides.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from minichain.identity.algorithms import PublicKeyInfo, VerifyFunction
from minichain.identity.certificate import Certificate
from minichain.identity.errors import IdentityError, RevokedError, UnknownStatusError
from minichain.identity.revocation_list import RevocationList


def validate_status(
    certificate: Certificate,
    lists: Iterable[RevocationList],
    list_keys: Sequence[PublicKeyInfo],
    verify: VerifyFunction,
    current_at_ms: int | None,
) -> None:
    """Raise RevokedError if a list that counts has `certificate`.

    `list_keys` may sign the lists of its issuer. If `current_at_ms` is a time, lists must be current then, and UnknownStatusError
    is raised if there is none; if it is None, lists count whatever their dates, and who is on none is not revoked.
    """
    counting = [
        each
        for each in lists
        if each.issuer == certificate.issuer
        and not each.unknown_critical
        and (current_at_ms is None or each.is_current_at(current_at_ms))
        and any(is_signed_by(each, key, verify) for key in list_keys)
    ]
    if not counting:
        if current_at_ms is not None:
            raise UnknownStatusError(f"{certificate.subject}: its issuer, {certificate.issuer}, has no current revocation list that counts")
        return
    newest = max(counting, key=lambda each: (each.number or 0, each.this_update_ms))
    entry = newest.entries.get(certificate.serial)
    if entry is not None:
        reason = entry.reason.name.lower().replace("_", " ")
        raise RevokedError(f"the certificate {certificate.serial:x} of {certificate.subject} has been revoked by its issuer ({reason})")


@lru_cache(maxsize=1024)
def is_signed_by(revocation_list: RevocationList, key: PublicKeyInfo, verify: VerifyFunction) -> bool:
    """Return whether the list is signed by this key."""
    try:
        return verify(key, revocation_list.signature_algorithm, revocation_list.signed_part, revocation_list.signature)
    except IdentityError:
        return False  # a key of another kind is not the one that signed
