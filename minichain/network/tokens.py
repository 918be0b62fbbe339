"""Signatures in the simulator: tokens that cost no arithmetic.

Whoever signs a statement has it noted under their name; a signature is good if that note is there. So nobody can forge one, not even a
Byzantine member, for it can only sign with its own pen; that is what consensus needs of signatures, and all that it needs.

>>> notes = Notes()
>>> ann, bob = Pen("Ann", notes), Pen("Bob", notes)
>>> token = ann.sign(b"yes")
>>> bob.is_signed("Ann", b"yes", token), bob.is_signed("Ann", b"no", token), bob.is_signed("Bob", b"yes", token)
(True, False, False)
"""

from dataclasses import dataclass, field


@dataclass
class Notes:
    """What was signed in one simulation, by whom."""

    tokens: dict[tuple[str, bytes], bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Pen:
    """The signatures of one member."""

    member: str
    notes: Notes

    def sign(self, statement: bytes) -> bytes:
        """Return this member's token for a statement; the same again if it is signed twice."""
        tokens = self.notes.tokens
        return tokens.setdefault((self.member, statement), b"%b#%d" % (self.member.encode(), len(tokens)))

    def is_signed(self, member: str, statement: bytes, signature: bytes) -> bool:
        """Return whether `member` has signed the statement."""
        return self.notes.tokens.get((member, statement)) == signature
