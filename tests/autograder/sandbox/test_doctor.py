"""`autograder doctor`: one line an attack, what to do about a wall that is missing, and an exit code that a script can use."""

import json
import os
import subprocess
import sys

import pytest

from autograder.cli import doctor as command
from autograder.sandbox import doctor
from autograder.sandbox.doctor import Finding, Report
from autograder.sandbox.probes import PROBES, Probe


def run(*arguments, **environment):
    line = [sys.executable, "-m", "autograder", "doctor", *arguments]
    return subprocess.run(line, capture_output=True, text=True, timeout=240, env={**os.environ, **environment}, check=False)


def test_the_doctor_tells_of_every_attack_and_of_the_walls_that_stood():
    told = run("--without-bubblewrap")
    assert told.returncode == 0, told.stdout + told.stderr
    assert all(f"held     {probe.name}" in told.stdout or f"open     {probe.name}" in told.stdout for probe in PROBES)
    assert "✓ held     reach the network" in told.stdout and "○ open     learn size and owner" in told.stdout
    assert "landlock · seccomp · rlimits · session" in told.stdout and "namespaces" not in told.stdout
    assert "learner code is held" in told.stdout


def test_the_doctor_says_it_in_json_too():
    told = run("--json")
    report = json.loads(told.stdout)
    assert (report["sound"], told.returncode) == (True, 0)
    assert {"seccomp", "rlimits"} <= set(report["walls"])
    assert {finding["state"] for finding in report["findings"]} <= {"held", "open"}
    assert len(report["findings"]) == len(PROBES) + 2


def test_where_there_are_no_walls_the_doctor_says_so_in_one_line(tmp_path):
    words = "import autograder.sandbox.landlock as l, autograder.sandbox.seccomp as s\nl.get_version = lambda: 0\n"
    words += "s.is_available = lambda: False\nimport autograder.sandbox.bubblewrap as b\n"
    words += "b.find_bubblewrap = lambda: b.Bubblewrap(problem='left out')\n"
    (tmp_path / "sitecustomize.py").write_text(words)
    told = run(PYTHONPATH=str(tmp_path))
    assert told.returncode == 2
    assert told.stderr.startswith("error: ") and "no Landlock and no seccomp" in told.stderr and told.stderr.count("\n") == 1


PROBE = Probe("open a door", "", ("seccomp", "landlock"), "a door is open")


@pytest.mark.parametrize(
    ("names", "reached", "state"),
    [
        (("seccomp",), (), "held"),
        (("seccomp",), ("the door",), "broken"),
        (("rlimits", "landlock"), ("the door",), "broken"),
        (("rlimits",), ("the door",), "open"),
        (("rlimits",), (), "held"),
    ],
)
def test_what_was_reached_is_broken_only_if_a_wall_should_have_held_it_off(names, reached, state):
    assert doctor._judge(PROBE, names, reached).state == state


def test_one_broken_wall_or_none_at_all_is_not_sound():
    held, broken = Finding("a", "held"), Finding("b", "broken", ("x",), "y")
    assert Report(("seccomp",), "", (held,)).is_sound
    assert not Report(("seccomp",), "", (held, broken)).is_sound
    assert not Report(("none",), "", (held,)).is_sound


def test_a_probe_that_did_not_end_held_nothing_off_unless_a_limit_ended_it():
    assert doctor._read(None, 9, may_end=False) == ("its process ended before it could tell (status 9)",)
    assert doctor._read(None, 9, may_end=True) == ()
    assert doctor._read(["raised", "NameError"], 0, may_end=True) == ("it could not be tried: NameError",)
    assert doctor._read(["value", "['a', 'b']"], 0, may_end=False) == ("a", "b")
    assert doctor._read(["value", "what?"], 0, may_end=False) == ("what?",)


@pytest.mark.parametrize(
    ("report", "word"),
    [
        (Report(("landlock", "seccomp"), "it is not installed", ()), "apt install bubblewrap"),
        (Report(("landlock", "seccomp"), "setting up uid map: Permission denied", ()), "namespaces"),
        (Report(("namespaces", "seccomp"), "", ()), "Linux 5.13"),
        (Report(("namespaces", "landlock"), "", ()), "CONFIG_SECCOMP_FILTER"),
    ],
)
def test_a_missing_wall_comes_with_what_to_do_about_it(report, word):
    assert word in "\n".join(command._list_hints(report, without_bubblewrap=False))
