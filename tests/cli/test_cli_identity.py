"""`minichain identity` as a person uses it: what it makes, what it prints, and what it would never do."""

import io
import json
import re
import ssl
import stat
import sys
from dataclasses import dataclass

import pytest

from minichain.cli import identity, main
from minichain.crypto.key_encoding import compute_public_key
from minichain.crypto.key_files import read_private_key
from minichain.crypto.pem import decode_pem
from minichain.identity.access import AccessControl
from minichain.identity.bundle import parse_bundle
from minichain.identity.certificate import decode_certificate
from minichain.identity.member import Member, MemberKind
from minichain.identity.roles import Mode, Role


@dataclass
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Return a function that runs `minichain identity` with arguments, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run_command(*arguments, code=0, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["minichain", "identity", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ending:
            main()
        captured = capsys.readouterr()
        outcome = Outcome(ending.value.code or 0, captured.out, captured.err)
        assert outcome.code == code, outcome
        return outcome

    return run_command


@pytest.fixture
def made(run, tmp_path):
    """An organisation with a client and a node."""
    run("create", "org1")
    run("issue", "org1", "alice", "--role", "client")
    run("issue", "org1", "node1", "--role", "consensus", "--host", "node1.example", "--host", "10.0.0.7")
    return tmp_path / "org1"


def read_certificate(path):
    return decode_certificate(decode_pem(path.read_text())[0].data)


def assert_refused(outcome, *words):
    assert outcome.code == 2 and outcome.out == ""
    assert outcome.err.startswith("error: ") and outcome.err.count("\n") == 1
    for word in words:
        assert word in outcome.err


def test_help_teaches(run):
    text = run("--help").out
    assert all(command in text for command in ("create", "issue", "renew", "revoke", "inspect", "export"))
    assert "never printed" in text
    for command in ("create", "issue", "renew", "revoke", "inspect", "export"):
        assert f"minichain identity {command} " in run(command, "--help").out


def test_an_organisation_and_its_members_are_those_of_a_chain(run, made):
    bundle = parse_bundle(run("export", "org1").out)
    access = AccessControl(Mode.CERTIFICATE, bundle.suite_name, (bundle.make_trust_root(),))
    now_ms = identity.get_time_ms()
    for name, role in (("alice", Role.CLIENT), ("node1", Role.CONSENSUS)):
        certificate = read_certificate(made / "members" / name / "sign.crt")
        assert access.identify(Member("org1", MemberKind.CERT, certificate.encoded), now_ms).role is role
        for kind in ("sign", "tls"):
            key = read_private_key(made / "members" / name / f"{kind}.key")
            assert compute_public_key(key) == read_certificate(made / "members" / name / f"{kind}.crt").public_key
    assert read_certificate(made / "members" / "node1" / "tls.crt").says.alternative_names == ("node1.example", "10.0.0.7")


def test_the_national_suite(run, tmp_path):
    created = run("create", "banks/org2", "--suite", "national")
    assert "signs with sm2" in created.out
    assert created.err == "note: no maintained library offers sm2: MiniChain computes it itself, not in constant time\n" or not created.err
    run("issue", "banks/org2", "小明", "--role", "admin")
    assert read_certificate(tmp_path / "banks/org2/members/小明/sign.crt").public_key.scheme == "sm2"
    assert read_certificate(tmp_path / "banks/org2/members/小明/tls.crt").public_key.scheme == "ecdsa-p256"
    assert parse_bundle(run("export", "banks/org2").out).suite_name == "national"
    assert "sm2" in run("inspect", "banks/org2/members/小明/sign.crt").out


def test_private_keys_are_for_their_owner_only_and_never_printed(run, made):
    keys = sorted(made.rglob("*.key"))
    assert len(keys) == 8
    outputs = "".join(
        run(*arguments, code=code).out
        for arguments, code in (
            (("export", "org1"), 0),
            (("inspect", *map(str, made.rglob("*.crt"))), 0),
            (("issue", "org1", "bob", "--role", "light"), 0),
            (("renew", "org1", "bob"), 0),
            (("revoke", "org1", "alice"), 0),
        )
    )
    for path in keys:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        secret = read_private_key(path).secret
        assert secret.hex() not in outputs and path.read_text().splitlines()[1] not in outputs
    assert "PRIVATE" not in outputs
    for path in made.rglob("*.crt"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_nothing_is_overwritten(run, made):
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    assert_refused(run("create", "org1", code=2), "org1 exists already")
    assert_refused(run("issue", "org1", "alice", "--role", "admin", code=2), "alice exists already")
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


def test_what_fails_leaves_nothing_behind(run, made, tmp_path):
    for arguments in (
        ("issue", "org1", "bob", "--role", "client", "--host", "a b"),
        ("issue", "org1", "node2", "--role", "common", "--host", "knöten.example"),
        ("create", "org3", "--suite", "regional"),
    ):
        assert_refused(run(*arguments, code=2))
    assert sorted(path.name for path in (made / "members").iterdir()) == ["alice", "node1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["org1"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("issue", "org9", "bob", "--role", "client"), "org9 is no organisation"),
        (("issue", "org1", "bob", "--role", "boss"), "no role is called 'boss'"),
        (("issue", "org1", "bob", "--role", "common"), "give a --host"),
        (("issue", "org1", "../bob", "--role", "client"), "not '../bob'"),
        (("issue", "org1", "a..b", "--role", "client"), "not 'a..b'"),
        (("issue", "org1", "x" * 55, "--role", "client"), "at most 54"),
        (("issue", "org1", ".bob", "--role", "client"), "not '.bob'"),
        (("issue", "org1", "bob.", "--role", "client"), "not 'bob.'"),
        (("create", "a b"), "an organisation is called by"),
        (("revoke", "org1", "carol"), "carol is no member of org1"),
        (("revoke", "org1", "alice", "--reason", "boredom"), "'boredom' is no reason"),
        (("renew", "org1", "carol"), "carol is no member of org1"),
        (("inspect", "nowhere.crt"), "cannot read nowhere.crt"),
        (("inspect", "org1/ca/root.key"), "keys never"),
        (("inspect", "--trust", "org1/ca/root.crt", "org1/ca/root.crt"), "bundle.content: is not JSON"),
        (("export", "nowhere"), "nowhere is no organisation"),
    ],
)
def test_mistakes_are_told_in_one_line(run, made, arguments, words):
    assert_refused(run(*arguments, code=2), words)


def test_inspect_tells_what_is_no_certificate(run, made, tmp_path):
    for content, words in (
        (b"", "holds no certificate"),
        (b"\x30\x00", "revocationList"),
        (b"\xff\xff", "neither PEM nor DER"),
        (b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "certificate: DER"),
        (b"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n", "revocationList: DER"),
        (b"-----BEGIN CERTIFICATE-----\nMA", "does not end"),
    ):
        (tmp_path / "odd").write_bytes(content)
        assert_refused(run("inspect", "odd", code=2), words)
        assert_refused(run("inspect", "-", code=2, stdin=content), words)


def test_inspect_shows_a_certificate(run, made):
    text = run("inspect", "org1/members/node1/tls.crt").out
    for words in (
        "org1/members/node1/tls.crt: a certificate\n",
        "subject      O=org1, OU=consensus, CN=node1",
        "issuer       O=org1, OU=intermediate, CN=tlsca1.org1",
        "key          ecdsa-p256",
        "signed with  ECDSA with SHA-256",
        "may          sign, TLS server, TLS client",
        "hosts        node1.example, 10.0.0.7",
    ):
        assert words in text
    root = run("inspect", "org1/ca/root.crt").out
    assert (
        "the certificate of an authority" in root and "(itself)" in root and "may          sign certificates, sign revocation lists" in root
    )
    assert "trusted" not in root


def test_inspect_reads_der_and_several_in_one_file(run, made, tmp_path):
    certificate = read_certificate(made / "ca" / "root.crt")
    (tmp_path / "root.der").write_bytes(certificate.encoded)
    assert "CN=ca.org1" in run("inspect", "root.der").out
    (tmp_path / "both.pem").write_text((made / "ca/root.crt").read_text() + (made / "ca/intermediate.crt").read_text())
    assert len(json.loads(run("inspect", "both.pem", "--json").out)) == 2
    run("revoke", "org1", "alice")
    (tmp_path / "list.der").write_bytes(
        ssl.PEM_cert_to_DER_cert((made / "ca/intermediate.crl").read_text().replace("X509 CRL", "CERTIFICATE"))
    )
    assert "a revocation list" in run("inspect", "list.der").out


def test_inspect_judges_by_a_bundle(run, made, tmp_path):
    (tmp_path / "org1.json").write_text(run("export", "org1").out)
    every = [str(path) for path in sorted(made.rglob("*.crt"))]
    text = run("inspect", "--trust", "org1.json", *every).out
    assert text.count("trusted      yes") == len(every) == 8
    run("create", "org2")
    outcome = run("inspect", "--trust", "org1.json", "org2/ca/intermediate.crt", "org2/ca/root.crt", code=1)
    assert outcome.out.count("trusted      no: ") == 2


def test_revocation_reaches_others_with_the_bundle(run, made, tmp_path):
    (tmp_path / "before.json").write_text(run("export", "org1").out)
    told = run("revoke", "org1", "alice", "--reason", "key-compromise").out
    assert "Revoked alice of org1 (key-compromise)" in told and told.count("list number 1") == 2
    (tmp_path / "after.json").write_text(run("export", "org1").out)
    pair = ["org1/members/alice/sign.crt", "org1/members/alice/tls.crt"]
    assert run("inspect", "--trust", "before.json", *pair).out.count("trusted      yes") == 2
    assert run("inspect", "--trust", "after.json", *pair, code=1).out.count("has been revoked by its issuer (key compromise)") == 2
    assert run("inspect", "--trust", "after.json", "org1/members/node1/sign.crt").code == 0
    assert "nothing was changed" in run("revoke", "org1", "alice").out
    assert "list number 2" in run("revoke", "org1", "node1").out
    (described,) = json.loads(run("inspect", "org1/ca/intermediate.crl", "--json", "--trust", "after.json").out)
    assert (described["number"], described["is_trusted"], len(described["revoked"])) == (2, True, 2)
    assert described["revoked"][0]["reason"] == "key compromise"
    assert "revoked      2 certificates" in run("inspect", "org1/ca/intermediate.crl").out
    assert not list(made.rglob(".*"))


def test_a_list_is_judged_too(run, made, tmp_path, monkeypatch):
    (tmp_path / "org1.json").write_text(run("export", "org1").out)
    run("create", "org2")
    run("issue", "org2", "eve", "--role", "client")
    run("revoke", "org2", "eve")
    assert "no authority in the bundle signed it" in run("inspect", "--trust", "org1.json", "org2/ca/intermediate.crl", code=1).out
    run("revoke", "org1", "alice")
    assert run("inspect", "--trust", "org1.json", "org1/ca/intermediate.crl").out.endswith("unspecified\n")
    later = identity.get_time_ms() + 60 * 86_400_000
    monkeypatch.setattr(identity, "get_time_ms", lambda: later)
    stale = run("inspect", "--trust", "org1.json", "org1/ca/intermediate.crl", code=1).out
    assert "(not current)" in stale and "trusted      no: it is not current" in stale


def test_inspect_says_what_time_does(run, made, tmp_path, monkeypatch):
    (tmp_path / "org1.json").write_text(run("export", "org1").out)
    now_ms = identity.get_time_ms()
    monkeypatch.setattr(identity, "get_time_ms", lambda: now_ms + 366 * 86_400_000)
    assert "(expired)" in run("inspect", "org1/members/alice/sign.crt").out
    assert "expired at" in run("inspect", "--trust", "org1.json", "org1/members/alice/sign.crt", code=1).out
    monkeypatch.setattr(identity, "get_time_ms", lambda: now_ms - 86_400_000)
    assert "(not yet)" in run("inspect", "org1/members/alice/sign.crt").out


def test_renewing_keeps_the_old_pair_until_it_is_revoked(run, made):
    old = read_certificate(made / "members/node1/sign.crt")
    told = json.loads(run("renew", "org1", "node1", "--json").out)
    new = read_certificate(made / "members/node1/sign.crt")
    assert new.subject == old.subject and new.public_key != old.public_key
    assert read_certificate(made / "members/node1/tls.crt").says.alternative_names == ("node1.example", "10.0.0.7")
    kept = made.parent / told["old_folder"]
    assert read_certificate(kept / "sign.crt") == old
    text = run("renew", "org1", "alice").out
    command = re.search(r"minichain identity (revoke org1 alice\.[0-9a-f]{8} --reason superseded)", text)[1]
    assert "(superseded)" in run(*command.split()).out
    assert sorted(path.name for path in made.joinpath("members").iterdir())[:1] == ["alice"]


def test_the_root_keys_are_not_needed_again(run, made):
    for path in made.rglob("root.key"):
        path.unlink()
    run("issue", "org1", "bob", "--role", "admin", "--days", "30")
    run("renew", "org1", "bob")
    run("revoke", "org1", "bob")
    run("export", "org1")
    (made / "ca" / "intermediate.key").unlink()
    assert_refused(run("issue", "org1", "carol", "--role", "admin", code=2), "intermediate.key")


def test_everything_can_be_had_as_json(run):
    assert json.loads(run("create", "org1", "--json").out) == {"org_id": "org1", "suite": "international", "folder": "org1"}
    issued = json.loads(run("issue", "org1", "alice", "--role", "CLIENT", "--json").out)
    assert issued == {"org_id": "org1", "name": "alice", "role": "client", "folder": "org1/members/alice"}
    revoked = json.loads(run("revoke", "org1", "alice", "--json").out)
    assert revoked == {
        "org_id": "org1",
        "name": "alice",
        "reason": "unspecified",
        "lists": {"org1/ca/intermediate.crl": 1, "org1/tlsca/intermediate.crl": 1},
    }
    (described,) = json.loads(run("inspect", "--json", "org1/members/alice/sign.crt").out)
    assert described["subject"] == "O=org1, OU=client, CN=alice" and described["uses"] == ["sign"] and "is_trusted" not in described


def test_a_folder_that_cannot_be_written(run, tmp_path):
    (tmp_path / "file").write_text("")
    assert_refused(run("create", "file/org1", code=2), "cannot write in file")
