"""Fast backends: the hash functions that compiled libraries offer, where they are installed.

Nothing is needed. A candidate counts only if it agrees with the readable implementation on one message: a library may be absent,
built without the function (OpenSSL often is), or mean another function by the same name ("sha3" has meant both paddings).

Simplifications: one message is no proof of a library; the tests compare many. A production node would pin library and version.
"""

import contextlib
import hashlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from minichain.crypto.iterated import Hasher, IteratedHash

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import Hash


class NewHasher(Protocol):
    """What begins a hash computation, as `hashlib.sha256` does."""

    def __call__(self, data: bytes = b"", /) -> Hasher:
        """Begin to hash a message that starts with `data`."""


def find_backend(readable: IteratedHash) -> tuple[str, NewHasher] | None:
    """Return the name and the constructor of the fastest backend here that computes what `readable` does, or None."""
    for backend, load in CANDIDATES[readable.name]:
        # Whatever goes wrong in a library that we can do without means that we do without it.
        with contextlib.suppress(Exception):
            new = load(readable)
            if new(b"abc").digest() == readable.new(b"abc").digest():
                return backend, new
    return None


def load_hashlib(readable: IteratedHash) -> NewHasher:
    """hashlib: Python's own code or OpenSSL's."""
    if readable.name in hashlib.algorithms_guaranteed:
        constructor: NewHasher = getattr(hashlib, readable.name)
        return constructor
    return partial(hashlib.new, readable.name)


def load_pysha3(readable: IteratedHash) -> NewHasher:
    """safe-pysha3: Keccak before it became SHA-3."""
    import sha3

    constructor: NewHasher = sha3.keccak_256
    return constructor


def load_cryptography_sm3(readable: IteratedHash) -> NewHasher:
    """cryptography: brings an OpenSSL of its own, for a Python whose OpenSSL leaves SM3 out."""
    from cryptography.hazmat.primitives.hashes import SM3, Hash

    def new(data: bytes = b"", /) -> Hasher:
        return CryptographyHasher(readable, Hash(SM3()), data)

    return new


class CryptographyHasher:
    """A `Hasher` over one of cryptography's computations, which ends with its first digest: a copy of it is ended instead."""

    def __init__(self, readable: IteratedHash, computation: "Hash", data: bytes = b"") -> None:
        self.name = readable.name
        self.digest_size = readable.digest_size
        self.block_size = readable.block_size
        self._readable = readable
        self._computation = computation
        self.update(data)

    def update(self, data: bytes, /) -> None:
        """Go on with the message: `data` follows what came before."""
        self._computation.update(data)

    def digest(self) -> bytes:
        """Return the digest of the message so far."""
        return self._computation.copy().finalize()

    def hexdigest(self) -> str:
        """Return the digest in hexadecimal."""
        return self.digest().hex()

    def copy(self) -> "CryptographyHasher":
        """Return a second computation that starts from what this one has read."""
        return CryptographyHasher(self._readable, self._computation.copy())


CANDIDATES: Final[dict[str, tuple[tuple[str, Callable[[IteratedHash], NewHasher]], ...]]] = {
    "sha256": (("hashlib", load_hashlib),),
    "sm3": (("hashlib", load_hashlib), ("cryptography", load_cryptography_sm3)),
    "ripemd160": (("hashlib", load_hashlib),),
    "keccak256": (("safe-pysha3", load_pysha3),),
}
"""For each hash function the backends to try, the fastest first."""
