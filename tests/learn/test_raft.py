"""The figures of the Raft lab: a cluster that obeys the buttons, and the picture of a learner's own run."""

import sys
from pathlib import Path

import pytest

from autograder.labs.source import load_lab
from minichain.learn import show_raft_cluster, show_raft_run
from minichain.learn.raft_cluster import LATEST_MS, Story, run_story
from minichain.learn.raft_run import build_run

LAB = Path(__file__).parents[2] / "labs" / "06-raft"
WIDGET = "application/vnd.jupyter.widget-view+json"


def find_leaders(timeline):
    return [member.name for member in timeline.members if member.bands[-1].role == "leader"]


def get_member(timeline, name):
    return next(member for member in timeline.members if member.name == name)


def test_a_display_holds_the_widget_a_picture_and_words():
    bundle = show_raft_cluster()._repr_mimebundle_()
    assert bundle[WIDGET]["model_id"]
    assert bundle["image/svg+xml"].startswith("<svg ") and bundle["text/plain"] in bundle["image/svg+xml"]


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_second_is_enough_to_elect_one_leader(seed):
    assert len(find_leaders(run_story(Story(seed=seed).wait(2000)))) == 1


def test_a_leader_that_crashes_is_replaced_and_follows_when_it_is_back():
    view = show_raft_cluster()
    [leader] = find_leaders(view.timeline)
    view.press("ask")
    view.press("crash", leader)
    assert get_member(view.timeline, leader).bands[-1].role == "down"
    assert f"Down: {leader}." in view._picture.value
    view.press("wait")
    view.press("wait")
    [other] = find_leaders(view.timeline)
    assert other != leader
    view.press("restart")
    view.press("wait")
    back = get_member(view.timeline, leader)
    assert back.bands[-1].role == "follower" and back.bands[-1].term == get_member(view.timeline, other).bands[-1].term
    assert back.log == get_member(view.timeline, other).log
    assert "v1" in [entry.label for entry in back.log]


def test_a_leader_that_is_cut_off_commits_nothing_and_loses_what_it_added():
    story = Story().wait(1000)
    [leader] = find_leaders(run_story(story))
    story = story.cut(leader).ask().wait(2000)
    alone = run_story(story)
    assert len(find_leaders(alone)) == 2
    cut_off = get_member(alone, leader)
    assert len(cut_off.log) > cut_off.committed and cut_off.cuts == ((1000, 3000),)
    whole = run_story(story.heal(leader).wait(2000))
    assert len({member.log for member in whole.members}) == 1 and len(find_leaders(whole)) == 1


def test_what_was_seen_stays_as_it_was():
    story = Story().wait(1500)
    before = run_story(story)
    after = run_story(story.crash("C").ask().wait(1000))
    for one, later in zip(before.members, after.members, strict=True):
        assert later.bands[: len(one.bands) - 1] == one.bands[:-1]


def test_pressing_twice_changes_nothing_and_time_ends():
    story = Story().wait(500).crash("A").cut("B")
    assert story.crash("A") == story and story.cut("B") == story
    assert story.restart("E").heal("E") == story
    view = show_raft_cluster(story=Story().wait(LATEST_MS))
    view.press("wait")
    assert view.timeline.now == LATEST_MS
    view.press("again")
    assert (view.timeline.now, view.story.seed) == (1000, 2)


def test_three_of_five_down_commit_nothing():
    story = Story().wait(1000)
    [leader] = find_leaders(run_story(story))
    for name in [name for name in "ABCDE" if name != leader][:3]:
        story = story.crash(name)
    timeline = run_story(story.wait(200).ask().wait(1000))
    alive = get_member(timeline, leader)
    assert len(alive.log) == 2 and alive.committed == 1


def load_model():
    namespace = {}
    for cell in load_lab(LAB).get_notebooks("en")[0].cells:
        if cell.kind == "code" and not cell.figure and not cell.is_test:
            exec(cell.source, namespace)
    return namespace


def test_the_attack_of_the_model_solution_as_a_picture():
    lab = load_model()
    schedule = lab["build_attack"](lab["MEMBERS"])
    run = show_raft_run(lab["MEMBERS"], lab["play"], schedule, naive=True)
    assert run.timeline.contradiction == ("A", "E", 1)
    assert "hold different entries to be committed at index 1!" in run._repr_mimebundle_()["text/plain"]
    assert run._repr_mimebundle_()["image/svg+xml"].startswith("<svg ")
    assert show_raft_run(lab["MEMBERS"], lab["play"], schedule).timeline.contradiction is None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_cells_of_the_lab_show_themselves(lang):
    lab, shown = {}, []
    for cell in load_lab(LAB).get_notebooks(lang)[0].cells:
        if cell.kind != "code" or cell.is_test:
            continue
        if cell.figure and "import show_" in cell.source:
            *statements, last = cell.source.rstrip().rsplit("\n", 1)
            exec("\n".join(statements), lab)
            shown.append(eval(last, lab))
        elif not cell.figure:
            exec(cell.source, lab)
    assert [view.lang for view in shown] == [lang] * 3
    assert all("image/svg+xml" in view._repr_mimebundle_() for view in shown)


def test_rules_that_fail_are_told():
    def play(members, schedule, naive):
        raise NotImplementedError

    assert show_raft_run(["A"], play, [])._repr_mimebundle_() == {
        "text/plain": "Your rules end with NotImplementedError: look at the tasks above first."
    }
    assert show_raft_run(["A"], lambda *_, naive: [], [], lang="zh").problem == "这次运行里什么也没有发生。"


def test_a_schedule_that_is_not_written_yet_is_told_like_a_rule():
    def build(members):
        raise NotImplementedError

    lab = load_model()
    assert "NotImplementedError" in show_raft_run(lab["MEMBERS"], lab["play"], build).problem
    run = show_raft_run(lab["MEMBERS"], lab["play"], lab["build_attack"], naive=True)
    assert run.timeline.contradiction == ("A", "E", 1)


@pytest.mark.parametrize("event", [["boom", "A"], ["timeout"], ["timeout", "Q"], ["cut", "A"], ["submit", "A"], "flow"])
def test_an_event_that_is_none_is_shown(event):
    lab = load_model()
    for lang, words in (("en", "There is no such event"), ("zh", "没有这样的事件")):
        problem = show_raft_run(lab["MEMBERS"], lab["play"], [["timeout", "A"], event], lang=lang).problem
        assert problem.startswith(words) and repr(event) in problem


def test_cuts_of_a_run_are_shown():
    notes = [
        ["cut A", "A", "follower", 0, "", 0, "", ""],
        ["timeout B", "B", "candidate", 1, "B", 0, "1x 12yz", ""],
        ["heal", "A", "follower", 0, "", 0, "", ""],
    ]
    one, two = build_run(["A", "B"], notes).members
    assert one.cuts == ((1, 3),) and two.cuts == ()
    assert [(entry.term, entry.label) for entry in two.log] == [(1, "x"), (12, "yz")]


def test_without_ipywidgets_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r"needs ipywidgets.*pip install 'minichain\[learn\]'"):
        show_raft_cluster()
