"""Scripts of attackers: what forks an engine without a rule does not fork the right one, and what no attacker can do is refused."""

import random

import pytest

from minichain.network.fork_script import ENGINES, MEMBERS, replay_script


def grow(letter, views, to, on="genesis"):
    names = [on, *(f"{letter}{view}" for view in views)]
    return [{"view": view, "block": names[place + 1], "on": names[place], "to": list(to)} for place, view in enumerate(views)]


NO_LOCK = grow("b", (1, 2, 3), ["Cho", "Dan"]) + grow("c", (5, 6, 7, 8), ["Cho", "Dan"])
TWO_CHAIN = grow("b", (1, 2), ["Cho", "Dan"]) + grow("c", (5, 6, 7, 8), ["Cho", "Dan"])
FORKED = sorted(grow("x", (5, 6, 7, 8), ["Ann"]) + grow("y", (5, 6, 7, 8), ["Dan"]), key=lambda step: step["view"])


@pytest.mark.parametrize(("script", "rules"), [(NO_LOCK, "no-lock"), (TWO_CHAIN, "two-chain")])
def test_a_missing_rule_forks_with_one_liar_and_the_right_rules_do_not(script, rules):
    outcome = replay_script(script, ["Bob"], rules)
    assert not outcome.problem and outcome.fork
    right = replay_script(script, ["Bob"])
    assert right.fork is None


def test_the_lock_is_what_stops_the_second_branch():
    outcome = replay_script(NO_LOCK, ["Bob"])
    assert (outcome.problem, outcome.step) == ("uncertified", 4)
    assert outcome.blocks[3].votes == ("Bob",) and outcome.locks["Cho"] == "b1" and outcome.decided["Ann"] == ("b1",)


def test_who_has_decided_never_decides_what_contradicts_it():
    script = grow("b", (1, 2, 3, 4), ["Ann", "Cho", "Dan"]) + grow("c", (5,), MEMBERS) + grow("c", (6, 7, 8), ["Cho", "Dan"], on="c5")
    outcome = replay_script(script, ["Bob"], "no-lock")
    assert not outcome.problem and outcome.fork is None
    assert outcome.decided["Cho"] == outcome.decided["Dan"] == ("b1",), "and not c6 without c5"


def test_two_liars_of_four_fork_the_right_rules_by_forked_certificates():
    outcome = replay_script(FORKED, ["Bob", "Cho"])
    assert outcome.fork == ("Ann", "Dan") and outcome.decided["Ann"][0] == "x5" and outcome.decided["Dan"][0] == "y5"
    assert replay_script(FORKED, ["Bob"]).problem == "uncertified"


@pytest.mark.parametrize("seed", range(60))
def test_no_script_of_one_liar_forks_the_right_rules(seed):
    """Random scripts, each step a legal one: honest leaders on what they know, the liar on anything certified."""
    draw, script = random.Random(seed), []
    liar = draw.choice(MEMBERS)
    for number in range(14):
        now = replay_script(script, [liar])
        last = max((block.view for block in now.blocks), default=0)
        view = last + draw.choice([0, 1, 1, 1, 2, 4])
        certified = ["genesis", *(block.block for block in now.blocks if block.is_certified)]
        leader = MEMBERS[(max(view, 1) - 1) // 4 % 4]
        on = draw.choice(certified[-3:]) if leader == liar else now.highest[leader]
        to = [name for name in MEMBERS if draw.random() < 0.7]
        step = {"view": max(view, 1), "block": f"n{number}", "on": on, "to": to}
        if not replay_script([*script, step], [liar]).problem:
            script.append(step)
    outcome = replay_script(script, [liar])
    assert len(script) > 4 and not outcome.problem and outcome.fork is None


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ({"view": 1, "block": "b1", "on": "genesis"}, "keys"),
        ({"view": 0, "block": "b1", "on": "genesis", "to": []}, "number"),
        ({"view": 1, "block": "genesis", "on": "genesis", "to": []}, "new"),
        ({"view": 1, "block": "b1", "on": "genesis", "to": ["Eve"]}, "members"),
        ({"view": 1, "block": "b1", "on": ["genesis"], "to": []}, "text"),
        ("b1", "keys"),
        ({"view": 1, "block": "b1", "on": "b0", "to": []}, "unknown"),
    ],
)
def test_a_step_that_is_none_is_told(step, problem):
    outcome = replay_script([step], ["Bob"])
    assert (outcome.problem, outcome.step, outcome.blocks) == (problem, 0, ())


def test_time_does_not_go_back_and_honest_leaders_do_not_fork():
    first = grow("b", (1, 2), MEMBERS)
    assert replay_script([*first, {"view": 1, "block": "x", "on": "genesis", "to": []}], ["Bob"]).problem == "back"
    assert replay_script([*first, {"view": 2, "block": "x", "on": "b2", "to": []}], ["Bob"]).problem == "below"
    assert replay_script([*first, {"view": 2, "block": "x", "on": "b1", "to": []}], ["Bob"]).problem == "second"
    assert replay_script([*first, {"view": 3, "block": "x", "on": "b1", "to": []}], ["Bob"]).problem == "honest"
    assert replay_script([*first, {"view": 5, "block": "x", "on": "b1", "to": []}], ["Bob"]).problem == ""
    assert replay_script(grow("b", range(1, 42), MEMBERS), ["Bob"]).problem == "many"


def test_who_was_away_is_sent_what_it_lacks():
    script = grow("b", range(5, 16), ["Bob", "Cho", "Dan"]) + grow("b", (16,), MEMBERS, on="b15")
    outcome = replay_script(script, [])
    assert outcome.blocks[-1].votes == ("Ann", "Bob", "Cho", "Dan")
    assert outcome.decided["Ann"] == tuple(f"b{view}" for view in range(5, 15))  # she leads the next view, so votes for b16 come to her


def test_all_engines_agree_where_nobody_lies():
    for rules in ENGINES:
        outcome = replay_script(grow("b", range(1, 9), MEMBERS), [], rules)
        assert outcome.fork is None and outcome.decided["Dan"][:3] == ("b1", "b2", "b3")
