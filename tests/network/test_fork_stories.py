"""Stories of scripts: each impossible step is told with its reason, in both languages, and a fork needs no words."""

import pytest

from minichain.network.fork_stories import _WORDS, tell_attack
from tests.network.test_fork_script import FORKED, NO_LOCK, TWO_CHAIN, grow

BASE = grow("b", (1, 2), ["Cho", "Dan"])


def add(**more):
    return [*BASE, {"view": 3, "block": "b3", "on": "b2", "to": ["Cho"]} | more]


STORIES = [
    ("many", grow("b", range(1, 42), ["Ann", "Cho", "Dan"]), "step 41: a script has at most 40 steps."),
    ("keys", [*BASE, "b3"], "step 3: a step is a dict"),
    ("number", add(view="3"), "step 3: view must be"),
    ("text", add(block=3), "step 3: block and on must be texts"),
    ("new", add(block="b1"), "the name b1 is taken"),
    ("members", add(to=["Eve"]), "out of Ann, Bob, Cho, Dan"),
    ("back", add(view=1), "view 1 is earlier"),
    ("below", add(view=2, on="b2"), "view 2 is not later than that of b2"),
    ("unknown", add(on="b9"), "nobody has made b9, on which b3 should stand"),
    ("second", add(view=2, on="b1"), "Ann is honest and has made a block in view 2 already"),
    ("honest", add(on="b1"), "on b2, not on b1"),
]


@pytest.mark.parametrize(("problem", "script", "said"), STORIES, ids=[problem for problem, _, _ in STORIES])
def test_a_step_that_cannot_be_is_told_with_its_reason(problem, script, said):
    assert said in tell_attack(script, ["Bob"], "no-lock")
    assert tell_attack(script, ["Bob"], "no-lock", "zh")


def test_a_missing_certificate_is_told_with_who_saw_it_and_who_refused():
    told = tell_attack(NO_LOCK, ["Bob"], "right")
    assert told.startswith("step 5: c5, on which c6 should stand, has no certificate. Its votes: Bob; 3 of 4 are needed.")
    assert "Ann was not shown it." in told and "Cho was shown it and found it not safe to vote (locked on b1, decided: nothing)." in told


def test_where_everybody_agrees_the_story_says_where_they_stand():
    told = tell_attack(grow("b", (1, 2, 3), ["Cho", "Dan"]), ["Bob"], "no-lock")
    assert "Ann has decided b1, and is locked on b2. Cho has decided nothing, and is locked on b1." in told
    assert "没有互相矛盾" in tell_attack([], ["Bob"], "no-lock", "zh")
    assert tell_attack(None, ["Bob"], "right") == "the script must be a list of steps."


def test_a_fork_needs_no_words():
    assert tell_attack(NO_LOCK, ["Bob"], "no-lock") == tell_attack(TWO_CHAIN, ["Bob"], "two-chain") == ""
    assert tell_attack(FORKED, ["Bob", "Cho"], "right") == ""


def test_both_languages_have_the_same_words():
    assert _WORDS["en"].keys() == _WORDS["zh"].keys()
