"""A folder, a zip and a list of the same class: the same verdicts at the prompt and on a cluster, and what is refused stops nobody."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.labs.source import load_lab
from autograder.records import Records
from tests.autograder.clusters import CHECKOUT, cluster
from tests.autograder.labs_for_tests import ADD, MUL, hand_in, write_lab
from tests.autograder.test_cli_grade import read_objects, run
from tests.autograder.zips import LINK, Entry, write_zip

ANSWERS = {"ada": {"add": ADD, "mul": MUL}, "bo": {"add": ADD}, "cy": {"add": "import os\ndef add(a, b):\n    os._exit(0)", "mul": MUL}}


@pytest.fixture(scope="module")
def labs(tmp_path_factory):
    root = tmp_path_factory.mktemp("labs")
    write_lab(root)
    return root


@pytest.fixture
def folder(labs, tmp_path):
    """A class of three, in a folder; the zip and the list beside it say the same."""
    lab = load_lab(labs / "00-sums")
    lines = []
    with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for learner, answers in ANSWERS.items():
            path = hand_in(tmp_path / "class" / "submitted", lab, learner, answers)
            made.write(path, path.relative_to(tmp_path / "class"))
            lines.append(f"{learner},00-sums,{path.parent.relative_to(tmp_path)}")
    (tmp_path / "class.csv").write_text("learner,lab,path\n" + "\n".join(lines))
    return tmp_path


def grade(labs, source, *more, **options):
    """Grade and return the process, and the verdicts by learner."""
    done = run("grade", source, "--labs", labs, "--json", *more, **options)
    return done, {name: [cell["status"] for cell in entry["cells"][:2]] for name, entry in read_objects(done.stdout).items()}


def read_refused(errors):
    return [each for line in errors.splitlines() if line.startswith("{") and "refused" in (each := json.loads(line))]


def test_a_folder_a_zip_and_a_list_have_the_same_verdicts_and_the_same_records(labs, folder):
    done, expected = grade(labs, folder / "class", "--records", f"sqlite:///{folder}/one.db")
    assert done.returncode == 0 and expected["ada"] == ["passed", "passed"] and expected["cy"] == ["killed", "killed"]
    for source in ("class.zip", "class.csv"):
        done, verdicts = grade(labs, folder / source, "--records", f"sqlite:///{folder}/{source}.db")
        assert (done.returncode, verdicts) == (0, expected), done.stderr
        done, verdicts = grade(labs, folder / source, "--records", f"sqlite:///{folder}/one.db")
        assert "(3 of them recorded before)" in done.stderr and verdicts == expected


@pytest.mark.long
def test_a_list_comes_from_standard_input_too(labs, folder):
    lines = (folder / "class.csv").read_text()
    done, verdicts = grade(labs, "-", input=lines, cwd=folder)
    assert done.returncode == 0 and sorted(verdicts) == ["ada", "bo", "cy"], done.stderr
    assert (folder / "records.db").exists()
    done = run("export", "-", "--labs", labs, input=lines, cwd=folder)
    assert (done.returncode, get_complaints(done)) == (0, [])
    assert sorted(path.parent.parent.name for path in (folder / "autograded").rglob("*.ipynb")) == ["ada", "bo", "cy"]


@pytest.mark.long
def test_a_cluster_grades_a_zip_and_a_list_as_this_machine_does(labs, folder, tmp_path):
    pytest.importorskip("distributed", reason="distributed is not installed (minichain[dask])")
    _, expected = grade(labs, folder / "class")
    with cluster(tmp_path / "cluster") as made:
        for number, (source, *more) in enumerate((["class.zip"], ["class.csv"], ["class.csv", "--shared-folder"])):
            place = f"sqlite:///{folder}/{number}.db"
            done, verdicts = grade(labs, folder / source, "--dask", made.address, "--records", place, *more)
            assert (done.returncode, verdicts) == (0, expected), done.stderr
        done, _ = grade(labs, folder / "class.zip", "--dask", made.address, "--shared-folder")
        assert done.returncode == 2 and "what is in a zip travels" in done.stderr


def test_what_is_refused_in_a_zip_is_told_and_the_rest_is_graded(labs, folder):
    good = (folder / "class" / "submitted" / "ada" / "00-sums" / "00-sums.ipynb").read_bytes()
    entries = [
        Entry("ada/00-sums/00-sums.ipynb", good),
        Entry("bo/00-sums/00-sums.ipynb", b"/etc/passwd", 0, attributes=LINK),
        Entry("cy/00-sums/00-sums.ipynb", bytes(30 * 2**20)),
        Entry("di/00-sums/work.zip", b"PK"),
        Entry("ed/00-sums/00-sums.ipynb", good),
        Entry("ed/00-sums/shortcut.csv", b"/etc/passwd", 0, attributes=LINK),
        Entry("../../eve/00-sums.ipynb", good),
    ]
    write_zip(folder / "hostile.zip", entries)
    done, verdicts = grade(labs, folder / "hostile.zip")
    assert done.returncode == 1
    assert verdicts["ada"] == verdicts["ed"] == ["passed", "passed"]
    assert set(verdicts) == {"ada", "bo", "cy", "di", "ed"}
    entries = read_objects(done.stdout)
    assert [(entries[name]["status"], entries[name]["score"]) for name in ("bo", "cy", "di")] == [("unreadable", None)] * 3
    rules = {
        "bo": "hostile.zip: bo/00-sums/00-sums.ipynb: it is a symbolic link",
        "cy": "hostile.zip: cy/00-sums/00-sums.ipynb: it grows to more than 100 times its size: a bomb",
        "di": "hostile.zip: di/00-sums/work.zip: an archive in an archive is not opened",
        "ed": "hostile.zip: ed/00-sums/shortcut.csv: it is a symbolic link",
        None: "hostile.zip: ../../eve/00-sums.ipynb: its name leads out of the archive (..); nobody's work was found in it",
    }
    assert {each.get("learner"): each["refused"] for each in read_refused(done.stderr)} == rules
    unreadable = [line for line in done.stderr.splitlines() if line.startswith("unreadable: ")]
    assert sorted(unreadable) == [f"unreadable: {name}/00-sums: the notebook cannot be read: {rules[name]}" for name in ("bo", "cy", "di")]
    again, verdicts = grade(labs, folder / "hostile.zip")
    assert "(5 of them recorded before)" in again.stderr and again.returncode == 1 and "unreadable: cy" in again.stderr


def test_lines_of_a_list_that_are_refused_are_told_and_the_rest_is_graded(labs, folder):
    lines = (folder / "class.csv").read_text().splitlines()
    (folder / "class.csv").write_text("\n".join([*lines[:2], "eve,00-sums,../secret", "bo,99-none,class/submitted/bo/00-sums", *lines[2:]]))
    done, verdicts = grade(labs, folder / "class.csv")
    assert done.returncode == 1 and sorted(verdicts) == ["ada", "bo", "cy"]
    (refused,) = read_refused(done.stderr)
    assert refused["refused"].startswith("class.csv: line 3: the path '../secret' holds '..'")
    assert "no lab '99-none': 1 submission(s) were not graded" in done.stderr


def test_of_very_many_refused_lines_a_person_reads_some_and_how_many_more_and_a_program_all(labs, folder):
    (folder / "class.csv").write_text("ada,00-sums,class/submitted/ada/00-sums\n" + "eve,00-sums,../secret\n" * 130)
    done = run("grade", folder / "class.csv", "--labs", labs)
    lines = [line for line in done.stderr.splitlines() if line.startswith("refused: ")]
    assert done.returncode == 1 and len(lines) == 101
    assert lines[-1] == "refused: 30 more; --json lists all of them"
    done, _ = grade(labs, folder / "class.csv")
    refused = [each["refused"].split(": ")[1] for each in read_refused(done.stderr)]
    assert refused == [f"line {number}" for number in range(2, 132)]


def test_of_very_many_refused_files_of_a_learner_the_record_counts_and_a_program_reads_all(labs, folder):
    good = (folder / "class" / "submitted" / "ada" / "00-sums" / "00-sums.ipynb").read_bytes()
    links = [Entry(f"ada/00-sums/{n:02}.csv", b"/etc/passwd", 0, attributes=LINK) for n in range(25)]
    write_zip(folder / "links.zip", [*links, Entry("ada/00-sums/00-sums.ipynb", good)])
    done, verdicts = grade(labs, folder / "links.zip")
    assert (done.returncode, verdicts) == (0, {"ada": ["passed", "passed"]})
    assert [(each["learner"], each["refused"].split(": ")[1]) for each in read_refused(done.stderr)] == [
        ("ada", f"ada/00-sums/{n:02}.csv") for n in range(25)
    ]
    with Records(f"sqlite:///{folder}/records.db") as records:
        (result,) = records.iterate_latest()
    texts = [finding.text for finding in result.findings]
    assert len(texts) == 21 and texts[-1] == "5 more files were refused"


@pytest.mark.long
def test_a_zip_from_chinese_windows_is_refused_kindly_and_graded_once_its_names_are_said(labs, folder):
    good = (folder / "class" / "submitted" / "ada" / "00-sums" / "00-sums.ipynb").read_bytes()
    names = ["王芳/00-sums/00-sums.ipynb", "一些/00-sums/00-sums.ipynb", "2026001/00-sums/求和.ipynb", "2026002/00-sums/00-sums.ipynb"]
    write_zip(folder / "班级.zip", [Entry(name.encode("gbk"), good, flags=0, system=0) for name in names])
    done, verdicts = grade(labs, folder / "班级.zip")
    assert done.returncode == 1
    assert verdicts == {"2026001": ["missing", "missing"], "2026002": ["passed", "passed"]}
    assert "it says 王芳/00-sums/00-sums.ipynb, and --zip-names gbk would read it" in done.stderr
    done, verdicts = grade(labs, folder / "班级.zip", "--zip-names", "gbk")
    assert done.returncode == 0, done.stderr
    assert verdicts == {name: ["passed", "passed"] for name in ("王芳", "一些", "2026001", "2026002")}
    assert "(1 of them recorded before)" in done.stderr
    done = run("export", folder / "班级.zip", "--labs", labs, "--zip-names", "gbk")
    assert (done.returncode, get_complaints(done)) == (0, [])
    assert {path.parent.parent.name for path in (folder / "autograded").rglob("*.ipynb")} == set(verdicts)
    wrong = run("grade", folder / "class", "--labs", labs, "--zip-names", "gbk")
    assert wrong.returncode == 2 and "--zip-names is for a zip" in wrong.stderr


def get_complaints(done):
    """Return what was said on standard error besides progress, which only a busy machine shows."""
    return [line for line in done.stderr.splitlines() if not line.startswith("exporting: ")]


def read_autograded(place):
    """Return the graded notebooks below a folder, without the moment at which each was written."""
    found = {}
    for path in (place / "autograded").rglob("*.ipynb"):
        found[path.relative_to(place).as_posix()] = [
            (cell["source"], cell.get("outputs")) for cell in json.loads(path.read_text())["cells"]
        ]
    return found


@pytest.mark.long
def test_notebooks_are_exported_from_a_zip_and_a_list_as_from_a_folder(labs, folder):
    exported = {}
    for source in ("class", "class.zip", "class.csv"):
        place = ["--labs", labs, "--records", f"sqlite:///{folder}/{source}.db"]
        assert run("grade", folder / source, *place).returncode == 0
        done = run("export", folder / source, *place, "--out", folder / f"out-{source}")
        assert (done.returncode, get_complaints(done)) == (0, [])
        exported[source] = read_autograded(folder / f"out-{source}")
    assert len(exported["class"]) == 3
    assert exported["class"] == exported["class.zip"] == exported["class.csv"]


@pytest.mark.long
def test_what_export_does_not_find_is_said_and_the_scores_are_there(labs, folder):
    hint = run("grade", folder / "class.zip", "--labs", labs).stderr
    assert f"autograder export {folder / 'class.zip'}" in hint
    with zipfile.ZipFile(folder / "class.zip") as old:
        kept = {name: old.read(name) for name in old.namelist() if "/cy/" not in name}
    with zipfile.ZipFile(folder / "class.zip", "w") as new:
        for name, content in kept.items():
            new.writestr(name, content + (b" " if "/bo/" in name else b""))
    done = run("export", folder / "class.zip", "--labs", labs)
    assert done.returncode == 0
    absent = "1 submission(s) of the records are not here, and their notebooks are left out of autograded/"
    assert get_complaints(done) == [
        f"{folder}/class.zip/bo/00-sums: not what was graded; its notebooks are left out of autograded/, grade it again",
        f"{folder}/class.zip: {absent}; name the folder, zip or list that was graded",
    ]
    assert [path.parent.parent.name for path in (folder / "autograded").rglob("*.ipynb")] == ["ada"]
    assert len((folder / "scores.csv").read_text("utf-8-sig").splitlines()) == 4


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.zip", b"PK\3\4 not at all", "no zip, or its end is missing"),
        ("x.ipynb", b"{}", "this is no folder, zip (.zip) or list (.csv, .txt)"),
        ("x.csv", b"\n", "no submissions here; the layout is learner,lab,path on each line"),
        ("none.zip", None, "no such folder or file"),
    ],
)
def test_a_source_that_cannot_be_read_is_one_line(labs, tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done, _ = grade(labs, tmp_path / name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ") and words in done.stderr and done.stderr.count("\n") == 1
    assert not list(tmp_path.glob("records.db*"))


def test_nothing_of_a_zip_is_left_in_the_scratch_folder(labs, folder):
    scratch = folder / "scratch"
    scratch.mkdir(0o711)
    scratch.chmod(0o711)
    command = [sys.executable, "-m", "autograder", "grade", str(folder / "class.zip"), "--labs", str(labs), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "TMPDIR": str(scratch)}
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 3
    left = {path.relative_to(folder) for path in folder.rglob("*")} - set(before)
    assert left == {Path("records.db")}
