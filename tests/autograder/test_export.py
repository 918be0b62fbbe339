"""The table of scores, read as a spreadsheet reads it."""

import csv

import pytest

from autograder.errors import PathError
from autograder.export import COLUMNS, write_scores_csv
from autograder.results import Result


def build(learner, score=3.5, arrived=1795168800.25, lang="zh"):
    return Result("00-tiny", "v", learner, "h", arrived, "split", "partial", score, 5.0, lang=lang)


def test_a_line_for_each_submission_with_chinese_that_excel_reads(tmp_path):
    path = tmp_path / "exports" / "scores.csv"
    assert write_scores_csv(path, iter([build("李雷"), build("ada", None, 0.0, None)])) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert rows == [
        ["李雷", "00-tiny", "zh", "partial", "3.5", "5", "2026-11-20T10:00:00Z", "split"],
        ["ada", "00-tiny", "", "partial", "", "5", "", "split"],
    ]


@pytest.mark.parametrize("learner", ["=1+1", "+1", "-1", "@sum", "\t=1", '=HYPERLINK("http://example.org";"x"),\n'])
def test_a_learner_id_is_never_a_formula(tmp_path, learner):
    write_scores_csv(tmp_path / "scores.csv", [build(learner)])
    with (tmp_path / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][0] == f"'{learner}"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "exports").write_text("a file")
    with pytest.raises(PathError, match=r"scores\.csv: cannot be written: (Not a directory|File exists)"):
        write_scores_csv(tmp_path / "exports" / "scores.csv", [build("ada")])


def test_an_old_table_stays_if_the_new_one_breaks_off(tmp_path):
    path = tmp_path / "scores.csv"
    write_scores_csv(path, [build("ada")])
    before = path.read_bytes()

    def results():
        yield build("bob")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_scores_csv(path, results())
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["scores.csv"]
