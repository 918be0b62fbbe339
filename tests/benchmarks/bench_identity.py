"""Path validations and policy decisions a second; paths of P-256 beside those of `cryptography`, whose verifier is written in Rust.

Run it by itself (`python -m tests.benchmarks.bench_identity`) or through `make bench`. Ratios decide: the machine's speed cancels out.
A validation reads the member's certificate and the authority's, and verifies two signatures.
"""

from datetime import UTC, datetime

from minichain.crypto.key_encoding import compute_public_key
from minichain.crypto.keys import Ed25519PrivateKey, P256PrivateKey, Sm2PrivateKey
from minichain.identity.access import AccessControl, TrustRoot
from minichain.identity.certificate import decode_certificate
from minichain.identity.member import Member, MemberKind
from minichain.identity.organisations import create_intermediate, create_root, issue_for_signing, issue_for_tls
from minichain.identity.paths import Trust, find_path
from minichain.identity.roles import Mode, Role
from tests.benchmarks.bench_signatures import measure

NOW_MS = 1_800_000_000_000
CALLS, ROUNDS = 5, 60
ORGANISATIONS = 16

AT_MOST_CRYPTOGRAPHY = 8.0
"""Our time may be this many times that of the verifier in `cryptography`, for the same path."""
AT_MOST_DECISION = 0.05
"""A decision, with every organisation signing, may take this share of one Ed25519 path validation per signer."""


def make_chain(key_type, org_id="org1", number=1):
    """Return root, intermediate authority and a member's certificate, for keys of this type."""
    keys = [key_type((10 * number + offset).to_bytes(32, "big")) for offset in (1, 2, 3)]
    root = create_root(org_id, keys[0], NOW_MS)
    authority = create_intermediate(root, org_id, keys[1], NOW_MS)
    if key_type is P256PrivateKey:
        leaf = issue_for_tls(authority, org_id, "ada", Role.CONSENSUS, compute_public_key(keys[2]), ("ada.example",), NOW_MS)
    else:
        leaf = issue_for_signing(authority, org_id, "ada", Role.ADMIN, compute_public_key(keys[2]), NOW_MS)
    return root.certificate, authority.certificate, leaf


def validate_with_ours(key_type):
    """Return a call that reads two certificates and validates the path."""
    root, authority, leaf = make_chain(key_type)
    read = decode_certificate.__wrapped__  # without what is remembered of the last call

    def validate():
        return find_path(read(leaf.encoded), Trust((root,), (read(authority.encoded),)), NOW_MS)

    return validate


def validate_with_cryptography():
    """Return the same with the library's verifier, of the path of TLS that it accepts."""
    from cryptography.x509 import load_der_x509_certificate
    from cryptography.x509.verification import PolicyBuilder, Store

    root, authority, leaf = make_chain(P256PrivateKey)
    store, moment = Store([load_der_x509_certificate(root.encoded)]), datetime.fromtimestamp(NOW_MS / 1000, UTC)

    def validate():
        verifier = PolicyBuilder().store(store).time(moment).build_client_verifier()
        return verifier.verify(load_der_x509_certificate(leaf.encoded), [load_der_x509_certificate(authority.encoded)])

    return validate


def make_access():
    """Return a chain of many organisations, and an administrator of each as a member."""
    roots, members = [], []
    for number in range(ORGANISATIONS):
        org_id = f"org{number}"
        root, authority, leaf = make_chain(Ed25519PrivateKey, org_id, number + 1)
        roots.append(TrustRoot(org_id, (root.encoded,), (authority.encoded,)))
        members.append(Member(org_id, MemberKind.CERT, leaf.encoded))
    return AccessControl(Mode.CERTIFICATE, "international", tuple(roots)), members


def run() -> dict:
    """Return {"seconds": by contestant, "ratios", "targets_met"}."""
    access, members = make_access()
    identities = [access.identify(member, NOW_MS) for member in members]
    seconds = measure(
        {
            "path of P-256, cryptography": validate_with_cryptography(),
            "path of P-256, ours": validate_with_ours(P256PrivateKey),
            "path of Ed25519, ours": validate_with_ours(Ed25519PrivateKey),
            "path of SM2, ours": validate_with_ours(Sm2PrivateKey),
            "member seen before": lambda: access.identify(members[0], NOW_MS),
            f"majority of {ORGANISATIONS} organisations": lambda: access.decide("CHAIN_CONFIG-BLOCK_UPDATE", identities),
            "any of one signer": lambda: access.decide("INVOKE_CONTRACT", identities[:1]),
        },
        CALLS,
        ROUNDS,
    )
    ratios = {
        "ours / cryptography, P-256": seconds["path of P-256, ours"] / seconds["path of P-256, cryptography"],
        "decision / path, a signer": seconds[f"majority of {ORGANISATIONS} organisations"]
        / ORGANISATIONS
        / seconds["path of Ed25519, ours"],
    }
    limits = dict(zip(ratios, (AT_MOST_CRYPTOGRAPHY, AT_MOST_DECISION), strict=True))
    return {"seconds": seconds, "ratios": ratios, "limits": limits, "targets_met": {name: ratios[name] <= limits[name] for name in ratios}}


def main() -> None:
    """Print the table."""
    result = run()
    print("Identity: paths of two certificates below a root, and decisions; the quickest turn of each\n")
    for name, seconds in result["seconds"].items():
        print(f"  {name:32}{1 / seconds:12,.0f} a second")
    print()
    for name, ratio in result["ratios"].items():
        verdict = "met" if result["targets_met"][name] else "MISSED"
        print(f"  {name:32}{ratio:8.3f}   target at most {result['limits'][name]:g}: {verdict}")


if __name__ == "__main__":
    main()
