"""The command line is run as a shell would: arguments in, output, one line of complaint and exit code out."""

import hashlib
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.cli import main
from minichain.cli.files import CommandError
from minichain.cli.heads_and_proofs import format_head, format_proof, parse_head, parse_proof
from minichain.crypto.hashing import HASH_NAMES, get_hash
from minichain.crypto.merkle import ConsistencyProof, InclusionProof, TreeHead, compute_head

NAMES = [b"Ada", b"Blaise", "陈".encode(), b"", b"Emmy"]


@dataclass
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Return a function that runs `minichain` with arguments, in a folder with names.txt."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_bytes(b"\n".join(NAMES) + b"\n")

    def run_command(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["minichain", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ending:
            main()
        captured = capsys.readouterr()
        return Outcome(ending.value.code or 0, captured.out, captured.err)

    return run_command


@pytest.fixture
def proven(run, tmp_path):
    """Return the head of names.txt, with a proof for "Blaise" in blaise.json and one for growth from 3 names in growth.json."""
    (tmp_path / "blaise.json").write_text(run("merkle", "prove", "1", "--lines", "names.txt").out)
    (tmp_path / "growth.json").write_text(run("merkle", "consistency", "3", "--lines", "names.txt").out)
    return format_head(compute_head(NAMES))


def assert_refused(outcome, *words):
    """A refusal is exit code 2, nothing on stdout and one line that names what is wrong."""
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: ")
    assert outcome.err.count("\n") == 1
    for word in words:
        assert word in outcome.err


def test_help_names_every_command(run):
    assert all(command in run("--help").out for command in ("hash", "merkle"))
    assert all(command in run("merkle", "--help").out for command in ("root", "prove", "consistency", "verify"))


def test_hash_prints_what_sha256sum_prints(run):
    digest = hashlib.sha256(b"\n".join(NAMES) + b"\n").hexdigest()
    assert run("hash", "names.txt").out == f"{digest}  names.txt\n"


@pytest.mark.parametrize("name", HASH_NAMES)
def test_hash_reads_standard_input_with_every_algorithm(run, name):
    outcome = run("hash", "--algorithm", name, "--json", "-", stdin=b"abc")
    assert json.loads(outcome.out) == [{"file": "-", "algorithm": name, "digest": get_hash(name)(b"abc").hex()}]


def test_hash_reads_a_file_larger_than_one_chunk(run, tmp_path):
    content = bytes(range(256)) * 10_000
    (tmp_path / "large").write_bytes(content)
    assert run("hash", "large").out.split()[0] == hashlib.sha256(content).hexdigest()


def test_root_of_lines_and_root_of_files_are_the_same_tree(run, tmp_path):
    for number, name in enumerate(NAMES):
        (tmp_path / str(number)).write_bytes(name)
    of_lines = run("merkle", "root", "--lines", "names.txt").out
    assert run("merkle", "root", "0", "1", "2", "3", "4").out == of_lines == format_head(compute_head(NAMES)) + "\n"
    assert json.loads(run("merkle", "root", "--json", "--lines", "names.txt").out)["size"] == 5


def test_a_stranger_verifies_an_entry_by_line_or_by_file(run, proven, tmp_path):
    (tmp_path / "entry").write_bytes(b"Blaise")
    for claim in (["--line", "Blaise"], ["--entry", "entry"]):
        outcome = run("merkle", "verify", "blaise.json", "--head", proven, *claim)
        assert (outcome.code, outcome.out) == (0, "the proof holds\n")


def test_a_stranger_refuses_another_entry(run, proven):
    outcome = run("merkle", "verify", "blaise.json", "--head", proven, "--line", "Mallory")
    assert outcome.code == 1
    assert outcome.out.startswith("the proof does not hold: ")
    told = json.loads(run("merkle", "verify", "blaise.json", "--head", proven, "--line", "Mallory", "--json").out)
    assert told["holds"] is False
    assert told["flaw"] in outcome.out


def test_growth_is_verified_against_both_heads(run, proven):
    kept, other = format_head(compute_head(NAMES[:3])), format_head(compute_head([b"Ada", b"Mallory", NAMES[2]]))
    assert run("merkle", "verify", "growth.json", "--head", proven, "--old-head", kept).code == 0
    assert run("merkle", "verify", "growth.json", "--head", proven, "--old-head", other).code == 1
    assert run("merkle", "verify", "growth.json", "--head", other, "--old-head", kept).code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hash", "absent"], ["absent", "No such file"]),
        (["hash", "."], ["Is a directory"]),
        (["hash", "--algorithm", "md5", "names.txt"], ["'md5'", "sha256"]),
        (["merkle", "root", "absent"], ["absent"]),
        (["merkle", "prove", "5", "--lines", "names.txt"], ["entry 5", "5 entries"]),
        (["merkle", "consistency", "0", "names.txt"], ["0 to 1"]),
        (["merkle", "consistency", "6", "--lines", "names.txt"], ["6 to 5"]),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(run, arguments, words):
    assert_refused(run(*arguments), *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--line", "Blaise", "--old-head", "1:00"], ["--line and --old-head"]),
        ([], ["none"]),
        (["--entry", "absent"], ["absent"]),
        (["--old-head", "three:00"], ["SIZE:ROOT"]),
        (["--old-head", "3:xyz"], ["not hexadecimal"]),
        (["--old-head", "3:00"], ["1 bytes", "32"]),
        (["--old-head", f"{'9' * 5000}:00"], ["5000 digits"]),
        (["--old-head", f"3:{'00' * 32}"], ["inclusion proof"]),
        (["--line", "Blaise", "--algorithm", "ripemd160"], ["32 bytes", "20"]),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(run, proven, arguments, words):
    assert_refused(run("merkle", "verify", "blaise.json", "--head", proven, *arguments), *words)


def test_a_consistency_proof_does_not_speak_about_an_entry(run, proven):
    assert_refused(run("merkle", "verify", "growth.json", "--head", proven, "--line", "Ada"), "consistency proof")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "no proof"),
        ('{"leaf_index": 1, "tree_size": 5}', "no proof"),
        ('{"leaf_index": 1, "tree_size": 5, "path": [], "root": ""}', "no proof"),
        ('{"leaf_index": true, "tree_size": 5, "path": []}', "leaf_index is True"),
        ('{"leaf_index": 1, "tree_size": 5.0, "path": []}', "tree_size is 5.0"),
        ('{"leaf_index": 1, "tree_size": 5, "path": "00"}', "path is not a list"),
        ('{"leaf_index": 1, "tree_size": 5, "path": [0]}', "path is not a list"),
        ('{"leaf_index": 1, "tree_size": 5, "path": ["0g"]}', "path[0] is not hexadecimal"),
        ('{"leaf_index": 1, "tree_size": 5, "path": ["00"]}', "path[0] has 1 bytes"),
    ],
)
def test_a_malformed_proof_is_refused(run, proven, tmp_path, text, word):
    (tmp_path / "bad.json").write_text(text)
    assert_refused(run("merkle", "verify", "bad.json", "--head", proven, "--line", "Blaise"), "bad.json", word)


digests = st.binary(min_size=32, max_size=32)
paths = st.lists(digests, max_size=5).map(tuple)
sizes = st.integers(min_value=0)


@given(st.builds(InclusionProof, sizes, sizes, paths) | st.builds(ConsistencyProof, sizes, sizes, paths))
def test_a_proof_is_read_as_it_was_written(proof):
    assert parse_proof(format_proof(proof).encode(), "proof", 32) == proof


@given(st.builds(TreeHead, sizes, digests))
def test_a_head_is_read_as_it_was_written(head):
    assert parse_head(format_head(head), 32) == head


@given(st.binary(max_size=80))
def test_reading_a_strangers_proof_never_fails_otherwise(content):
    with pytest.raises(CommandError):
        parse_proof(content, "proof", 32)


# Learn


def test_learn_fills_a_folder_and_tells_the_progress(run, tmp_path):
    labs = Path(__file__).parents[2] / "labs"
    told = run("learn", "--labs", str(labs), "--no-start", "--json")
    assert told.code == 0
    first = json.loads(told.out)[-1]
    assert (first["change"], first["points"]) == ("new", None)
    assert (tmp_path / first["path"]).is_file()
    again = run("learn", "--labs", str(labs), "--no-start")
    assert again.code == 0
    assert "not begun" in again.out
    assert_refused(run("learn", "--lang", "fr", "--no-start"), "fr", "en and zh")
    assert_refused(run("learn", "--notebooks", str(tmp_path / "nowhere"), "--no-start"), "no notebooks here")
    assert_refused(run("learn", "--labs", str(tmp_path / "nowhere"), "--no-start"), "no such folder")
