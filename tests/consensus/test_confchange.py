"""etcd's transcripts of membership changes, all of them, each reply to the last character.

A transcript's commands are carried out on our functions. It also tracks what a leader knows of each member: for that our own `Progress`
is used, made for whoever is new with the index of the last entry, which in these transcripts is the number of commands before. The act
`u` (update) changes nothing, in etcd by its own words ("nobody cares"), and here it does not exist: the test leaves it out.
"""

import os
import re
from pathlib import Path

import pytest

from minichain.consensus.errors import ConsensusError
from minichain.consensus.raft_membership import (
    LEAVE,
    Act,
    Change,
    Membership,
    Step,
    Transition,
    apply_change,
    apply_simple,
    compute_change,
    enter_joint,
    leave_joint,
)
from minichain.consensus.raft_progress import make_progress
from tests.consensus.etcd_script import describe_progress

VECTORS = Path(os.environ.get("MINICHAIN_VECTORS", Path(__file__).parents[3] / "shared" / "vectors")) / "raft" / "confchange"
FILES = sorted(path.name for path in VECTORS.glob("*.txt"))
ACTS = {"v": Act.VOTER, "l": Act.LEARNER, "r": Act.REMOVE}


def read_steps(text):
    """Return the steps that a line like `v1 l2 r3` asks for. Member 0 is nobody."""
    return [Step(ACTS[word[0]], "" if word[1:] == "0" else word[1:]) for word in text.split() if word[0] != "u"]


def carry_out(config, command, steps):
    if command.startswith("simple"):
        return apply_simple(config, steps)
    if command.startswith("enter-joint"):
        return enter_joint(config, steps, auto_leave="autoleave=true" in command)
    return leave_joint(config)


def play(text):
    """Yield what we answer to each command, and what etcd does."""
    config, progress = Membership(), {}
    commands = re.findall(r"^((?:simple|enter-joint|leave-joint).*)\n(?:([^-#\n].*)\n)?----\n((?:.+\n)+)", text, re.MULTILINE)
    assert len(commands) == text.count("----\n")
    for index, (command, steps, reply) in enumerate(commands):
        try:
            config = carry_out(config, command, read_steps(steps))
        except ConsensusError as error:
            yield f"{error}\n", reply
            continue
        progress = make_progress(config, progress, index)
        lines = [f"{name}: {describe_progress(progress[name])}{' learner' * (name in config.learners)}" for name in progress]
        yield "\n".join([str(config), *sorted(lines)]) + "\n", reply


@pytest.mark.skipif(not FILES, reason=f"no vectors at {VECTORS}; name their folder with MINICHAIN_VECTORS")
@pytest.mark.parametrize("name", FILES)
def test_the_replies_are_etcds(name):
    for ours, theirs in play((VECTORS / name).read_text()):
        assert ours == theirs


@pytest.mark.skipif(not FILES, reason=f"no vectors at {VECTORS}; name their folder with MINICHAIN_VECTORS")
def test_no_file_is_missing():
    assert len(FILES) == 9


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (Change((Step(Act.VOTER, "D"),)), "voters=(A B C D)"),
        (Change((Step(Act.VOTER, "D"),), Transition.IMPLICIT), "voters=(A B C D)&&(A B C) autoleave"),
        (Change((Step(Act.VOTER, "D"),), Transition.EXPLICIT), "voters=(A B C D)&&(A B C)"),
        (Change((Step(Act.VOTER, "D"), Step(Act.REMOVE, "A"))), "voters=(B C D)&&(A B C) autoleave"),
        (Change((), Transition.EXPLICIT), "voters=(A B C)&&(A B C)"),
    ],
)
def test_one_step_is_simple_and_more_are_joint_unless_something_else_is_asked_for(change, after):
    assert str(apply_change(Membership(("A", "B", "C")), change)) == after


@pytest.mark.parametrize("wanted", ["A", "ABCD", "BC", "DE", "CDE", "ABCDE"])
def test_the_computed_change_leads_to_those_who_are_wanted(wanted):
    config = apply_change(Membership(("A", "B", "C")), compute_change(Membership(("A", "B", "C")), wanted))
    if config.outgoing:
        assert config.auto_leave
        config = apply_change(config, LEAVE)
    assert config == Membership(tuple(wanted))
