"""Which key and which signature a certificate holds, and how each is written (RFC 5280, sections 4.1.1.2 and 4.1.2.7).

Three kinds of key serve on a chain: Ed25519 (RFC 8410) in the international suite, SM2 (GB/T 20518, GM/T 0015) in the national
one, and P-256 (RFC 5480) in the certificates of TLS, which libraries everywhere understand. They are computed by
`minichain.crypto`, so that certificates are also read and verified where there is no compiled package.

An algorithm is named twice, in what is signed and outside of it. Only the first is protected, so both must be the same
(section 4.1.1.2).

Simplifications: none of the parameters that other algorithms have. What the rest of the world signs with is in `foreign`.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Protocol

from minichain.crypto.der import NULL, SEQUENCE, decode_sequence, encode_element, encode_object_identifier, encode_sequence
from minichain.crypto.errors import CryptoError
from minichain.crypto.key_encoding import decode_public_key
from minichain.crypto.keys import Ed25519PublicKey, P256PublicKey, PrivateKey, PublicKey, Sm2PublicKey
from minichain.crypto.signature_pair import decode_pair, decode_pair_from_der, encode_pair, encode_pair_as_der
from minichain.crypto.signing import get_scheme
from minichain.identity.asn1 import read_encoded
from minichain.identity.errors import UnsupportedKeyError, reading

ED25519: Final = "1.3.101.112"
"""Names the key and the signature alike (RFC 8410, section 3)."""
ECDSA_WITH_SHA256: Final = "1.2.840.10045.4.3.2"
SM2_WITH_SM3: Final = "1.2.156.10197.1.501"

SIGNATURES: Final = {Ed25519PublicKey.scheme: ED25519, P256PublicKey.scheme: ECDSA_WITH_SHA256, Sm2PublicKey.scheme: SM2_WITH_SM3}
"""For each scheme the name of its signatures in certificates."""

NO_PARAMETERS: Final = encode_element(NULL, b"")

SIGNATURE_NAMES: Final = {ED25519: "Ed25519", ECDSA_WITH_SHA256: "ECDSA with SHA-256", SM2_WITH_SM3: "SM2 with SM3"}


# SubjectPublicKeyInfo (for keys that a chain computes with: `minichain.crypto.key_encoding`)


@dataclass(frozen=True)
class PublicKeyInfo:
    """A public key of any algorithm, as a certificate has it."""

    encoded: bytes = field(repr=False)
    algorithm: str
    parameters: bytes
    """What follows the algorithm's name, as it stands: of a key on a curve, the curve's name."""


def decode_public_key_info(encoded: bytes) -> PublicKeyInfo:
    """Return the parts of a SubjectPublicKeyInfo, of whatever algorithm."""
    reader = decode_sequence(encoded)
    with reading("algorithm"):
        algorithm, parameters = decode_algorithm(read_encoded(reader, SEQUENCE))
    with reading("subjectPublicKey"):
        reader.read_bit_string()
        reader.validate_end()
    return PublicKeyInfo(encoded, algorithm, parameters)


@lru_cache(maxsize=4096)
def get_public_key(info: PublicKeyInfo) -> PublicKey:
    """Return the key of `info`, checked like any key; raise UnsupportedKeyError if it is of no kind that a chain computes with."""
    try:
        return decode_public_key(info.encoded)
    except CryptoError as error:
        raise UnsupportedKeyError(str(error)) from None


# AlgorithmIdentifier


def encode_algorithm(oid: str) -> bytes:
    """Return the AlgorithmIdentifier of a signature without parameters, as all of ours are."""
    return encode_sequence(encode_object_identifier(oid))


def decode_algorithm(encoded: bytes) -> tuple[str, bytes]:
    """Return the name of an algorithm, and its parameters as they stand."""
    reader = decode_sequence(encoded)
    oid = reader.read_object_identifier()
    return oid, reader.data[reader.position :]


def decode_signature_algorithm(encoded: bytes) -> str:
    """Return the name of a signature algorithm; its parameters are left out or, with RSA and older software, NULL."""
    oid, parameters = decode_algorithm(encoded)
    if parameters not in ((b"",) if oid in SIGNATURE_NAMES else (b"", NO_PARAMETERS)):
        raise CryptoError(f"a signature of {SIGNATURE_NAMES.get(oid, oid)} has no parameters here, but {parameters.hex()[:80]} is there")
    return oid


# Signatures


class VerifyFunction(Protocol):
    """Says whether a signature fits. Raises UnsupportedKeyError if it knows no such algorithm or key."""

    def __hash__(self) -> int: ...

    def __call__(self, info: PublicKeyInfo, algorithm: str, message: bytes, signature: bytes) -> bool:
        """Return whether `signature`, by the algorithm of this name, is one of `message` by the key in `info`."""
        ...


def sign(private_key: PrivateKey, message: bytes) -> bytes:
    """Return the signature as a certificate has it: in DER if it is a pair of numbers (RFC 3279 section 2.2.3, GB/T 35276)."""
    signature = get_scheme(private_key.scheme).sign_without_context(private_key, message)
    return signature if private_key.scheme == "ed25519" else encode_pair_as_der(decode_pair(signature))


def verify(info: PublicKeyInfo, algorithm: str, message: bytes, signature: bytes) -> bool:
    """Return whether `signature` fits, for the algorithms of a chain; the names of key and signature must belong together."""
    public_key = get_public_key(info)
    if SIGNATURES.get(public_key.scheme) != algorithm:
        raise UnsupportedKeyError(f"a signature of algorithm {algorithm} cannot be by a key of {public_key.scheme}")
    if algorithm != ED25519:
        try:
            signature = encode_pair(decode_pair_from_der(signature))
        except CryptoError:
            return False
    return get_scheme(public_key.scheme).verify_without_context(public_key, message, signature)
