"""The two cipher suites: which hash, signature and cipher a chain uses, chosen once, in its genesis block.

`international` is what most of the world runs, `national` what China's commercial cryptography regulations ask for (GM/T; the
algorithms are also ISO/IEC 10118-3, 14888-3 and 18033-3). Everything behind this module takes a suite and never asks which one it is.

>>> get_suite("national").signature.name
'sm2'
>>> international.hash(b"abc") == get_suite("international", readable=True).hash(b"abc")
True

Simplifications: two suites, and a chain never changes its own. TLS names a suite in its handshake and must then defend that choice
against an attacker who wants the weaker one (RFC 8446, section 4.1.3); a genesis block leaves nothing to negotiate.
"""

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from minichain.crypto import backends, cipher_backends, signature_backends
from minichain.crypto.ciphers import Cipher, get_cipher
from minichain.crypto.errors import ReadableBackendError, ReadableBackendWarning, UnknownSuiteError
from minichain.crypto.hashing import READABLE, HashFunction, get_hash
from minichain.crypto.signing import SignatureScheme, get_scheme

__all__ = ["SUITE_NAMES", "CryptoSuite", "get_suite", "international", "national", "validate_fast"]


@dataclass(frozen=True)
class CryptoSuite:
    """What a chain computes with."""

    name: str
    hash: HashFunction
    signature: SignatureScheme
    cipher: Cipher


def make_suite(name: str, *, readable: bool) -> CryptoSuite:
    """Return the suite of this name, on the fastest implementations or on the readable ones."""
    hash_name, scheme_name, cipher_name = MEMBERS[name]
    return CryptoSuite(
        name,
        get_hash(hash_name, readable=readable),
        get_scheme(scheme_name, readable=readable),
        get_cipher(cipher_name, readable=readable),
    )


MEMBERS: Final = {"international": ("sha256", "ed25519", "aes-256-gcm"), "national": ("sm3", "sm2", "sm4-gcm")}
SUITE_NAMES: Final = tuple(MEMBERS)

FASTEST: Final = {name: make_suite(name, readable=False) for name in SUITE_NAMES}
ALL_READABLE: Final = {name: make_suite(name, readable=True) for name in SUITE_NAMES}

international: Final = FASTEST["international"]
national: Final = FASTEST["national"]


def get_suite(name: str, *, readable: bool = False) -> CryptoSuite:
    """Return the suite called `name`, on the fastest implementations that are installed or, on request, on the `readable` ones.

    >>> get_suite("regional")
    Traceback (most recent call last):
    minichain.crypto.errors.UnknownSuiteError: no cipher suite is called 'regional'; there are international, national
    """
    try:
        return (ALL_READABLE if readable else FASTEST)[name]
    except KeyError:
        raise UnknownSuiteError(f"no cipher suite is called {name!r}; there are {', '.join(SUITE_NAMES)}") from None


# What a node or an issuer asks before it starts


def validate_fast(suite: CryptoSuite, *, allow_readable: bool = False) -> None:
    """Raise ReadableBackendError if a member of `suite` is our readable implementation although a library offers a fast one.

    Readable code is slow, and its running time depends on the secrets in it. Whoever wants it all the same says `allow_readable`.
    Where no maintained library exists (SM2), there is no choice: that is a warning, given once.
    """
    readable = [member.name for member in (suite.hash, suite.signature, suite.cipher) if member.backend == READABLE]
    avoidable = [name for name in readable if name in HAVE_FAST]
    if avoidable and not allow_readable:
        raise ReadableBackendError(
            f"the suite {suite.name} would compute {' and '.join(avoidable)} with the implementation that is written to be read; "
            "install the package cryptography, or allow it"
        )
    for name in readable:
        if name not in HAVE_FAST:
            warn_once(f"no maintained library offers {name}: MiniChain computes it itself, not in constant time")


HAVE_FAST: Final = {*backends.CANDIDATES, *signature_backends.CANDIDATES, *cipher_backends.CANDIDATES}
"""The primitives that some library offers, whether it is installed here or not."""


@lru_cache
def warn_once(text: str) -> None:
    """Warn, the first time that this is said in this process."""
    warnings.warn(text, ReadableBackendWarning, stacklevel=3)
