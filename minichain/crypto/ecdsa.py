"""ECDSA (FIPS 186-5, section 6; deterministic, RFC 6979), with recovery of the public key (SEC 1 version 2.0, section 4.1.6).

The private key is a number d, the public key the point Q = dG. A signature shows that its maker knows d: it solves one equation,
bound to the message, that has d in it. Bitcoin and Ethereum sign with it on secp256k1; certificates use P-256.

Anyone can turn a valid (r, s) into another, (r, n - s), without the key: the two belong to the points R and -R. So a signature
does not name a message, and a chain accepts only the one with the low s (BIP 62, EIP-2). `sign` makes that one, `has_low_s` tells
them apart; `verify` accepts both, as the standard does.

Simplifications: not in constant time (see `multiples`), which gives d away to who can measure: keys that matter sign with a fast
backend.
"""

from minichain.crypto.errors import InvalidEncodingError, InvalidSignatureError
from minichain.crypto.hashing import HashFunction, sha256
from minichain.crypto.jacobian import multiply_and_add, multiply_generator
from minichain.crypto.nonces import compute_leftmost_bits, generate_nonces
from minichain.crypto.signature_pair import SignaturePair
from minichain.crypto.weierstrass import Curve, Point, decode_point, is_on_curve

# Section 6.2: key pairs


def compute_public_key(curve: Curve, private_key: int) -> Point:
    """Return Q = dG for the private key d, 0 < d < n."""
    public_key = multiply_generator(curve, private_key)
    assert public_key, "a private key is not a multiple of n"
    return public_key


# Section 6.4.1: signature generation


def compute_signature(curve: Curve, private_key: int, digest: bytes, nonce: int) -> tuple[SignaturePair, int] | None:
    """Return the signature with the nonce k, and its recovery id; None if this k does not give one (step 2, and from step 4 on).

    The id says what r leaves out about the point R = kG: bit 0 that y is odd, bit 1 that x was not less than n.
    """
    n = curve.n
    e = compute_leftmost_bits(digest, n.bit_length())
    point = multiply_generator(curve, nonce)
    if point is None:
        return None
    r = point.x % n
    s = pow(nonce, -1, n) * (e + r * private_key) % n
    if r == 0 or s == 0:
        return None
    return SignaturePair(r, s), point.y % 2 + 2 * (point.x >= n)


def sign_digest(curve: Curve, private_key: int, digest: bytes, hash_function: HashFunction = sha256) -> tuple[SignaturePair, int]:
    """Return the signature of the message with this digest, s being low, and its recovery id.

    `hash_function` made the digest; the nonce is computed with it too. Never sign a digest that someone else computed: make sure
    what the message is.
    """
    for nonce in generate_nonces(curve.n, private_key, digest, hash_function):
        found = compute_signature(curve, private_key, digest, nonce)
        if found:
            pair, recovery_id = found
            # -s belongs to -R, whose y has the other parity.
            return (pair, recovery_id) if has_low_s(curve, pair) else (negate_s(curve, pair), recovery_id ^ 1)
    raise AssertionError("nonces never run out")


def sign(curve: Curve, private_key: int, message: bytes, hash_function: HashFunction = sha256) -> SignaturePair:
    """Return the signature of `message`, s being low."""
    return sign_digest(curve, private_key, hash_function(message), hash_function)[0]


def has_low_s(curve: Curve, pair: SignaturePair) -> bool:
    """Return whether s is in the lower half of its range."""
    return pair.s <= curve.n // 2


def negate_s(curve: Curve, pair: SignaturePair) -> SignaturePair:
    """Return the other signature of the same message and key."""
    return SignaturePair(pair.r, -pair.s % curve.n)


# Section 6.4.2: signature verification


def verify_digest(curve: Curve, public_key: Point, digest: bytes, pair: SignaturePair) -> bool:
    """Return whether `pair` is a signature of the message with this digest by the owner of `public_key`."""
    n = curve.n
    if not is_on_curve(curve, public_key):
        return False
    if not (0 < pair.r < n and 0 < pair.s < n):  # step 1; r = s = 0 would otherwise hold for any message (CVE-2022-21449)
        return False
    e = compute_leftmost_bits(digest, n.bit_length())
    inverse = pow(pair.s, -1, n)
    point = multiply_and_add(curve, e * inverse, pair.r * inverse, public_key)
    return point is not None and point.x % n == pair.r


def verify(curve: Curve, public_key: Point, message: bytes, pair: SignaturePair, hash_function: HashFunction = sha256) -> bool:
    """Return whether `pair` is a signature of `message` by the owner of `public_key`."""
    return verify_digest(curve, public_key, hash_function(message), pair)


# SEC 1, section 4.1.6: recovering the public key


def recover_public_key(curve: Curve, digest: bytes, pair: SignaturePair, recovery_id: int) -> Point:
    """Return the one public key for which `pair`, with this id, signs the message with this digest.

    Every message and nearly every pair have such a key, so what comes out proves nothing until it is compared with one that is
    known.
    """
    n = curve.n
    if not (0 < pair.r < n and 0 < pair.s < n):
        raise InvalidSignatureError(f"r and s of a signature on {curve.name} are from 1 to n - 1, not {pair.r:#x} and {pair.s:#x}")
    if recovery_id not in range(4):
        raise InvalidSignatureError(f"a recovery id is from 0 to 3, not {recovery_id}")
    x = pair.r + n * (recovery_id >> 1)
    try:
        point = decode_point(curve, bytes([2 + recovery_id % 2]) + x.to_bytes(curve.size + 1, "big").removeprefix(b"\x00"))
    except InvalidEncodingError:
        raise InvalidSignatureError(f"no signature has this r and the recovery id {recovery_id}: {x:#x} is no x of {curve.name}") from None
    e = compute_leftmost_bits(digest, n.bit_length())
    inverse = pow(pair.r, -1, n)
    public_key = multiply_and_add(curve, -e * inverse, pair.s * inverse, point)
    if public_key is None:
        raise InvalidSignatureError("this signature would belong to the point at infinity, which is no public key")
    return public_key
