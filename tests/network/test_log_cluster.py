"""Raft's rules as functions, in a cluster that replays them: right ones pass in any style, known errors are caught at every seed."""

import copy
from pathlib import Path

import pytest

from autograder.labs.source import load_lab
from autograder.release import build_notebook
from minichain.network.log_cluster import Cluster, TranscriptError, read_log, replay
from minichain.network.log_stories import STORIES, draw_log_runs, draw_log_stories, judge_log_run

LAB = Path(__file__).parents[2] / "labs" / "06-raft"
SEEDS = range(3)
ERRORS = {
    "a vote is not remembered": ("vote-not-remembered", "restart"),
    "a vote is not on the disk": ("vote-not-on-the-disk", "vote-alone"),
    "it sends before it writes": ("sends-before-it-writes", "power"),
    "a new vote in the same term": ("new-vote-in-the-same-term", "same-term"),
    "a loser votes again": ("vote-given-back", "stepped-down"),
    "the majority of those who answered": ("majority-of-the-answers", "responders"),
    "half is enough": ("half-is-enough", "half"),
    "a vote counts as often as it comes": ("counts-answers-not-members", "counted-twice"),
    "votes of an old term count": ("counts-old-votes", "old-vote"),
    "a refusal counts": ("no-counts-as-yes", "refusals"),
    "an old leader leads on": ("leads-on", "old-leader"),
    "it votes for any log": ("votes-for-anybody", "empty-log"),
    "the longer log wins": ("longer-log-wins", "longer"),
    "only the last term is compared": ("newer-term-only", "shorter"),
    "every append cuts the log": ("cuts-every-time", "cut-short"),
    "entries of old terms are counted": ("old-term-committed", "old-term"),
    "a gap is fine": ("gap-is-fine", "gap"),
    "long enough fits": ("long-enough-fits", "other-past"),
    "what is behind stays": ("keeps-what-is-behind", "left-behind"),
    "half stores it": ("half-stores-it", "half-stored"),
    "the leader does not count itself": ("leader-not-counted", "two-down"),
    "it never goes back": ("never-goes-back", "gap"),
}


def load_rules(answers=()):
    """Return the names of the solved lab, with some of its solutions replaced by those of a file."""
    lab = load_lab(LAB)
    (master,) = lab.get_notebooks("en")
    texts = dict(pair.split('"\n', 1) for text in answers for pair in text.split('# %% task="')[1:])
    names = {}
    for cell in build_notebook(lab, master, complete=True)["cells"]:
        mark = cell["metadata"].get("nbgrader", {})
        is_figure = "figure" in str(cell["metadata"].get("tags", "")) or "minichain.learn" in "".join(cell["source"])
        if cell["cell_type"] == "code" and not is_figure and (mark.get("solution") or not mark.get("grade")):
            exec(texts.get(mark.get("grade_id"), "".join(cell["source"])), names)
    return names


def judge(rules, run):
    return judge_log_run(run, rules["play"](list(run.members), run.schedule))


@pytest.fixture(scope="module")
def right():
    return load_rules()


@pytest.mark.parametrize("answer", ["", *sorted(path.stem for path in (LAB / "answers").glob("*.py"))])
def test_right_rules_pass_every_run_in_any_style(answer):
    rules = load_rules([(LAB / "answers" / f"{answer}.py").read_text("utf-8")] if answer else [])
    for seed in SEEDS:
        faults = [(run.key, fault) for run in (*draw_log_stories(seed), *draw_log_runs(seed, 40)) if (fault := judge(rules, run))]
        assert not faults


def test_another_raft_than_the_labs_passes_too(right):
    """It sends one entry at a time, in another order, goes back to the beginning at once, and writes even if nothing is new."""

    def on_message(node, message):
        node, messages = right["on_message"](node, message)
        if message["kind"] == "ack" and node["role"] == "leader" and not message["ok"] and message["term"] == node["term"]:
            node = {**node, "next": {**node["next"], message["from"]: node["match"][message["from"]] + 1}}
            messages = [right["make_append"](node, message["from"])]
        return node, [{**one, "entries": one["entries"][:1]} if one["kind"] == "append" else one for one in reversed(messages)]

    def finish(before, after, messages):
        return [["write", after["term"], after["vote"], after["log"]], *(["send", message] for message in messages)]

    rules = {
        "timeout": right["start_election"],
        "submit": right["submit"],
        "message": on_message,
        "finish": finish,
        "commit": right["compute_commit"],
    }
    for seed in SEEDS:
        for run in (*draw_log_stories(seed), *draw_log_runs(seed, 40)):
            assert judge_log_run(run, Cluster(rules, run.members).run(run.schedule)) is None, run.key


@pytest.mark.parametrize(("mistake", "story"), ERRORS.values(), ids=ERRORS)
def test_a_known_error_is_caught_by_its_story_at_every_seed(mistake, story):
    rules = load_rules([(LAB / "mistakes" / f"{mistake}.py").read_text("utf-8")])
    for seed in SEEDS:
        (run,) = [run for run in draw_log_stories(seed) if run.key == story]
        assert judge(rules, run) in run.faults


def test_every_story_has_a_cast_of_its_own_and_its_texts():
    first, second = ({run.key: run for run in draw_log_stories(seed)} for seed in (0, 1))
    assert list(first) == list(STORIES) and all(first[key].members != second[key].members for key in STORIES)
    assert first == {run.key: run for run in draw_log_stories(0)}
    texts = load_lab(LAB).texts["en"]
    assert all(f"story.{key}" in texts for key in STORIES)


def test_a_transcript_that_could_not_have_happened_is_refused(right):
    run = next(draw_log_stories(0))
    transcript = right["play"](list(run.members), run.schedule)
    assert replay(run.members, run.schedule, transcript)
    for spoil in (
        lambda rows: rows.pop(),
        lambda rows: rows.reverse(),
        lambda rows: rows[0].__setitem__(1, "nobody"),
        lambda rows: rows[0].__setitem__(3, "1"),
        lambda rows: rows[0][8].append(["send", {"kind": "vote", "from": "nobody", "to": run.members[0], "term": 1, "granted": True}]),
        lambda rows: rows[0][8].append(["shout"]),
        lambda rows: rows.append(rows[-1]),
    ):
        spoilt = copy.deepcopy(transcript)
        spoil(spoilt)
        with pytest.raises(TranscriptError):
            replay(run.members, run.schedule, spoilt)
        assert judge_log_run(run, spoilt) == "broken"
    assert judge_log_run(run, None) == "broken"
    assert read_log("1x 12yes") == [[1, "x"], [12, "yes"]]


def test_a_leader_that_goes_back_one_step_a_heartbeat_is_slow_and_right():
    rules = load_rules([(LAB / "mistakes" / "waits-after-a-refusal.py").read_text("utf-8")])
    for seed in SEEDS:
        assert [judge(rules, run) for run in draw_log_runs(seed, 60)] == [None] * 60
