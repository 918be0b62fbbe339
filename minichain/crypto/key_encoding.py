"""Keys in DER, as the rest of the world exchanges them.

A public key is a SubjectPublicKeyInfo (RFC 5280, section 4.1), a private key a PrivateKeyInfo (PKCS 8: RFC 5208, and RFC 5958 with the
public key in it). Both start with an AlgorithmIdentifier, which says what kind of key follows:

    Ed25519, X25519      an identifier of its own (RFC 8410)
    P-256, secp256k1     id-ecPublicKey and the name of the curve (RFC 5480); the private key is an ECPrivateKey (RFC 5915)
    SM2                  the same, with the curve of GM/T 0006, as OpenSSL writes it

Simplifications: curves go by their names; parameters written out are refused, for they let an attacker choose the curve (CVE-2020-0601).
Attributes are skipped.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from minichain.crypto import agreement
from minichain.crypto.der import (
    BIT_STRING,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    Reader,
    decode_sequence,
    encode_bit_string,
    encode_element,
    encode_integer,
    encode_object_identifier,
    encode_sequence,
)
from minichain.crypto.errors import CryptoError, InvalidEncodingError, InvalidKeyError, KeyFileError
from minichain.crypto.keys import (
    Ed25519PrivateKey,
    P256PrivateKey,
    PrivateKey,
    PublicKey,
    Secp256k1PrivateKey,
    Sm2PrivateKey,
    X25519PrivateKey,
)
from minichain.crypto.signing import get_scheme

# AlgorithmIdentifier (RFC 5280, section 4.1.1.2)

ID_EC_PUBLIC_KEY: Final = "1.2.840.10045.2.1"

ALGORITHMS: Final[dict[type[PrivateKey], tuple[str, str | None]]] = {
    Ed25519PrivateKey: ("1.3.101.112", None),
    X25519PrivateKey: ("1.3.101.110", None),
    P256PrivateKey: (ID_EC_PUBLIC_KEY, "1.2.840.10045.3.1.7"),
    Secp256k1PrivateKey: (ID_EC_PUBLIC_KEY, "1.3.132.0.10"),
    Sm2PrivateKey: (ID_EC_PUBLIC_KEY, "1.2.156.10197.1.301"),
}
"""For each type of private key its algorithm and, for a curve in Weierstrass form, the curve: the parameters."""

BY_SCHEME: Final = {key_type.scheme: key_type for key_type in ALGORITHMS}
BY_ALGORITHM: Final = {algorithm: key_type for key_type, algorithm in ALGORITHMS.items()}


@contextmanager
def in_field(name: str) -> Iterator[None]:
    """Name the field in which something is wrong."""
    try:
        yield
    except KeyFileError as error:
        raise KeyFileError(f"{name}.{error}") from None
    except CryptoError as error:
        raise KeyFileError(f"{name}: {error}") from None


T = TypeVar("T")


def decode_only(content: bytes, read: Callable[[Reader], T]) -> T:
    """Return the one value that `content` holds, and nothing after it."""
    reader = Reader(content)
    value = read(reader)
    reader.validate_end()
    return value


def encode_algorithm(key_type: type[PrivateKey]) -> bytes:
    """Return the AlgorithmIdentifier of keys of this type."""
    algorithm, curve = ALGORITHMS[key_type]
    return encode_sequence(encode_object_identifier(algorithm), encode_object_identifier(curve) if curve else b"")


def decode_algorithm(reader: Reader) -> type[PrivateKey]:
    """Return the type of private key that an AlgorithmIdentifier names."""
    with in_field("algorithm"):
        algorithm = reader.read_object_identifier()
        if algorithm not in {known for known, _ in BY_ALGORITHM}:
            raise InvalidEncodingError(f"{algorithm} is not one of {', '.join(BY_SCHEME)}")
    with in_field("parameters"):
        key_type = read_curve(reader) if algorithm == ID_EC_PUBLIC_KEY else BY_ALGORITHM[algorithm, None]
        reader.validate_end()
    return key_type


def read_curve(reader: Reader) -> type[PrivateKey]:
    """Return the type of private key of the curve whose name comes next."""
    if not reader.is_next(OBJECT_IDENTIFIER):
        raise InvalidEncodingError("the curve is not given by its name")
    curve = reader.read_object_identifier()
    found = BY_ALGORITHM.get((ID_EC_PUBLIC_KEY, curve))
    if found is None:
        raise InvalidEncodingError(f"the curve {curve} is not P-256, secp256k1 or SM2's")
    return found


# SubjectPublicKeyInfo (RFC 5280, section 4.1)


def encode_public_key(key: PublicKey) -> bytes:
    """Return the SubjectPublicKeyInfo of `key`."""
    return encode_sequence(encode_algorithm(BY_SCHEME[key.scheme]), encode_bit_string(key.data))


def decode_public_key(data: bytes) -> PublicKey:
    """Return the key of a SubjectPublicKeyInfo; its type says of which scheme it is."""
    with in_field("SubjectPublicKeyInfo"):
        reader = decode_sequence(data)
        with in_field("algorithm"):
            key_type = decode_algorithm(reader.read_sequence())
        with in_field("subjectPublicKey"):
            key = key_type.public_type(reader.read_bit_string())
        reader.validate_end()
    return key


# PrivateKeyInfo (RFC 5958, section 2)

ATTRIBUTES: Final = 0xA0
PUBLIC_KEY: Final = 0x81


def encode_private_key(key: PrivateKey) -> bytes:
    """Return the PrivateKeyInfo of `key`, version 0, which everybody reads."""
    _, curve = ALGORITHMS[type(key)]
    inner = encode_ec_private_key(key) if curve else encode_element(OCTET_STRING, key.secret)
    return encode_sequence(encode_integer(0), encode_algorithm(type(key)), encode_element(OCTET_STRING, inner))


def decode_private_key(data: bytes) -> PrivateKey:
    """Return the key of a PrivateKeyInfo; its type says of which scheme it is."""
    with in_field("PrivateKeyInfo"):
        reader = decode_sequence(data)
        with in_field("version"):
            version = reader.read_integer()
            if version > 1:
                raise InvalidEncodingError("it is not 0 or 1")
        with in_field("privateKeyAlgorithm"):
            key_type = decode_algorithm(reader.read_sequence())
        with in_field("privateKey"):
            content = reader.read_element(OCTET_STRING)
            key = decode_ec_private_key(content, key_type) if ALGORITHMS[key_type][1] else decode_octets(content, key_type)
        if reader.is_next(ATTRIBUTES):
            reader.read_element(ATTRIBUTES)
        if version == 1:  # which says that it is there, and 0 that it is not
            with in_field("publicKey"):
                validate_public_key(key, decode_implicit_bits(reader.read_element(PUBLIC_KEY)))
        reader.validate_end()
    return key


def decode_octets(content: bytes, key_type: type[PrivateKey]) -> PrivateKey:
    """Return the key that an OCTET STRING is (CurvePrivateKey, RFC 8410 section 7)."""
    return key_type(decode_only(content, lambda reader: reader.read_element(OCTET_STRING)))


def decode_implicit_bits(content: bytes) -> bytes:
    """Return the bytes of a BIT STRING that has another tag than its own."""
    return Reader(encode_element(BIT_STRING, content)).read_bit_string()


def validate_public_key(key: PrivateKey, data: bytes) -> None:
    """Raise InvalidKeyError if this is not the public key of `key`.

    Whoever signs with one key and hands out another is lucky if it only fails: Ed25519 with a public key that an attacker chose gives the
    private key away.
    """
    if key.public_type(data) != compute_public_key(key):
        raise InvalidKeyError("it does not belong to the private key")


def compute_public_key(key: PrivateKey) -> PublicKey:
    """Return the public key of a key of any type."""
    return agreement.compute_public_key(key) if isinstance(key, X25519PrivateKey) else get_scheme(key.scheme).compute_public_key(key)


# ECPrivateKey (RFC 5915, section 3)

PARAMETERS: Final = 0xA0
EC_PUBLIC_KEY: Final = 0xA1


def encode_ec_private_key(key: PrivateKey) -> bytes:
    """Return the ECPrivateKey of `key`. The curve is told outside already; the public key spares a reader its computation."""
    public_key = encode_element(EC_PUBLIC_KEY, encode_bit_string(compute_public_key(key).data))
    return encode_sequence(encode_integer(1), encode_element(OCTET_STRING, key.secret), public_key)


def decode_ec_private_key(data: bytes, key_type: type[PrivateKey] | None = None) -> PrivateKey:
    """Return the key of an ECPrivateKey. Where it stands alone, its own parameters name the curve; else they agree with `key_type`."""
    with in_field("ECPrivateKey"):
        reader = decode_sequence(data)
        with in_field("version"):
            if reader.read_integer() != 1:
                raise InvalidEncodingError("it is not 1")
        with in_field("privateKey"):
            secret = reader.read_element(OCTET_STRING)
        if key_type is None or reader.is_next(PARAMETERS):
            with in_field("parameters"):
                named = decode_only(reader.read_element(PARAMETERS), read_curve)
                if key_type not in (None, named):
                    raise InvalidEncodingError("the curve is not the one that the algorithm names")
                key_type = named
        with in_field("privateKey"):
            key = key_type(secret)
        if reader.is_next(EC_PUBLIC_KEY):
            with in_field("publicKey"):
                validate_public_key(key, decode_only(reader.read_element(EC_PUBLIC_KEY), Reader.read_bit_string))
        reader.validate_end()
    return key
