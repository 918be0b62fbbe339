"""What engines sign with, and check: statements of members, by their names.

An engine says what is signed, a driver says with which keys: in a node those of the chain's suite, in the simulator tokens that cost no
arithmetic and that nobody can forge either.

Simplifications: a certificate is a list of signatures. Production systems also aggregate them into one (BLS), which makes it as long as
one signature however many have signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from minichain.crypto.errors import CryptoError
from minichain.crypto.keys import PrivateKey, PublicKey
from minichain.crypto.signing import SignatureScheme


class Signatures(Protocol):
    """One member's pen, and everybody's eyes."""

    def sign(self, statement: bytes) -> bytes:
        """Return this member's signature of a statement."""

    def is_signed(self, member: str, statement: bytes, signature: bytes) -> bool:
        """Return whether `member` has signed the statement."""


@dataclass(frozen=True)
class KeyRing:
    """Signatures with real keys of one scheme, in the context of one chain: a vote there is no vote elsewhere, and no transaction."""

    chain_id: str
    scheme: SignatureScheme
    private_key: PrivateKey
    public_keys: Mapping[str, PublicKey]

    @property
    def context(self) -> str:
        """What the signatures of this chain's consensus are made in."""
        return f"consensus of {self.chain_id}"

    def sign(self, statement: bytes) -> bytes:
        """Return this member's signature of a statement."""
        return self.scheme.sign(self.private_key, statement, context=self.context)

    def is_signed(self, member: str, statement: bytes, signature: bytes) -> bool:
        """Return whether `member` has signed the statement. A member without a key here has signed nothing."""
        key = self.public_keys.get(member)
        if key is None:
            return False
        try:
            return self.scheme.verify(key, statement, signature, context=self.context)
        except CryptoError:
            return False
