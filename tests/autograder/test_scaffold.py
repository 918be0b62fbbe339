"""A new lab stands on its own feet: it validates as it is written, and nothing that exists is touched."""

import pytest

from autograder.errors import LabError, PathError
from autograder.labs.scaffold import write_scaffold
from autograder.labs.source import load_lab
from autograder.validate import plan_validation, run_validation


def test_a_new_lab_validates(tmp_path):
    paths = write_scaffold(tmp_path, "31-quorums", "foundations", 'Quorums, "and" votes \\ voters', "法定人数")
    assert all(path.is_file() for path in paths)
    lab = load_lab(tmp_path / "31-quorums")
    assert lab.titles == {"en": 'Quorums, "and" votes \\ voters', "zh": "法定人数"}
    report = run_validation(plan_validation(lab_folder := tmp_path / "31-quorums", True))
    assert lab_folder.is_dir() and report.is_valid, report.problems
    assert report.mutants.total > 3


@pytest.mark.parametrize("lab_id", ["quorums", "1-quorums", "../01-up", "01-Quorums", "01-a/b", "01-", "01-a--b", ""])
def test_an_id_that_is_none_is_refused(tmp_path, lab_id):
    with pytest.raises(LabError, match="is no lab id"):
        write_scaffold(tmp_path, lab_id, "foundations", "Quorums", "法定人数")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("title", ["", " ", "two\nlines"])
def test_a_title_is_one_line(tmp_path, title):
    with pytest.raises(LabError, match="the title is"):
        write_scaffold(tmp_path, "31-quorums", "foundations", title, "法定人数")


def test_what_exists_is_not_touched(tmp_path):
    (tmp_path / "31-quorums").mkdir()
    with pytest.raises(PathError, match="exists already"):
        write_scaffold(tmp_path, "31-quorums", "foundations", "Quorums", "法定人数")
    assert not list((tmp_path / "31-quorums").iterdir())
