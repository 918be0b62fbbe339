"""A foreign course is read as nbgrader released it, and what it breaks is said in one line."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from autograder.errors import LabError, PathError
from autograder.labs.course import load_course, looks_like_course
from autograder.nbgrader.format import compute_checksum


def read_notebook(path):
    return json.loads(path.read_text())


def write_course(root, *cells, metadata=None, name="ps1"):
    """Write a course with one notebook and no gradebook; a cell is (kind, source, marks or None)."""
    raw = [
        {"cell_type": kind, "source": source, "metadata": {"nbgrader": marks} if marks is not None else {}} for kind, source, marks in cells
    ]
    path = root / "source" / name / "problem1.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"cells": raw, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 4}))
    return path


def marks(grade_id="q", grade=False, solution=False, locked=False, task=False, schema_version=3, **more):
    flags = {"grade": grade, "solution": solution, "locked": locked, "task": task}
    return flags | {"grade_id": grade_id, "schema_version": schema_version} | more


def load_cells(root):
    return load_course(root)["ps1"].notebooks[0].cells


def test_cells_agree_with_the_gradebook_that_nbgrader_wrote(ps1_course):
    lab = load_course(ps1_course)["ps1"]
    assert [notebook.name for notebook in lab.notebooks] == ["problem1", "problem2"]
    assert lab.max_score == 13
    assert lab.folder == ps1_course / "source" / "ps1"
    stored = {}
    with closing(sqlite3.connect(ps1_course / "gradebook.db")) as connection:
        query = "SELECT n.name, s.name, s.checksum, s.locked, s.source FROM source_cell s JOIN notebook n ON n.id = s.notebook_id"
        for notebook, name, *values in connection.execute(query):
            stored[notebook, name] = values
    ours = {(notebook.name, cell.grade_id): cell for notebook in lab.notebooks for cell in notebook.cells if cell.grade_id}
    assert ours.keys() == stored.keys()
    for key, (checksum, locked, source) in stored.items():
        assert bool(locked) == ours[key].locked
        assert compute_checksum(ours[key], source) == checksum
        assert (ours[key].source == source) == (not ours[key].solution), "of an answer we know the solution, the gradebook the stub"


def test_the_gradebook_changes_nothing_of_an_unchanged_course(course):
    with_gradebook = load_course(course)["ps1"]
    (course / "gradebook.db").unlink()
    assert load_course(course)["ps1"] == with_gradebook


def test_what_was_released_wins_over_a_source_that_was_edited_later(course):
    path = course / "source" / "ps1" / "problem1.ipynb"
    before = load_course(course)["ps1"]
    content = read_notebook(path)
    for cell in content["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "correct_squares":
            cell["source"] = "assert False"
            cell["metadata"]["nbgrader"]["points"] = 100
    late = marks("late", grade=True, points=50)
    content["cells"].append(
        {"cell_type": "code", "source": "assert 1", "metadata": {"nbgrader": late}, "outputs": [], "execution_count": None}
    )
    path.write_text(json.dumps(content))
    assert load_course(course)["ps1"] == before


def test_a_test_that_the_source_has_lost_returns_to_its_place(course):
    path = course / "source" / "ps1" / "problem1.ipynb"
    before = load_course(course)["ps1"].notebooks[0]
    content = read_notebook(path)
    content["cells"] = [c for c in content["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != "squares_invalid_input"]
    path.write_text(json.dumps(content))
    assert load_course(course)["ps1"].notebooks[0] == before


def test_an_answer_that_the_source_has_lost_is_an_error(course):
    path = course / "source" / "ps1" / "problem1.ipynb"
    content = read_notebook(path)
    content["cells"] = [c for c in content["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != "squares"]
    path.write_text(json.dumps(content))
    with pytest.raises(LabError, match="'squares' was released, but is no longer in the source notebook"):
        load_course(course)


def test_version_depends_on_tests_and_points_but_not_on_prose_or_solutions(tmp_path):
    def load(name, prose="Hello", solution="x = 1", test="assert x", points=2):
        write_course(
            tmp_path / name,
            ("markdown", prose, None),
            ("code", solution, marks("a", solution=True)),
            ("code", test, marks("t", grade=True, points=points)),
        )
        return load_course(tmp_path / name)["ps1"].version

    version = load("same")
    assert version == load("prose", prose="Good day") == load("solution", solution="x = 2 - 1")
    assert len({version, load("test", test="assert x == 1"), load("points", points=3)}) == 3


def test_uses_are_the_modules_that_any_cell_imports(tmp_path):
    write_course(
        tmp_path,
        ("code", "%matplotlib inline\nimport numpy as np, os.path\n!ls", None),
        ("code", "%%time\nfrom collections.abc import Mapping\nfrom . import here", None),
        ("code", "import json\nthis is not Python", None),
        ("markdown", "import nothing", None),
    )
    assert load_course(tmp_path)["ps1"].uses == ("collections", "json", "numpy", "os")


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        ({"grade": True, "grade_id": "q", "points": ""}, (True, False, True, 0.0)),
        ({"grade": True, "grade_id": "q", "points": -3}, (True, False, True, 0.0)),
        ({"grade": True, "grade_id": "q", "points": "2.5", "locked": False}, (True, False, True, 2.5)),
        ({"solution": True, "grade_id": "q", "points": 4, "locked": True}, (False, True, False, 0.0)),
        ({"schema_version": 1, "grade": True, "solution": True, "locked": False, "grade_id": "q", "points": 2}, (True, True, False, 2.0)),
        ({"schema_version": 2, "grade": False, "solution": False, "locked": True, "grade_id": "q"}, (False, False, True, 0.0)),
    ],
)
def test_older_metadata_is_read_as_nbgrader_upgrades_it(tmp_path, nbgrader_api, old, expected):
    from nbformat.v4 import new_code_cell
    from nbgrader import utils
    from nbgrader.nbgraderformat import MetadataValidator

    write_course(tmp_path, ("code", "pass", old))
    cell = load_cells(tmp_path)[0]
    assert (cell.grade, cell.solution, cell.locked, cell.points) == expected
    node = MetadataValidator().upgrade_cell_metadata(new_code_cell("pass", metadata={"nbgrader": dict(old)}))
    theirs = node.metadata["nbgrader"]
    assert (theirs["grade"], theirs["solution"], utils.is_locked(node), theirs.get("points", 0.0) if theirs["grade"] else 0.0) == expected


def test_a_cell_whose_old_metadata_marks_nothing_has_no_id(tmp_path):
    write_course(tmp_path, ("code", "pass", {"grade": False, "grade_id": "q"}))
    assert load_cells(tmp_path)[0].grade_id is None


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (("code", "", marks("q", grade=True)), "cell 1 is damaged: KeyError: 'points'"),
        (("code", "", marks("q", grade=True, points=-1)), "'q' is worth -1 points"),
        (("code", "", marks("a b", grade=True, points=1)), "cell id 'a b'"),
        (("code", "", marks("q", grade=True, points=1, schema_version=4)), "schema 4"),
        (("markdown", "", marks("q", grade=True, points=1)), "text cell 'q' must be both"),
        (("code", "### AUTOTEST f(1)", marks("q", grade=True, points=1)), "tests of 'q' are still to be generated"),
        (("video", "", None), "cell 1 is damaged"),
    ],
)
def test_a_broken_cell_is_named(tmp_path, cell, words):
    path = write_course(tmp_path, cell)
    with pytest.raises(LabError, match=words) as raised:
        load_course(tmp_path)
    assert str(raised.value).startswith(str(path))


def test_ids_are_unique_in_a_notebook(tmp_path):
    write_course(tmp_path, ("code", "", marks("q", locked=True)), ("code", "", marks("q", locked=True)))
    with pytest.raises(LabError, match="two cells have the id 'q'"):
        load_course(tmp_path)


def test_another_language_is_refused(tmp_path):
    write_course(tmp_path, ("code", "x <- 1", None), metadata={"kernelspec": {"language": "R", "name": "ir", "display_name": "R"}})
    with pytest.raises(LabError, match="written in R; only Python is graded"):
        load_course(tmp_path)


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    path = write_course(tmp_path)
    for content, words in (("{", "cannot be read as a notebook"), ("[]", "no notebook of format 4"), ('{"nbformat": 3}', "format 4")):
        path.write_text(content)
        with pytest.raises(LabError, match=words):
            load_course(tmp_path)


def test_a_folder_that_is_no_course_is_refused_in_one_line(tmp_path):
    with pytest.raises(PathError, match="no such folder"):
        load_course(tmp_path / "absent")
    with pytest.raises(PathError, match="no nbgrader course"):
        load_course(tmp_path)
    (tmp_path / "source" / "pictures").mkdir(parents=True)
    with pytest.raises(PathError, match="no assignment here"):
        load_course(tmp_path)
    assert not looks_like_course(tmp_path)
    write_course(tmp_path, ("code", "x = 1", None))
    assert looks_like_course(tmp_path)
    assert list(load_course(tmp_path)) == ["ps1"], "a folder of pictures is no assignment"


def test_an_assignment_whose_notebooks_are_gone_is_an_error(course):
    shutil.rmtree(course / "source" / "ps1")
    (course / "source" / "ps1").mkdir()
    write_course(course, ("code", "x = 1", None), name="ps2")
    with pytest.raises(LabError, match=r"ps1: no notebook here, but gradebook\.db knows"):
        load_course(course)


def test_a_gradebook_that_is_none_is_an_error(course):
    (course / "gradebook.db").write_text("not a database, but long enough to be looked at as one")
    with pytest.raises(LabError, match=r"gradebook\.db: cannot be read as nbgrader's gradebook: file is not a database"):
        load_course(course)
    (course / "gradebook.db").write_bytes(b"")
    with pytest.raises(LabError, match=r"no such table.*nbgrader db upgrade"):
        load_course(course)
