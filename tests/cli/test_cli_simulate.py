"""`minichain simulate`: the run is told, drawn, given to programs; what is broken ends with 1 and a short story."""

import json
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from minichain.cli import main, simulate
from tests.network.simple import make_followers


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["minichain", "simulate", *arguments])
        with pytest.raises(SystemExit) as ending:
            main()
        return ending.value.code or 0, *capsys.readouterr()

    return run_command


@pytest.fixture
def believers(monkeypatch):
    """Let the engine's members believe whatever the first of them says."""
    monkeypatch.setattr(simulate, "ENGINES", ("followers",))
    monkeypatch.setattr(simulate, "make_cluster", lambda engine, names: make_followers(names))


def test_a_run_is_told_and_ends_with_its_verdict(run):
    code, out, err = run("solo", "--seed", "3")
    assert (code, err) == (0, "")
    assert out.startswith("solo: 1 member, of which 0 may be Byzantine; seed 3")
    assert "A decides height 1: " in out and "put z last" in out
    assert out.endswith("no rule was broken\n")
    assert run("solo", "--seed", "3")[1] == out


def test_messages_are_told_on_request_and_only_of_the_time_that_is_asked_for(run, believers):
    code, out, _ = run("followers", "--calm", "--byzantine", "0", "--messages", "--from", "50", "--until", "100")
    assert code == 0
    assert "A to B: 1, " in out and "A writes 2" in out
    assert {int(line.split()[0]) for line in out.splitlines() if " ms  " in line} <= set(range(50, 101))


def test_a_broken_rule_ends_with_1_and_the_smallest_story(run, believers):
    code, out, _ = run("followers", "--byzantine", "3", "--behaviour", "silent", "--seeds", "5")
    assert (code, out) == (0, "5 runs, no rule broken\n"), "nobody honest, nobody harmed"
    code, out, _ = run("followers", "--byzantine", "1", "--behaviour", "twins", "--seeds", "40")
    assert code == 1
    assert "A is Byzantine: twins" in out
    assert "BROKEN at" in out.splitlines()[-1] and "agreement" in out.splitlines()[-1]
    assert "crashes" not in out, "a crash has nothing to do with it"


def test_programs_get_json(run):
    code, out, _ = run("solo", "--seed", "1", "--json")
    said = json.loads(out)
    assert code == 0
    assert said["heights"]["A"] == len(said["decisions"]) > 10
    assert (said["violation"], said["byzantine"], said["members"]) == (None, {}, ["A"])
    assert json.loads(run("solo", "--seeds", "3", "--json")[1]) == {"engine": "solo", "seeds": 3, "violation": None}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_run_is_drawn(run, believers, tmp_path, lang):
    code, out, _ = run("followers", "--calm", "--svg", "run.svg", "--lang", lang)
    assert code in (0, 1) and "diagram: run.svg" in out
    root = ElementTree.fromstring((tmp_path / "run.svg").read_text("utf-8"))
    assert root.tag.endswith("svg")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nope",), "no engine is called 'nope'"),
        (("solo", "--byzantine", "3"), "--byzantine 3: there are 1 members"),
        (("solo", "--behaviour", "lazy"), "--behaviour lazy: Byzantine members of solo can be delay, forge"),
        (("solo", "--lang", "fr"), "--lang fr"),
        (("solo", "--svg", "missing/run.svg"), "--svg missing/run.svg: No such file"),
    ],
)
def test_what_cannot_be_simulated_is_one_line(run, arguments, words):
    code, out, err = run(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
