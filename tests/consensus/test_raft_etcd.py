"""etcd's interaction scripts, played by our machine: fifteen of the 28, and why not the others. See `etcd_script` for what is compared."""

import os
from pathlib import Path

import pytest

from tests.consensus.etcd_script import play_script, sort_by_member

VECTORS = Path(os.environ.get("MINICHAIN_VECTORS", Path(__file__).parents[3] / "shared" / "vectors")) / "raft" / "interaction"
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"no vectors at {VECTORS}; name their folder with MINICHAIN_VECTORS")

LINE_BY_LINE = [
    "campaign",
    "campaign_learner_must_vote",
    "checkquorum",
    "lagging_commit",
    "prevote",
    "prevote_checkquorum",
    "probe_and_replicate",
    "replicate_pause",
    "slow_follower_after_compaction",
    "snapshot_succeed_via_app_resp",
]
BEGIN_ALONE = [
    "confchange_v1_add_single",
    "confchange_v2_add_double_auto",
    "confchange_v2_add_double_implicit",
    "confchange_v2_add_single_auto",
    "single_node",
]
NOT_PLAYED = {
    "async_storage_writes": "ours writes before it goes on",
    "async_storage_writes_append_aba_race": "ours writes before it goes on",
    "confchange_disable_validation": "ours always checks a change before it proposes it",
    "confchange_v1_remove_leader": "a leader of ours always steps down when it is removed",
    "confchange_v1_remove_leader_stepdown": "ours applies an entry as soon as it is committed, and is gone one answer earlier",
    "confchange_v2_add_single_explicit": "ours refuses a change at the wrong time; etcd's puts an empty entry in its place",
    "confchange_v2_replace_leader": "there is no leadership transfer",
    "confchange_v2_replace_leader_stepdown": "a follower of ours does not forward changes of the membership",
    "forget_leader": "nobody can make ours forget its leader",
    "forget_leader_prevote_checkquorum": "nobody can make ours forget its leader",
    "forget_leader_read_only_lease_based": "nobody can make ours forget its leader",
    "heartbeat_resp_recovers_from_probing": "the network does not tell ours that a member is unreachable",
    "snapshot_succeed_via_app_resp_behind": "nobody can make ours send a snapshot",
}


@needs_vectors
@pytest.mark.parametrize("name", LINE_BY_LINE)
def test_every_line_is_etcds(name):
    for command, names, ours, theirs in play_script((VECTORS / f"{name}.txt").read_text()):
        assert ours == theirs, (command, names)


@needs_vectors
@pytest.mark.parametrize("name", BEGIN_ALONE)
def test_every_member_does_the_same_in_the_same_order(name):
    steps = list(play_script((VECTORS / f"{name}.txt").read_text()))
    ours = sort_by_member((command, names, lines) for command, names, lines, _ in steps)
    theirs = sort_by_member((command, names, lines) for command, names, _, lines in steps)
    assert ours.pop(("1", "Lead"))[-1] == theirs.pop(("1", "Lead"))[-1] == "Lead:1 State:StateLeader"
    assert ours == theirs


@needs_vectors
def test_every_script_is_accounted_for():
    assert sorted([*LINE_BY_LINE, *BEGIN_ALONE, *NOT_PLAYED]) == sorted(path.stem for path in VECTORS.glob("*.txt"))


@needs_vectors
@pytest.mark.parametrize(
    ("name", "rule", "wrong"),
    [
        ("probe_and_replicate", "raft_log.Log.find_hint", lambda self, index, term: (index - 1, 0)),
        ("campaign_learner_must_vote", "raft.Raft._is_up_to_date", lambda self, request: False),
        ("prevote", "raft.Raft._is_trial_of_later_term", lambda self, message: False),
        ("checkquorum", "raft.Raft._has_leader", lambda self: False),
        ("campaign", "raft.Raft._is_match", lambda self, message: False),
    ],
)
def test_a_machine_with_another_rule_is_told_from_etcds(name, rule, wrong, monkeypatch):
    """The comparison is no formality."""
    monkeypatch.setattr("minichain.consensus." + rule, wrong)
    assert any(ours != theirs for _, _, ours, theirs in play_script((VECTORS / f"{name}.txt").read_text()))
