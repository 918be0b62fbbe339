"""WEAK ON PURPOSE: functions without their safeguards, for lessons to break. Nothing else may use this module.

Each function is what an implementation once was in the field, and each docstring says what goes wrong. The attack is the exercise.

Simplifications: everything that the real modules do against these attacks.
"""

from minichain.crypto import cbc, ecdsa, gcm, sm2
from minichain.crypto.block_ciphers import BlockCipher
from minichain.crypto.ed25519 import compute_challenge
from minichain.crypto.edwards25519 import Extended, P, add, compute_x, is_equal, multiply_base, multiply_point
from minichain.crypto.errors import CryptoError
from minichain.crypto.hashing import HashFunction, sha256
from minichain.crypto.signature_pair import SignaturePair
from minichain.crypto.weierstrass import Curve

# Signatures


def sign_ecdsa_with_nonce(
    curve: Curve, private_key: int, message: bytes, nonce: int, hash_function: HashFunction = sha256
) -> SignaturePair:
    """Return an ECDSA signature with a nonce of the caller's choice.

    Two signatures with one nonce have the same r and are two equations in two unknowns, k and the private key (PlayStation 3,
    2010; Android's Bitcoin wallets, 2013). `ecdsa.sign` computes its nonce from key and message.
    """
    found = ecdsa.compute_signature(curve, private_key, hash_function(message), nonce)
    if found is None:
        raise CryptoError("this nonce gives no signature; choose another")
    return found[0]


def sign_sm2_with_nonce(private_key: int, message: bytes, nonce: int, user_id: bytes = sm2.DEFAULT_USER_ID) -> SignaturePair:
    """Return an SM2 signature with a nonce of the caller's choice.

    Two with one nonce give the key away, by other equations than ECDSA's. `sm2.sign` computes its nonce from key and message.
    """
    digest = sm2.compute_digest(sm2.compute_public_key(private_key), message, user_id)
    pair = sm2.compute_signature(private_key, digest, nonce)
    if pair is None:
        raise CryptoError("this nonce gives no signature; choose another")
    return pair


def verify_ed25519_loosely(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether SB = R + kA: the equation of Ed25519 without the checks around it.

    S may be L too large, so that a valid signature has a second form (many early libraries). Points may have several encodings.
    And the public key may be of small order: then R = SB is often a signature, made without any private key. `ed25519.verify`
    refuses all three.
    """
    point, r = decode_point_loosely(public_key), decode_point_loosely(signature[:32])
    if point is None or r is None or len(signature) != 64:
        return False
    k = compute_challenge(signature[:32], public_key, message)
    return is_equal(multiply_base(int.from_bytes(signature[32:], "little")), add(r, multiply_point(k, point)))


def decode_point_loosely(data: bytes) -> Extended | None:
    """Return the point at this y, which is reduced instead of checked; None if there is none."""
    number = int.from_bytes(data[:32], "little")
    sign, y = number >> 255, (number & (1 << 255) - 1) % P
    x = compute_x(y)
    if x is None:
        return None
    x = x if x & 1 == sign else -x % P
    return x, y, 1, x * y % P


# Keyed digests and ciphers


def compute_prefix_mac(key: bytes, message: bytes, hash_function: HashFunction = sha256) -> bytes:
    """Return H(key || message) as a tag.

    The digest of SHA-256 or SM3 is its last state. Whoever has the tag, without the key, goes on from there: they know the tag of the
    message, its padding, and anything that they append (Flickr's signed requests, 2009). `hmac.compute_mac` hashes twice.
    """
    return hash_function(key + message)


def seal_with_nonce(cipher: BlockCipher, key: bytes, nonce: bytes, plaintext: bytes, associated_data: bytes = b"") -> bytes:
    """Return ciphertext || tag of GCM with a nonce of the caller's choice.

    Two texts with one nonce are added to the same stream, so their exclusive or is that of the ciphertexts; and the tags are two equations
    for H, which makes valid tags (TLS servers, 2016). `ciphers` draws a nonce for each text.
    """
    return gcm.encrypt(gcm.load_key(cipher, key), nonce, plaintext, associated_data)


def encrypt_each_block(cipher: BlockCipher, key: bytes, plaintext: bytes) -> bytes:
    """Return the padded text with each block encrypted by itself (ECB, SP 800-38A section 6.1).

    Equal blocks stay equal, so a picture can still be seen; and blocks can be moved, left out and repeated. `gcm` hides and notices.
    """
    return cipher.encrypt_blocks(cipher.expand_key(key), cbc.pad(plaintext))
