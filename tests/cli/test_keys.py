"""`minichain key`, run as a shell would."""

import json
import stat
import subprocess
import sys

import pytest
import typer

from minichain.cli import keys, main
from minichain.crypto import key_encryption
from minichain.crypto.key_encoding import compute_public_key
from minichain.crypto.key_files import read_private_key, read_public_key, write_private_key
from minichain.crypto.keys import X25519PrivateKey
from minichain.crypto.signing import SCHEME_NAMES


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Return a function that runs `minichain key` in a folder of its own, with a document in it: (exit code, output, complaint)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(keys.PASSWORD, raising=False)
    monkeypatch.setattr(key_encryption, "ITERATIONS", 1000)
    (tmp_path / "document").write_bytes(b"I owe Bob 3\n")

    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["minichain", "key", *arguments])
        with pytest.raises(SystemExit) as ending:
            main()
        captured = capsys.readouterr()
        return ending.value.code or 0, captured.out, captured.err

    return run_command


def test_help_names_every_command(run):
    _, out, _ = run("--help")
    assert all(command in out for command in ("new", "show", "sign", "verify"))


@pytest.mark.parametrize("scheme", SCHEME_NAMES)
def test_sign_and_verify_with_a_new_pair(run, tmp_path, scheme):
    code, out, _ = run("new", "alice", "--scheme", scheme)
    assert code == 0
    secret = read_private_key("alice.key").secret
    assert secret.hex() not in out
    assert stat.S_IMODE((tmp_path / "alice.key").stat().st_mode) == 0o600
    assert compute_public_key(read_private_key("alice.key")) == read_public_key("alice.pub")
    code, signature, _ = run("sign", "alice.key", "document", "--context", "debts")
    assert code == 0
    (tmp_path / "signature").write_text(signature)
    good = ["alice.pub", "document", "--context", "debts", "--signature", "signature"]
    assert run("verify", *good) == (0, "the signature is right\n", "")
    assert run("verify", "alice.key", *good[1:])[0] == 0
    assert json.loads(run("verify", *good, "--json")[1]) == {"right": True, "scheme": scheme, "context": "debts"}
    (tmp_path / "other").write_bytes(b"I owe Bob 3000\n")
    run("new", "eve", "--scheme", scheme)
    for place, wrong in [(0, "eve.pub"), (1, "other"), (3, "gifts")]:
        code, out, _ = run("verify", *[wrong if index == place else word for index, word in enumerate(good)])
        assert code == 1
        assert out.startswith("the signature is not right")


def test_show_tells_the_same_of_both_files_and_keeps_the_secret(run):
    told = json.loads(run("new", "alice", "--json")[1])
    for name in ("alice.key", "alice.pub"):
        shown = json.loads(run("show", name, "--json")[1])
        assert shown == {field: told[field] for field in ("scheme", "public_key", "fingerprint")}
        _, out, _ = run("show", name)
        assert told["fingerprint"] in out
        assert read_private_key("alice.key").secret.hex() not in out


def test_a_password_from_the_environment_or_typed(run, monkeypatch):
    monkeypatch.setenv(keys.PASSWORD, "correct horse")
    assert run("new", "alice", "--encrypt")[0] == 0
    code, signature, _ = run("sign", "alice.key", "document", "--context", "debts")
    assert code == 0
    monkeypatch.setenv(keys.PASSWORD, "wrong")
    code, out, complaint = run("sign", "alice.key", "document", "--context", "debts")
    assert (code, out, complaint) == (2, "", "error: the password is wrong, or the key file was changed\n")
    monkeypatch.delenv(keys.PASSWORD)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    code, out, complaint = run("sign", "alice.key", "document", "--context", "debts")
    assert (code, out) == (2, "")
    assert "nobody is there to type it; set MINICHAIN_KEY_PASSWORD" in complaint
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    asked = []

    def prompt(text, **options):
        asked.append((text, options["hide_input"], options["confirmation_prompt"]))
        return "correct horse"

    monkeypatch.setattr(typer, "prompt", prompt)
    assert run("sign", "alice.key", "document", "--context", "debts")[1] == signature
    assert run("new", "bob", "--encrypt")[0] == 0
    assert asked == [("Password of alice.key", True, False), ("Password for the new key", True, True)]


@pytest.mark.parametrize("in_the_way", ["alice.key", "alice.pub"])
def test_nothing_is_overwritten_and_no_half_of_a_pair_left(run, tmp_path, in_the_way):
    (tmp_path / in_the_way).write_text("mine")
    code, out, complaint = run("new", "alice")
    assert (code, out) == (2, "")
    assert f"{in_the_way} exists already, and a key file is never overwritten" in complaint
    assert {path.name for path in tmp_path.iterdir()} == {"document", in_the_way}
    assert (tmp_path / in_the_way).read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["new", "alice", "--scheme", "rsa"], "no signature scheme is called 'rsa'"),
        (["new", "absent/alice"], "No such file or directory"),
        (["show", "absent"], "cannot use absent: No such file or directory"),
        (["show", "document"], "there is no block at all"),
        (["sign", "document", "document", "--context", "x"], "there is no block at all"),
        (["sign", "x25519.key", "document", "--context", "x"], "no signature scheme is called 'x25519'"),
        (["verify", "alice.pub", "document", "--context", "x", "--signature", "document"], "document is not a signature in hexadecimal"),
        (["sign", "alice.key", "absent", "--context", "x"], "cannot read absent"),
        (["sign", "alice.key", "document", "--context", ""], "1 to 255 bytes"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(run, tmp_path, arguments, words):
    if arguments[0] != "new":
        run("new", "alice")
    write_private_key(tmp_path / "x25519.key", X25519PrivateKey(bytes(32)))
    code, out, complaint = run(*arguments)
    assert (code, out) == (2, "")
    assert complaint.startswith("error: ")
    assert complaint.count("\n") == 1
    assert words in complaint


def test_openssl_reads_the_pair(run, tmp_path):
    run("new", "alice", "--scheme", "ecdsa-p256")
    try:
        public = subprocess.run(["openssl", "pkey", "-in", "alice.key", "-pubout"], cwd=tmp_path, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("no openssl is on PATH")
    assert public.stdout == (tmp_path / "alice.pub").read_bytes()
