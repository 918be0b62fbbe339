"""From records to marks on the command line: classes, decisions, formgrader and back, questions, and what people have to do."""

import csv
import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace

import pytest

from autograder.labs.source import load_lab
from autograder.records import Records
from tests.autograder.labs_for_tests import ADD, MUL, hand_in, write_lab

DAY = 86_400.0
DUE = 1_795_305_600.0  # 2026-11-22T00:00:00Z
ROSTER = "learner,class,name\nada,c1,Ada\nbo,c1,波\ncy,c2,=cmd\ndi,c2,Di\n"
RULES = """
late = { percent_per_day = 10, most_percent = 50 }
[labs.00-sums]
due = 2026-11-22T00:00:00Z
closes = 2026-11-29T00:00:00Z
[[extensions]]
learner = "cy"
due = 2026-11-23T00:00:00Z
why = "ill"
"""


@pytest.fixture
def course(tmp_path, make_result):
    """Three learners of four in two classes: ada in time, bo and cy a day late; the essays wait."""
    lab = load_lab(write_lab(tmp_path / "labs"))
    root = tmp_path / "course"
    results = []
    for at, learner in enumerate(["ada", "bo", "cy"]):
        hand_in(root / "submitted", lab, learner, {"add": ADD, "mul": f"{MUL}  # {at}", "why": "It is."})
        cells = {("00-sums", "test-add"): 2.0, ("00-sums", "test-mul"): 3.0 - at}
        results.append(replace(make_result(lab, learner, cells, "en", DUE + (DAY - 1 if at else 0)), content_hash=read_hash(root, learner)))
    with Records(root / "records.db") as store:
        store.save(results)
    (root / "roster.csv").write_text(ROSTER, "utf-8")
    (root / "cohort.toml").write_text(RULES, "utf-8")
    return root


def read_hash(root, learner):
    from autograder.read import compute_content_hash

    return compute_content_hash(root / "submitted" / learner / "00-sums")


@pytest.fixture
def run(course, call):
    def run_command(command, *arguments, code=0, labs=True):
        done = call(command, course, *arguments, *(("--labs", course.parent / "labs") if labs else ()))
        assert done.returncode == code, done.stderr
        return done

    return run_command


def read_marks(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["learner"]: row for row in csv.DictReader(file)}


def read_lines(done):
    return {entry["learner"]: entry for entry in map(json.loads, done.stdout.splitlines())}


def test_everybody_of_the_roster_has_a_line_and_what_waits_is_empty(course, run):
    said = run("marks").stdout
    assert "marks.csv: 4 learner(s)" in said
    rows = read_marks(course / "marks.csv")
    assert list(rows) == ["ada", "bo", "cy", "di"]
    assert rows["ada"]["00-sums"] == ""
    assert rows["ada"]["remarks"] == "00-sums: 1 part(s) wait for a person"
    assert rows["di"]["remarks"] == "00-sums: nothing handed in"
    assert rows["cy"]["name"] == "'=cmd"


def test_a_decision_makes_a_mark_final_and_lateness_costs_its_part(course, run):
    for learner in ("ada", "bo", "cy"):
        run("decide", learner, "00-sums", "why", "--points", "1", "--extra", "0.5", "--by", "zoe")
    run("marks")
    rows = read_marks(course / "marks.csv")
    assert [rows[name]["00-sums"] for name in ("ada", "bo", "cy")] == ["6.5", "5", "4.5"]  # 6+.5; (2+2+1)*.9+.5; 2+1+1+.5, ill
    assert rows["bo"]["remarks"] == "00-sums: 0.5 off for being 1.0 days late"
    assert rows["bo"]["total"] == "5"
    mark = read_lines(run("marks", "--json", "--learner", "bo"))["bo"]
    assert mark == {
        "lab": "00-sums",
        "learner": "bo",
        "status": "final",
        "score": 5.0,
        "max_score": 6.0,
        "points": 5.0,
        "extra": 0.5,
        "penalty": 0.5,
        "late_seconds": 86_399.0,
        "attempts": 1,
        "waiting": [],
        "outdated": [],
        "forgeable": False,
    }


def test_a_class_is_told_apart_and_one_that_is_not_there_is_named(course, run):
    assert set(read_lines(run("marks", "--json", "--class", "c1"))) == {"ada", "bo"}
    run("marks", "--class", "c2", "--out", course / "c2.csv")
    assert list(read_marks(course / "c2.csv")) == ["cy", "di"]
    assert "no class 'c3'; there are: c1, c2" in run("marks", "--class", "c3", code=2).stderr
    (course / "roster.csv").unlink()
    assert "--class needs a roster" in run("marks", "--class", "c1", code=2).stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("ada", "00-sums", "why", "--points", "1.5"), "--points 1.5: why of 00-sums has 1 point(s)"),
        (("ada", "00-sums", "why", "--points", "nan"), "--points nan: why of 00-sums has 1 point(s)"),
        (("ada", "00-sums", "add"), "has no graded part 'add'; there are: test-add, test-mul, why"),
        (("ada", "99-none", "why"), "99-none"),
        (("eve", "00-sums", "why", "--points", "1"), "nothing is recorded of 'eve' at 00-sums"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(course, run, arguments, complaint):
    assert complaint in run("decide", *arguments, code=2).stderr
    assert "nothing is recorded" not in run("waiting").stdout


def test_what_waits_for_a_person_is_listed_until_it_is_done(course, run):
    assert run("waiting").stdout.splitlines()[-1] == "3 task(s): 3 to grade by hand"
    request = run("ask", "bo", "00-sums", "--cell", "test-mul", "--why", "my mul is right").stdout.strip()
    assert f"bo  00-sums  test-mul: asked by a learner [{request}]: my mul is right" in run("waiting").stdout
    assert "asked for this already" in run("ask", "bo", "00-sums", "--cell", "test-mul", "--why", "again", code=2).stderr
    assert run("answer", request, "--refuse", "--why", "it adds", labs=False).stdout == "bo, 00-sums, test-mul: refused\n"
    assert "was refused already: it adds" in run("answer", request, "--grant", "--why", "x", labs=False, code=2).stderr
    for learner in ("ada", "bo", "cy"):
        run("decide", learner, "00-sums", "why", "--points", "1")
    assert run("waiting").stdout == "nothing waits for a person\n"


def change(path, statement, *values):
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(statement, values).rowcount > 0
        connection.commit()


def enter(gradebook, learner, grade_id, points=None, extra=0.0, comment=""):
    """Do in the gradebook what formgrader does when a person enters something."""
    cell = (
        "(SELECT g.id FROM {0} g JOIN base_cell b ON b.id = g.cell_id JOIN submitted_notebook n ON n.id = g.notebook_id "
        "JOIN submitted_assignment s ON s.id = n.assignment_id WHERE s.student_id = ? AND b.name = ?)"
    )
    change(
        gradebook,
        f"UPDATE grade SET manual_score = ?, extra_credit = ?, needs_manual_grade = 0 WHERE id = {cell.format('grade')}",
        *(points, extra, learner, grade_id),
    )
    if comment:
        change(gradebook, f"UPDATE comment SET manual_comment = ? WHERE id = {cell.format('comment')}", comment, learner, grade_id)


@pytest.fixture
def gradebook(course, run):
    run("export", "--class", "c1", "--class", "c2")
    return course / "classes" / "c1" / "gradebook.db"


def test_each_class_has_a_gradebook_of_its_own_with_the_penalty(course, gradebook):
    for name, learners in (("c1", [("ada", 0.0), ("bo", 0.4)]), ("c2", [("cy", 0.0)])):
        with closing(sqlite3.connect(course / "classes" / name / "gradebook.db")) as connection:
            found = connection.execute(
                "SELECT student_id, late_submission_penalty FROM submitted_notebook n JOIN submitted_assignment a ON a.id = n.assignment_id"
            ).fetchall()
        assert sorted(found) == learners
        assert (course / "classes" / name / "autograded" / learners[0][0] / "00-sums" / "00-sums.ipynb").is_file()


def test_what_formgrader_says_comes_back_once_and_survives_a_new_export(course, gradebook, run):
    assert run("import", gradebook).stdout == "nothing new\n"
    enter(gradebook, "ada", "why", 0.75, 0.25, "Nearly.")
    enter(gradebook, "bo", "test-mul", 3.0)
    assert run("import", gradebook).stdout == f"2 decision(s) taken from {gradebook}\n"
    assert run("import", gradebook).stdout == "nothing new\n"
    assert read_lines(run("marks", "--json"))["ada"]["score"] == 6.0
    gradebook.unlink()
    run("export", "--class", "c1")
    assert run("import", gradebook).stdout == "nothing new\n"
    with closing(sqlite3.connect(gradebook)) as connection:
        assert connection.execute(
            "SELECT manual_score, extra_credit, needs_manual_grade FROM grade WHERE manual_score = .75"
        ).fetchall() == [(0.75, 0.25, 0)]
        assert ("Nearly.",) in connection.execute("SELECT manual_comment FROM comment").fetchall()


def test_of_two_hands_the_last_counts(course, gradebook, run):
    """Who decides here and who enters there do not undo each other's work."""
    enter(gradebook, "ada", "why", 0.25)
    run("import", gradebook)
    run("decide", "ada", "00-sums", "why", "--points", "1")
    assert run("import", gradebook).stdout == "nothing new\n"  # an old gradebook takes nothing back
    run("export", "--class", "c1")
    assert run("import", gradebook).stdout == "nothing new\n"
    assert read_lines(run("marks", "--json"))["ada"]["score"] == 6.0
    run("decide", "ada", "00-sums", "why", "--points", "0.5")
    enter(gradebook, "ada", "why", 0.0)
    run("export", "--class", "c1")  # what nobody has taken in yet is not written over
    assert run("import", gradebook).stdout.startswith("1 decision(s)")
    assert read_lines(run("marks", "--json"))["ada"]["score"] == 5.0
    enter(gradebook, "ada", "why", None)
    run("import", gradebook)
    assert read_lines(run("marks", "--json"))["ada"]["status"] == "waiting"


def test_a_gradebook_that_cannot_be_right_changes_nothing(course, gradebook, run, tmp_path):
    enter(gradebook, "bo", "why", 1.0)
    enter(gradebook, "ada", "why", 1.5)
    assert "ada, 00-sums, why: the manual score 1.5 is not between 0 and 1" in run("import", gradebook, code=2).stderr
    enter(gradebook, "ada", "why", 1.0, -2)
    assert "the extra credit -2 is below zero" in run("import", gradebook, code=2).stderr
    enter(gradebook, "ada", "why", None)
    change(gradebook, "UPDATE submitted_assignment SET student_id = 'eve' WHERE student_id = 'bo'")
    assert "eve, 00-sums, why: this learner handed nothing in" in run("import", gradebook, code=2).stderr
    change(gradebook, "UPDATE assignment SET name = 'ps1'")
    assert "the gradebook of another course: its assignments are ps1, not 00-sums" in run("import", gradebook, code=2).stderr
    assert "no such file" in run("import", tmp_path / "none.db", code=2).stderr
    (tmp_path / "text.db").write_text("no database at all, but long enough to look at it")
    assert "cannot be read as nbgrader's gradebook" in run("import", tmp_path / "text.db", code=2).stderr
    assert run("waiting").stdout.splitlines()[-1] == "3 task(s): 3 to grade by hand"


def test_a_new_attempt_keeps_the_decision_and_asks_to_look_again(course, run, make_result):
    run("decide", "ada", "00-sums", "why", "--points", "1")
    lab = load_lab(course.parent / "labs" / "00-sums")
    cells = {("00-sums", "test-add"): 2.0, ("00-sums", "test-mul"): 0.0}
    with Records(course / "records.db") as store:
        store.save([replace(make_result(lab, "ada", cells, "en", DUE - 1 + 2), content_hash="new")])
    mark = read_lines(run("marks", "--json", "--learner", "ada"))["ada"]
    assert (mark["status"], mark["points"], mark["outdated"], mark["attempts"]) == ("final", 3.0, ["why"], 2)
    assert "ada  00-sums  why: to look at again" in run("waiting").stdout


def test_who_is_forgotten_is_gone_and_what_stays_is_said(course, gradebook, run):
    assert "would remove 1 result(s)" in run("forget", "ada", labs=False, code=1).stderr
    assert (course / "submitted" / "ada").is_dir()
    done = run("forget", "ada", "--yes", labs=False)
    assert done.stdout.startswith("1 results, 0 sealed entries, 0 decisions, 0 requests")
    assert "ada may still be named in: roster.csv" in done.stderr
    assert not (course / "submitted" / "ada").exists()
    assert set(read_lines(run("marks", "--json"))) == {"bo", "cy"}
    assert "nothing of a learner 'ada' is here" in run("forget", "ada", "--yes", labs=False, code=2).stderr
    assert "leads to another folder" in run("forget", "../course", "--yes", labs=False, code=2).stderr


def test_feedback_says_what_people_decided_and_what_lateness_costs(course, run):
    run("decide", "bo", "00-sums", "why", "--points", "1", "--extra", "0.5", "--comment", "Nicely <put>.")
    run("feedback")
    page = (course / "feedback" / "bo" / "00-sums.html").read_text("utf-8")
    assert "Nicely &lt;put&gt;." in page
    assert "Off for being 1.0 days late: 0.5." in page
    assert "Your mark: 5." in page
    assert "A person still looks" not in page
    assert "A person still looks" in (course / "feedback" / "ada" / "00-sums.html").read_text("utf-8")


def test_feedback_tells_what_was_asked_and_answered(course, run):
    request = run("ask", "bo", "00-sums", "--why", "is <mul> right?").stdout.strip()
    run("feedback")
    assert "Not answered yet." in (course / "feedback" / "bo" / "00-sums.html").read_text("utf-8")
    run("answer", request, "--refuse", "--why", "No & never.", labs=False)
    run("feedback")
    page = (course / "feedback" / "bo" / "00-sums.html").read_text("utf-8")
    assert "is &lt;mul&gt; right?" in page
    assert "It stays as it is.</b> No &amp; never." in page
    assert "You asked" not in (course / "feedback" / "ada" / "00-sums.html").read_text("utf-8")


def test_feedback_is_zipped_class_by_class_and_twice_the_same(course, run):
    first = run("feedback", "--zip").stdout.splitlines()
    assert first[1:] == [str(course / "feedback" / f"{name}.zip") for name in ("c1", "c2")]
    with zipfile.ZipFile(course / "feedback" / "c1.zip") as archive:
        assert archive.namelist() == ["ada/00-sums.html", "bo/00-sums.html"]
    before = (course / "feedback" / "c1.zip").read_bytes()
    run("feedback", "--zip")
    assert (course / "feedback" / "c1.zip").read_bytes() == before
