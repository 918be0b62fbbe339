"""OpenSSL's command line accepts what we issue, and we accept what it issues, in both suites.

OpenSSL signs and verifies with SM2 under the identifier that it is told; in certificates that is the standard's default. Its version 3
applies the identifier only to the certificate that is verified, so an SM2 path is verified link by link.
"""

import shutil
import ssl
import subprocess
import time

import pytest

from minichain.crypto.key_encoding import compute_public_key
from minichain.crypto.key_files import read_private_key, write_private_key
from minichain.crypto.pem import decode_pem
from minichain.identity import algorithms, foreign
from minichain.identity.algorithms import get_public_key
from minichain.identity.bundle import format_certificate, format_list
from minichain.identity.certificate import decode_certificate
from minichain.identity.errors import RevokedError
from minichain.identity.names import SHORT_NAMES, make_name
from minichain.identity.organisations import create_intermediate, create_root, issue_for_tls, publish, revoke
from minichain.identity.paths import Trust, find_path
from minichain.identity.revocation import is_signed_by
from minichain.identity.revocation_list import Reason, decode_revocation_list
from minichain.identity.roles import Role
from tests.identity.conftest import DAY_MS, NOW_MS, make_key
from tests.identity.documents import make_certificate

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the program openssl is not installed")

IDENTIFIER = "distid:1234567812345678"
OPTIONS = {"international": [], "national": ["-vfyopt", IDENTIFIER]}
AT = ["-attime", str(NOW_MS // 1000)]


def run(*command, code=0):
    done = subprocess.run(["openssl", *map(str, command)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def issued(org1, tmp_path):
    """The files of an organisation with a member, and the member's certificate."""
    leaf, _ = org1.issue("爱丽丝", Role.ADMIN)
    for name, certificate in (("root", org1.root.certificate), ("middle", org1.intermediate.certificate), ("leaf", leaf)):
        (tmp_path / f"{name}.pem").write_text(format_certificate(certificate))
    return org1, leaf, tmp_path


# What we issue


def test_openssl_verifies_what_we_issue(issued):
    organisation, _, folder = issued
    strict = ["verify", "-x509_strict", *OPTIONS[organisation.suite_name], *AT]
    if organisation.suite_name == "international":
        run(*strict, "-check_ss_sig", "-CAfile", folder / "root.pem", "-untrusted", folder / "middle.pem", folder / "leaf.pem")
    run(*strict, "-CAfile", folder / "root.pem", folder / "middle.pem")
    run(*strict, "-partial_chain", "-trusted", folder / "middle.pem", folder / "leaf.pem")


def test_openssl_refuses_what_was_changed(issued):
    organisation, leaf, folder = issued
    changed = decode_certificate(leaf.encoded.replace(b"admin", b"adman"))
    (folder / "changed.pem").write_text(format_certificate(changed))
    options = [*OPTIONS[organisation.suite_name], *AT, "-partial_chain", "-trusted", folder / "middle.pem"]
    assert "signature failure" in run("verify", *options, folder / "changed.pem", code=2)


def test_openssl_reads_what_we_wrote(issued):
    organisation, leaf, folder = issued
    text = run("x509", "-in", folder / "leaf.pem", "-noout", "-text", "-nameopt", "utf8,sep_comma_plus_space")
    for words in (
        "O=org1, OU=admin, CN=爱丽丝",
        "Issuer: O=org1, OU=intermediate, CN=ca1.org1",
        "Version: 3 (0x2)",
        f"{leaf.serial:040x}"[:2],
        "Basic Constraints: critical\n                CA:FALSE",
        "Key Usage: critical\n                Digital Signature",
        {"international": "Signature Algorithm: ED25519", "national": "Signature Algorithm: SM2-with-SM3"}[organisation.suite_name],
    ):
        assert words in text
    root = run("x509", "-in", folder / "root.pem", "-noout", "-text")
    assert "CA:TRUE, pathlen:1" in root and "Certificate Sign, CRL Sign" in root


def test_attributes_are_abbreviated_as_openssl_does(tmp_path):
    subject = make_name([(kind, "CN") for kind in SHORT_NAMES])
    (tmp_path / "certificate.pem").write_text(format_certificate(make_certificate(subject=subject.encoded)))
    text = run("x509", "-in", tmp_path / "certificate.pem", "-noout", "-subject", "-nameopt", "sname,utf8,sep_comma_plus_space")
    assert text.strip() == f"subject={subject}"


def test_openssl_reads_and_believes_our_lists(issued):
    organisation, leaf, folder = issued
    of_root = publish(organisation.root, None, {}, NOW_MS, 30)
    of_middle = revoke(organisation.intermediate, None, {leaf.serial: Reason.KEY_COMPROMISE}, NOW_MS)
    (folder / "root.crl").write_text(format_list(of_root))
    (folder / "middle.crl").write_text(format_list(of_middle))
    text = run("crl", "-in", folder / "middle.crl", "-noout", "-text")
    assert f"{leaf.serial:X}" in text and "Key Compromise" in text and "CRL Number: \n                1" in text
    if organisation.suite_name == "international":
        assert "verify OK" in run("crl", "-in", folder / "middle.crl", "-noout", "-CAfile", folder / "middle.pem")
        lists = ["-crl_check_all", "-CRLfile", folder / "root.crl", "-CRLfile", folder / "middle.crl"]
        chain = ["-CAfile", folder / "root.pem", "-untrusted", folder / "middle.pem"]
        assert "certificate revoked" in run("verify", *AT, *lists, *chain, folder / "leaf.pem", code=2)
    else:  # the command `crl` cannot be told the identifier
        (folder / "signed").write_bytes(of_middle.signed_part)
        (folder / "signature").write_bytes(of_middle.signature)
        (folder / "key.pem").write_text(run("x509", "-in", folder / "middle.pem", "-noout", "-pubkey"))
        options = ["-rawin", "-digest", "sm3", "-pkeyopt", IDENTIFIER, "-sigfile", folder / "signature"]
        assert "Verified Successfully" in run(
            "pkeyutl", "-verify", "-pubin", "-inkey", folder / "key.pem", "-in", folder / "signed", *options
        )


def test_a_connection_of_tls_is_made_with_what_we_issue(tmp_path):
    """Python's ssl, on OpenSSL, in both directions: the server is named, the client shows its own certificate."""
    at_ms = time.time_ns() // 1_000_000 - DAY_MS  # ssl looks at the clock
    root = create_root("org1", make_key("tls", 1), at_ms)
    middle = create_intermediate(root, "org1", make_key("tls", 2), at_ms)
    contexts = {}
    for name, role, hosts in (("node1", Role.CONSENSUS, ("node1.example",)), ("alice", Role.CLIENT, ())):
        key = make_key("tls", 10 + role)
        leaf = issue_for_tls(middle, "org1", name, role, compute_public_key(key), hosts, at_ms)
        (tmp_path / f"{name}.pem").write_text(format_certificate(leaf) + format_certificate(middle.certificate))
        write_private_key(tmp_path / f"{name}.key", key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if hosts else ssl.PROTOCOL_TLS_CLIENT)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(tmp_path / f"{name}.pem", tmp_path / f"{name}.key")
        context.load_verify_locations(cadata=format_certificate(root.certificate))
        contexts[name] = context
    assert shake_hands(contexts["node1"], contexts["alice"]) == "alice"


def shake_hands(server_context, client_context):
    """Return the common name in the certificate that the server saw. The handshake runs in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    client = client_context.wrap_bio(to_client, to_server, server_hostname="node1.example")
    for _ in range(10):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return dict(each[0] for each in server.getpeercert()["subject"])["commonName"]


# What OpenSSL issues

SETTINGS = """
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[member]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[authority]
database = {folder}/index.txt
crlnumber = {folder}/number
default_md = {digest}
default_crl_days = 30
crl_extensions = list
[list]
authorityKeyIdentifier = keyid
"""
KEYS = {
    "international": (["genpkey", "-algorithm", "ed25519"], [], "default"),
    "national": (["genpkey", "-algorithm", "ec", "-pkeyopt", "ec_paramgen_curve:SM2"], ["-sm3", "-sigopt", IDENTIFIER], "sm3"),
    "tls": (["genpkey", "-algorithm", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], ["-sha256"], "sha256"),
    "rsa": (["genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048"], ["-sha256"], "sha256"),
}


@pytest.fixture(params=["international", "national", "tls", "rsa"])
def theirs(request, tmp_path):
    """A root and a member by OpenSSL: the kind of key, their certificates, the folder."""
    generate, digest, default = KEYS[request.param]
    settings = tmp_path / "settings"
    settings.write_text(SETTINGS.format(folder=tmp_path, digest=default))
    subject = ["-utf8", "-subj", "/O=org1/OU=root/CN=根证书"]
    for name in ("ca", "member"):
        run(*generate, "-out", tmp_path / f"{name}.key")
    run(
        "req",
        "-x509",
        "-config",
        settings,
        "-extensions",
        "ca",
        *subject,
        *digest,
        "-key",
        tmp_path / "ca.key",
        "-out",
        tmp_path / "ca.pem",
    )
    request_options = ["-config", settings, "-utf8", "-subj", "/O=org1/OU=client/CN=bob", *digest]
    run("req", "-new", *request_options, "-key", tmp_path / "member.key", "-out", tmp_path / "request.pem")
    signing = ["-CA", tmp_path / "ca.pem", "-CAkey", tmp_path / "ca.key", "-CAcreateserial", "-extfile", settings, "-extensions", "member"]
    verifying = ["-vfyopt", IDENTIFIER] if request.param == "national" else []
    run("x509", "-req", "-in", tmp_path / "request.pem", *verifying, *signing, *digest, "-days", "30", "-out", tmp_path / "member.pem")
    ca, member = (decode_certificate(decode_pem((tmp_path / f"{name}.pem").read_text())[0].data) for name in ("ca", "member"))
    return request.param, ca, member, tmp_path


def make_trust(kind, ca, **changes):
    return Trust((ca,), verify=foreign.verify if kind == "rsa" else algorithms.verify, **changes)


def test_we_verify_what_openssl_issues(theirs):
    kind, ca, member, folder = theirs
    at_ms = member.not_before_ms
    assert find_path(member, make_trust(kind, ca), at_ms) == (member,)
    assert (str(ca.subject), str(member.subject)) == ("O=org1, OU=root, CN=根证书", "O=org1, OU=client, CN=bob")
    if kind != "rsa":
        assert compute_public_key(read_private_key(folder / "member.key")) == get_public_key(member.public_key_info)


def test_we_believe_the_lists_that_openssl_makes(theirs):
    kind, ca, member, folder = theirs
    (folder / "index.txt").touch()
    (folder / "number").write_text("2A\n")
    authority = ["-config", folder / "settings", "-name", "authority", "-cert", folder / "ca.pem", "-keyfile", folder / "ca.key"]
    sigopt = ["-sigopt", IDENTIFIER] if kind == "national" else []
    run("ca", *authority, *sigopt, "-revoke", folder / "member.pem", "-crl_reason", "superseded")
    run("ca", *authority, *sigopt, "-gencrl", "-out", folder / "list.pem")
    made = decode_revocation_list(decode_pem((folder / "list.pem").read_text())[0].data)
    assert made.number == 0x2A
    assert [(each.serial, each.reason) for each in made.entries.values()] == [(member.serial, Reason.SUPERSEDED)]
    assert is_signed_by(made, ca.public_key_info, make_trust(kind, ca).verify)
    with pytest.raises(RevokedError, match="superseded"):
        find_path(member, make_trust(kind, ca, lists=(made,)), member.not_before_ms)
