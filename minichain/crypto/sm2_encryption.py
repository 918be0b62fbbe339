"""SM2 public key encryption (GB/T 32918.4-2016), in the order of the standard.

Anyone can encrypt to a public key P = dG: draw k, send C1 = kG, and mask the message with bytes derived from kP, which only the
owner of d can compute too, as d C1. A digest over the message and kP shows that nothing was changed on the way. It is made for
short secrets, such as the key of a cipher (a digital envelope).

Simplifications: not in constant time (see `multiples`). A production library also takes the same time whether a ciphertext is
refused early or late.
"""

import hmac
import secrets
from typing import Final

from minichain.crypto.der import OCTET_STRING, decode_sequence, encode_element, encode_integer, encode_sequence
from minichain.crypto.errors import DecryptionError, InvalidEncodingError, InvalidPlaintextError, KeyTypeError, MessageTypeError
from minichain.crypto.hashing import sm3
from minichain.crypto.jacobian import multiply_generator, multiply_point
from minichain.crypto.keys import Sm2PrivateKey, Sm2PublicKey
from minichain.crypto.weierstrass import SM2P256, Curve, Point, decode_point, encode_point

DIGEST_SIZE: Final = 32
C1_SIZE: Final = 65

# Section 5.4.3: the key derivation function


def derive_key(secret: bytes, length: int) -> bytes:
    """Return `length` bytes: the digests of `secret` with a counter of four bytes, which starts at 1, after it."""
    blocks = -(-length // DIGEST_SIZE)
    return b"".join(sm3(secret + counter.to_bytes(4, "big")) for counter in range(1, blocks + 1))[:length]


def apply_mask(text: bytes, mask: bytes) -> bytes:
    """Return `text` with the mask put on, or taken off again."""
    return bytes(byte ^ mask_byte for byte, mask_byte in zip(text, mask, strict=True))


def compute_check(shared: bytes, message: bytes) -> bytes:
    """Return C3 = H(x2 || M || y2); `shared` is x2 || y2."""
    half = len(shared) // 2
    return sm3(shared[:half] + message + shared[half:])


# Section 6.1: encryption


def compute_ciphertext(curve: Curve, public_key: Point, message: bytes, nonce: int) -> bytes | None:
    """Return C1 || C3 || C2 with the nonce k; None if this k does not give one (steps A2 to A8)."""
    c1, point = multiply_generator(curve, nonce), multiply_point(curve, nonce, public_key)
    if c1 is None or point is None:
        return None
    shared = encode_point(curve, point)[1:]
    mask = derive_key(shared, len(message))
    if not any(mask):  # the message would be sent as it is
        return None
    return encode_point(curve, c1) + compute_check(shared, message) + apply_mask(message, mask)


def draw_nonce(curve: Curve) -> int:
    """Return a number from 1 to n - 1 that nobody can guess (step A1)."""
    return 1 + secrets.randbelow(curve.n - 1)


def encrypt(public_key: Sm2PublicKey, message: bytes) -> bytes:
    """Return the ciphertext C1 || C3 || C2, 97 bytes longer than `message`."""
    if not isinstance(public_key, Sm2PublicKey):
        raise KeyTypeError("the public key", Sm2PublicKey, public_key)
    if not isinstance(message, bytes):
        raise MessageTypeError("the message to be encrypted", message)
    if not message:
        raise InvalidPlaintextError("SM2 encrypts one byte or more: the mask of an empty message cannot be told from all zeros")
    while True:
        ciphertext = compute_ciphertext(SM2P256, public_key.point, message, draw_nonce(SM2P256))
        if ciphertext:
            return ciphertext


# Section 7.1: decryption


def compute_message(curve: Curve, private_key: int, ciphertext: bytes) -> bytes | None:
    """Return the message of C1 || C3 || C2, or None if it has none (steps B1 to B6)."""
    c1, c3, c2 = ciphertext[:C1_SIZE], ciphertext[C1_SIZE : C1_SIZE + DIGEST_SIZE], ciphertext[C1_SIZE + DIGEST_SIZE :]
    try:
        point = multiply_point(curve, private_key, decode_point(curve, c1))  # not beside the curve, or d would be given away
    except InvalidEncodingError:
        return None
    if point is None:
        return None
    shared = encode_point(curve, point)[1:]
    mask = derive_key(shared, len(c2))
    message = apply_mask(c2, mask)
    return message if any(mask) and hmac.compare_digest(compute_check(shared, message), c3) else None


def decrypt(private_key: Sm2PrivateKey, ciphertext: bytes) -> bytes:
    """Return the message of C1 || C3 || C2. No byte of it leaves this module before C3 is seen to be right.

    Every failure is the same DecryptionError: an answer that told them apart could be asked for, ciphertext after ciphertext.
    """
    if not isinstance(private_key, Sm2PrivateKey):
        raise KeyTypeError("the private key", Sm2PrivateKey, private_key)
    if not isinstance(ciphertext, bytes):
        raise MessageTypeError("the ciphertext", ciphertext)
    message = compute_message(SM2P256, int.from_bytes(private_key.secret, "big"), ciphertext)
    if message is None:
        raise DecryptionError("this is no ciphertext for this key")
    return message


# GM/T 0009-2012, section 7.2: a ciphertext in DER


def encode_ciphertext_as_der(ciphertext: bytes) -> bytes:
    """Return the SEQUENCE of x and y of C1, C3 and C2, from C1 || C3 || C2."""
    size = SM2P256.size
    if len(ciphertext) <= C1_SIZE + DIGEST_SIZE or ciphertext[0] != 4:
        raise InvalidEncodingError(f"a ciphertext starts with 04 and is longer than {C1_SIZE + DIGEST_SIZE} bytes")
    x, y = (int.from_bytes(ciphertext[start : start + size], "big") for start in (1, 1 + size))
    c3, c2 = ciphertext[C1_SIZE : C1_SIZE + DIGEST_SIZE], ciphertext[C1_SIZE + DIGEST_SIZE :]
    return encode_sequence(encode_integer(x), encode_integer(y), encode_element(OCTET_STRING, c3), encode_element(OCTET_STRING, c2))


def decode_ciphertext_from_der(data: bytes) -> bytes:
    """Return C1 || C3 || C2 from the SEQUENCE."""
    reader = decode_sequence(data)
    x, y = reader.read_integer(), reader.read_integer()
    c3, c2 = reader.read_element(OCTET_STRING), reader.read_element(OCTET_STRING)
    reader.validate_end()
    if max(x, y) >= SM2P256.p or len(c3) != DIGEST_SIZE or not c2:
        raise InvalidEncodingError(f"a ciphertext has coordinates below p, a digest of {DIGEST_SIZE} bytes and a text of one or more")
    return encode_point(SM2P256, Point(x, y)) + c3 + c2
