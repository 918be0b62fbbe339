"""Whom a chain knows, in each of its three modes, and that a claim is worth nothing without what is behind it."""

from dataclasses import replace

import pytest

from minichain.crypto.key_encoding import compute_public_key, encode_public_key
from minichain.identity import access as access_module
from minichain.identity.access import AccessControl, RegisteredKey, ResourcePolicy, TrustRoot
from minichain.identity.certificate import decode_certificate
from minichain.identity.errors import (
    ChangeError,
    FrozenError,
    IdentityError,
    InvalidPathError,
    MalformedError,
    PolicyError,
    RevokedError,
    UnknownMemberError,
)
from minichain.identity.extensions import BasicConstraints, KeyUsage, encode_basic_constraints, encode_key_usage
from minichain.identity.issue import build_certificate
from minichain.identity.member import Identity, Member, MemberKind
from minichain.identity.names import COMMON_NAME, ORGANISATION, UNIT, make_name
from minichain.identity.organisations import create_root, issue_for_tls, revoke
from minichain.identity.policy import Policy, Standing
from minichain.identity.revocation_list import Reason
from minichain.identity.roles import Mode, Role
from tests.identity.conftest import DAY_MS, NOW_MS, hash_of, make_key, make_key_member, make_member, make_organisation

ALICE = make_member("org1", "alice", Role.CLIENT)


def make_access(*org_ids, suite_name="international", **changes):
    roots = tuple(make_organisation(org_id, suite_name).make_trust_root() for org_id in org_ids)
    return AccessControl(Mode.CERTIFICATE, suite_name, roots, **changes)


# Certificates


@pytest.mark.parametrize("suite_name", ["international", "national"])
def test_a_member_is_who_the_certificate_says(suite_name):
    member = make_member("org1", "alice", Role.ADMIN, suite_name)
    access = make_access("org1", "org2", suite_name=suite_name)
    public_key = make_organisation("org1", suite_name).issue("alice", Role.ADMIN)[0].public_key
    assert access.identify(member, NOW_MS) == Identity("org1", Role.ADMIN, public_key, "alice")
    by_hash = Member("org1", MemberKind.CERT_HASH, access.suite.hash(member.info))
    with pytest.raises(UnknownMemberError, match="no certificate with the hash"):
        access.identify(by_hash, NOW_MS)
    on_record = replace(access, certificates=(member.info,))
    assert on_record.identify(by_hash, NOW_MS) == access.identify(member, NOW_MS)


def test_every_role_is_read(access):
    for role in Role:
        assert access.identify(make_member("org1", f"m{role}", role), NOW_MS).role is role


def test_a_member_of_another_organisation_is_refused(access):
    with pytest.raises(UnknownMemberError, match="said to be of org2, but the certificate says org1"):
        access.identify(replace(ALICE, org_id="org2"), NOW_MS)
    with pytest.raises(UnknownMemberError, match="org9 is no organisation of this chain"):
        access.identify(make_member("org9", "eve", Role.ADMIN), NOW_MS)


def test_an_organisation_cannot_make_members_of_another(access):
    """Its authority signs a certificate that names the other one."""
    forged, _ = make_organisation("org2").issue("eve", Role.ADMIN, org_id="org1")
    with pytest.raises(InvalidPathError):
        access.identify(Member("org1", MemberKind.CERT, forged.encoded), NOW_MS)


def test_a_certificate_is_valid_in_the_time_of_the_block(access):
    assert access.identify(ALICE, NOW_MS)
    with pytest.raises(InvalidPathError, match="not valid yet"):
        access.identify(ALICE, NOW_MS - 1)
    end_ms = NOW_MS + 365 * DAY_MS
    assert access.identify(ALICE, end_ms + 999)
    with pytest.raises(InvalidPathError, match="expired"):
        access.identify(ALICE, end_ms + 1000)
    assert access.identify(ALICE, NOW_MS)


def test_what_is_remembered_holds_no_longer_than_the_authorities():
    """The member's certificate is remembered, and then its authority and its root expire."""
    root = create_root("org1", make_key("international", 50), NOW_MS - DAY_MS, days=10)
    key = compute_public_key(make_key("international", 51))
    leaf = build_certificate(
        serial=1,
        issuer=root.certificate.subject,
        issuer_key=root.key,
        subject=make_name([(ORGANISATION, "org1"), (UNIT, "client"), (COMMON_NAME, "bob")]),
        public_key=key,
        not_before_ms=NOW_MS - 100 * DAY_MS,
        not_after_ms=NOW_MS + 100 * DAY_MS,
        extensions=(encode_basic_constraints(BasicConstraints(False)),),
    )
    access = AccessControl(Mode.CERTIFICATE, "international", (TrustRoot("org1", (root.certificate.encoded,)),))
    bob = Member("org1", MemberKind.CERT, leaf.encoded)
    assert access.identify(bob, NOW_MS).name == "bob"
    assert access.identify(bob, root.certificate.not_after_ms + 999)
    for at_ms in (root.certificate.not_after_ms + 1000, root.certificate.not_before_ms - 1):
        with pytest.raises(InvalidPathError, match=r"CN=ca\.org1"):
            access.identify(bob, at_ms)


def test_a_verdict_is_remembered_and_a_stranger_cannot_fill_the_memory(access, monkeypatch):
    searched = []
    find = access_module.find_path
    monkeypatch.setattr(access_module, "find_path", lambda *arguments: searched.append(1) or find(*arguments))
    monkeypatch.setattr(access_module, "MOST_REMEMBERED", 3)
    for _ in range(3):
        access.identify(ALICE, NOW_MS)
    assert len(searched) == 1
    members = [make_member("org1", f"m{number}", Role.CLIENT) for number in range(5)]
    for member in members:
        access.identify(member, NOW_MS)
        assert len(access.remembered) <= 3
    assert len(searched) == 6


def test_what_is_remembered_of_one_organisation_is_not_of_another(access):
    access.identify(ALICE, NOW_MS)
    with pytest.raises(UnknownMemberError):
        access.identify(replace(ALICE, org_id="org2"), NOW_MS)


def make_odd(subject, *extensions, key=None):
    """Return a member whose certificate the intermediate authority of org1 signed, though it should not have."""
    authority = make_organisation("org1").intermediate
    certificate = build_certificate(
        serial=1,
        issuer=authority.certificate.subject,
        issuer_key=authority.key,
        subject=make_name(subject),
        public_key=compute_public_key(key or make_key("international", 60)),
        not_before_ms=NOW_MS,
        not_after_ms=NOW_MS + DAY_MS,
        extensions=extensions or (encode_basic_constraints(BasicConstraints(False)),),
    )
    return Member("org1", MemberKind.CERT, certificate.encoded)


BOB = [(ORGANISATION, "org1"), (UNIT, "client"), (COMMON_NAME, "bob")]


def test_odd_certificates_are_told_by_their_field(access):
    assert access.identify(make_odd(BOB), NOW_MS).name == "bob"
    for subject, field in (
        ([*BOB, (ORGANISATION, "org2")], "O"),
        ([*BOB, (UNIT, "admin")], "OU"),
        ([*BOB, (COMMON_NAME, "carol")], "CN"),
        (BOB[1:], "O"),
        (BOB[:2], "CN"),
    ):
        with pytest.raises(MalformedError) as caught:
            access.identify(make_odd(subject), NOW_MS)
        assert caught.value.field == f"certificate.subject.{field}"
    with pytest.raises(PolicyError, match="no role is called 'boss'"):
        access.identify(make_odd([BOB[0], (UNIT, "boss"), BOB[2]]), NOW_MS)
    with pytest.raises(MalformedError, match="certificate: "):
        access.identify(Member("org1", MemberKind.CERT, b"no certificate"), NOW_MS)


def test_only_certificates_for_signing_sign(access):
    with pytest.raises(InvalidPathError, match="not for signing transactions or blocks"):
        access.identify(make_odd(BOB, encode_key_usage(KeyUsage.KEY_AGREEMENT)), NOW_MS)
    with pytest.raises(InvalidPathError, match="not for signing transactions or blocks"):
        access.identify(make_odd(BOB, encode_basic_constraints(BasicConstraints(True))), NOW_MS)
    with pytest.raises(UnknownMemberError, match="members of this chain sign with ed25519; this is a key of ecdsa-p256"):
        access.identify(make_odd(BOB, key=make_key("tls", 5)), NOW_MS)


def test_a_certificate_for_connections_is_no_member(access):
    root = create_root("org1", make_key("tls", 1), NOW_MS)
    leaf = issue_for_tls(root, "org1", "alice", Role.ADMIN, compute_public_key(make_key("tls", 2)), (), NOW_MS)
    with pytest.raises(IdentityError):
        access.identify(Member("org1", MemberKind.CERT, leaf.encoded), NOW_MS)


def test_a_frozen_certificate_is_refused_under_both_of_its_names(access):
    frozen = replace(access, frozen=(hash_of(ALICE),), certificates=(ALICE.info,))
    for member in (ALICE, Member("org1", MemberKind.CERT_HASH, hash_of(ALICE))):
        with pytest.raises(FrozenError, match=f"{hash_of(ALICE).hex()[:16]}… of org1 is frozen"):
            frozen.identify(member, NOW_MS)
    assert frozen.identify(make_member("org1", "bob", Role.CLIENT), NOW_MS)
    assert access.identify(ALICE, NOW_MS)  # as of an earlier height


def test_a_revoked_certificate_is_refused_and_older_blocks_stay_valid(access):
    serial = decode_certificate(ALICE.info).serial
    newest = revoke(make_organisation("org1").intermediate, None, {serial: Reason.KEY_COMPROMISE}, NOW_MS)
    later = replace(access, lists=(newest.encoded,))
    with pytest.raises(RevokedError):
        later.identify(ALICE, NOW_MS)
    assert access.identify(ALICE, NOW_MS).name == "alice"


def test_a_key_is_no_member_where_members_have_certificates(access):
    with pytest.raises(UnknownMemberError, match="have certificates; this one names a public key"):
        access.identify(make_key_member(1), NOW_MS)


# Registered keys


@pytest.fixture
def registered():
    """A chain with two organisations, an administrator each, and a client and a node of the first."""
    roots = tuple(TrustRoot(f"org{n}", (make_key_member(n).info,)) for n in (1, 2))
    keys = (RegisteredKey("org1", Role.CLIENT, make_key_member(11).info), RegisteredKey("org1", Role.CONSENSUS, make_key_member(12).info))
    return AccessControl(Mode.REGISTERED_KEY, "international", roots, keys=keys)


def test_registered_keys_are_members(registered):
    for number, org_id, role in ((1, "org1", Role.ADMIN), (2, "org2", Role.ADMIN), (11, "org1", Role.CLIENT), (12, "org1", Role.CONSENSUS)):
        for claimed in (org_id, ""):
            identity = registered.identify(make_key_member(number, claimed), NOW_MS)
            assert (identity.org_id, identity.role) == (org_id, role)
            assert identity.public_key == compute_public_key(make_key("international", number))
            assert identity.name == registered.suite.hash(identity.public_key.data).hex()[:16]


def test_keys_that_are_not_registered_are_refused(registered):
    with pytest.raises(UnknownMemberError, match="is not registered for an organisation of this chain"):
        registered.identify(make_key_member(99), NOW_MS)
    with pytest.raises(UnknownMemberError, match="is registered for org1, not for org2"):
        registered.identify(make_key_member(11, "org2"), NOW_MS)
    with pytest.raises(UnknownMemberError, match="sign with ed25519; this is a key of sm2"):
        registered.identify(make_key_member(1, suite_name="national"), NOW_MS)
    with pytest.raises(MalformedError, match="public key: "):
        registered.identify(Member("org1", MemberKind.PUBLIC_KEY, b"no key"), NOW_MS)
    with pytest.raises(UnknownMemberError, match="are public keys; this one names a certificate"):
        registered.identify(ALICE, NOW_MS)


def test_a_key_is_one_member(registered):
    for keys in (
        (RegisteredKey("org1", Role.LIGHT, make_key_member(1).info),),
        (RegisteredKey("org1", Role.LIGHT, make_key_member(11).info), RegisteredKey("org2", Role.CLIENT, make_key_member(11).info)),
    ):
        with pytest.raises(ChangeError, match="keys: one is there twice"):
            replace(registered, keys=keys)
    with pytest.raises(ChangeError, match="keys: one is there twice"):
        replace(registered, trust_roots=(registered.trust_roots[0], replace(registered.trust_roots[0], org_id="org2")))


def test_keys_of_an_organisation_that_left_are_no_members(registered):
    left = replace(registered, trust_roots=registered.trust_roots[1:])
    with pytest.raises(UnknownMemberError):
        left.identify(make_key_member(11), NOW_MS)


def test_registered_keys_decide_by_organisations(registered):
    admins = [registered.identify(make_key_member(number), NOW_MS) for number in (1, 2)]
    assert not registered.decide("CHAIN_CONFIG-BLOCK_UPDATE", admins[:1]).is_allowed
    assert registered.decide("CHAIN_CONFIG-BLOCK_UPDATE", admins).is_allowed
    assert registered.decide("PUBKEY_MANAGE-PUBKEY_ADD", admins[:1], "org1").is_allowed
    assert not registered.decide("PUBKEY_MANAGE-PUBKEY_ADD", admins[:1], "org2").is_allowed


# Public keys


@pytest.fixture
def public():
    """A public chain with three administrators."""
    return AccessControl(Mode.PUBLIC_KEY, "international", (TrustRoot("", tuple(make_key_member(n).info for n in (1, 2, 3))),))


def test_anybody_is_somebody_on_a_public_chain(public):
    assert public.identify(make_key_member(1), NOW_MS).role is Role.ADMIN
    stranger = public.identify(make_key_member(99), NOW_MS)
    assert (stranger.org_id, stranger.role) == ("", None)
    with pytest.raises(UnknownMemberError, match="is registered for no organisation, not for org1"):
        public.identify(make_key_member(1, "org1"), NOW_MS)


def test_on_a_public_chain_keys_are_counted(public):
    admins = [public.identify(make_key_member(number), NOW_MS) for number in (1, 2, 3)]
    strangers = [public.identify(make_key_member(number), NOW_MS) for number in (90, 91, 92)]
    for resource in ("INVOKE_CONTRACT", "QUERY_CONTRACT", "SUBSCRIBE", "ARCHIVE"):
        assert public.decide(resource, strangers[:1]).is_allowed
        assert not public.decide(resource, []).is_allowed
    majority = "CHAIN_CONFIG-TRUST_ROOT_ADD"
    assert not public.decide(majority, [*admins[:1], *strangers]).is_allowed
    assert not public.decide(majority, [admins[0], admins[0], admins[0]]).is_allowed
    assert public.decide(majority, admins[1:]).is_allowed
    assert public.decide("CHAIN_CONFIG-CORE_UPDATE", [*strangers, admins[0]]).is_allowed
    assert not public.decide("CHAIN_CONFIG-CORE_UPDATE", strangers).is_allowed
    assert not public.decide("CHAIN_CONFIG-NODE_ID_ADD", admins).is_allowed
    assert public.decide(majority, admins[:1]).reason == "MAJORITY: 2 of all 3 administrators are needed, and 1 signed"
    assert public.decide("CHAIN_CONFIG-CORE_UPDATE", strangers).reason == "ANY of admin: one is needed, and 0 signed"
    assert public.decide("INVOKE_CONTRACT", strangers).reason == "ANY of any key: one is needed, and 3 signed"
    assert public.decide("CHAIN_CONFIG-NODE_ID_ADD", admins).reason == "FORBIDDEN: nobody may do this, whoever signs"
    assert public.get_standings(majority, [admins[0], *strangers[:1], admins[0]]) == [
        Standing.COUNTS,
        Standing.OTHER_ROLE,
        Standing.REPEATS,
    ]
    registered_node = replace(public, keys=(RegisteredKey("", Role.CONSENSUS, make_key_member(90).info),))
    assert registered_node.identify(make_key_member(90), NOW_MS).role is Role.CONSENSUS
    assert registered_node.decide(majority, admins[:2]).is_allowed


# Deciding


def test_the_default_or_the_policy_that_was_set_decides(access, sign_in):
    alice, ada = sign_in("org1 alice client"), sign_in("org1 ada admin")
    assert access.get_policy("shop-buy") is None
    assert access.decide("shop-buy", [ada]).reason == "no policy is set for shop-buy"
    changed = replace(access, policies=(ResourcePolicy("shop-buy", Policy("2")), ResourcePolicy("CERT_MANAGE-CERT_ADD", Policy("ALL"))))
    assert changed.decide("shop-buy", [alice, sign_in("org2 bob client")]).is_allowed
    assert not changed.decide("shop-buy", [alice, ada]).is_allowed
    assert access.decide("CERT_MANAGE-CERT_ADD", [alice]).is_allowed
    assert not changed.decide("CERT_MANAGE-CERT_ADD", [alice]).is_allowed


def test_an_archive_is_made_for_ones_own_organisation(access, sign_in):
    ada = sign_in("org1 ada admin")
    assert access.decide("ARCHIVE", [ada], "org1").is_allowed
    assert not access.decide("ARCHIVE", [ada], "org2").is_allowed
    nobody = access.decide("ARCHIVE", [ada])
    assert (nobody.is_allowed, nobody.reason) == (False, "ARCHIVE counts signers of one organisation, and it is not said which")


def test_standings(access, sign_in):
    signers = [sign_in("org1 ada admin"), sign_in("org1 ann admin"), sign_in("org2 bob client")]
    assert access.get_standings("CHAIN_CONFIG-BLOCK_UPDATE", signers) == [Standing.COUNTS, Standing.REPEATS, Standing.OTHER_ROLE]
    assert access.get_standings("ARCHIVE", signers, "org1") == [Standing.COUNTS, Standing.REPEATS, Standing.NOT_LISTED]
    assert access.get_standings("ARCHIVE", signers) == [Standing.NOT_LISTED] * 3
    assert access.get_standings("shop-buy", signers) == [Standing.STRANGER] * 3


# What access control can be


def test_access_control_that_makes_no_sense_is_told_by_its_field(access, registered, public):
    root = access.trust_roots[0]
    leaf_root = TrustRoot("org1", (ALICE.info,))
    for changes, words in (
        ({"trust_roots": ()}, "trust_roots: there is none"),
        ({"trust_roots": (root, root)}, "trust_roots: an organisation is there twice"),
        ({"trust_roots": (replace(root, org_id=""),)}, "trust_roots: an organisation has a name"),
        ({"trust_roots": (replace(root, roots=()),)}, r"trust_roots\[org1\]: there is no root"),
        ({"trust_roots": (leaf_root,)}, r"trust_roots\[org1\]: O=org1, OU=client, CN=alice is no authority"),
        ({"trust_roots": (replace(root, authorities=(ALICE.info,)),)}, r"trust_roots\[org1\]: O=org1, OU=client"),
    ):
        with pytest.raises(ChangeError, match=words):
            replace(access, **changes)
    with pytest.raises(MalformedError, match=r"trust_roots\[org1\]\.certificate: "):
        replace(access, trust_roots=(replace(root, roots=(b"x",)),))
    with pytest.raises(MalformedError, match=r"revocationList: "):
        replace(access, lists=(b"x",))
    with pytest.raises(MalformedError, match=r"public key: "):
        replace(registered, keys=(RegisteredKey("org1", Role.CLIENT, b"x"),))
    with pytest.raises(PolicyError, match=r"rule: "):
        replace(access, policies=(ResourcePolicy("shop-buy", Policy("x")),))
    with pytest.raises(ChangeError, match="a public chain has no organisations"):
        replace(public, trust_roots=(replace(public.trust_roots[0], org_id="org1"),))
    buy = ResourcePolicy("shop-buy", Policy("ANY"))
    with pytest.raises(ChangeError, match="policies: there are none in the mode PUBLIC_KEY"):
        replace(public, policies=(buy,))
    with pytest.raises(ChangeError, match="policies: a resource is there twice"):
        replace(access, policies=(buy, buy))
    with pytest.raises(MalformedError, match="suite_name: no cipher suite is called 'regional'"):
        replace(access, suite_name="regional")
    for field in ("lists", "certificates", "frozen"):
        for chain in (registered, public):
            with pytest.raises(ChangeError, match=f"{field}: there are none in the mode {chain.mode.name}"):
                replace(chain, **{field: (b"x",)})
    with pytest.raises(ChangeError, match="keys: there are none in the mode CERTIFICATE"):
        replace(access, keys=(RegisteredKey("org1", Role.CLIENT, make_key_member(1).info),))


def test_access_control_is_a_value(access):
    assert access == replace(access)
    assert hash(access) == hash(replace(access))
    access.identify(ALICE, NOW_MS)  # what is remembered is no part of it
    assert access == replace(access) != replace(access, frozen=(b"x" * 32,))


def test_a_key_is_known_however_its_point_is_written():
    """A compressed point is another spelling of the same key, so it must be the same member."""
    key = compute_public_key(make_key("national", 7))
    encoded = encode_public_key(key)
    access = AccessControl(Mode.REGISTERED_KEY, "national", (TrustRoot("org1", (encoded,)),))
    assert access.identify(Member("", MemberKind.PUBLIC_KEY, encoded), NOW_MS).role is Role.ADMIN
