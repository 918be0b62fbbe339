"""Reading: whatever a learner's folder holds becomes a submission and findings, never an exception."""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import PathError
from autograder.grade import Grader
from autograder.labs.source import load_lab
from autograder.read import MAX_BYTES, compute_content_hash, get_arrival, iterate_submissions, read_submission
from tests.autograder.labs_for_tests import ADD, hand_in, write_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return load_lab(write_lab(tmp_path_factory.mktemp("labs")))


@pytest.fixture
def folder(tmp_path, lab):
    """The folder of a good submission."""
    return hand_in(tmp_path / "submitted", lab, "ada", {"add": ADD}).parent


def read(folder, lab):
    submission = read_submission(folder, lab, "ada")
    return submission, [finding.text for finding in submission.findings]


def test_a_good_notebook_is_read_whole(folder, lab):
    submission, findings = read(folder, lab)
    (notebook,) = submission.notebooks
    assert findings == []
    assert (notebook.name, notebook.lang, len(notebook.cells)) == ("00-sums", "en", 9)
    assert next(cell.source for cell in notebook.cells if cell.grade_id == "add") == ADD


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is not JSON"),
        (b"\xff\xfe\x00", "it is not UTF-8 text"),
        (b"[1, 2]", "a notebook is a JSON object"),
        (b'{"nbformat": 3, "worksheets": []}', "its format is 3"),
        (b'{"nbformat": "\\ud800\\u001b"}', "its format is ?;"),
        (b'{"nbformat": 4, "cells": [' + b"0," * 2_000 + b"0]}", "it needs a list of at most 2,000 cells"),
        (b'{"nbformat": 4}', "it needs a list of at most"),
        (b'{"nbformat": 4, "cells": ' + b"[" * 200_000, "nested too deeply"),
        (b'{"nbformat": 4, "cells": [], "x": ' + b"9" * 5000 + b"}", "4300 digits"),
        (b" " * (MAX_BYTES + 1), "bytes; at most"),
    ],
    ids=["empty", "not UTF-8", "list", "format 3", "no text", "many cells", "no cells", "deep", "huge number", "huge file"],
)
def test_a_file_that_cannot_be_read_says_why(folder, lab, content, words):
    (folder / "00-sums.ipynb").write_bytes(content)
    submission, findings = read(folder, lab)
    assert submission.notebooks == ()
    assert len(findings) == 1
    assert words in findings[0]
    assert submission.unreadable == tuple(findings)


def test_damaged_cells_are_left_out_and_the_others_kept(folder, lab):
    path = folder / "00-sums.ipynb"
    notebook = json.loads(path.read_text())
    good = len(notebook["cells"])
    damage = [None, 7, {}, {"cell_type": "video"}, {"cell_type": "code", "source": {"a": 1}}, {"cell_type": "code", "source": ["a", 1]}]
    path.write_text(json.dumps({**notebook, "cells": [*damage, *notebook["cells"]]}))
    submission, findings = read(folder, lab)
    assert len(submission.notebooks[0].cells) == good
    assert findings == [f"cell {number} is damaged and was left out" for number in range(1, 7)]


@pytest.mark.parametrize("metadata", [None, [], {"nbgrader": 3}, {"nbgrader": {"grade_id": ["x"]}}, {"nbgrader": {"grade_id": "../x"}}])
def test_an_id_that_makes_no_sense_is_no_id(folder, lab, metadata):
    path = folder / "00-sums.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"] = [{"cell_type": "code", "source": "x = 1", "metadata": metadata}]
    path.write_text(json.dumps(notebook))
    assert read(folder, lab)[0].notebooks[0].cells[0].grade_id is None


def test_a_renamed_file_is_recognised_by_its_label_or_its_cells(folder, lab):
    path = folder / "00-sums.ipynb"
    renamed = path.rename(folder / "my work (1).ipynb")
    assert read(folder, lab)[1] == ["recognised under the name my work (1).ipynb"]
    notebook = json.loads(renamed.read_text())
    renamed.write_text(json.dumps({**notebook, "metadata": {}}))
    submission, findings = read(folder, lab)
    assert submission.notebooks[0].name == "00-sums"
    assert findings == ["recognised under the name my work (1).ipynb"]


def test_the_file_with_the_right_name_counts_and_others_are_named(folder, lab):
    (folder / "copy.ipynb").write_bytes((folder / "00-sums.ipynb").read_bytes())
    (folder / "other.ipynb").write_text('{"nbformat": 4, "cells": []}')
    submission, findings = read(folder, lab)
    assert len(submission.notebooks) == 1
    assert findings == ["this file is no part of the lab and was not graded"] * 2


def test_an_empty_folder_misses_its_notebook(tmp_path, lab):
    assert read(tmp_path, lab)[1] == ["the notebook is missing"]


def test_links_folders_and_hidden_files_are_not_read(tmp_path, folder, lab):
    secret = tmp_path / "secret.ipynb"
    (folder / "00-sums.ipynb").rename(secret)
    (folder / "00-sums.ipynb").symlink_to(secret)
    (folder / "dir.ipynb").mkdir()
    (folder / ".x.ipynb").write_text("{}")
    assert read(folder, lab)[0].notebooks == ()
    (tmp_path / "submitted" / "bo").symlink_to(folder.parent)
    assert [learner for learner, _, _ in iterate_submissions(tmp_path)] == ["ada"]


def test_the_hash_follows_content_and_name_and_nothing_else(folder, lab):
    before = compute_content_hash(folder)
    os.utime(folder / "00-sums.ipynb", (1, 1))
    (folder / "notes.txt").write_text("x")
    assert compute_content_hash(folder) == before == read(folder, lab)[0].content_hash
    path = folder / "00-sums.ipynb"
    path.write_bytes(path.read_bytes() + b"\n")
    changed = compute_content_hash(folder)
    path.rename(folder / "b.ipynb")
    assert len({before, changed, compute_content_hash(folder)}) == 3


@pytest.mark.parametrize("stamp", ["2026-11-20 10:00:00.000000 UTC", "2026-11-20T18:00:00+08:00", "2026-11-20 10:00:00"])
def test_arrival_is_what_the_timestamp_says(folder, stamp):
    (folder / "timestamp.txt").write_text(f"{stamp}\n")
    assert get_arrival(folder) == datetime(2026, 11, 20, 10, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("stamp", ["", "soon", "\x00", "9" * 10_000])
def test_without_a_timestamp_it_is_the_newest_file(folder, stamp):
    (folder / "timestamp.txt").write_text(stamp)
    os.utime(folder / "00-sums.ipynb", (5, 5))
    assert get_arrival(folder) == 5.0


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda v: (
        st.lists(v, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "metadata", "cell_type", "source", "nbgrader", "grade_id", "minichain", "lab", "lang", "nbformat"]),
            v,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(values, values)
def test_no_json_is_an_exception(tmp_path_factory, lab, cells, metadata):
    folder = tmp_path_factory.mktemp("any")
    (folder / "00-sums.ipynb").write_text(json.dumps({"nbformat": 4, "cells": cells, "metadata": metadata}))
    submission, findings = read(folder, lab)
    assert submission.notebooks or findings


def test_what_cannot_be_read_waits_for_a_person_and_costs_no_points(folder, lab):
    (folder / "00-sums.ipynb").write_text("{")
    with Grader(lab) as grader:
        result = grader.grade(read(folder, lab)[0])
    assert (result.status, result.score) == ("unreadable", None)
    assert all(cell.status == "missing" and cell.score is None and "not JSON" in cell.message for cell in result.cells)


def test_a_broken_file_beside_the_right_one_costs_nothing(folder, lab):
    (folder / "broken.ipynb").write_text("{")
    with Grader(lab) as grader:
        result = grader.grade(read(folder, lab)[0])
    assert (result.status, result.score) == ("graded", 2.0)


def test_line_ends_and_a_byte_order_mark_of_windows_change_nothing(folder, lab):
    path = folder / "00-sums.ipynb"
    before = read(folder, lab)[0].notebooks
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(notebook).encode())
    assert read(folder, lab)[0].notebooks == before


@pytest.mark.parametrize(
    "name", ["求和.ipynb", "00-sums (1).ipynb", "a" * 200 + ".ipynb", os.fsdecode(b"\xff\xfe.ipynb"), "new\nline.ipynb"]
)
def test_a_file_of_any_name_is_read_and_what_is_said_of_it_can_be_written_down(folder, lab, name):
    (folder / "00-sums.ipynb").rename(folder / name)
    submission, (finding,) = read(folder, lab)
    assert submission.notebooks[0].name == "00-sums"
    assert finding.startswith("recognised under the name ")
    assert finding.encode("utf-8")


@pytest.mark.parametrize("name", [b"\xff", b"a" * 201, b"new\nline", b"back\\slash"])
def test_a_name_that_cannot_be_recorded_is_told_and_never_left_out_in_silence(tmp_path, name):
    (tmp_path / os.fsdecode(name) / "x").mkdir(parents=True)
    with pytest.raises(PathError, match="this name cannot be recorded") as caught:
        list(iterate_submissions(tmp_path))
    assert "\n" not in str(caught.value)
    assert str(caught.value).encode("utf-8")


def test_learners_and_labs_come_in_order_and_our_own_exports_are_no_learners(tmp_path):
    for path in ("bo/x", "ada/y", "ada/x", ".git/x", "feedback/x", "autograded/x", "ada/.ipynb_checkpoints"):
        (tmp_path / "submitted" / path).mkdir(parents=True)
    (tmp_path / "submitted" / "file").touch()
    expected = [("ada", "x"), ("ada", "y"), ("bo", "x")]
    assert [entry[:2] for entry in iterate_submissions(tmp_path)] == expected
    assert [entry[:2] for entry in iterate_submissions(tmp_path / "submitted")] == expected


@pytest.mark.may_skip("only root can become somebody else")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_may_not_be_listed_is_one_line():
    script = "import os, sys; from pathlib import Path; from autograder.read import iterate_submissions; os.setuid(65534)\n"
    script += "from autograder.errors import PathError\ntry: list(iterate_submissions(Path(sys.argv[1])))\nexcept PathError as e: print(e)"
    with tempfile.TemporaryDirectory() as root:
        Path(root).chmod(0o755)
        Path(root, "ada").mkdir(0)
        done = subprocess.run([sys.executable, "-c", script, root], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout == f"{root}/ada: cannot be read: Permission denied\n"
