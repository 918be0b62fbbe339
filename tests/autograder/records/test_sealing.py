"""Seals: whatever is changed in the records is found by who kept one published line, and one score is shown without another."""

import json
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text

from autograder.cli import main
from autograder.errors import AuditError, PathError
from autograder.labs.source import load_lab
from autograder.records import Records
from autograder.records.log import SealLog, StoredSeal
from autograder.sealing import write
from autograder.sealing.audit import audit_records
from autograder.sealing.entries import compute_entry
from autograder.sealing.keys import read_sealing_key, read_signer
from autograder.sealing.proofs import build_proofs, validate_proof
from autograder.sealing.seals import format_seal, parse_seal, read_json, read_seal, sign_seal
from autograder.sealing.write import find_changed, publish, seal_new, seal_regraded
from minichain.crypto.key_encoding import compute_public_key
from minichain.crypto.key_files import write_private_key, write_public_key
from minichain.crypto.signing import get_scheme
from tests.autograder.labs_for_tests import ADD, MUL, hand_in, write_lab
from tests.autograder.records.conftest import make_result

KEY = get_scheme("ed25519").generate_key()
OTHER = get_scheme("ed25519").generate_key()
LEARNERS = ["ada", "bo", "cy", "李雷", "eve"]
PAGES = Path(__file__).parents[3] / "site" / "pages"


class Sealed(NamedTuple):
    records: Records
    log: SealLog
    published: StoredSeal

    def run(self, statement, **values):
        self.records._database.write(lambda connection: connection.execute(text(statement), values))

    def audit(self, published=None, signer=None):
        return audit_records(self.log, published or self.published, signer)

    def list_findings(self):
        return [(finding.kind, finding.learner) for finding in self.audit().findings]


@pytest.fixture
def sealed(records):
    """Two seals: five learners, then one more attempt and two learners."""
    records.save([make_result(learner, score=float(place % 3)) for place, learner in enumerate(LEARNERS)])
    log = SealLog(records)
    seal_new(log, KEY)
    records.save([make_result("ada", arrived=9.0, content="c2"), make_result("flo"), make_result("gus", lab="M")])
    (published,) = seal_new(log, KEY)
    return Sealed(records, log, published)


def test_what_was_sealed_and_left_alone_holds(sealed):
    report = sealed.audit(signer=compute_public_key(KEY))
    assert (report.seals, report.results, report.findings, report.regrades) == (2, 8, [], [])


MORE = """text = replace(text, '"records"\\:5', '"records"\\:6')"""
BETTER = """entry = replace(entry, '"score"\\:', '"score"\\:1')"""
CHANGES = {
    "a changed score": ("UPDATE result SET score = 3.0 WHERE learner = 'bo'", [("changed", "bo")]),
    "a changed score of a cell": ("UPDATE result SET cells = replace(cells, '1.0', '9.0') WHERE learner = 'bo'", [("changed", "bo")]),
    "cells that are none": ("UPDATE result SET cells = '{' WHERE learner = 'bo'", [("changed", "bo")]),
    "a changed arrival": ("UPDATE result SET arrived = 99.0 WHERE learner = 'bo'", [("changed", "bo")]),
    "another time of grading": ("UPDATE result SET graded = 99.0 WHERE learner = 'bo'", [("changed", "bo")]),
    "a forgeable score that passes for another": ("UPDATE result SET walls = '[]' WHERE learner = 'bo'", [("changed", "bo")]),
    "a result under another name": ("UPDATE result SET learner = 'mallory' WHERE learner = 'bo'", [("changed", "mallory")]),
    "a removed row": ("DELETE FROM result WHERE learner = 'bo'", [("removed", "bo")]),
    "a row made void": ("UPDATE result SET status = 'void' WHERE learner = 'bo'", [("removed", "bo")]),
    "a row with voids": ("UPDATE result SET voids = 1 WHERE learner = 'bo'", [("removed", "bo")]),
    "a removed leaf": ("DELETE FROM leaf WHERE seal = 1 AND position = 0", [("root", ""), "added"]),
    "a removed last leaf": ("DELETE FROM leaf WHERE seal = 1 AND position = 4", [("root", ""), "added"]),
    "a truncated chain": ("DELETE FROM seal WHERE number = 2", ["chain", *["root"] * 3]),
    "a chain without its beginning": ("DELETE FROM seal WHERE number = 1", ["chain", *["root"] * 5]),
    "a seal that was changed": (f"UPDATE seal SET {MORE} WHERE number = 1", ["seal", "chain"]),
    "a seal that is none": ("UPDATE seal SET text = '[' WHERE number = 1", ["seal", "chain"]),
    "a signature that is none": ("UPDATE seal SET signature = 'zz' WHERE number = 2", ["seal", "chain"]),
    "an entry that is none": ("UPDATE leaf SET entry = '[' WHERE seal = 2 AND position = 1", ["root", "root", "changed"]),
    "a changed entry": (f"UPDATE leaf SET {BETTER} WHERE seal = 2 AND position = 0", ["root", "changed"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_is_found(sealed, change):
    statement, expected = CHANGES[change]
    sealed.run(statement)
    found = sealed.list_findings()
    assert [each if isinstance(wanted, tuple) else each[0] for each, wanted in zip(found, expected, strict=True)] == expected


def test_a_change_of_score_is_told_with_both_scores(sealed):
    sealed.run("UPDATE result SET score = 3.0 WHERE learner = 'bo'")
    (finding,) = sealed.audit().findings
    assert (finding.lab, finding.text) == ("L", "score 1.0 -> 3.0")


def test_an_added_row_is_found(sealed):
    sealed.records.save([make_result("mallory", score=2.0)])
    assert sealed.list_findings() == [("added", "mallory")]


def test_a_changed_score_with_its_entry_changed_too_is_found(sealed):
    """Who owns the database and not the key makes row and entry agree; the root does not."""
    sealed.run("UPDATE result SET score = 3.0 WHERE learner = 'bo'")
    sealed.run("""UPDATE leaf SET entry = replace(entry, '"score"\\:1.0', '"score"\\:3.0') WHERE entry LIKE '%"bo"%'""")
    assert sealed.list_findings() == [("root", "")]


def test_swapped_salts_and_another_order_are_found(sealed):
    salts = [leaf.salt for leaf in sealed.log.iterate_leaves(1)]
    sealed.run("UPDATE leaf SET salt = :salt WHERE seal = 1 AND position = 0", salt=salts[1])
    sealed.run("UPDATE leaf SET salt = :salt WHERE seal = 1 AND position = 1", salt=salts[0])
    assert sealed.list_findings() == [("root", "")]
    sealed.run("UPDATE leaf SET salt = :salt WHERE seal = 1 AND position = 0", salt=salts[0])
    sealed.run("UPDATE leaf SET salt = :salt WHERE seal = 1 AND position = 1", salt=salts[1])
    assert sealed.list_findings() == []
    for old, new in ((0, 99), (1, 0), (99, 1)):
        sealed.run("UPDATE leaf SET position = :new WHERE seal = 1 AND position = :old", old=old, new=new)
    assert sealed.list_findings() == [("root", "")]


def test_a_leaf_under_a_seal_that_does_not_exist_vouches_for_nothing(sealed):
    sealed.records.save([make_result("mallory", score=2.0)])
    (row,) = [each.row for each in sealed.log.iterate_results("mallory")]
    values = {"id": row.id, "salt": bytes(32), "entry": compute_entry(row)}
    sealed.run("INSERT INTO leaf (seal, position, result, salt, entry) VALUES (9, 0, :id, :salt, :entry)", **values)
    assert sealed.list_findings() == [("root", "mallory")]


def test_a_leaf_that_hides_beside_another_result_is_found(sealed):
    first, second = list(sealed.log.iterate_leaves(1))[:2]
    sealed.run("DELETE FROM result WHERE id = :id", id=first.result)
    sealed.run("UPDATE leaf SET result = :other WHERE seal = 1 AND position = 0", other=second.result)
    assert {kind for kind, _ in sealed.list_findings()} >= {"root", "regrade"}


def test_every_salt_is_new_and_leaves_are_in_no_order_of_people(sealed):
    leaves = [*sealed.log.iterate_leaves(1), *sealed.log.iterate_leaves(2)]
    assert len({leaf.salt for leaf in leaves}) == len(leaves) == 8
    assert all(len(leaf.salt) == 32 for leaf in leaves)
    assert [leaf.result for leaf in leaves[:5]] == sorted(leaf.result for leaf in leaves[:5])


# Regrades


def regrade(sealed, reason="appeal of 3 May"):
    changed = [make_result("bo", score=2.0), make_result("cy", score=2.0)]
    sealed.records.save(changed)
    (stored,) = seal_regraded(sealed.log, KEY, find_changed(sealed.log), reason)
    return sealed._replace(published=stored)


def test_a_recorded_regrade_holds_and_is_told_with_its_reason(sealed):
    after = regrade(sealed)
    report = after.audit()
    assert report.findings == []
    told = sorted(
        (each.seal, each.learner, re.sub(r"graded [\d.]+ -> [\d.]+(; )?", "", each.text), each.reason) for each in report.regrades
    )
    assert told == [(3, "bo", "score 1.0 -> 2.0; cells b", "appeal of 3 May"), (3, "cy", "", "appeal of 3 May")]
    assert read_seal(after.published).regrades == 2


def test_a_score_that_was_changed_by_hand_is_not_covered_up_by_the_next_batch(sealed):
    sealed.run("UPDATE result SET score = 3.0 WHERE learner = 'bo'")
    sealed.records.save([make_result("new")])
    (stored,) = seal_new(sealed.log, KEY)
    assert read_seal(stored).records == 1
    assert [(each.kind, each.learner) for each in sealed.audit(stored).findings] == [("changed", "bo")]


def test_a_regrade_names_what_it_replaces_or_is_found(sealed):
    after = regrade(sealed)
    leaf = next(sealed.log.iterate_leaves(3))
    after.run("DELETE FROM leaf WHERE result = :result AND seal = 1", result=leaf.result)
    assert {finding.kind for finding in after.audit().findings} == {"root", "regrade"}


def test_what_was_not_changed_is_not_sealed_anew(sealed):
    assert find_changed(sealed.log) == []
    ids = [leaf.result for leaf in sealed.log.iterate_leaves(1)]
    assert seal_regraded(sealed.log, KEY, ids, "why") == []
    assert seal_new(sealed.log, KEY) == []


def test_voids_are_sealed_once_they_are_verdicts(records):
    records.save([make_result("ada", status="void", score=None)])
    log = SealLog(records)
    assert seal_new(log, KEY) == []
    records.save([make_result("ada")])
    (stored,) = seal_new(log, KEY)
    assert (read_seal(stored).records, read_seal(stored).regrades) == (1, 0)


# The chain and who signs it


def test_a_forged_signature_is_refused(sealed):
    seal = read_seal(sealed.published)
    for forged in (
        replace(sealed.published, signature="0" * 128),
        replace(sealed.published, signature="zz"),
        replace(sealed.published, text=replace_root(seal)),
        sign_seal(seal, OTHER),
    ):
        with pytest.raises(AuditError, match="seal 2"):
            sealed.audit(forged)


def replace_root(seal):
    return replace(seal, root="0" * 64).text


def test_a_seal_of_another_key_is_no_seal_of_these_records(sealed):
    public = compute_public_key(OTHER)
    forged = sign_seal(replace(read_seal(sealed.published), public_key=public.data.hex()), OTHER)
    with pytest.raises(AuditError, match="signed with another key"):
        sealed.audit(forged, signer=compute_public_key(KEY))
    assert ("chain", "") in [(each.kind, each.learner) for each in sealed.audit(forged).findings]
    sealed.records.save([make_result("new")])
    with pytest.raises(AuditError, match="signed with another key"):
        seal_new(sealed.log, OTHER)


def test_the_owner_of_the_key_cannot_write_a_published_past_anew(sealed, tmp_path):
    """All of it is made again with one score changed: consistent in itself, and not what was published."""
    kept = sealed.published
    sealed.run("DELETE FROM leaf")
    sealed.run("DELETE FROM seal")
    sealed.run("UPDATE result SET score = 3.0 WHERE learner = 'bo'")
    (new,) = seal_new(sealed.log, KEY)
    assert sealed.audit(new).findings == []
    assert [(each.kind, each.learner) for each in sealed.audit(kept).findings] == [("chain", "")]


def test_an_older_published_seal_still_binds_and_what_follows_is_checked_too(sealed):
    first = sealed.log.get_seals()[0]
    assert sealed.audit(first).findings == []
    sealed.run("UPDATE result SET score = 3.0 WHERE learner = 'flo'")
    assert [each.learner for each in sealed.audit(first).findings] == ["flo"]


def test_a_large_batch_gets_several_seals(records, monkeypatch):
    monkeypatch.setattr(write, "LARGEST_SEAL", 7)
    records.save([make_result(f"learner-{number}") for number in range(20)])
    made = seal_new(SealLog(records), KEY)
    assert [read_seal(stored).records for stored in made] == [7, 7, 6]
    report = audit_records(SealLog(records), made[-1])
    assert (report.findings, report.results, report.seals) == ([], 20, 3)


def test_two_batches_that_are_sealed_at_once_make_one_chain(place, monkeypatch):
    monkeypatch.setattr(write, "LARGEST_SEAL", 5)

    def work(number):
        with Records(place) as store:
            store.save([make_result(f"{number}-{each}") for each in range(20)])
            return seal_new(SealLog(store), KEY)

    with ThreadPoolExecutor(4) as threads:
        made = [stored for each in threads.map(work, range(4)) for stored in each]
    with Records(place) as store:
        stored = SealLog(store).get_seals()
        assert sorted(each.number for each in made) == [each.number for each in stored] == list(range(1, len(stored) + 1))
        report = audit_records(SealLog(store), stored[-1])
        assert (report.findings, report.results) == ([], 80)


@pytest.mark.parametrize("scheme", ["sm2", "ecdsa-secp256k1"])
def test_any_scheme_seals(records, scheme):
    key = get_scheme(scheme).generate_key()
    records.save([make_result()])
    (stored,) = seal_new(SealLog(records), key)
    assert audit_records(SealLog(records), stored, compute_public_key(key)).findings == []


# Proofs


def test_a_proof_shows_one_score_and_nobody_elses(sealed):
    (proof,) = build_proofs(sealed.log, "bo", sealed.published)
    record, seal = validate_proof(json.loads(json.dumps(proof)), sealed.published, compute_public_key(KEY))
    assert (record["learner"], record["score"], seal.number) == ("bo", 1.0, 1)
    told = json.dumps(proof, ensure_ascii=False)
    assert "bo" in told and not any(other in told for other in ("cy", "eve", "flo", "gus", "\\u674e"))
    leaves = [leaf for number in (1, 2) for leaf in sealed.log.iterate_leaves(number)]
    others = [leaf for leaf in leaves if json.loads(leaf.entry)["record"]["learner"] != "bo"]
    assert len(others) == 7
    assert not any(leaf.salt.hex() in told or leaf.entry in told for leaf in others)


def test_every_score_has_a_proof_and_a_regrade_has_a_new_one(sealed):
    after = regrade(sealed)
    for learner in (*LEARNERS, "flo", "gus"):
        for proof in build_proofs(after.log, learner, after.published):
            assert validate_proof(proof, after.published)[0]["learner"] == learner
    (before,) = build_proofs(after.log, "bo", sealed.published)
    (now,) = build_proofs(after.log, "bo", after.published)
    assert [validate_proof(before, sealed.published)[0]["score"], validate_proof(now, after.published)[0]["score"]] == [1.0, 2.0]
    assert len(build_proofs(after.log, "ada", after.published)) == 2


def test_the_proof_of_another_proves_nothing_of_mine(sealed):
    (mine,), (theirs,) = (build_proofs(sealed.log, name, sealed.published) for name in ("bo", "cy"))
    better = mine["entry"].replace('"score":1.0', '"score":2.0')
    assert better != mine["entry"]
    for forged in (
        {**mine, "entry": better},
        {**mine, "entry": theirs["entry"]},
        {**mine, "salt": theirs["salt"]},
        {**mine, "index": theirs["index"]},
        {**mine, "path": theirs["path"]},
        {**mine, "path": mine["path"][:-1]},
        {**mine, "path": [*mine["path"], mine["path"][0]]},
    ):
        with pytest.raises(AuditError, match="is not under seal 1"):
            validate_proof(forged, sealed.published)


NO_PROOFS = [("format", "x"), ("entry", 5), ("salt", ""), ("salt", "zz"), ("index", "0"), ("index", True), ("index", 10**30), ("index", -1)]


@pytest.mark.parametrize(("name", "value"), [*NO_PROOFS, ("path", 3), ("path", ["zz"]), ("seals", []), ("seals", [1])])
def test_what_is_no_proof_is_refused_in_one_line(sealed, name, value):
    (proof,) = build_proofs(sealed.log, "bo", sealed.published)
    with pytest.raises(AuditError) as error:
        validate_proof({**proof, name: value}, sealed.published)
    assert "\n" not in str(error.value)
    for broken in (None, [], "x", {}):
        with pytest.raises(AuditError):
            validate_proof(broken, sealed.published)


def test_a_proof_leads_to_the_published_seal_through_every_seal_between(sealed):
    (proof,) = build_proofs(sealed.log, "bo", sealed.published)
    first, second = proof["seals"]
    for seals in ([first], [second], [second, first], [first, first, second]):
        with pytest.raises(AuditError):
            validate_proof({**proof, "seals": seals}, sealed.published)
    with pytest.raises(AuditError, match="leads to another seal"):
        validate_proof(proof, sealed.log.get_seals()[0])


# Keys and files


def test_a_key_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "grading.key"
    write_private_key(path, KEY)
    assert read_sealing_key(path) == KEY
    for mode in (0o640, 0o604, 0o644, 0o620, 0o666):
        path.chmod(mode)
        with pytest.raises(PathError, match=f"others can read or change this key \\(its mode is {mode:o}\\); run: chmod 600"):
            read_sealing_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666, "what belongs to the operator is not changed"


def test_keys_with_passwords_and_files_that_are_no_keys(tmp_path, monkeypatch):
    path = tmp_path / "grading.key"
    write_private_key(path, KEY, b"secret")
    monkeypatch.delenv("MINICHAIN_KEY_PASSWORD", raising=False)
    with pytest.raises(PathError, match="set MINICHAIN_KEY_PASSWORD"):
        read_sealing_key(path)
    monkeypatch.setenv("MINICHAIN_KEY_PASSWORD", "wrong")
    with pytest.raises(PathError, match="no private key that can be used"):
        read_sealing_key(path)
    monkeypatch.setenv("MINICHAIN_KEY_PASSWORD", "secret")
    assert read_sealing_key(path) == KEY
    with pytest.raises(PathError, match="minichain key new NAME makes one"):
        read_sealing_key(tmp_path / "none")
    with pytest.raises(PathError, match="no public key"):
        read_signer(path)


def test_seals_are_published_once_and_never_over_another(sealed, tmp_path):
    paths = publish(sealed.log, tmp_path)
    assert [path.name for path in paths] == ["000001.json", "000002.json"]
    assert parse_seal(read_json(paths[1])) == sealed.published
    assert publish(sealed.log, tmp_path) == []
    paths[1].write_text(json.dumps(format_seal(sign_seal(replace(read_seal(sealed.published), records=9), KEY))))
    with pytest.raises(AuditError, match="not the seal 2 of"):
        publish(sealed.log, tmp_path)


# The commands


@pytest.fixture
def call(monkeypatch, capsys):
    def call_main(*arguments):
        monkeypatch.setattr(sys, "argv", ["autograder", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return subprocess.CompletedProcess(arguments, ended.value.code or 0, *capsys.readouterr())

    return call_main


@pytest.fixture
def course(tmp_path):
    """A course of two, graded by hand into its records, with a key."""
    lab = load_lab(write_lab(tmp_path / "labs"))
    hand_in(tmp_path / "course" / "submitted", lab, "ada", {"add": ADD, "mul": MUL})
    write_private_key(tmp_path / "grading.key", KEY)
    write_public_key(tmp_path / "grading.pub", compute_public_key(KEY))
    with Records(tmp_path / "course" / "records.db") as store:
        store.save([make_result(learner, lab="00-sums") for learner in ("ada", "bo")])
    return tmp_path


def test_seal_and_audit_as_the_operator_meets_them(course, call):
    done = call("seal", course / "course", "--key", course / "grading.key")
    root = course / "course" / "seals" / "000001.json"
    assert done.returncode == 0 and f"publish: {root}" in done.stderr
    assert KEY.secret.hex() not in root.read_text()
    good = call("audit", course / "course", "--root", root, "--signer", course / "grading.pub")
    assert (good.returncode, good.stdout) == (
        0,
        "2 results, 1 seals, 0 recorded regrades: no score changed outside a recorded regrade\n",
    )
    assert "fingerprint sha256:" in good.stderr
    with Records(course / "course" / "records.db") as store:
        store._database.write(lambda connection: connection.execute(text("UPDATE result SET score = 3.0 WHERE learner = 'bo'")))
    bad = call("audit", course / "course", "--root", root)
    assert bad.returncode == 1
    assert "CHANGED: bo/00-sums: score 2.0 -> 3.0\n" in bad.stdout
    assert json.loads(call("audit", course / "course", "--root", root, "--json").stdout)["findings"][0]["kind"] == "changed"
    again = call("seal", course / "course", "--key", course / "grading.key")
    assert "nothing to seal" in again.stderr, "what was changed by hand stays as it was sealed"
    told = call("seal", course / "course", "--key", course / "grading.key", "--regrade", "a person read it")
    assert "1 results, 1 of them graded again" in told.stderr
    last = call("audit", course / "course", "--root", root.with_name("000002.json"))
    assert last.returncode == 0
    assert "regraded in seal 2: bo/00-sums: score 2.0 -> 3.0 (a person read it)" in last.stdout


def test_a_learner_gets_a_proof_that_a_stranger_checks(course, call, tmp_path):
    call("seal", course / "course", "--key", course / "grading.key")
    root = course / "course" / "seals" / "000001.json"
    made = call("audit", course / "course", "--root", root, "--learner", "ada", "--out", tmp_path / "proofs")
    path = Path(made.stdout.strip())
    assert path == tmp_path / "proofs" / "ada" / "00-sums.json"
    done = call("audit", "--proof", path, "--root", root, "--signer", course / "grading.pub")
    assert done.returncode == 0
    assert done.stdout.startswith("ada has 2 of 3 points in 00-sums\nsealed on ")
    path.write_text(path.read_text().replace('\\"score\\":2.0', '\\"score\\":3.0'))
    forged = call("audit", "--proof", path, "--root", root)
    assert (forged.returncode, forged.stderr.count("\n")) == (2, 1)
    assert "this score is not under seal 1" in forged.stderr


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_program_in_the_guide_checks_a_proof_without_us(course, call, tmp_path, lang):
    call("seal", course / "course", "--key", course / "grading.key")
    root = course / "course" / "seals" / "000001.json"
    call("audit", course / "course", "--root", root, "--learner", "ada", "--out", tmp_path)
    page = (PAGES / lang / "help" / "sealed-scores.md").read_text("utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "check.py").write_text(program)
    proof = tmp_path / "ada" / "00-sums.json"

    def run():
        command = [sys.executable, "-I", tmp_path / "check.py", proof, root]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    good = run()
    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout)["learner"] == "ada"
    proof.write_text(proof.read_text().replace('\\"score\\":2.0', '\\"score\\":3.0'))
    assert run().returncode != 0


def test_a_batch_is_sealed_as_it_is_graded_and_a_second_grading_is_a_regrade(course, call):
    arguments = ("grade", course / "course", "--labs", course / "labs", "--workers", 1, "--seal-key", course / "grading.key")
    (course / "course" / "records.db").unlink()
    assert "publish: " in call(*arguments).stderr
    assert "nothing to seal" in call(*arguments).stderr
    assert "1 results, 1 of them graded again" in call(*arguments, "--again").stderr
    done = call("audit", course / "course", "--root", course / "course" / "seals" / "000002.json")
    assert done.returncode == 0, done.stdout
    assert "graded again by autograder grade" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("seal", "course", "--key", "none.key"), "the key cannot be read"),
        (("seal", "course", "--key", "grading.pub"), "others can read or change this key"),
        (("seal", "course", "--key", "grading.key", "--regrade", " "), "write down why"),
        (("audit", "course", "--root", "none.json"), "cannot be read"),
        (("audit", "course", "--root", "labs/00-sums/lab.py"), "not what was published"),
        (("audit", "--root", "seals.json"), "name the folder that was graded"),
        (("audit", "course", "--root", "seals.json", "--learner", "zoe"), "no result of 'zoe' is under this seal"),
        (("grade", "course", "--labs", "labs", "--seal-key", "none.key"), "the key cannot be read"),
    ],
)
def test_a_mistake_at_the_prompt_is_one_line(course, call, monkeypatch, arguments, words):
    call("seal", course / "course", "--key", course / "grading.key")
    (course / "seals.json").write_bytes((course / "course" / "seals" / "000001.json").read_bytes())
    monkeypatch.chdir(course)
    done = call(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_who_is_forgotten_is_gone_from_the_leaves_and_every_seal_still_holds(sealed):
    assert sealed.records.forget("bo") == {"results": 1, "sealed entries": 1, "decisions": 0, "requests": 0}
    report = sealed.audit()
    assert (report.results, report.forgotten, report.findings) == (7, 1, [])
    entries = [leaf.entry for seal in (1, 2) for leaf in sealed.log.iterate_leaves(seal)]
    assert entries.count("") == 1
    assert not any('"bo"' in entry for entry in entries)
    (proof, _) = build_proofs(sealed.log, "ada", sealed.published)
    assert validate_proof(proof, sealed.published)[0]["learner"] == "ada"
    sealed.run("UPDATE leaf SET salt = :salt WHERE entry = ''", salt=bytes(32))
    assert [kind for kind, _ in sealed.list_findings()] == ["root"]
