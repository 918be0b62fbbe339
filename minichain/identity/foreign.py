"""Certificates of the world outside: signed with RSA (RFC 8017) or DSA (FIPS 186-4), verified by `cryptography`.

A chain signs with the algorithms of its suite. But an authority that existed before the chain, a ministry's say, may have an RSA
root, and whoever inspects its certificates needs this. `verify` here also knows what `algorithms` knows.

Simplifications: RSA in its older form (PKCS #1 v1.5) only. SHA-1, broken since 2017, is known because the certificates of a test
suite of 2011 are signed with it; nothing in a chain asks for this function. A DSA key may leave its parameters to be inherited
from its issuer (RFC 3279, section 2.3.2); that is refused, because a key would then mean something else under every issuer.
"""

from typing import Any

from minichain.identity import algorithms
from minichain.identity.algorithms import PublicKeyInfo
from minichain.identity.errors import MissingLibraryError, UnsupportedKeyError

RSA = "1.2.840.113549.1.1.1"
DSA = "1.2.840.10040.4.1"

RSA_HASHES = {
    "1.2.840.113549.1.1.11": "SHA256",
    "1.2.840.113549.1.1.12": "SHA384",
    "1.2.840.113549.1.1.13": "SHA512",
}
DSA_HASHES = {"1.2.840.10040.4.3": "SHA1", "2.16.840.1.101.3.4.3.2": "SHA256"}


def verify(info: PublicKeyInfo, algorithm: str, message: bytes, signature: bytes) -> bool:
    """Return whether `signature` fits: by RSA, DSA, or one of a chain's algorithms."""
    hash_name = {RSA: RSA_HASHES, DSA: DSA_HASHES}.get(info.algorithm, {}).get(algorithm)
    if hash_name is None:
        return algorithms.verify(info, algorithm, message, signature)
    if info.algorithm == DSA and not info.parameters:
        raise UnsupportedKeyError("a DSA key without parameters; to inherit them from the issuer is not supported")
    return verify_with_library(info, hash_name, message, signature)


def verify_with_library(info: PublicKeyInfo, hash_name: str, message: bytes, signature: bytes) -> bool:
    """Return what `cryptography` says of an RSA or DSA signature."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.serialization import load_der_public_key
    except ImportError:
        raise MissingLibraryError("verifying an RSA or DSA signature") from None
    try:
        key: Any = load_der_public_key(info.encoded)
    except ValueError as error:
        raise UnsupportedKeyError(f"the library cannot read this key: {error}") from None
    hash_function = getattr(hashes, hash_name)()
    try:
        key.verify(signature, message, *((PKCS1v15(),) if info.algorithm == RSA else ()), hash_function)
    except InvalidSignature:
        return False
    return True
