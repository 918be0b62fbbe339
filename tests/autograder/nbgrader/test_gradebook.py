"""The gradebook that we write is the one that nbgrader would have written, and what people entered in it survives."""

import contextlib
import csv
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from autograder.errors import RecordsError, UnknownLabError
from autograder.labs.course import load_course
from autograder.labs.model import LabCell, LabNotebook
from autograder.nbgrader.autograded import write_autograded
from autograder.nbgrader.gradebook import export_gradebook
from autograder.nbgrader.submissions import GradebookEntry
from autograder.read import read_submission

ROWS = """
    SELECT sa.student_id, a.name, n.name, b.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade
    FROM grade g JOIN base_cell b ON b.id = g.cell_id JOIN submitted_notebook sn ON sn.id = g.notebook_id
    JOIN notebook n ON n.id = sn.notebook_id JOIN submitted_assignment sa ON sa.id = sn.assignment_id
    JOIN assignment a ON a.id = sa.assignment_id ORDER BY 1, 2, 3, 4
"""
COMMENTS = ROWS.replace("grade g", "comment g").replace(
    "g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade", "g.auto_comment, g.manual_comment"
)
SUBMITTED = "SELECT student_id, timestamp FROM submitted_assignment ORDER BY 1"
NOTEBOOKS = (
    "SELECT n.name, s.flagged, s.late_submission_penalty FROM submitted_notebook s JOIN notebook n ON n.id = s.notebook_id ORDER BY 1"
)
TESTS = {
    ("problem1", "correct_squares"): 1.0,
    ("problem1", "squares_invalid_input"): 0.0,
    ("problem1", "correct_sum_of_squares"): 0.0,
    ("problem1", "sum_of_squares_uses_squares"): 0.0,
}
ANSWERS = {
    ("problem1", "squares"): "def squares(n):\n    return [i * i for i in range(1, n + 1)]",
    ("problem1", "sum_of_squares_equation"): "A sum.",
}


def query(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def change(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(statement).rowcount > 0
        connection.commit()


@contextlib.contextmanager
def inside(folder):
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@pytest.fixture
def tiny_entry(tiny_lab, make_result):
    """Return a function that builds an entry of the tiny lab."""

    def build(learner="ada", score=3.0, why=None, untouched=frozenset(), **more):
        result = make_result(tiny_lab, learner, {("tiny", "test-double"): score, ("tiny", "why"): why}, **more)
        return GradebookEntry(result, untouched)

    return build


@pytest.fixture
def gradebook(tmp_path, tiny_lab, tiny_entry):
    """Return the path of a gradebook of our own with one submission."""
    pytest.importorskip("nbgrader", reason="nbgrader is not installed")
    path = tmp_path / "gradebook.db"
    assert export_gradebook(path, {"00-tiny": tiny_lab}, [tiny_entry()], "course101") == 1
    return path


def test_rows_are_those_of_nbgrader_autograde(course, submit, make_result, nbgrader_api):
    """One learner has a right answer, a wrong one and empty ones, and left out a notebook."""
    submit("ada", ANSWERS, without=("problem2",))
    ours = Path(shutil.copy(course / "gradebook.db", course / "ours.db"))
    with inside(course):
        reply = nbgrader_api(course).autograde("ps1", "ada")
    assert reply["success"], reply
    lab = load_course(course)["ps1"]
    submission = read_submission(course / "submitted" / "ada" / "ps1", lab, "ada")
    written = {("problem1", "sum_of_squares_application"): 0.0, ("problem2", "part-a"): 0.0, ("problem2", "part-b"): 0.0}
    result = make_result(lab, "ada", TESTS | written, arrived=submission.arrived)
    untouched = write_autograded(course / "ours", lab, submission, result)
    export_gradebook(ours, {"ps1": lab}, [GradebookEntry(result, untouched)])
    for statement in (ROWS, COMMENTS, SUBMITTED, NOTEBOOKS):
        assert query(ours, statement) == query(course / "gradebook.db", statement)
    assert {row[3] for row in query(ours, ROWS) if row[4] is None} == {"sum_of_squares_equation", "cell-938593c4a215c6cc"}
    assert query(ours, "SELECT name, id FROM assignment") == query(course / "gradebook.db", "SELECT name, id FROM assignment")


def test_nbgraders_export_and_feedback_read_ours_and_agree(course, submit, make_result, nbgrader_api):
    from nbgrader.api import Gradebook
    from nbgrader.plugins import CsvExportPlugin

    lab = load_course(course)["ps1"]
    entries = []
    for learner, scores in {"ada": TESTS, "bob": dict.fromkeys(TESTS, 0.0) | {("problem2", "part-a"): 0.0}}.items():
        submission = read_submission(submit(learner, ANSWERS), lab, learner)
        result = make_result(lab, learner, scores)
        entries.append(GradebookEntry(result, write_autograded(course / "autograded", lab, submission, result)))
    export_gradebook(course / "gradebook.db", {"ps1": lab}, entries)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "course101") as opened:
        plugin = CsvExportPlugin()
        plugin.to = str(course / "grades.csv")
        plugin.export(opened)
    with (course / "grades.csv").open(newline="") as file:
        table = {row["student_id"]: row for row in csv.DictReader(file)}
    for entry in entries:
        row = table[entry.result.learner]
        assert (float(row["score"]), float(row["max_score"])) == (entry.result.score, entry.result.max_score)
        assert row["timestamp"] == "2026-11-20 10:00:00.250000"
    with inside(course):
        reply = nbgrader_api(course).generate_feedback("ps1", "ada")
    assert reply["success"], reply
    page = (course / "feedback" / "ada" / "ps1" / "problem1.html").read_text()
    assert "(Score: 1.0 / 10.0)" in page
    assert "No response." in page
    assert (course / "autograded" / "ada" / "ps1" / "jupyter.png").is_file(), "the notebook shows this picture"


def test_a_new_gradebook_is_nbgraders_own_and_holds_visible_tests_only(gradebook, ps1_course):
    schema = "SELECT name, sql FROM sqlite_master ORDER BY name"
    assert query(gradebook, schema) == query(ps1_course / "gradebook.db", schema)
    assert query(gradebook, "SELECT * FROM alembic_version") == query(ps1_course / "gradebook.db", "SELECT * FROM alembic_version")
    assert query(gradebook, "SELECT id FROM course") == [("course101",)]
    assert b"hidden test" not in gradebook.read_bytes().lower()
    assert [path.name for path in gradebook.parent.iterdir()] == ["gradebook.db"]


def test_instructors_may_have_the_hidden_tests_and_a_later_export_leaves_them(gradebook, tiny_lab, tiny_entry):
    labs = {"00-tiny": tiny_lab}
    full = tiny_lab.notebooks[0].cells[2].source
    for with_hidden in (True, False):
        export_gradebook(gradebook, labs, [tiny_entry()], with_hidden=with_hidden)
        assert query(gradebook, "SELECT source FROM source_cell WHERE name = 'test-double'") == [(full,)]


def test_cells_wait_for_a_person_exactly_where_the_grader_could_not_decide(gradebook, tiny_lab, tiny_entry):
    entries = [
        tiny_entry("ada", score=1.5, why=0.0, untouched=frozenset({("tiny", "double"), ("tiny", "why")})),
        tiny_entry("bob", score=("void", None, "?")),
        tiny_entry("eve", score=("error", 0.0, "NameError"), why=("missing", 0.0, "")),
    ]
    assert export_gradebook(gradebook, {"00-tiny": tiny_lab}, entries) == 3
    rows = [(row[0], row[3], row[4], bool(row[7])) for row in query(gradebook, ROWS)]
    assert rows == [
        ("ada", "test-double", 1.5, False),
        ("ada", "why", 0.0, False),
        ("bob", "test-double", None, True),
        ("bob", "why", None, True),
        ("eve", "test-double", 0.0, False),
        ("eve", "why", 0.0, False),
    ]
    comments = [(row[0], row[3], row[4]) for row in query(gradebook, COMMENTS)]
    assert comments[:3] == [("ada", "double", "No response."), ("ada", "why", "No response."), ("bob", "double", None)]


def test_what_people_entered_survives_and_they_are_asked_again_only_if_the_score_changed(gradebook, tiny_lab, tiny_entry):
    labs = {"00-tiny": tiny_lab}
    change(gradebook, "UPDATE grade SET manual_score = 1, extra_credit = 0.5, needs_manual_grade = 0")
    change(gradebook, "UPDATE comment SET manual_comment = 'Well done'")
    change(gradebook, "UPDATE submitted_notebook SET flagged = 1, late_submission_penalty = 2")
    change(gradebook, "UPDATE student SET first_name = 'Ada'")
    before = [query(gradebook, statement) for statement in (ROWS, COMMENTS, NOTEBOOKS, "SELECT * FROM student")]
    export_gradebook(gradebook, labs, [tiny_entry()])
    assert [query(gradebook, statement) for statement in (ROWS, COMMENTS, NOTEBOOKS, "SELECT * FROM student")] == before
    export_gradebook(gradebook, labs, [tiny_entry(score=0.0, untouched=frozenset({("tiny", "double")}))])
    test, why = query(gradebook, ROWS)
    assert test[4:] == (0.0, 1.0, 0.5, 1)
    assert why == before[0][1]
    assert [row[4:] for row in query(gradebook, COMMENTS)] == [("No response.", "Well done"), (None, "Well done")]


def test_where_nobody_knows_whether_an_answer_is_empty_the_comment_stays(gradebook, tiny_lab, tiny_entry):
    export_gradebook(gradebook, {"00-tiny": tiny_lab}, [tiny_entry(untouched=frozenset({("tiny", "double")}))])
    export_gradebook(gradebook, {"00-tiny": tiny_lab}, [tiny_entry(untouched=None)])
    assert [row[4] for row in query(gradebook, COMMENTS)] == ["No response.", None]


def test_more_submissions_than_one_statement_takes_and_a_learner_who_comes_twice(gradebook, tiny_lab, tiny_entry):
    entries = [tiny_entry(f"s{number:04}", score=float(number % 4)) for number in range(1203)]
    assert export_gradebook(gradebook, {"00-tiny": tiny_lab}, [*entries, tiny_entry("s0000", score=3.0)]) == 1204
    scores = {row[0]: row[4] for row in query(gradebook, ROWS) if row[3] == "test-double"}
    assert scores == {f"s{number:04}": float(number % 4) for number in range(1, 1203)} | {"s0000": 3.0, "ada": 3.0}
    assert len(query(gradebook, "SELECT 1 FROM submitted_assignment")) == 1204


def test_points_that_changed_are_updated_and_a_cell_that_is_gone_is_refused(gradebook, tiny_lab, tiny_entry):
    def with_cells(*cells):
        notebooks = (LabNotebook("tiny", cells, "en"),)
        return {"00-tiny": type(tiny_lab)("00-tiny", notebooks, "1")}

    cells = tiny_lab.notebooks[0].cells
    more = LabCell("code", "assert 1", "new", grade=True, locked=True, points=4)
    export_gradebook(gradebook, with_cells(*cells, more), [tiny_entry()])
    assert dict(query(gradebook, "SELECT name, max_score FROM base_cell NATURAL JOIN grade_cells")) == {
        "test-double": 3,
        "why": 2,
        "new": 4,
    }
    before = gradebook.read_bytes()
    with pytest.raises(RecordsError, match=r"00-tiny/tiny: the gradebook grades a cell 'new' that the lab does not have"):
        export_gradebook(gradebook, with_cells(*cells), [tiny_entry()])
    assert gradebook.read_bytes() == before


def test_a_result_of_an_unknown_lab_changes_nothing(gradebook, tiny_entry):
    before = gradebook.read_bytes()
    with pytest.raises(UnknownLabError, match="results of the lab '00-tiny'"):
        export_gradebook(gradebook, {}, [tiny_entry("bob")])
    assert gradebook.read_bytes() == before


def test_a_locked_gradebook_is_one_line_and_stays_as_it_is(gradebook, tiny_lab, tiny_entry, monkeypatch):
    monkeypatch.setattr("autograder.nbgrader.gradebook.LOCK_SECONDS", 0.2)
    before = query(gradebook, ROWS)
    with closing(sqlite3.connect(gradebook, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordsError, match=r"gradebook\.db: .*database is locked; another program is writing to it") as raised:
            export_gradebook(gradebook, {"00-tiny": tiny_lab}, [tiny_entry("bob")])
        other.execute("ROLLBACK")
    assert "\n" not in str(raised.value)
    assert query(gradebook, ROWS) == before


def test_an_export_that_breaks_off_changes_nothing(gradebook, tiny_lab, tiny_entry):
    def entries():
        yield from (tiny_entry(f"s{number:04}") for number in range(700))
        raise KeyboardInterrupt

    before = [query(gradebook, statement) for statement in (ROWS, SUBMITTED)]
    for path in (gradebook, gradebook.with_name("new.db")):
        with pytest.raises(KeyboardInterrupt):
            export_gradebook(path, {"00-tiny": tiny_lab}, entries())
    assert [query(gradebook, statement) for statement in (ROWS, SUBMITTED)] == before
    assert [path.name for path in gradebook.parent.iterdir()] == ["gradebook.db"]


FULL_DISK = """
import resource, sys
from pathlib import Path
from autograder.labs.model import Lab, LabCell, LabNotebook
from autograder.nbgrader import gradebook
from autograder.nbgrader.submissions import GradebookEntry
from autograder.results import Result

path, empty, limit = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes(), int(sys.argv[3])
gradebook._build_empty_gradebook = lambda: empty
cells = tuple(LabCell("code", "assert 1", name, grade=True, locked=True, points=1) for name in ("test-double", "why"))
labs = {"00-tiny": Lab("00-tiny", (LabNotebook("tiny", cells),), "1")}
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
entries = (GradebookEntry(Result("00-tiny", "1", f"s{n}", "h", 0.0, "split", "graded", 0.0, 2.0)) for n in range(5000))
try:
    gradebook.export_gradebook(path, labs, entries)
except Exception as error:
    print(f"{type(error).__name__}: {error}")
"""


@pytest.mark.parametrize("name", ["gradebook.db", "new.db"])
def test_a_full_disk_is_one_line_and_leaves_the_gradebook_intact(gradebook, name):
    """A limit on the size of files plays the full disk: it, too, stops SQLite in the middle of a write."""
    change(gradebook, "DELETE FROM solution_cells")
    change(gradebook, "DELETE FROM base_cell WHERE type = 'SolutionCell'")
    before = [query(gradebook, statement) for statement in (ROWS, SUBMITTED)]
    path = gradebook.with_name(name)
    command = [sys.executable, "-c", FULL_DISK, str(path), str(gradebook), str(gradebook.stat().st_size + 100_000)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    reply = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=True)
    assert reply.stdout.startswith(f"RecordsError: {path}: the gradebook could not be written: "), reply
    assert reply.stdout.count("\n") == 1
    assert [query(gradebook, statement) for statement in (ROWS, SUBMITTED)] == before
    assert [entry.name for entry in gradebook.parent.iterdir()] == ["gradebook.db"]


def test_a_file_that_is_no_gradebook_is_refused_and_left_alone(tmp_path, tiny_lab):
    path = tmp_path / "gradebook.db"
    path.write_text("my notes, which are nothing like a database")
    with pytest.raises(RecordsError, match="file is not a database"):
        export_gradebook(path, {"00-tiny": tiny_lab}, [])
    assert path.read_text().startswith("my notes")
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE course (id)")
    with pytest.raises(RecordsError, match=r"no gradebook of nbgrader 0\.9 \(it lacks the table 'assignment'\)"):
        export_gradebook(tmp_path / "other.db", {"00-tiny": tiny_lab}, [])
    with pytest.raises(RecordsError, match=r"the folder .* does not exist"):
        export_gradebook(tmp_path / "absent" / "gradebook.db", {}, [])
