"""Each change makes a new value, leaves the old one as it was, and refuses what makes no sense."""

from dataclasses import replace

import pytest

from minichain.identity.access import AccessControl, RegisteredKey, TrustRoot
from minichain.identity.bundle import Bundle
from minichain.identity.certificate import decode_certificate
from minichain.identity.changes import (
    apply_certificate,
    apply_certificate_removal,
    apply_freeze,
    apply_key,
    apply_key_removal,
    apply_policy,
    apply_policy_removal,
    apply_revocation_list,
    apply_trust_root,
    apply_trust_root_removal,
    apply_unfreeze,
)
from minichain.identity.errors import ChangeError, FrozenError, IdentityError, InvalidPathError, MalformedError, PolicyError, RevokedError
from minichain.identity.member import Member, MemberKind
from minichain.identity.organisations import create_intermediate, create_root, release, revoke
from minichain.identity.paths import Trust
from minichain.identity.policy import Policy
from minichain.identity.revocation_list import Reason
from minichain.identity.roles import Mode, Role
from tests.identity.conftest import DAY_MS, NOW_MS, Organisation, hash_of, make_key, make_key_member, make_member, make_organisation
from tests.identity.documents import make_list, write_extensions

ALICE = make_member("org1", "alice", Role.CLIENT)
SERIAL = decode_certificate(ALICE.info).serial
KEY_CHAIN = AccessControl(Mode.REGISTERED_KEY, "international", (TrustRoot("org1", (make_key_member(1).info,)),))


# Certificates on record


def test_a_certificate_goes_on_record_and_off(access):
    on_record = apply_certificate(access, "org1", ALICE.info, NOW_MS)
    by_hash = Member("org1", MemberKind.CERT_HASH, hash_of(ALICE))
    assert on_record.identify(by_hash, NOW_MS).name == "alice"
    assert access.certificates == ()
    with pytest.raises(ChangeError, match=f"{hash_of(ALICE).hex()} is on record already"):
        apply_certificate(on_record, "org1", ALICE.info, NOW_MS)
    both = apply_certificate(on_record, "org1", make_member("org1", "bob", Role.CLIENT).info, NOW_MS)
    off = apply_certificate_removal(both, hash_of(ALICE))
    assert off.certificates == (make_member("org1", "bob", Role.CLIENT).info,)
    with pytest.raises(ChangeError, match=f"no certificate with the hash {hash_of(ALICE).hex()}"):
        apply_certificate_removal(off, hash_of(ALICE))


def test_only_a_members_certificate_goes_on_record(access):
    for org_id, encoded, at_ms in (
        ("org2", ALICE.info, NOW_MS),
        ("org1", b"x", NOW_MS),
        ("org1", ALICE.info, NOW_MS - 1),
        ("org9", make_member("org9", "eve", Role.CLIENT).info, NOW_MS),
    ):
        with pytest.raises(IdentityError):
            apply_certificate(access, org_id, encoded, at_ms)


# Freezing


def test_freeze_and_unfreeze(access):
    frozen = apply_freeze(access, hash_of(ALICE))
    with pytest.raises(FrozenError):
        frozen.identify(ALICE, NOW_MS)
    assert access.identify(ALICE, NOW_MS)  # blocks below the height of the change
    with pytest.raises(ChangeError, match="is frozen already"):
        apply_freeze(frozen, hash_of(ALICE))
    other = apply_freeze(frozen, b"x" * 32)
    thawed = apply_unfreeze(other, hash_of(ALICE))
    assert thawed.identify(ALICE, NOW_MS).name == "alice"
    assert thawed.frozen == (b"x" * 32,)
    with pytest.raises(ChangeError, match="is not frozen"):
        apply_unfreeze(thawed, hash_of(ALICE))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_hash_has_the_size_of_the_chains(access, size):
    with pytest.raises(ChangeError, match=f"has 32 bytes, not {size}"):
        apply_freeze(access, bytes(size))


def test_a_member_who_was_never_seen_can_be_frozen(access):
    assert apply_freeze(access, bytes(32)).frozen == (bytes(32),)


# Revocation


def revoke_alice(previous=None, reason=Reason.KEY_COMPROMISE, at_ms=NOW_MS, authority=None):
    return revoke(authority or make_organisation("org1").intermediate, previous, {SERIAL: reason}, at_ms)


def test_a_revocation_list_is_taken_in(access):
    after = apply_revocation_list(access, revoke_alice().encoded, NOW_MS)
    with pytest.raises(RevokedError):
        after.identify(ALICE, NOW_MS)
    assert after.identify(make_member("org1", "bob", Role.CLIENT), NOW_MS)
    assert access.identify(ALICE, NOW_MS)


def test_the_next_list_takes_the_place_of_the_one_before(access):
    first = revoke(make_organisation("org1").intermediate, None, {}, NOW_MS)
    of_other = revoke(make_organisation("org2").intermediate, None, {}, NOW_MS)
    of_root = revoke(make_organisation("org1").root, None, {}, NOW_MS)
    access = apply_revocation_list(access, first.encoded, NOW_MS)
    access = apply_revocation_list(access, of_other.encoded, NOW_MS)
    access = apply_revocation_list(access, of_root.encoded, NOW_MS)
    second = revoke_alice(first)
    assert apply_revocation_list(access, second.encoded, NOW_MS).lists == (of_other.encoded, of_root.encoded, second.encoded)


def test_an_old_list_cannot_be_sent_again(access):
    first = revoke(make_organisation("org1").intermediate, None, {}, NOW_MS)
    second = revoke_alice(first)
    after = apply_revocation_list(access, second.encoded, NOW_MS)
    for old in (first, second):
        with pytest.raises(ChangeError, match=f"has number {old.number}; the one before has 2"):
            apply_revocation_list(after, old.encoded, NOW_MS)
    unnumbered = make_list(
        issuer=second.issuer.encoded, key=make_organisation("org1").intermediate.key, extensions=write_extensions(("1.2.3", b""), tag=0xA0)
    )
    with pytest.raises(ChangeError, match="no cRLNumber"):
        apply_revocation_list(access, unnumbered.encoded, NOW_MS)


def test_only_a_hold_is_taken_back(access):
    authority = make_organisation("org1").intermediate
    held = revoke_alice(reason=Reason.CERTIFICATE_HOLD)
    after = apply_revocation_list(access, held.encoded, NOW_MS)
    with pytest.raises(RevokedError, match="certificate hold"):
        after.identify(ALICE, NOW_MS)
    released = apply_revocation_list(after, release(authority, held, frozenset({SERIAL}), NOW_MS).encoded, NOW_MS)
    assert released.identify(ALICE, NOW_MS).name == "alice"
    final = apply_revocation_list(access, revoke_alice(revoke(authority, None, {}, NOW_MS)).encoded, NOW_MS)
    forgetful = revoke(authority, replace(revoke_alice(), entries={}, number=2), {}, NOW_MS)
    assert forgetful.number == 3
    with pytest.raises(ChangeError, match=f"leaves out {SERIAL:x}, which was revoked for good"):
        apply_revocation_list(final, forgetful.encoded, NOW_MS)


def test_a_list_must_be_current_when_it_is_taken_in(access):
    for at_ms in (NOW_MS - 1, NOW_MS + 31 * DAY_MS):
        with pytest.raises(ChangeError, match=f"not current at {at_ms} ms"):
            apply_revocation_list(access, revoke_alice().encoded, at_ms)


def test_a_list_by_a_stranger_is_refused(access):
    with pytest.raises(InvalidPathError, match="signed by no authority of this chain"):
        apply_revocation_list(access, revoke(make_organisation("org9").intermediate, None, {}, NOW_MS).encoded, NOW_MS)
    forged = make_list(issuer=make_organisation("org1").intermediate.certificate.subject.encoded)
    with pytest.raises(InvalidPathError, match="signed by no authority of this chain"):
        apply_revocation_list(access, forged.encoded, NOW_MS)
    with pytest.raises(MalformedError, match="revocationList"):
        apply_revocation_list(access, b"x", NOW_MS)


def test_a_list_that_is_not_understood_is_refused(access):
    authority = make_organisation("org1").intermediate
    delta = make_list(
        issuer=authority.certificate.subject.encoded,
        key=authority.key,
        extensions=write_extensions(("2.5.29.20", b"\x02\x01\x01"), ("2.5.29.27", b"\x02\x01\x01", True), tag=0xA0),
    )
    with pytest.raises(ChangeError, match=r"critical extensions that are not understood: 2\.5\.29\.27"):
        apply_revocation_list(access, delta.encoded, NOW_MS)


# Keys


def test_keys_are_registered_and_removed():
    client = RegisteredKey("org1", Role.CLIENT, make_key_member(11).info)
    after = apply_key(apply_key(KEY_CHAIN, client), replace(client, key=make_key_member(12).info))
    assert after.identify(make_key_member(11), NOW_MS).role is Role.CLIENT
    with pytest.raises(ChangeError, match="the key is registered already"):
        apply_key(after, replace(client, role=Role.ADMIN))
    with pytest.raises(ChangeError, match="the key is registered already"):
        apply_key(after, replace(client, key=make_key_member(1).info))
    with pytest.raises(ChangeError, match="org2 is no organisation"):
        apply_key(KEY_CHAIN, replace(client, org_id="org2"))
    removed = apply_key_removal(after, client.key)
    assert [each.key for each in removed.keys] == [make_key_member(12).info]
    for key in (client.key, make_key_member(1).info):
        with pytest.raises(ChangeError, match="the key is not registered"):
            apply_key_removal(removed, key)


# Organisations


def test_an_organisation_comes_changes_and_goes(access):
    new = make_organisation("org5").make_trust_root()
    joined = apply_trust_root(access, new)
    assert joined.trust_roots == (*access.trust_roots, new)
    assert joined.identify(make_member("org5", "eve", Role.CLIENT), NOW_MS)
    bare = replace(access.trust_roots[1], authorities=())
    changed = apply_trust_root(joined, bare)
    assert [root.org_id for root in changed.trust_roots] == ["org1", "org2", "org3", "org4", "org5"]
    assert changed.trust_roots[1] == bare
    gone = apply_trust_root_removal(changed, "org2")
    assert [root.org_id for root in gone.trust_roots] == ["org1", "org3", "org4", "org5"]
    with pytest.raises(IdentityError):
        gone.identify(make_member("org2", "bob", Role.CLIENT), NOW_MS)
    with pytest.raises(ChangeError, match="org2 is no organisation"):
        apply_trust_root_removal(gone, "org2")


def test_an_organisation_leaves_with_its_keys():
    two = apply_trust_root(KEY_CHAIN, TrustRoot("org2", (make_key_member(2).info,)))
    for org_id, number in (("org1", 11), ("org2", 12)):
        two = apply_key(two, RegisteredKey(org_id, Role.CLIENT, make_key_member(number).info))
    left = apply_trust_root_removal(two, "org2")
    assert [each.org_id for each in left.keys] == ["org1"]
    with pytest.raises(ChangeError, match="there is none"):
        apply_trust_root_removal(left, "org1")


def test_an_organisation_that_a_policy_lists_cannot_leave(access):
    bound = apply_policy(access, "shop-buy", Policy("ANY", ("org2",)))
    with pytest.raises(PolicyError, match="'org2' is no organisation of this chain"):
        apply_trust_root_removal(bound, "org2")


def test_keys_of_an_authority_are_changed_without_a_gap(access):
    """Old and new roots side by side, then the new ones alone; lists of both are kept apart, though the names are the same."""
    old = make_organisation("org1")
    root = create_root("org1", make_key("international", 71), NOW_MS - DAY_MS)
    new = Organisation("org1", "international", root, create_intermediate(root, "org1", make_key("international", 72), NOW_MS - DAY_MS))
    certificate, _ = new.issue("alice2", Role.CLIENT)
    alice2 = Member("org1", MemberKind.CERT, certificate.encoded)
    with pytest.raises(InvalidPathError):
        access.identify(alice2, NOW_MS)
    mine, fresh = old.make_trust_root(), new.make_trust_root()
    both = apply_trust_root(access, TrustRoot("org1", mine.roots + fresh.roots, mine.authorities + fresh.authorities))
    assert both.identify(ALICE, NOW_MS).name == "alice"
    assert both.identify(alice2, NOW_MS).name == "alice2"
    by_old, by_new = revoke_alice(), revoke(new.intermediate, None, {1: Reason.UNSPECIFIED}, NOW_MS)
    listed = apply_revocation_list(apply_revocation_list(both, by_old.encoded, NOW_MS), by_new.encoded, NOW_MS)
    assert listed.lists == (by_old.encoded, by_new.encoded)
    with pytest.raises(RevokedError):
        listed.identify(ALICE, NOW_MS)
    assert listed.identify(alice2, NOW_MS)
    alone = apply_trust_root(listed, fresh)
    with pytest.raises(InvalidPathError):
        alone.identify(ALICE, NOW_MS)
    assert alone.identify(alice2, NOW_MS)
    second = revoke(new.intermediate, by_new, {}, NOW_MS)
    assert apply_revocation_list(alone, second.encoded, NOW_MS).lists == (by_old.encoded, second.encoded)


# Policies


def test_policies_are_set_and_taken_back(access):
    first = apply_policy(access, "shop-buy", Policy("2"))
    second = apply_policy(apply_policy(first, "shop-sell", Policy("ANY")), "shop-buy", Policy("3"))
    assert [(each.resource, each.policy.rule) for each in second.policies] == [("shop-sell", "ANY"), ("shop-buy", "3")]
    back = apply_policy_removal(second, "shop-buy")
    assert back.get_policy("shop-buy") is None
    with pytest.raises(ChangeError, match="no policy was set for shop-buy"):
        apply_policy_removal(back, "shop-buy")
    with pytest.raises(PolicyError, match="SELF"):
        apply_policy(access, "shop-buy", Policy("SELF"))


# Modes


def test_a_change_is_for_its_mode(access):
    member = make_key_member(11)
    for change in (
        lambda: apply_certificate(KEY_CHAIN, "org1", ALICE.info, NOW_MS),
        lambda: apply_freeze(KEY_CHAIN, bytes(32)),
        lambda: apply_revocation_list(KEY_CHAIN, revoke_alice().encoded, NOW_MS),
    ):
        with pytest.raises(ChangeError, match="in the mode CERTIFICATE, and this one is in REGISTERED_KEY"):
            change()
    for change in (
        lambda: apply_key(access, RegisteredKey("org1", Role.CLIENT, member.info)),
        lambda: apply_key_removal(access, member.info),
    ):
        with pytest.raises(ChangeError, match="in the mode REGISTERED_KEY, and this one is in CERTIFICATE"):
            change()


def test_a_bundle_is_what_a_chain_takes_in(access):
    organisation = make_organisation("org5")
    bundle = Bundle("org5", "international", organisation.make_trust(), Trust((organisation.root.certificate,)))
    assert apply_trust_root(access, bundle.make_trust_root()).trust_roots[-1] == organisation.make_trust_root()
