"""Nodes as functions: a run is a function of code and plan, a replay finds out whoever claims another run."""

import copy

import pytest

from minichain.network.functions import TranscriptError, make_plan, replay_nodes, run_nodes
from minichain.network.gossip import push_only, push_pull, start
from minichain.network.trace import Sent

PLAN = {
    "names": ["A", "B", "C", "D", "E"],
    "seed": 4,
    "until_ms": 2500,
    "publish": [[10, "A", "one"], [600, "D", "two"]],
    "cuts": [[300, 1200, [["A", "B"], ["C", "D", "E"]]]],
    "lost_in_1000": 300,
    "doubled_in_1000": 200,
    "rough_until_ms": 1200,
}


def list_delivered(replay, name):
    return sorted(text for moment in replay.moments if moment.name == name for text in moment.delivered)


def test_push_and_pull_reach_everybody_once_the_network_is_whole():
    for seed in range(20):
        plan = {**PLAN, "seed": seed}
        replay = replay_nodes(plan, run_nodes(start, push_pull, plan))
        assert all(list_delivered(replay, name) == ["one", "two"] for name in "ABCDE")


def test_pushing_alone_does_not():
    reached = []
    for seed in range(20):
        plan = {**PLAN, "seed": seed}
        replay = replay_nodes(plan, run_nodes(start, push_only, plan))
        reached.append(all(list_delivered(replay, name) == ["one", "two"] for name in "ABCDE"))
    assert not all(reached)


def test_the_same_plan_gives_the_same_transcript_and_another_seed_another():
    assert run_nodes(start, push_pull, PLAN) == run_nodes(start, push_pull, PLAN)
    assert run_nodes(start, push_pull, PLAN) != run_nodes(start, push_pull, {**PLAN, "seed": 5})


def test_the_replay_sees_what_the_run_saw():
    events = []

    def note(node, event):
        events.append([node["name"], copy.deepcopy(event)])
        return push_pull(node, event)

    replay = replay_nodes(PLAN, run_nodes(start, note, PLAN))
    assert [[moment.name, moment.event] for moment in replay.moments] == events
    assert any(isinstance(entry, Sent) and entry.why_lost == "partition" for entry in replay.trace)


def test_dropped_messages_and_scripts_are_followed():
    plan = {"names": ["A", "B"], "until_ms": 99, "publish": [[5, "A", "x"]], "drop": [["A", "B", 0]]}
    replay = replay_nodes(plan, run_nodes(start, push_only, plan))
    assert list_delivered(replay, "B") == []
    plan = {"names": ["A", "M"], "until_ms": 99, "scripts": {"M": [[5, "A", {"kind": "push", "texts": ["y"]}]]}}
    replay = replay_nodes(plan, run_nodes(start, push_only, plan))
    assert list_delivered(replay, "A") == ["y"]
    assert all(moment.name == "A" for moment in replay.moments)


def test_messages_that_breed_are_stopped():
    def breed(node, event):
        return [[peer, "again"] for peer in node["peers"] for _ in range(2)]

    transcript = run_nodes(start, breed, PLAN)
    assert transcript["storm"] and len(transcript["steps"]) == 200
    with pytest.raises(TranscriptError, match="came to its end"):
        replay_nodes(PLAN, transcript)


def test_nodes_share_nothing():
    def hand_out(node, event):
        node.setdefault("list", []).append(event[0])
        return [[peer, node["list"]] for peer in node["peers"]] if event[0] == "publish" else []

    received = []

    def keep(node, event):
        if event[0] == "message":
            event[2].append("mine")
            received.append(event[2])
        return hand_out(node, event)

    run_nodes(start, keep, {"names": ["A", "B", "C"], "until_ms": 60, "publish": [[5, "A", "x"]]})
    assert len(received) == 2
    assert all(one.count("mine") == 1 for one in received)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda steps: steps.pop(),
        lambda steps: steps.append(["A", [], []]),
        lambda steps: steps.insert(3, [steps[3][0], [], []]),
        lambda steps: steps.__setitem__(0, "A"),
        lambda steps: steps.__setitem__(0, ["Z", [], []]),
        lambda steps: steps.__setitem__(0, [steps[0][0], [["B"]], []]),
        lambda steps: steps[0][1].extend([[name, "more"] for name in "ABCDE"]),
    ],
)
def test_a_transcript_of_another_run_is_refused(spoil):
    transcript = copy.deepcopy(run_nodes(start, push_pull, PLAN))
    spoil(transcript["steps"])
    with pytest.raises(TranscriptError):
        replay_nodes(PLAN, transcript)


@pytest.mark.parametrize("transcript", [None, [], {}, {"steps": 5, "storm": False}, {"steps": [], "storm": True}])
def test_what_is_no_transcript_is_refused(transcript):
    with pytest.raises(TranscriptError):
        replay_nodes(PLAN, transcript)


def test_a_plan_says_what_it_does_not_know():
    with pytest.raises(ValueError, match="a plan has no 'seeds'"):
        make_plan({"names": ["A"], "seeds": 1})
    with pytest.raises(TypeError, match="set is none of these"):
        run_nodes(start, lambda node, event: [["B", {1}]], {"names": ["A", "B"], "until_ms": 200})
