"""Hashes, HMAC and ciphers: each fast backend beside the bare library call, our readable SM3 and SM4 beside gmssl, in turn in one run.

Run it by itself (`python -m tests.benchmarks.bench_ciphers`) or through `make bench`. Ratios decide: the machine's speed cancels out.
"""

import hashlib
import hmac as library
import importlib.util
import os

from minichain.crypto import hashing, hmac
from minichain.crypto.ciphers import get_cipher
from minichain.crypto.sm4 import SM4
from tests.benchmarks.bench_signatures import measure

SIZES = (1024, 16 * 1024)
CALLS, ROUNDS = 50, 300
AT_MOST_BARE = 1.10
"""Our time may be this many times that of the bare call."""
AT_LEAST_GMSSL = 1.0
"""gmssl's time must be this many times ours."""

KEY, DATA = bytes(range(32)), b"channel 1"


def make_hash(name, make_bare):
    """Return (ours, the library's) for a message."""
    function = hashing.get_hash(name)
    return lambda message: (lambda: function(message), make_bare(message))


def make_bare_keccak(message):
    import sha3

    return lambda: sha3.keccak_256(message).digest()


def make_hmac(name):
    function = hashing.get_hash(name)
    return lambda message: (lambda: hmac.compute_mac(KEY, message, function), lambda: library.digest(KEY, message, name))


# A bare call draws its nonce too and puts it in front, or it would be no encryption; ours does nothing else.


def make_aes_seal(message):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher = get_cipher("aes-256-gcm")
    key, bare = cipher.key_type(KEY), AESGCM(KEY)

    def seal():
        nonce = os.urandom(12)
        return nonce + bare.encrypt(nonce, message, DATA)

    return lambda: cipher.seal(key, message, associated_data=DATA), seal


def make_aes_open(message):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher = get_cipher("aes-256-gcm")
    key, bare = cipher.key_type(KEY), AESGCM(KEY)
    sealed = cipher.seal(key, message, associated_data=DATA)
    return lambda: cipher.open(key, sealed, associated_data=DATA), lambda: bare.decrypt(sealed[:12], sealed[12:], DATA)


def make_sm4_seal(message):
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = get_cipher("sm4-gcm")
    key, algorithm = cipher.key_type(KEY[:16]), algorithms.SM4(KEY[:16])

    def seal():
        nonce = os.urandom(12)
        encryptor = Cipher(algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(DATA)
        return nonce + encryptor.update(message) + encryptor.finalize() + encryptor.tag

    return lambda: cipher.seal(key, message, associated_data=DATA), seal


def make_sm4_open(message):
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = get_cipher("sm4-gcm")
    key, algorithm = cipher.key_type(KEY[:16]), algorithms.SM4(KEY[:16])
    sealed = cipher.seal(key, message, associated_data=DATA)

    def open_bare():
        decryptor = Cipher(algorithm, modes.GCM(sealed[:12], sealed[-16:])).decryptor()
        decryptor.authenticate_additional_data(DATA)
        return decryptor.update(sealed[12:-16]) + decryptor.finalize()

    return lambda: cipher.open(key, sealed, associated_data=DATA), open_bare


BARE = [
    ("SHA-256", "hashlib", make_hash("sha256", lambda message: lambda: hashlib.sha256(message).digest())),
    ("SM3", "hashlib", make_hash("sm3", lambda message: lambda: hashlib.new("sm3", message).digest())),
    ("RIPEMD-160", "hashlib", make_hash("ripemd160", lambda message: lambda: hashlib.new("ripemd160", message).digest())),
    ("Keccak-256", "sha3", make_hash("keccak256", make_bare_keccak)),
    ("HMAC-SHA-256", "hashlib", make_hmac("sha256")),
    ("HMAC-SM3", "hashlib", make_hmac("sm3")),
    ("AES-256-GCM seal", "cryptography", make_aes_seal),
    ("AES-256-GCM open", "cryptography", make_aes_open),
    ("SM4-GCM seal", "cryptography", make_sm4_seal),
    ("SM4-GCM open", "cryptography", make_sm4_open),
]


def make_gmssl_sm3(message):
    from gmssl.sm3 import sm3_hash

    function, numbers = hashing.get_hash("sm3", readable=True), list(message)
    return lambda: function(message), lambda: sm3_hash(numbers)


def make_gmssl_sm4(message):
    from gmssl.sm4 import SM4_ENCRYPT, CryptSM4

    round_keys, peer = SM4.expand_key(KEY[:16]), CryptSM4()
    peer.set_key(KEY[:16], SM4_ENCRYPT)
    return lambda: SM4.encrypt_blocks(round_keys, message), lambda: peer.crypt_ecb(message)


READABLE = [("SM3, readable", "gmssl", make_gmssl_sm3), ("SM4 blocks, readable", "gmssl", make_gmssl_sm4)]


def run(rows, sizes, calls, rounds):
    """Return (what, size, peer, our seconds, the peer's seconds), for the peers that are installed."""
    results = []
    for what, peer, make in rows:
        if not importlib.util.find_spec(peer):
            continue
        for size in sizes:
            ours, theirs = make(bytes(range(256)) * (size // 256))
            seconds = measure({"ours": ours, "peer": theirs}, calls, rounds)
            results.append((what, size, peer, seconds["ours"], seconds["peer"]))
    return results


def main() -> None:
    """Print the tables."""
    print(f"Hashes and ciphers, ours and the bare call in turn, the quickest of {ROUNDS} turns\n")
    for what, size, peer, ours, theirs in run(BARE, SIZES, CALLS, ROUNDS):
        verdict = "met" if ours / theirs <= AT_MOST_BARE else "MISSED"
        speeds = f"{size // 1024:3} kB {1e6 * ours:9.2f} µs   {peer:13}{1e6 * theirs:9.2f} µs"
        print(f"  {what:21}{speeds} {ours / theirs:6.2f} x its time   target at most {AT_MOST_BARE:g} x the bare call: {verdict}")
    print()
    for what, size, peer, ours, theirs in run(READABLE, SIZES[:1], 1, 20):
        verdict = "met" if theirs / ours >= AT_LEAST_GMSSL else "MISSED"
        speeds = f"{size // 1024:3} kB {1e6 * ours:9,.0f} µs   {peer:13}{1e6 * theirs:9,.0f} µs"
        print(f"  {what:21}{speeds} {theirs / ours:6.2f} x as fast    target at least {AT_LEAST_GMSSL:g} x gmssl: {verdict}")
    missing = sorted({peer for _, peer, _ in BARE + READABLE if not importlib.util.find_spec(peer)})
    if missing:
        print(f"\n  not installed, so not compared with: {', '.join(missing)}")


if __name__ == "__main__":
    main()
