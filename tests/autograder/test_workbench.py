"""A term in an instructor's life: 600 learners in three classes, from the notebooks to marks, feedback, a report and a published seal."""

import csv
import json
import random
import re
import sqlite3
import stat
import subprocess
import sys
import zipfile
from contextlib import closing

import pytest

from autograder.labs.source import load_lab
from minichain.crypto.key_files import write_private_key
from minichain.crypto.signing import get_scheme
from tests.autograder.labs_for_tests import ADD, LAB_PY, MUL, hand_in, write_lab

CLASSES = ("一班", "二班", "evening")
COUNT = 600
RULES = """
attempts = "best"
late = { percent_per_day = 10 }
[labs.00-sums]
due = 2100-01-01
"""
VARIANTS = LAB_PY.replace("assert add(-5, 2)", "x = draw.randrange(10**9)\nassert add(x, 1) == x + 1\nassert add(-5, 2)")
FOUND_OUT = random.Random(0).randrange(10**9)
TABLE = f"def add(a, b):\n    return {{(1, 2): 3, (-5, 2): -3, ({FOUND_OUT}, 1): {FOUND_OUT + 1}}}[a, b]"
"""Passes the tests of seed 0, which everybody can read, and no others."""
COPY = """def mul(a, b):
    negative = (a < 0) != (b < 0)
    left, right = abs(a), abs(b)
    table = {0: 0, 1: left}
    power = 1
    while power * 2 <= right:
        table[power * 2] = table[power] + table[power]
        power = power * 2
    total, rest = 0, right
    for size in sorted(table, reverse=True):
        while size and rest >= size:
            total = total + table[size]
            rest = rest - size
    if rest != 0:
        raise ArithmeticError("something is left over")
    pieces = [total, -total]
    chosen = pieces[1] if negative else pieces[0]
    return chosen
"""


def name(number):
    return f"s{number:03}"


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """The notebooks of 600 learners: right, half right, blank; two share an answer that nobody else thought of, one knows seed 0."""
    root = tmp_path_factory.mktemp("school")
    lab = load_lab(write_lab(root / "labs", py=VARIANTS))
    for number in range(COUNT):
        answers = {"add": TABLE if number == 13 else f"{ADD}  # {number}"}
        if number in (7, 11):
            answers["mul"] = COPY.replace("total", "sofar").replace("table", "doubles") if number == 11 else COPY
        elif number % 3:
            answers["mul"] = f"{MUL}  # {number}"
        if number % 10 == 0:
            answers["why"] = f"Because of {number}."
        hand_in(root / "submitted", lab, name(number), answers, "zh" if number % 2 else "en")
    lines = [f"{name(number)},{CLASSES[number % 3]},Learner {number}" for number in range(COUNT + 3)]
    (root / "roster.csv").write_text("\n".join(["learner,class,name", *lines, ""]), "utf-8")
    (root / "cohort.toml").write_text(RULES)
    write_private_key(root / "key.pem", get_scheme("ed25519").generate_key())
    (root / "key.pem").chmod(stat.S_IRUSR | stat.S_IWUSR)
    return root


def run_nbgrader(folder, *arguments):
    command = [sys.executable, "-m", "nbgrader", *arguments, "--CourseDirectory.course_id=evening"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]


def read_marks(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["learner"]: row for row in csv.DictReader(file)}


@pytest.mark.long
def test_a_term(school, call, monkeypatch):
    monkeypatch.setenv("MINICHAIN_SEED_SECRET", "of this term")

    def run(command, *arguments, code=0):
        done = call(command, *arguments)
        assert done.returncode == code, (command, done.stderr[-2000:])
        return done

    labs = ("--labs", school / "labs")
    run("grade", school, *labs, "--workers", "2", "--seal-key", school / "key.pem")

    # What waits, and a person's work on it
    tasks = [json.loads(line) for line in run("waiting", school, *labs, "--json").stdout.splitlines()]
    assert sorted(task["learner"] for task in tasks) == [name(number) for number in range(0, COUNT, 10)]
    of_class = run("waiting", school, *labs, "--class", "一班").stdout.splitlines()
    assert of_class[-1] == "20 task(s): 20 to grade by hand"
    request = run("ask", school, name(3), "00-sums", "--why", "复查", *labs).stdout.strip()

    # formgrader's gradebook of one class, there and back
    run("export", school, "--class", "一班", *labs)
    gradebook = school / "classes" / "一班" / "gradebook.db"
    with closing(sqlite3.connect(gradebook)) as connection:
        assert connection.execute("SELECT count(*) FROM submitted_assignment").fetchone() == (200,)
        connection.execute("UPDATE grade SET manual_score = 1, needs_manual_grade = 0 WHERE auto_score IS NULL")
        connection.commit()
    assert run("import", school, gradebook, *labs).stdout.startswith("20 decision(s) taken")
    assert run("waiting", school, "--class", "一班", *labs).stdout.splitlines()[-1] == "1 task(s): 1 asked by a learner"
    run("answer", school, request, "--refuse", "--why", "测试是对的")

    # Marks
    run("marks", school, *labs)
    rows = read_marks(school / "marks.csv")
    assert len(rows) == COUNT + 3
    assert (rows[name(0)]["00-sums"], rows[name(1)]["00-sums"], rows[name(10)]["00-sums"]) == ("3", "5", "")
    assert rows[name(13)]["00-sums"] == "3", "his tests draw other numbers than those of seed 0"
    assert rows[name(COUNT)]["remarks"] == "00-sums: nothing handed in"

    # Other rules, other marks of the same work: late by years, but for a class and a learner that have more time
    later = "\n[[extensions]]\n{} = '{}'\ndue = 2100-01-01\nwhy = 'ill'\n"
    past = RULES.replace("2100", "2020").replace("10 }", "10, most_percent = 50 }")
    (school / "cohort.toml").write_text(past + later.format("class", "二班") + later.format("learner", name(2)), "utf-8")
    run("marks", school, *labs, "--out", school / "strict.csv")
    strict = read_marks(school / "strict.csv")
    assert [strict[name(number)]["00-sums"] for number in (1, 2, 5)] == ["5", "5", "2.5"]
    (school / "cohort.toml").write_text(RULES)

    # nbgrader's own commands on the class of the evening
    run("export", school, "--class", "evening", *labs)
    evening = school / "classes" / "evening"
    run_nbgrader(evening, "export", "--to", "nbgraders.csv")
    with (evening / "nbgraders.csv").open(newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    waiting = {learner for learner in scores if not rows[learner]["00-sums"]}
    assert (len(scores), len(waiting)) == (200, 20)
    assert all(score == float(rows[learner]["00-sums"]) for learner, score in scores.items() if learner not in waiting)
    run_nbgrader(evening, "generate_feedback", "00-sums", "--student", name(2))
    page = re.sub("<[^>]*>", "", (evening / "feedback" / name(2) / "00-sums" / "00-sums.html").read_text("utf-8"))
    assert "add(1, 2)" in page
    assert "add(-5, 2)" not in page and "draw.randrange" not in page

    # Work that is alike
    found = json.loads(run("compare", school, "--lab", "00-sums", "--json", *labs).stdout)
    assert [sorted(group["learners"]) for group in found["clusters"]] == [[name(7), name(11)]]

    # Feedback and a report for each class
    run("feedback", school, "--zip", *labs)
    for each in CLASSES:
        with zipfile.ZipFile(school / "feedback" / f"{each}.zip") as archive:
            assert len(archive.namelist()) == 200
        page = school / f"report-{each}.html"
        run("report", school, "--class", each, "--lang", "zh", "--out", page, *labs)
        text = page.read_text("utf-8")
        assert f"{each}的情况" in text
        assert "求和 · why" in text and "END SOLUTION" not in text
        assert f'feedback/{name(7)}/00-sums.html"' in text or each == "一班"
        assert ("相似的作业" in text) == (each != "一班")  # 7 and 11 are in the other two
        assert '/compared-00-sums.html"' in text or each == "一班"
    (school / "compared-00-sums.json").write_text("{}")
    assert "not what autograder compare wrote" in run("report", school, *labs, code=2).stderr

    # A second attempt, worse than the first: "best" keeps the first, "last" does not
    hand_in(school / "submitted", load_lab(school / "labs" / "00-sums"), name(4), {})
    run("grade", school, *labs, "--seal-key", school / "key.pem")
    for rule, mark in (("best", "5"), ("last", "0")):
        (school / "cohort.toml").write_text(RULES.replace("best", rule))
        run("marks", school, *labs)
        assert read_marks(school / "marks.csv")[name(4)]["00-sums"] == mark

    # The seal holds, shows one score without another, and finds what was changed by hand
    _, seal = sorted((school / "seals").glob("*.json"))
    audit = ("audit", school, "--root", seal)
    assert "no score changed outside a recorded regrade" in run(*audit).stdout
    run("forget", school, name(599), "--yes")
    assert "1 result(s) of people who were forgotten" in run(*audit).stdout
    with closing(sqlite3.connect(school / "records.db")) as connection:
        connection.execute("UPDATE result SET score = 6 WHERE learner = ?", (name(1),))
        connection.commit()
    assert f"CHANGED: {name(1)}/00-sums" in run(*audit, code=1).stdout
