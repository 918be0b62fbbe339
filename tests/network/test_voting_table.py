"""Rules at the table: a run, its replay, and what the checkers make of it. The rules are those of labs/07-tbft and of its mistakes."""

from functools import cache
from pathlib import Path
from random import Random

import pytest

from autograder.labs.source import load_solutions
from minichain.network.voting_evenings import draw_evenings, judge
from minichain.network.voting_member import build_message
from minichain.network.voting_plots import Evening
from minichain.network.voting_stories import draw_stories
from minichain.network.voting_table import TranscriptError, replay_rules, run_rules

LAB = Path(__file__).parents[2] / "labs" / "07-tbft"
PARTS = ("liars", "healing", "crashes")


@cache
def load_cells(path):
    return load_solutions(path)


def load_rules(mistake=None):
    cells = {**load_cells(LAB / "lab.py"), **(load_cells(LAB / "mistakes" / f"{mistake}.py") if mistake else {})}
    names = {"build_message": build_message}
    for cell in cells.values():
        exec(cell, names)
    return names


CALM = {"weights": dict.fromkeys("ABCD", 1), "pools": {"A": ["t1"]}, "heights": 2}


def test_a_calm_evening_decides_and_its_replay_is_the_same():
    transcript = run_rules(load_rules(), CALM)
    assert {(row[3], row[5]) for row in transcript if row[2] == "decide"} == {(1, "t1"), (2, "empty")}
    assert len(replay_rules(CALM, transcript).moments) == len(transcript)


@pytest.mark.parametrize("place", [0, 1, 2, 6, 7])
def test_a_transcript_that_could_not_have_happened_is_refused(place):
    transcript = run_rules(load_rules(), CALM)
    row = next(number for number, row in enumerate(transcript) if row[2] == "prevote")
    transcript[row][place] = {0: transcript[row][0] + 1, 1: "nobody", 2: "shout", 6: 3, 7: transcript[row][7] + 1}[place]
    with pytest.raises(TranscriptError):
        replay_rules(CALM, transcript)


FORGED = [
    *((1, name) for name in (["A"], {}, "nobody")),
    *((2, action) for action in (["prevote"], None)),
    *((3, height) for height in (10**9, -1, 1.0)),
    *((4, number) for number in (2**62, True)),
    *((5, value) for value in (["t1"], "t" * 1000)),
    (6, {}),
    (7, None),
]


@pytest.mark.parametrize(("place", "forged"), FORGED)
@pytest.mark.parametrize("action", ["proposal", "prevote", "alarm", "decide"])
def test_a_forged_row_is_refused_and_stops_nobody(place, forged, action):
    transcript = run_rules(load_rules(), CALM)
    next(row for row in transcript if row[2] == action)[place] = forged
    assert judge(Evening("calm", CALM), transcript) == "broken"


@pytest.mark.parametrize("value", ["clock@", "clock@x", "clock@²", "@", "+", "look@-1", "clock@" + "9" * 400, ""])
def test_a_value_that_means_nothing_is_judged_all_the_same(value):
    transcript = run_rules(load_rules(), CALM)
    next(row for row in transcript if row[2] == "decide")[5] = value
    assert judge(Evening("calm", CALM), transcript) == "fork"


def test_what_is_no_list_of_rows_is_broken():
    for transcript in (None, 7, {}, "rows", [7], [[]], [None], [[0] * 8] * 2000):
        assert judge(Evening("calm", CALM), transcript) == "broken"
    assert judge(Evening("calm", CALM), []) == "stall"


@pytest.mark.parametrize("seed", range(3))
def test_right_rules_pass_every_evening(seed):
    rules = load_rules()
    for part in PARTS:
        for evening in draw_evenings(seed, part):
            assert judge(evening, run_rules(rules, evening.schedule)) is None, (part, evening)


CAUGHT = {
    "always-fresh": ("healing/bring-along", "stall"),
    "any-polka-unlocks": ("liars/old-polka", "fork"),
    "any-quorum-is-polka": ("liars/two-faced", "unproven"),
    "anyone-proposes": ("liars/impostor", "unproven"),
    "claim-is-proof": ("liars/invented-polka", "fork"),
    "complaints-counted": ("healing/censor", "stall"),
    "decides-on-prevotes": ("liars/one-polka", "fork"),
    "duplicates-counted": ("liars/parrot", "fork"),
    "first-proposal-only": ("liars/second-proposal", "stall"),
    "first-vote-only": ("liars/two-faced", "stall"),
    "heads-not-weights": ("liars/weights", "unproven"),
    "heights-from-zero": ("liars/two-faced", "unproven"),
    "impatient-alarm": ("healing/left-behind", "stall"),
    "last-proposal": ("healing/two-proposals", "stall"),
    "late-polka-ignored": ("healing/late-polka", "stall"),
    "lock-for-ever": ("healing/locked-alone", "stall"),
    "lock-forgotten": ("crashes/lost-lock", "fork"),
    "locks-again-late": ("healing/locked-alone", "stall"),
    "majority-suffices": ("liars/five", "fork"),
    "nil-at-once": ("healing/late-proof", "stall"),
    "nil-forgotten": ("healing/silent-proposer", "stall"),
    "nil-unlocks": ("liars/nil-polka", "fork"),
    "no-lock": ("liars/no-lock", "fork"),
    "old-alarms": ("healing/old-alarm", "stall"),
    "old-rounds-alarms": ("healing/old-round", "stall"),
    "one-complaint-evicts": ("healing/censor", "stall"),
    "other-heights-counted": ("liars/two-heights", "fork"),
    "other-rounds-counted": ("liars/two-rounds", "unproven"),
    "polka-without-lock": ("liars/no-lock", "fork"),
    "precommit-without-polka": ("liars/two-faced", "unproven"),
    "present-round-only": ("liars/no-lock", "stall"),
    "proof-of-round-zero-is-none": ("healing/late-proof", "unproven"),
    "proof-left-out": ("healing/locked-alone", "stall"),
    "proposer-of-now": ("liars/no-lock", "stall"),
    "proposes-its-lock": ("healing/late-polka", "stall"),
    "quorum-evicts": ("healing/clock", "stall"),
    "refused-is-precommitted": ("healing/outvoted", "wrong"),
    "refused-is-voted": ("healing/clock", "wrong"),
    "repeats-nothing": ("crashes/back-again", "stall"),
    "round-zero-is-nothing": ("healing/bring-along", "stall"),
    "same-place-any-value": ("crashes/two-precommits", "double"),
    "same-value-refused": ("healing/same-again", "stall"),
    "signs-anything": ("crashes/two-precommits", "double"),
    "starts-anew": ("crashes/lost-lock", "fork"),
    "timeouts-in-heights": ("healing/patience", "stall"),
    "timeouts-never-grow": ("healing/slow-network", "stall"),
    "turn-by-height-only": ("liars/old-polka", "unproven"),
    "turn-by-round-only": ("liars/two-heights", "unproven"),
    "two-thirds-suffice": ("liars/three", "fork"),
    "values-only": ("healing/look", "wrong"),
    "votes-again": ("liars/two-faced", "stall"),
}
"""Which story catches a mistake, and how it ends. Those of the attack are not here: there learners write the script."""


def is_about_voting(path):
    return "attack" not in load_cells(path)


def test_every_mistake_about_voting_has_a_story():
    assert sorted(CAUGHT) == sorted(path.stem for path in (LAB / "mistakes").glob("*.py") if is_about_voting(path))


def grade_by_stories(mistake, seed):
    part, story = CAUGHT[mistake][0].split("/")
    evening = next(evening for evening in draw_stories(part, Random(f"{seed}/{part}")) if evening.key == story)
    return judge(evening, run_rules(load_rules(mistake), evening.schedule))


@pytest.mark.parametrize("mistake", CAUGHT)
def test_a_mistake_is_caught_by_its_story(mistake):
    assert grade_by_stories(mistake, 0) == CAUGHT[mistake][1]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_mistakes_are_caught_by_their_stories_at_every_table(seed):
    assert {mistake: grade_by_stories(mistake, seed) for mistake in CAUGHT} == {mistake: fault for mistake, (_, fault) in CAUGHT.items()}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 20))
def test_right_rules_pass_evenings_of_many_seeds(seed):
    test_right_rules_pass_every_evening(seed)
