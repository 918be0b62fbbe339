"""Rules at the table: a run, its replay, and what the checkers make of it. The rules are those of labs/07-tbft and of its mistakes."""

from pathlib import Path

import pytest

from autograder.labs.source import load_solutions
from minichain.network.voting_evenings import draw_evenings, judge
from minichain.network.voting_member import build_message
from minichain.network.voting_table import TranscriptError, replay_rules, run_rules

LAB = Path(__file__).parents[2] / "labs" / "07-tbft"
PARTS = ("liars", "healing", "crashes")


def load_rules(mistake=None):
    cells = load_solutions(LAB / "lab.py")
    if mistake:
        cells |= load_solutions(LAB / "mistakes" / f"{mistake}.py")
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


@pytest.mark.parametrize("seed", range(3))
def test_right_rules_pass_every_evening(seed):
    rules = load_rules()
    for part in PARTS:
        for evening in draw_evenings(seed, part):
            assert judge(evening, run_rules(rules, evening.schedule)) is None, (part, evening)


CAUGHT = [
    ("no-lock", "liars", "no-lock", "fork"),
    ("any-polka-unlocks", "liars", "old-polka", "fork"),
    ("claim-is-proof", "liars", "invented-polka", "fork"),
    ("majority-suffices", "liars", "five", "fork"),
    ("two-thirds-suffice", "liars", "three", "fork"),
    ("duplicates-counted", "liars", "parrot", "fork"),
    ("heads-not-weights", "liars", "weights", "unproven"),
    ("other-heights-counted", "liars", "two-heights", "fork"),
    ("lock-for-ever", "healing", "locked-alone", "stall"),
    ("timeouts-never-grow", "healing", "slow-network", "stall"),
    ("same-value-refused", "healing", "same-again", "stall"),
    ("one-complaint-evicts", "healing", "censor", "stall"),
    ("quorum-evicts", "healing", "clock", "stall"),
    ("lock-forgotten", "crashes", "lost-lock", "fork"),
    ("signs-anything", "crashes", "two-precommits", "double"),
    ("repeats-nothing", "crashes", "back-again", "stall"),
]


@pytest.mark.parametrize(("mistake", "part", "story", "fault"), CAUGHT)
def test_known_errors_are_caught_by_their_story_at_every_table(mistake, part, story, fault):
    rules = load_rules(mistake)
    for seed in range(5):
        evening = next(evening for evening in draw_evenings(seed, part) if evening.key == story)
        assert judge(evening, run_rules(rules, evening.schedule)) == fault
