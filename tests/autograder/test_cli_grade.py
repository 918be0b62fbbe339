"""The command line as a person or a program meets it: what is printed where, how it ends, and what is left when it goes wrong."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import progress
from autograder.labs.source import load_lab
from autograder.records import Records
from tests.autograder.labs_for_tests import ADD, MUL, hand_in, write_lab

KEYS = {"lab", "learner", "status", "mode", "score", "max_score", "cells"}
CELL_KEYS = {"notebook", "grade_id", "status", "score", "max_score", "message"}
CHECKOUT = Path(__file__).parents[2]


def run(*arguments, **options):
    """Run `autograder` as a user does; without a terminal."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "autograder", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120, **options)


@pytest.fixture
def class_of_two(tmp_path):
    """A labs folder and a course in which ada is right and bo is half right."""
    lab = load_lab(write_lab(tmp_path / "labs"))
    hand_in(tmp_path / "course" / "submitted", lab, "ada", {"add": ADD, "mul": MUL, "why": "It is."})
    hand_in(tmp_path / "course" / "submitted", lab, "bo", {"add": ADD}, "zh")
    return tmp_path


def read_objects(output):
    return {entry["learner"]: entry for entry in map(json.loads, output.splitlines())}


def test_json_has_the_documented_keys_and_nothing_else_is_on_standard_output(class_of_two):
    done = run("grade", class_of_two / "course", "--labs", class_of_two / "labs", "--json")
    entries = read_objects(done.stdout)
    assert done.returncode == 0, done.stderr
    assert set(entries) == {"ada", "bo"}
    assert all(set(entry) == KEYS and all(set(cell) == CELL_KEYS for cell in entry["cells"]) for entry in entries.values())
    assert [(cell["grade_id"], cell["status"], cell["score"]) for cell in entries["ada"]["cells"]] == [
        ("test-add", "passed", 2.0),
        ("test-mul", "passed", 3.0),
        ("why", "manual", None),
    ]
    assert (entries["ada"]["status"], entries["ada"]["score"], entries["ada"]["max_score"]) == ("partial", 5.0, 6.0)
    assert (entries["bo"]["status"], entries["bo"]["score"], entries["bo"]["mode"]) == ("graded", 2.0, "split")
    assert "作答" in entries["bo"]["cells"][1]["message"]


def test_the_content_of_submitted_is_as_good_as_the_tree_and_filters_hold(class_of_two):
    arguments = ("--labs", class_of_two / "labs" / "00-sums", "--json", "--records", f"sqlite:///{class_of_two}/other.db")
    done = run("grade", class_of_two / "course" / "submitted", "--learner", "bo", "--lab", "00-sums", *arguments)
    assert done.returncode == 0, done.stderr
    assert set(read_objects(done.stdout)) == {"bo"}


def test_a_second_run_grades_only_what_is_new(class_of_two):
    arguments = ("grade", class_of_two / "course", "--labs", class_of_two / "labs", "--json")
    first = run(*arguments)
    lab = load_lab(class_of_two / "labs" / "00-sums")
    hand_in(class_of_two / "course" / "submitted", lab, "bo", {"add": ADD, "mul": MUL})
    second = run(*arguments)
    assert "(1 of them recorded before)" in second.stderr
    assert read_objects(second.stdout)["ada"] == read_objects(first.stdout)["ada"]
    assert read_objects(second.stdout)["bo"]["score"] == 5.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("{root}/nowhere",), "no such folder"),
        (("{root}/labs",), "no submissions here"),
        (("{root}/course", "--lab", "99-none"), "no lab '99-none'; there are: 00-sums"),
        (("{root}/course", "--learner", "eve"), "no submission by 'eve'"),
        (("{root}/course", "--labs", "{root}/none"), "no such folder"),
        (("{root}/course", "--course", "{root}/labs"), "no nbgrader course"),
        (("{root}/course", "--records", "sqlite:////nowhere/r.db"), "the folder /nowhere does not exist"),
        (("{root}/course", "--records", "no url"), "no database URL"),
    ],
)
def test_a_mistake_at_the_prompt_is_one_line(class_of_two, call, arguments, words):
    filled = [argument.format(root=class_of_two) for argument in arguments]
    done = call("grade", *([*filled] if "--labs" in filled else [*filled, "--labs", str(class_of_two / "labs")]))
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(class_of_two.rglob("records.db"))


def test_an_unreadable_notebook_is_named_and_the_rest_is_graded(class_of_two):
    path = class_of_two / "course" / "submitted" / "cy" / "00-sums" / "00-sums.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("{ this is no JSON")
    done = run("grade", class_of_two / "course", "--labs", class_of_two / "labs", "--json")
    entries = read_objects(done.stdout)
    assert done.returncode == 1
    assert "unreadable: cy/00-sums: the notebook cannot be read: it is not JSON (line 1" in done.stderr
    assert (entries["cy"]["status"], entries["cy"]["score"]) == ("unreadable", None)
    assert {cell["status"] for cell in entries["cy"]["cells"]} == {"missing"}
    assert all("not JSON" in cell["message"] for cell in entries["cy"]["cells"])
    assert entries["ada"]["score"] == 5.0


def test_work_for_a_lab_that_nobody_knows_is_named_and_the_rest_is_graded(class_of_two):
    known = class_of_two / "course" / "submitted" / "ada" / "00-sums"
    (known.parent / "77-old").mkdir()
    (known.parent / "77-old" / "77-old.ipynb").write_bytes((known / "00-sums.ipynb").read_bytes())
    done = run("grade", class_of_two / "course", "--labs", class_of_two / "labs", "--json")
    assert done.returncode == 1
    assert "no lab '77-old'" in done.stderr
    assert read_objects(done.stdout)["ada"]["score"] == 5.0


def test_a_full_disk_is_one_line_and_leaves_the_earlier_results(class_of_two):
    arguments = ("grade", class_of_two / "course", "--labs", class_of_two / "labs")
    assert run(*arguments).returncode == 0
    records = class_of_two / "course" / "records.db"
    lab = load_lab(class_of_two / "labs" / "00-sums")
    for number in range(24):
        answer = f"def add(a, b):\n    return a + b  # {number}"
        hand_in(class_of_two / "course" / "submitted", lab, f"late-{number}", {"add": answer})

    def fill_the_disk():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (records.stat().st_size, resource.RLIM_INFINITY))

    impatient = "from autograder.records import database; database.PATIENCE_SECONDS = 1; from autograder.cli import main; main()"
    command = [sys.executable, "-c", impatient, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False, timeout=120, preexec_fn=fill_the_disk)
    assert done.returncode == 2
    assert [line for line in done.stderr.splitlines() if line.startswith("error")] == [done.stderr.splitlines()[-1]]
    assert "the records could not be used" in done.stderr
    with Records(f"sqlite:///{records}") as store:
        kept = {result.learner: result.score for result in store.iterate_latest()}
    assert {"ada": 5.0, "bo": 2.0}.items() <= kept.items()
    assert run(*arguments).returncode == 0


def test_progress_without_a_terminal_is_plain_lines_now_and_then(capsys, monkeypatch):
    monkeypatch.setattr(progress, "_FIRST_LINE_SECONDS", 0.0)
    with progress.Progress("grading", 4) as shown:
        shown.advance()
        shown.advance(2)
    output = capsys.readouterr()
    assert output.out == ""
    assert re.fullmatch(r"grading: 1 of 4, [\d,.]+ a second, [\d,]+ s left\n", output.err)


@pytest.mark.long
def test_an_interrupt_keeps_what_is_done_and_the_same_command_goes_on(class_of_two):
    lab = load_lab(class_of_two / "labs" / "00-sums")
    slow = "import time\ntime.sleep(0.2)\ndef add(a, b):\n    return a + b"
    for number in range(38):  # more than one worker is given at a time: two chunks, and one that is done
        hand_in(class_of_two / "course" / "submitted", lab, f"slow-{number:02}", {"add": f"{slow}  # {number}"})
    arguments = ["grade", str(class_of_two / "course"), "--labs", str(class_of_two / "labs"), "--workers", "1", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-m", "autograder", *arguments], env=environment, text=True, **pipes) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        output, complaints = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaints.splitlines()[-1].startswith("interrupted")
    assert 1 <= len(read_objects(first + output)) < 40, first + output
    again = run(*arguments)
    assert again.returncode == 0, again.stderr
    assert len(read_objects(again.stdout)) == 40


def test_the_whole_way_from_release_to_feedback(class_of_two, call):
    labs, course = class_of_two / "labs", class_of_two / "course"
    assert "00-sums" in call("labs", "--labs", labs).stdout
    released = call("release", "--labs", labs, "--out", class_of_two / "out").stdout.splitlines()
    assert [Path(path).relative_to(class_of_two / "out").as_posix() for path in released] == [
        "en/00-sums/00-sums.ipynb",
        "zh/00-sums/00-sums.ipynb",
    ]
    nothing = call("feedback", course, "--labs", labs)
    assert nothing.returncode == 2
    assert "run autograder grade first" in nothing.stderr
    assert run("grade", course, "--labs", labs).returncode == 0
    page = Path(call("feedback", course, "--labs", labs).stdout.strip())
    assert page == course / "feedback" / "index.html"
    assert "求和" in (course / "feedback" / "bo" / "00-sums.html").read_text("utf-8")


@pytest.mark.parametrize("command", [(), ("grade",), ("labs",), ("release",), ("validate",), ("feedback",), ("export",), ("demo",)])
def test_every_command_has_help(call, command):
    done = call(*command, "--help")
    assert done.returncode == 0
    assert len(done.stdout) > 400
