"""What paths and notebooks say, the parts by themselves: names of every sort, labs of several notebooks, a disk that refuses."""

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.cohort.roster import Person, Roster
from autograder.collect.files import File, open_files
from autograder.collect.gather import Attempt, Known, Piece, gather
from autograder.collect.keep import format_time, keep
from autograder.collect.labs import Content, find_lab, find_notebook, index_labs, read_content, remove_names
from autograder.collect.origins import Origin, read_origin
from autograder.errors import PathError
from autograder.labs.model import Lab, LabCell, LabNotebook
from autograder.lms.people import Problem, index_people
from autograder.read import get_arrival
from tests.autograder.downloads import write_exchange


def make_lab(name, *notebooks):
    return Lab(name, tuple(LabNotebook(each, (LabCell("code", "", f"{name}-{each}", grade=True, points=1.0),)) for each in notebooks), "v")


LABS = {lab.id: lab for lab in (make_lab("ps1", "problem1", "problem2"), make_lab("ps2", "problem1"), make_lab("00-sums", "00-sums"))}
INDEX = index_labs(LABS)


def look(path):
    return read_origin(File("m.zip", "m.zip", path, 0.0))


@pytest.mark.parametrize(
    ("path", "kind", "stem", "claim", "rank"),
    [
        ("Ada_L_Byron_12_assignsubmission_file_/sub/a b.ipynb", "moodle", "a b", "Ada L Byron 12", (0, 0)),
        ("Ada Byron_12_assignsubmission_file/x (2).ipynb", "moodle", "x (2)", "Ada Byron 12", (0, 2)),
        ("Ada Byron_12_assignsubmission_file_my_file.ipynb", "moodle", "my_file", "Ada Byron 12", (0, 0)),
        ("HW 1/王芳_7_assignsubmission_file_求和.ipynb", "moodle", "求和", "王芳 7", (0, 0)),
        ("byronada_99_100_my_9_8_file-3.ipynb", "canvas", "my_9_8_file-3", "byronada 99", (100, 3)),
        ("王芳_LATE_99_100_a.ipynb", "canvas", "a", "王芳 99", (100, 0)),
        ("inbound/a+b@x.org+ps1+2026-11-20 10:00:00.000000 UTC+a_-9=/p.ipynb", "exchange", "p", "a+b@x.org", (0, 0)),
        ("ada+ps1+2026-11-20 10_00_00 UTC/p.ipynb", "exchange", "p", "ada", (0, 0)),
        ("ada+ps1+2026-99-99 10:00:00 UTC/p.ipynb", "loose", "p", "", (0, 0)),
        ("ada/lab-1.ipynb", "loose", "lab-1", "", (0, 1)),
        ("_assignsubmission_file_/a.ipynb", "loose", "a", "", (0, 0)),
    ],
)
def test_paths_are_read(path, kind, stem, claim, rank):
    origin = look(path)
    assert (origin.kind, origin.stem, str(origin.claim), origin.rank) == (kind, stem, claim, rank)
    assert origin.is_late == ("LATE" in path)


@given(st.text(max_size=200), st.sampled_from(["{}", "{}_1_assignsubmission_file_{}", "{}_1_2_{}", "{}+a+2026-01-01 00:00:00{}/x"]))
@example("_" * 5_000, "{}_{}")
@example("1_" * 5_000, "{}_{}")
def test_no_path_breaks_the_reader_or_keeps_it_busy(text, shape):
    origin = look(shape.format(text, text))
    remove_names(INDEX, origin.stem)
    find_lab(INDEX, origin, Content())


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["metadata", "minichain", "lab", "cells", "nbgrader", "grade_id", "x"]), inner, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_no_notebook_breaks_the_reader(content):
    read = read_content(json.dumps(content).encode())
    assert isinstance(read.label, str)
    assert all(isinstance(each, str) for each in read.grade_ids)


def test_labs_of_several_notebooks():
    def find(stem, label="", lab="", ids=()):
        origin, content = Origin("exchange", stem, "a", lab=lab), Content(label, frozenset(ids))
        found = find_lab(INDEX, origin, content)
        return found.reason if isinstance(found, Problem) else (found.id, find_notebook(found, origin, content))

    assert find("problem2") == ("ps1", "problem2")
    assert find("problem1") == "its name may mean several labs: ps1, ps2"
    assert find("Problem1-2 (1)", lab="ps1") == ("ps1", "problem1")
    assert find("renamed", lab="ps1", ids=["ps1-problem2"]) == ("ps1", "problem2")
    assert find("renamed", label="ps2", lab="ps2") == ("ps2", "problem1")
    assert find("ada_ps2") == ("ps2", "problem1")
    assert find("maps2x") == "neither its label nor its name says of which lab it is"
    assert isinstance(find("renamed", lab="ps1")[1], Problem)
    assert find("x", lab="ps9") == "it was handed in as 'ps9', and there is no such lab"


def test_an_attempt_of_several_notebooks_counts_as_a_whole(tmp_path):
    """The newest attempt lacks a notebook; it is not filled up from an older one."""
    write_exchange(tmp_path, "ada", "ps1", "2026-11-20 10:00:00 UTC", {"problem1.ipynb": b"old 1", "problem2.ipynb": b"old 2"})
    write_exchange(tmp_path, "ada", "ps1", "2026-11-21 10:00:00 UTC", {"problem1.ipynb": b"new 1"})
    known = Known(INDEX, frozenset(LABS), index_people(Roster({"ada": Person("ada")}, "r")), has_roster=True)
    with open_files([tmp_path]) as files:
        gathered = gather(files, known)
        assert keep(tmp_path / "submitted", gathered.attempts[0]) == "new"
    folder = tmp_path / "submitted/ada/ps1"
    assert {path.name: path.read_bytes() for path in folder.glob("*.ipynb")} == {"problem1.ipynb": b"new 1"}
    assert gathered.attempts[0].earlier == 2


def make_attempt(content, arrived):
    def read():
        if isinstance(content, Exception):
            raise content
        return content

    file = File("k", "s", "p", arrived, read=read)
    return Attempt(
        "ada", "ps2", (Piece(file, Origin("loose", "p", "a"), "ada", "ps2", "problem1", arrived, True, random.randbytes(32)),), 0
    )


def test_a_disk_that_refuses_leaves_the_old_submission_whole(tmp_path, monkeypatch):
    keep(tmp_path, make_attempt(b"old", 1.0))
    real = Path.replace

    def refuse(self, target):
        if self.name.endswith(".part"):
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PathError, match="cannot be written: No space left on device"):
        keep(tmp_path, make_attempt(b"new", 2.0))
    monkeypatch.undo()
    folder = tmp_path / "ada/ps2"
    assert (folder / "problem1.ipynb").read_bytes() == b"old"
    assert get_arrival(folder) == 1.0
    assert [path.name for path in (tmp_path / "ada").iterdir()] == ["ps2"]
    assert keep(tmp_path, make_attempt(b"new", 2.0)) == "newer"
    assert os.listdir(tmp_path / "ada") == ["ps2"]


def test_times_come_back(tmp_path):
    for seconds in (0.0, 1795420800.123456, 1.5e9):
        (tmp_path / "timestamp.txt").write_bytes(format_time(seconds))
        assert get_arrival(tmp_path) == pytest.approx(seconds, abs=1e-6)
