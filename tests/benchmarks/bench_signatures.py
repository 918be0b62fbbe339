"""Signatures: each fast backend beside the bare library call, and our SM2 beside gmssl's, in turn in one run.

Run it by itself (`python -m tests.benchmarks.bench_signatures`) or through `make bench`. Ratios decide: the machine's speed cancels out.
"""

import importlib.util
import time

from minichain.crypto import agreement, recovery, sm2
from minichain.crypto.hashing import sha256
from minichain.crypto.keys import X25519PrivateKey, X25519PublicKey
from minichain.crypto.signature_pair import encode_pair
from minichain.crypto.signing import get_scheme
from minichain.crypto.weierstrass import SM2P256, encode_point

CALLS, ROUNDS = 10, 200
"""Short turns, and many of them: what else runs on the machine disturbs some, and the least disturbed counts."""
AT_MOST_BARE = 1.10
"""Our time may be this many times that of the bare call."""
AT_LEAST_GMSSL = 5.0
"""gmssl's time must be this many times ours."""

MESSAGE = bytes(range(256)) * 4
SECRET = bytes(range(1, 33))
CONTEXT = "benchmark"


def measure(contestants, calls, rounds):
    """Return {name: seconds of one call in its quickest turn}. All take their turn in each round, another one first each time."""
    seconds = {name: [] for name in contestants}
    names = list(contestants)
    for name in names:
        contestants[name]()
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            call = contestants[name]
            start = time.perf_counter()
            for _ in range(calls):
                call()
            seconds[name].append((time.perf_counter() - start) / calls)
    return {name: min(times) for name, times in seconds.items()}


def make_ours(name):
    """Return {operation: call} of the scheme as the rest of MiniChain uses it."""
    scheme = get_scheme(name)
    key = scheme.private_type(SECRET)
    public_key = scheme.compute_public_key(key)
    signature = scheme.sign(key, MESSAGE, context=CONTEXT)
    return {
        "sign": lambda: scheme.sign(key, MESSAGE, context=CONTEXT),
        "verify": lambda: scheme.verify(public_key, MESSAGE, signature, context=CONTEXT),
    }


def make_bare_ed25519():
    from cryptography.hazmat.primitives.asymmetric import ed25519

    key = ed25519.Ed25519PrivateKey.from_private_bytes(SECRET)
    public_key, signature = key.public_key(), key.sign(MESSAGE)
    return {"sign": lambda: key.sign(MESSAGE), "verify": lambda: public_key.verify(signature, MESSAGE)}


def make_bare_p256():
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    key = ec.derive_private_key(int.from_bytes(SECRET, "big"), ec.SECP256R1())
    algorithm = ec.ECDSA(SHA256(), deterministic_signing=True)
    public_key, signature = key.public_key(), key.sign(MESSAGE, algorithm)
    return {"sign": lambda: key.sign(MESSAGE, algorithm), "verify": lambda: public_key.verify(signature, MESSAGE, algorithm)}


def make_bare_coincurve():
    import coincurve

    key = coincurve.PrivateKey(SECRET)
    public_key, signature = key.public_key, key.sign(MESSAGE)
    recoverable = key.sign_recoverable(MESSAGE)
    return {
        "sign": lambda: key.sign(MESSAGE),
        "verify": lambda: public_key.verify(signature, MESSAGE),
        "recover": lambda: coincurve.PublicKey.from_signature_and_message(recoverable, MESSAGE).format(compressed=False),
    }


def make_recovery():
    key = get_scheme("ecdsa-secp256k1").private_type(SECRET)
    signature, recovery_id = recovery.sign_digest(key, sha256(MESSAGE))
    return {"recover": lambda: recovery.recover_public_key(sha256(MESSAGE), signature, recovery_id)}


def make_agreement():
    private_key = X25519PrivateKey(SECRET)
    public_key: X25519PublicKey = agreement.compute_public_key(X25519PrivateKey(bytes(32)))
    return {"agree": lambda: agreement.compute_shared_secret(private_key, public_key)}


def make_bare_x25519():
    from cryptography.hazmat.primitives.asymmetric import x25519

    private_key = x25519.X25519PrivateKey.from_private_bytes(SECRET)
    data = x25519.X25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    return {"agree": lambda: private_key.exchange(x25519.X25519PublicKey.from_public_bytes(data))}


def make_gmssl():
    """SM2 over a digest: gmssl's SM3 is in Python too, and would be measured with it."""
    from gmssl.sm2 import CryptSM2

    digest = sm2.compute_digest(sm2.compute_public_key(int.from_bytes(SECRET, "big")), MESSAGE)
    public_key = encode_point(SM2P256, sm2.compute_public_key(int.from_bytes(SECRET, "big"))).hex()[2:]
    peer = CryptSM2(private_key=SECRET.hex(), public_key=public_key)
    nonce = sha256(digest).hex()
    signature = peer.sign(digest, nonce)
    return {"sign": lambda: peer.sign(digest, nonce), "verify": lambda: peer.verify(signature, digest)}


def make_sm2_over_digests():
    number = int.from_bytes(SECRET, "big")
    public_key = sm2.compute_public_key(number)
    digest = sm2.compute_digest(public_key, MESSAGE)
    pair = sm2.sign_digest(number, digest)
    return {
        "sign": lambda: encode_pair(sm2.sign_digest(number, digest)),
        "verify": lambda: sm2.verify_digest(public_key, digest, pair),
    }


PAIRS = [
    ("Ed25519", "cryptography", lambda: make_ours("ed25519"), make_bare_ed25519),
    ("ECDSA P-256", "cryptography", lambda: make_ours("ecdsa-p256"), make_bare_p256),
    ("ECDSA secp256k1", "coincurve", lambda: make_ours("ecdsa-secp256k1") | make_recovery(), make_bare_coincurve),
    ("X25519", "cryptography", make_agreement, make_bare_x25519),
    ("SM2, readable", "gmssl", make_sm2_over_digests, make_gmssl),
]


def run() -> list:
    """Return (scheme, operation, peer, our seconds, the peer's seconds), for the peers that are installed."""
    rows = []
    for scheme, peer, make_us, make_peer in PAIRS:
        if not importlib.util.find_spec(peer):
            continue
        ours, theirs = make_us(), make_peer()
        for operation in theirs:
            calls, rounds = (1, 20) if peer == "gmssl" else (CALLS, ROUNDS)
            seconds = measure({"ours": ours[operation], "peer": theirs[operation]}, calls, rounds)
            rows.append((scheme, operation, peer, seconds["ours"], seconds["peer"]))
    return rows


def main() -> None:
    """Print the table."""
    rows = run()
    print(f"Public-key operations on {len(MESSAGE):,} bytes, ours and the peer's in turn, the quickest of {ROUNDS} turns\n")
    for scheme, operation, peer, ours, theirs in rows:
        if peer == "gmssl":
            ratio, target, met = theirs / ours, f"at least {AT_LEAST_GMSSL:g} x gmssl", theirs / ours >= AT_LEAST_GMSSL
            told = f"{ratio:6.2f} x as fast"
        else:
            ratio, target, met = ours / theirs, f"at most {AT_MOST_BARE:g} x the bare call", ours / theirs <= AT_MOST_BARE
            told = f"{ratio:6.2f} x its time "
        speeds = f"{1 / ours:9,.0f}/s   {peer:13}{1 / theirs:9,.0f}/s"
        print(f"  {scheme:17}{operation:8}{speeds} {told}   target {target}: {'met' if met else 'MISSED'}")
    missing = sorted({peer for _, peer, *_ in PAIRS} - {row[2] for row in rows})
    if missing:
        print(f"\n  not installed, so not compared with: {', '.join(missing)}")


if __name__ == "__main__":
    main()
