"""What a member is to its organisation, and how a chain knows its members at all (ChainMaker, identity and permission management).

Simplifications: ChainMaker's fourth kind of member, the decentralised identifier (DID), is left out.
"""

from enum import IntEnum

from minichain.identity.errors import PolicyError


class Role(IntEnum):
    """What a member may be. The numbers are ours, for encodings; ChainMaker writes the names."""

    CONSENSUS = 0
    """A node that votes on blocks."""
    COMMON = 1
    """A node that keeps the ledger and does not vote."""
    ADMIN = 2
    """A person who speaks for the organisation."""
    CLIENT = 3
    """A person or a program that sends transactions."""
    LIGHT = 4
    """One who reads, and keeps only headers and what is theirs."""


NODE_ROLES = frozenset({Role.CONSENSUS, Role.COMMON})
"""The roles that machines have, who also accept connections."""


class Mode(IntEnum):
    """How a chain knows its members."""

    CERTIFICATE = 0
    """Each organisation's authority issues certificates ("PermissionedWithCert")."""
    REGISTERED_KEY = 1
    """Administrators register public keys on the chain ("PermissionedWithKey")."""
    PUBLIC_KEY = 2
    """Any key may take part; there are administrators and no organisations ("Public")."""


def parse_role(text: str) -> Role:
    """Return the role of this name, in capitals or not, as certificates and policies have it.

    >>> parse_role("client")
    <Role.CLIENT: 3>
    """
    try:
        return Role[text.upper()]
    except KeyError:
        raise PolicyError(f"no role is called {text[:40]!r}; there are {', '.join(role.name.lower() for role in Role)}") from None
