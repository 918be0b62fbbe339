"""Paths to a trusted root: every rule of RFC 5280 section 6.1 that `paths` has, and nothing that a stranger could make of it.

PKITS (see `test_pkits`) is the standard's own suite; these are the rules that it does not separate, and ours.
"""

import pytest

from minichain.crypto.der import encode_bit_string, encode_object_identifier, encode_sequence
from minichain.crypto.key_encoding import compute_public_key
from minichain.identity.asn1 import encode_time
from minichain.identity.errors import InvalidPathError, RevokedError, UnknownStatusError, UnsupportedKeyError
from minichain.identity.extensions import BasicConstraints, KeyUsage, encode_basic_constraints, encode_extension, encode_key_usage
from minichain.identity.extensions import encode_authority_key_id as issuer_id
from minichain.identity.extensions import encode_subject_key_id as subject_id
from minichain.identity.issue import build_certificate
from minichain.identity.names import COMMON_NAME, make_name
from minichain.identity.organisations import publish, revoke
from minichain.identity.paths import LONGEST_PATH, MOST_PATHS, Trust, build_paths, find_path, validate_path
from minichain.identity.revocation_list import Reason
from minichain.identity.roles import Role
from tests.identity.conftest import DAY_MS, NOW_MS, make_key, make_organisation
from tests.identity.documents import make_certificate, make_list

SIGNS_CERTIFICATES = encode_key_usage(KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN)


def make(subject, number, issuer, issuer_number, *extensions, path_length=None, is_authority=True, **changes):
    """Return a certificate for key `number`, by key `issuer_number`: an authority, unless told."""
    arguments = {
        "serial": number,
        "issuer": make_name([(COMMON_NAME, issuer)]),
        "issuer_key": make_key("international", issuer_number),
        "subject": make_name([(COMMON_NAME, subject)]),
        "public_key": compute_public_key(make_key("international", number)),
        "not_before_ms": NOW_MS - DAY_MS,
        "not_after_ms": NOW_MS + DAY_MS,
        "extensions": (encode_basic_constraints(BasicConstraints(is_authority, path_length)), *extensions),
    }
    return build_certificate(**arguments | changes)


ROOT = make("root", 1, "root", 1)
MIDDLE = make("middle", 2, "root", 1)
LEAF = make("leaf", 3, "middle", 2, is_authority=False)


def find(leaf=LEAF, anchors=(ROOT,), authorities=(MIDDLE,), at_ms=NOW_MS, **changes):
    return find_path(leaf, Trust(anchors, authorities, **changes), at_ms)


def assert_refused(words, error=InvalidPathError, **arguments):
    with pytest.raises(error, match=words):
        find(**arguments)


def test_a_path_leads_from_the_root_down():
    assert find() == (MIDDLE, LEAF)
    assert find(leaf=MIDDLE) == (MIDDLE,)


def test_without_a_way_to_a_root_nothing_is_trusted():
    assert_refused("CN=leaf: no trusted root or authority leads to its issuer, CN=middle", authorities=())
    assert_refused("no trusted root", anchors=(make("other", 1, "other", 1),))


def test_6_1_3_a_1_a_signature_by_another_key_is_refused():
    forged = make("leaf", 3, "middle", 99, is_authority=False)
    assert_refused("the signature on the certificate of CN=leaf is not by CN=middle", leaf=forged)
    assert_refused("the signature on the certificate of CN=middle is not by CN=root", authorities=(make("middle", 2, "root", 99),))


def test_6_1_3_a_2_every_certificate_must_be_valid_and_the_root_too():
    for at_ms, words in ((NOW_MS - DAY_MS - 1, "not valid yet"), (NOW_MS + DAY_MS + 1000, "expired")):
        assert_refused(words, at_ms=at_ms)
    short = {"not_after_ms": NOW_MS - 1000}
    assert_refused(f"CN=leaf is expired at {NOW_MS} ms", leaf=make("leaf", 3, "middle", 2, is_authority=False, **short))
    assert_refused("CN=middle is expired", authorities=(make("middle", 2, "root", 1, **short),))
    assert_refused("CN=root is expired", anchors=(make("root", 1, "root", 1, **short),))
    late = {"not_before_ms": NOW_MS + 1}
    assert_refused(
        "CN=root is not valid yet", anchors=(make("root", 1, "root", 1, **late, not_after_ms=NOW_MS + DAY_MS),), at_ms=NOW_MS - 1000
    )


def test_6_1_3_a_4_names_must_link():
    with pytest.raises(InvalidPathError, match="the issuer of CN=leaf is CN=middle, not CN=root"):
        validate_path(ROOT, (make("leaf", 3, "middle", 1, is_authority=False),), Trust((ROOT,)), NOW_MS)


def test_6_1_4_k_only_an_authority_issues():
    assert_refused("CN=middle is no authority", authorities=(make("middle", 2, "root", 1, is_authority=False),))
    bare = make("middle", 2, "root", 1, extensions=(SIGNS_CERTIFICATES,))
    assert_refused("CN=middle is no authority", authorities=(bare,))


def test_6_1_4_l_m_the_path_length_limits_the_authorities_below():
    below = make("below", 4, "middle", 2)
    leaf = make("leaf", 3, "below", 4, is_authority=False)
    limited = make("middle", 2, "root", 1, path_length=0)
    assert find(authorities=(limited,)) == (limited, LEAF)
    assert_refused("CN=below is one authority more than the path length allows", leaf=leaf, authorities=(limited, below))
    roomy = make("middle", 2, "root", 1, path_length=1)
    assert find(leaf=leaf, authorities=(roomy, below))[0] == roomy
    longer = make("below", 4, "middle", 2, path_length=5)  # cannot allow what the one above did not
    assert_refused("one authority more", leaf=leaf, authorities=(limited, longer))


def test_an_anchor_may_limit_the_length_too():
    assert_refused("CN=middle is one authority more", anchors=(make("root", 1, "root", 1, path_length=0),))
    assert find(anchors=(make("root", 1, "root", 1, path_length=1),))
    assert find(anchors=(make("root", 1, "root", 1, extensions=(SIGNS_CERTIFICATES,)),))


def test_6_1_4_l_a_change_of_key_does_not_lengthen_the_path():
    limited = make("middle", 2, "root", 1, path_length=0)
    changed = make("middle", 5, "middle", 2, path_length=0)
    leaf = make("leaf", 3, "middle", 5, is_authority=False)
    assert find(leaf=leaf, authorities=(limited, changed)) == (limited, changed, leaf)


def test_6_1_4_n_the_key_must_be_for_signing_certificates():
    wrong = encode_key_usage(KeyUsage.DIGITAL_SIGNATURE, KeyUsage.CRL_SIGN)
    assert_refused("the key of CN=middle is not for signing certificates", authorities=(make("middle", 2, "root", 1, wrong),))
    assert find(authorities=(make("middle", 2, "root", 1, SIGNS_CERTIFICATES),))


def test_6_1_4_o_and_6_1_5_f_a_critical_extension_must_be_understood():
    critical, harmless = encode_extension("1.2.3", b"", is_critical=True), encode_extension("1.2.3", b"")
    assert_refused(r"CN=middle has critical extensions .*: 1\.2\.3", authorities=(make("middle", 2, "root", 1, critical),))
    assert_refused("CN=leaf has critical extensions", leaf=make("leaf", 3, "middle", 2, critical, is_authority=False))
    assert find(leaf=make("leaf", 3, "middle", 2, harmless, is_authority=False))
    names = encode_extension("2.5.29.30", encode_sequence(), is_critical=True)  # name constraints
    assert_refused(r"2\.5\.29\.30", authorities=(make("middle", 2, "root", 1, names),))


# Finding


def test_of_several_ways_one_that_is_valid_is_found():
    expired = make("middle", 2, "root", 1, not_after_ms=NOW_MS - 1000)
    other_key = make("middle", 8, "root", 1)
    assert find(authorities=(expired, other_key, MIDDLE)) == (MIDDLE, LEAF)
    other_root = make("root", 9, "root", 9)
    assert find(anchors=(other_root, ROOT)) == (MIDDLE, LEAF)


def test_the_likeliest_way_comes_first_and_its_flaw_is_told():
    leaf = make("leaf", 3, "middle", 2, issuer_id(b"two"), is_authority=False)
    unlikely = make("middle", 8, "root", 1, subject_id(b"eight"))
    likely = make("middle", 2, "root", 1, subject_id(b"two"), not_after_ms=NOW_MS - 1000)
    assert_refused("CN=middle is expired", leaf=leaf, authorities=(unlikely, likely))
    trust = Trust((ROOT,), (unlikely, likely))
    assert [path[0] for _, path in build_paths((leaf,), trust)] == [likely, unlikely]


def test_without_a_hint_the_order_is_that_of_the_trust():
    first, second = make("middle", 8, "root", 1, subject_id(b"8")), make("middle", 2, "root", 1)
    assert [path[0] for _, path in build_paths((LEAF,), Trust((ROOT,), (first, second)))] == [first, second]


def test_circles_end():
    a, b = make("a", 4, "b", 5), make("b", 5, "a", 4)
    assert_refused("no trusted root", leaf=make("leaf", 3, "a", 4, is_authority=False), authorities=(a, b))


def make_ladder(steps):
    """Return authorities n, n-1, … 1 below the root, and a leaf below the last."""
    authorities = tuple(
        make(f"step{step}", 20 + step, f"step{step - 1}" if step > 1 else "root", 19 + step if step > 1 else 1)
        for step in range(1, steps + 1)
    )
    return authorities, make("leaf", 3, f"step{steps}", 20 + steps, is_authority=False)


def test_paths_have_a_longest_length():
    authorities, leaf = make_ladder(LONGEST_PATH - 1)
    assert len(find(leaf=leaf, authorities=authorities)) == LONGEST_PATH == 12
    authorities, leaf = make_ladder(LONGEST_PATH)
    assert_refused("no trusted root", leaf=leaf, authorities=authorities)


def test_a_heap_of_cross_certificates_is_not_searched_to_its_end():
    """Ten names, each certified by all others: millions of ways, none of which is valid."""
    tried = []

    def verify(*arguments):
        tried.append(arguments)
        return False

    heap = tuple(make(f"x{a}", 30 + a, f"x{b}", 30 + b) for a in range(10) for b in range(10) if a != b)
    heap += tuple(make(f"x{a}", 30 + a, "root", 1) for a in range(10))
    leaf = make("leaf", 3, "x0", 30, is_authority=False)
    with pytest.raises(InvalidPathError):
        find_path(leaf, Trust((ROOT,), heap, verify=verify), NOW_MS)
    assert len(tried) == MOST_PATHS == 32


# Signatures


def test_a_signature_by_an_algorithm_that_does_not_fit_the_key_is_refused():
    organisation = make_organisation("org1", "national")
    leaf, _ = organisation.issue("alice", Role.CLIENT)
    trust = make_organisation("org1").make_trust()
    with pytest.raises(UnsupportedKeyError, match="cannot be by a key of ed25519"):
        validate_path(trust.anchors[0], (leaf,), trust, NOW_MS)


def test_a_root_of_another_kind_of_key_is_passed_over():
    rsa = encode_sequence(encode_sequence(encode_object_identifier("1.2.840.113549.1.1.1"), b"\x05\x00"), encode_bit_string(b"x"))
    other = make_certificate(subject=ROOT.subject.encoded, public_key=rsa)
    assert find(anchors=(other, ROOT)) == (MIDDLE, LEAF)
    assert_refused(r"1\.2\.840\.113549\.1\.1\.1", UnsupportedKeyError, anchors=(other,))


# Revocation: the standard's way, and a chain's


def make_lists(organisation, revoked=(), at_ms=NOW_MS):
    newest = revoke(organisation.intermediate, None, dict.fromkeys(revoked, Reason.KEY_COMPROMISE), at_ms)
    return (newest, publish(organisation.root, None, {}, at_ms, 30))


def test_revocation_by_the_standard_needs_a_current_list_for_every_certificate(org1):
    leaf, _ = org1.issue("alice", Role.CLIENT)
    lists = make_lists(org1)
    assert find_path(leaf, org1.make_trust(lists=lists, needs_current_lists=True), NOW_MS)
    for some in ((), lists[:1], lists[1:]):
        with pytest.raises(UnknownStatusError, match="has no current revocation list that counts"):
            find_path(leaf, org1.make_trust(lists=some, needs_current_lists=True), NOW_MS)
    with pytest.raises(UnknownStatusError):
        find_path(leaf, org1.make_trust(lists=lists, needs_current_lists=True), NOW_MS + 31 * DAY_MS)


def test_on_a_chain_a_late_authority_stops_nobody(org1):
    leaf, _ = org1.issue("alice", Role.CLIENT)
    assert find_path(leaf, org1.make_trust(), NOW_MS)
    assert find_path(leaf, org1.make_trust(lists=make_lists(org1)), NOW_MS + 31 * DAY_MS)
    with pytest.raises(RevokedError):
        find_path(leaf, org1.make_trust(lists=make_lists(org1, [leaf.serial])), NOW_MS + 31 * DAY_MS)


def test_a_revoked_certificate_and_all_below_a_revoked_authority_are_refused(org1):
    leaf, _ = org1.issue("alice", Role.CLIENT)
    with pytest.raises(RevokedError, match=rf"{leaf.serial:x} of .*CN=alice has been revoked by its issuer \(key compromise\)"):
        find_path(leaf, org1.make_trust(lists=make_lists(org1, [leaf.serial])), NOW_MS)
    of_root = revoke(org1.root, None, {org1.intermediate.certificate.serial: Reason.CA_COMPROMISE}, NOW_MS)
    with pytest.raises(RevokedError, match=r"CN=ca1.org1 has been revoked by its issuer \(ca compromise\)"):
        find_path(leaf, org1.make_trust(lists=(of_root,)), NOW_MS)


def test_a_list_by_another_authority_of_the_same_number_does_not_count(org1):
    leaf, _ = org1.issue("alice", Role.CLIENT)
    by_root = revoke(org1.root, None, {leaf.serial: Reason.KEY_COMPROMISE}, NOW_MS)
    assert find_path(leaf, org1.make_trust(lists=(by_root,)), NOW_MS)


def test_of_several_lists_the_one_with_the_highest_number_decides():
    """Not the one that says it is the newest: its number cannot be given out twice, its date can."""
    organisation = make_organisation("org1")
    leaf, _ = organisation.issue("alice", Role.CLIENT)
    authority = organisation.intermediate
    first = revoke(authority, None, {}, NOW_MS + 2 * DAY_MS)
    second = revoke(authority, first, {leaf.serial: Reason.KEY_COMPROMISE}, NOW_MS)
    unnumbered = make_list(issuer=first.issuer.encoded, key=authority.key, this_update=encode_time(NOW_MS + 9 * DAY_MS), extensions=b"")
    for lists in ((first, second, unnumbered), (unnumbered, second, first)):
        with pytest.raises(RevokedError):
            find_path(leaf, organisation.make_trust(lists=lists), NOW_MS)
    same = revoke(authority, None, {leaf.serial: Reason.KEY_COMPROMISE}, NOW_MS)
    assert find_path(leaf, organisation.make_trust(lists=(same, first)), NOW_MS)  # numbers alike: the later date
    assert find_path(leaf, organisation.make_trust(lists=(first, same)), NOW_MS)
    revoking = revoke(authority, None, {leaf.serial: Reason.KEY_COMPROMISE}, NOW_MS)
    with pytest.raises(RevokedError):
        find_path(leaf, organisation.make_trust(lists=(unnumbered, revoking)), NOW_MS)
