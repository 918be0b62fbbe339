"""What an organisation issues, and what it would not."""

import pytest

from minichain.crypto.key_encoding import compute_public_key
from minichain.identity.errors import InvalidPathError, IssueError
from minichain.identity.extensions import CLIENT_AUTHENTICATION, SERVER_AUTHENTICATION, BasicConstraints, KeyUsage, encode_basic_constraints
from minichain.identity.issue import build_certificate, compute_key_id
from minichain.identity.organisations import (
    Authority,
    create_intermediate,
    create_root,
    issue_for_signing,
    issue_for_tls,
    release,
    revoke,
)
from minichain.identity.paths import Trust, find_path
from minichain.identity.revocation_list import Reason
from minichain.identity.roles import Role
from tests.identity.conftest import DAY_MS, NOW_MS, make_key, make_organisation


def make_tls_authority(at_ms=NOW_MS):
    root = create_root("org1", make_key("tls", 1), at_ms)
    return root, create_intermediate(root, "org1", make_key("tls", 2), at_ms)


def test_the_names_say_who_somebody_is(org1):
    assert str(org1.root.certificate.subject) == "O=org1, OU=root, CN=ca.org1"
    assert str(org1.intermediate.certificate.subject) == "O=org1, OU=intermediate, CN=ca1.org1"
    assert str(org1.issue("alice", Role.ADMIN)[0].subject) == "O=org1, OU=admin, CN=alice"
    root, intermediate = make_tls_authority()
    assert (str(root.certificate.subject), str(intermediate.certificate.subject)) == (
        "O=org1, OU=root, CN=tlsca.org1",
        "O=org1, OU=intermediate, CN=tlsca1.org1",
    )


def test_certificates_say_what_the_keys_are_for(org1):
    root, middle, leaf = org1.root.certificate, org1.intermediate.certificate, org1.issue("alice", Role.CLIENT)[0]
    assert root.says.basic_constraints == BasicConstraints(True, 1)
    assert middle.says.basic_constraints == BasicConstraints(True, 0)
    assert leaf.says.basic_constraints == BasicConstraints(False)
    assert root.says.key_usage == middle.says.key_usage == {KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN}
    assert leaf.says.key_usage == {KeyUsage.DIGITAL_SIGNATURE}
    assert root.says.subject_key_id == root.says.authority_key_id == middle.says.authority_key_id != middle.says.subject_key_id
    assert leaf.says.authority_key_id == middle.says.subject_key_id
    assert len({root.serial, middle.serial, leaf.serial}) == 3


def test_how_long_certificates_are_valid():
    organisation = make_organisation("org1")
    start = NOW_MS - DAY_MS
    assert organisation.root.certificate.not_after_ms == start + 3650 * DAY_MS
    assert organisation.intermediate.certificate.not_after_ms == start + 1825 * DAY_MS
    leaf, _ = organisation.issue("alice", Role.CLIENT)
    assert (leaf.not_before_ms, leaf.not_after_ms) == (NOW_MS, NOW_MS + 365 * DAY_MS)
    assert organisation.issue("alice", Role.CLIENT, days=1)[0].not_after_ms == NOW_MS + DAY_MS


def test_nothing_outlives_its_issuer():
    organisation = make_organisation("org1")
    longest, _ = organisation.issue("alice", Role.CLIENT, days=9999)
    assert longest.not_after_ms == organisation.intermediate.certificate.not_after_ms
    for at_ms in (NOW_MS - DAY_MS - 1, NOW_MS + 1825 * DAY_MS):
        with pytest.raises(IssueError, match=f"CN=ca1.org1 is not valid at {at_ms} ms"):
            organisation.issue("alice", Role.CLIENT, at_ms=at_ms)
    with pytest.raises(IssueError, match="not for 0"):
        organisation.issue("alice", Role.CLIENT, days=0)


def test_a_node_answers_and_a_client_only_asks():
    root, authority = make_tls_authority()
    key = compute_public_key(make_key("tls", 3))
    node = issue_for_tls(authority, "org1", "node1", Role.CONSENSUS, key, ("node1.example", "10.0.0.7"), NOW_MS)
    assert str(node.subject) == "O=org1, OU=consensus, CN=node1"
    assert node.says.purposes == (SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION)
    assert node.says.alternative_names == ("node1.example", "10.0.0.7")
    client = issue_for_tls(authority, "org1", "alice", Role.LIGHT, key, (), NOW_MS)
    assert (client.says.purposes, client.says.alternative_names) == ((CLIENT_AUTHENTICATION,), ())
    assert client.says.key_usage == {KeyUsage.DIGITAL_SIGNATURE}
    for leaf in (node, client):
        assert leaf.says.basic_constraints == BasicConstraints(False)
        assert leaf.says.authority_key_id == authority.certificate.says.subject_key_id
        assert leaf.not_after_ms == NOW_MS + 365 * DAY_MS
        assert find_path(leaf, Trust((root.certificate,), (authority.certificate,)), NOW_MS)


def test_hosts_are_for_nodes():
    _, authority = make_tls_authority()
    key = compute_public_key(make_key("tls", 3))
    for role, hosts in ((Role.CONSENSUS, ()), (Role.COMMON, ()), (Role.CLIENT, ("a.example",)), (Role.ADMIN, ("a.example",))):
        with pytest.raises(IssueError, match=f"n1, {role.name.lower()}, has {len(hosts)}"):
            issue_for_tls(authority, "org1", "n1", role, key, hosts, NOW_MS)


def test_keys_are_of_the_right_kind():
    _, tls = make_tls_authority()
    organisation = make_organisation("org1")
    with pytest.raises(IssueError, match="alice has a key of sm2, but the chain of this authority signs with ed25519"):
        issue_for_signing(organisation.intermediate, "org1", "alice", Role.CLIENT, compute_public_key(make_key("national", 1)), NOW_MS)
    with pytest.raises(IssueError, match="P-256 keys, in every suite; alice has one of ed25519"):
        issue_for_tls(tls, "org1", "alice", Role.CLIENT, compute_public_key(make_key("international", 1)), (), NOW_MS)


def test_an_authority_has_the_key_of_its_certificate():
    organisation = make_organisation("org1")
    with pytest.raises(IssueError, match="not the one in the certificate of O=org1, OU=root"):
        Authority(organisation.root.certificate, organisation.intermediate.key)
    assert "secret" not in repr(organisation.root)


@pytest.mark.parametrize("name", ["", "x" * 65, " alice", "alice ", "a\nb", "a\0"])
def test_names_are_printable_and_not_too_long(name):
    organisation = make_organisation("org1")
    with pytest.raises(IssueError, match="the name of the member has 1 to 64 printable characters"):
        organisation.issue(name, Role.CLIENT)
    with pytest.raises(IssueError, match="the name of the organisation"):
        create_root(name, make_key("international", 1), NOW_MS)


def test_the_longest_name():
    assert make_organisation("org1").issue("爱" * 64, Role.CLIENT)[0].subject.attributes[2].value == "爱" * 64


# Revocation


def test_lists_follow_each_other():
    authority = make_organisation("org1").intermediate
    first = revoke(authority, None, {7: Reason.KEY_COMPROMISE}, NOW_MS)
    second = revoke(authority, first, {8: Reason.SUPERSEDED, 9: Reason.UNSPECIFIED}, NOW_MS + DAY_MS, days=7)
    assert (first.number, second.number) == (1, 2)
    assert first.issuer == authority.certificate.subject
    assert first.authority_key_id == authority.certificate.says.subject_key_id
    assert (first.this_update_ms, first.next_update_ms) == (NOW_MS, NOW_MS + 30 * DAY_MS)
    assert (second.this_update_ms, second.next_update_ms) == (NOW_MS + DAY_MS, NOW_MS + 8 * DAY_MS)
    assert [(each.serial, each.revoked_at_ms, each.reason) for each in second.entries.values()] == [
        (7, NOW_MS, Reason.KEY_COMPROMISE),
        (8, NOW_MS + DAY_MS, Reason.SUPERSEDED),
        (9, NOW_MS + DAY_MS, Reason.UNSPECIFIED),
    ]


def test_what_was_revoked_stays_as_it_is_and_a_hold_can_become_final():
    authority = make_organisation("org1").intermediate
    first = revoke(authority, None, {7: Reason.KEY_COMPROMISE, 8: Reason.CERTIFICATE_HOLD}, NOW_MS)
    second = revoke(authority, first, {7: Reason.SUPERSEDED, 8: Reason.KEY_COMPROMISE}, NOW_MS + DAY_MS)
    assert (second.entries[7].reason, second.entries[7].revoked_at_ms) == (Reason.KEY_COMPROMISE, NOW_MS)
    assert (second.entries[8].reason, second.entries[8].revoked_at_ms) == (Reason.KEY_COMPROMISE, NOW_MS + DAY_MS)


def test_only_a_hold_can_be_released():
    authority = make_organisation("org1").intermediate
    first = revoke(authority, None, {7: Reason.KEY_COMPROMISE, 8: Reason.CERTIFICATE_HOLD}, NOW_MS)
    second = release(authority, first, frozenset({8}), NOW_MS + DAY_MS)
    assert (list(second.entries), second.number) == ([7], 2)
    assert second.next_update_ms == NOW_MS + 31 * DAY_MS
    for serial in (7, 9):
        with pytest.raises(IssueError, match=f"{serial:x} is not on hold"):
            release(authority, first, frozenset({serial}), NOW_MS)


def test_the_previous_list_is_the_authoritys_own():
    organisation = make_organisation("org1")
    of_root = revoke(organisation.root, None, {}, NOW_MS)
    with pytest.raises(IssueError, match=r"previous list is of O=org1, OU=root, CN=ca\.org1, not of"):
        revoke(organisation.intermediate, of_root, {}, NOW_MS)


def test_an_authority_whose_certificate_names_no_key_id_has_the_computed_one():
    """Older authorities have none; the ones who check then look for the key's."""
    root = make_organisation("org1").root
    bare = build_certificate(
        serial=1,
        issuer=root.certificate.subject,
        issuer_key=root.key,
        subject=root.certificate.subject,
        public_key=root.certificate.public_key,
        not_before_ms=NOW_MS,
        not_after_ms=NOW_MS + DAY_MS,
        extensions=(encode_basic_constraints(BasicConstraints(True)),),
    )
    below = create_intermediate(Authority(bare, root.key), "org1", make_key("international", 9), NOW_MS)
    assert below.certificate.says.authority_key_id == compute_key_id(root.certificate.public_key)
    newest = revoke(Authority(bare, root.key), None, {}, NOW_MS)
    assert newest.authority_key_id == compute_key_id(root.certificate.public_key)


def test_an_intermediate_cannot_have_another_below():
    organisation = make_organisation("org1")
    third = create_intermediate(organisation.intermediate, "org1-below", make_key("international", 9), NOW_MS)
    leaf = issue_for_signing(third, "org1", "eve", Role.ADMIN, compute_public_key(make_key("international", 10)), NOW_MS)
    trust = Trust((organisation.root.certificate,), (organisation.intermediate.certificate, third.certificate))
    with pytest.raises(InvalidPathError, match="one authority more than the path length allows"):
        find_path(leaf, trust, NOW_MS)
