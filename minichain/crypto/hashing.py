"""Hash functions behind one interface: what the rest of MiniChain calls.

Each function has an implementation written to be read (`sha256`, `sm3`, `ripemd160`, `keccak`) and, where a library offers one, a
fast backend; both give the same bytes. The fast one is taken where it is there, and `backend` says which that is.

>>> sm3(b"abc").hex()
'66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'
>>> computation = sha256.new(b"a message ")
>>> computation.update(b"in parts")
>>> computation.digest() == sha256(b"a message in parts")
True
>>> get_hash("keccak256", readable=True).backend
'readable'

Simplifications: the fast backend is looked for once, when this module is imported, and a node that must not run on the readable
one looks at `backend` itself.
"""

from typing import Final, Protocol, cast

from minichain.crypto.backends import NewHasher, find_backend
from minichain.crypto.errors import MessageTypeError, UnknownHashError
from minichain.crypto.iterated import Hasher, IteratedHash
from minichain.crypto.keccak import KECCAK256
from minichain.crypto.ripemd160 import RIPEMD160
from minichain.crypto.sha256 import SHA256
from minichain.crypto.sm3 import SM3

__all__ = ["HASH_NAMES", "HashFunction", "Hasher", "get_hash", "keccak256", "ripemd160", "sha256", "sm3"]

READABLE: Final = "readable"
"""The name of the backend that is our own."""


class HashFunction(Protocol):
    """A hash function: call it with a message, or begin with `new` and go on with `update`. Sizes are in bytes."""

    name: str
    digest_size: int
    block_size: int
    backend: str
    """The library that computes it, or "readable"."""
    new: NewHasher
    """Begins a computation in parts. `hmac.new(key, message, sm3.new)` works."""

    def __call__(self, message: bytes, /) -> bytes:
        """Return the digest of `message`."""


def make_hash_function(function: IteratedHash | HashFunction, backend: str, new: NewHasher) -> HashFunction:
    """Return `function` as `new` computes it.

    It is a function that has attributes, not an object that can be called: that saves a tenth of the time of hashing 1 kB.
    """

    def compute_digest(message: bytes, /) -> bytes:
        try:
            return new(message).digest()
        except TypeError:
            raise MessageTypeError(f"the message for {function.name}", message) from None

    compute_digest.__qualname__ = function.name  # by which a copy in another process is found
    vars(compute_digest).update(
        name=function.name, digest_size=function.digest_size, block_size=function.block_size, backend=backend, new=new
    )
    return cast(HashFunction, compute_digest)


def get_readable(function: IteratedHash) -> HashFunction:
    """Return the implementation that is written to be read."""
    return make_hash_function(function, READABLE, function.new)


def get_fastest(function: IteratedHash) -> HashFunction:
    """Return the fast backend if there is one here, else the readable implementation."""
    found = find_backend(function)
    return make_hash_function(function, *found) if found else get_readable(function)


sha256: Final = get_fastest(SHA256)
sm3: Final = get_fastest(SM3)
ripemd160: Final = get_fastest(RIPEMD160)
keccak256: Final = get_fastest(KECCAK256)

FASTEST: Final = {function.name: function for function in (sha256, sm3, ripemd160, keccak256)}
ALL_READABLE: Final = {function.name: get_readable(function) for function in (SHA256, SM3, RIPEMD160, KECCAK256)}
HASH_NAMES: Final = tuple(FASTEST)


def get_hash(name: str, *, readable: bool = False) -> HashFunction:
    """Return the hash function called `name`, the fastest that is installed or, on request, the `readable` one.

    >>> get_hash("sha1")
    Traceback (most recent call last):
    minichain.crypto.errors.UnknownHashError: no hash function is called 'sha1'; there are sha256, sm3, ripemd160, keccak256
    """
    try:
        return (ALL_READABLE if readable else FASTEST)[name]
    except KeyError:
        raise UnknownHashError(f"no hash function is called {name!r}; there are {', '.join(HASH_NAMES)}") from None
