"""What learners are given: valid notebooks, nothing of a solution or hidden test in them, and nbgrader agrees on every mark."""

import json

import nbformat
import pytest

from autograder.errors import PathError
from autograder.labs.find import load_labs
from autograder.labs.source import load_lab
from autograder.release import build_notebook, write_release
from tests.autograder.labs_for_tests import write_lab

NOTEBOOKS = [(lab, notebook) for lab in load_labs().values() for notebook in lab.notebooks]


def get_id(value):
    return f"{value.name}-{value.lang}" if hasattr(value, "lang") else ""


@pytest.mark.parametrize(("lab", "master"), NOTEBOOKS, ids=get_id)
def test_a_release_is_valid_labelled_and_silent(lab, master):
    notebook = build_notebook(lab, master)
    nbformat.validate(nbformat.from_dict(notebook))
    assert notebook["metadata"]["minichain"] == {"lab": lab.id, "version": lab.version, "lang": master.lang}
    text = json.dumps(notebook)
    assert "BEGIN SOLUTION" not in text
    assert "HIDDEN TESTS" not in text
    given = {"".join(cell["source"]) for cell in notebook["cells"]}
    for cell in master.cells:
        assert (cell.source in given) == (not cell.solution and "HIDDEN TESTS" not in cell.source)
    firsts = [text.partition("\n")[0] for text in ("".join(cell["source"]) for cell in notebook["cells"]) if " · " in text[:60]]
    points = [cell for cell in master.cells if cell.is_test]
    assert sum(line == cell.source.partition("\n")[0] for line in firsts for cell in points) == len(points)


@pytest.mark.parametrize(("lab", "master"), NOTEBOOKS, ids=get_id)
def test_nbgrader_makes_the_same_release_of_the_complete_notebook(lab, master):
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, ComputeChecksums, LockCells

    complete = nbformat.reads(json.dumps(build_notebook(lab, master, complete=True)), as_version=4)
    nbformat.validate(complete)
    for preprocessor in (LockCells, ClearSolutions, ClearHiddenTests, ComputeChecksums):
        complete, _ = preprocessor().preprocess(complete, {})
    released = nbformat.reads(json.dumps(build_notebook(lab, master)), as_version=4)
    for theirs, ours in zip(complete.cells, released.cells, strict=True):
        assert (theirs.cell_type, theirs.source) == (ours.cell_type, ours.source)
        assert theirs.metadata == ours.metadata


def test_the_trees_hold_one_name_and_the_data_files(tmp_path):
    folder = write_lab(tmp_path / "labs")
    (folder / "data").mkdir()
    (folder / "data" / "block.json").write_text("{}")
    paths = write_release(load_lab(folder), tmp_path / "out")
    assert [path.relative_to(tmp_path / "out").parts for path in paths] == [
        ("en", "00-sums", "00-sums.ipynb"),
        ("zh", "00-sums", "00-sums.ipynb"),
    ]
    assert all((path.parent / "block.json").read_text() == "{}" for path in paths)
    assert [path.parts[-3] for path in write_release(load_lab(folder), tmp_path / "zh", ["zh"])] == ["zh"]


def test_two_releases_are_the_same_bytes(tmp_path):
    lab = load_lab(write_lab(tmp_path / "labs"))
    first, second = (write_release(lab, tmp_path / name) for name in ("one", "two"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    lab = load_lab(write_lab(tmp_path / "labs"))
    (tmp_path / "file").touch()
    with pytest.raises(PathError, match="cannot be written"):
        write_release(lab, tmp_path / "file")
