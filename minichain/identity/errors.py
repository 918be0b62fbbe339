"""What `minichain.identity` raises when it is given something that it cannot accept."""

from collections.abc import Iterator
from contextlib import contextmanager

from minichain.crypto.errors import CryptoError


class IdentityError(ValueError):
    """The base of this package's errors: a value breaks a rule, and the message names both."""


class MalformedError(IdentityError):
    """A certificate, a revocation list or a key is not written as its standard says. `field` names where, from the outside in."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class UnsupportedKeyError(IdentityError):
    """A key is of a kind that nothing here can compute with."""


class InvalidPathError(IdentityError):
    """No chain of certificates leads from a trusted root to this one, or one in the chain breaks a rule of RFC 5280 section 6."""


class RevokedError(InvalidPathError):
    """A certificate is on its issuer's revocation list."""


class UnknownStatusError(InvalidPathError):
    """No revocation list that counts says whether a certificate is revoked, where one was asked for."""


class IssueError(IdentityError):
    """An authority was asked to sign what nobody would accept."""


class UnknownMemberError(IdentityError):
    """Nobody of this organisation, certificate or key is a member of the chain."""


class FrozenError(IdentityError):
    """A member's certificate is frozen."""


class PolicyError(IdentityError):
    """A policy is not one that the chain can decide by."""


class ChangeError(IdentityError):
    """A change of access control does not fit what is there."""


class MissingLibraryError(IdentityError):
    """The package `cryptography` is needed and not installed."""

    def __init__(self, purpose: str) -> None:
        super().__init__(f"{purpose} needs the package cryptography, which is not installed: pip install cryptography")


@contextmanager
def reading(field: str) -> Iterator[None]:
    """Let whatever is found wrong inside be told with the name of the field that was being read."""
    try:
        yield
    except MalformedError as error:
        raise MalformedError(f"{field}.{error.field}", error.reason) from None
    except CryptoError as error:
        raise MalformedError(field, str(error)) from None
