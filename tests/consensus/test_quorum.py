"""etcd's transcripts of its quorum package, each reply to the last character."""

import os
import re
from itertools import product
from pathlib import Path

import pytest

from minichain.consensus.quorum import (
    ALL,
    Vote,
    compute_committed,
    compute_joint_committed,
    compute_joint_vote,
    compute_majority,
    compute_vote,
)

VECTORS = Path(os.environ.get("MINICHAIN_VECTORS", Path(__file__).parents[3] / "shared" / "vectors")) / "raft" / "quorum"
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"no vectors at {VECTORS}; name their folder with MINICHAIN_VECTORS")
WORDS = {Vote.PENDING: "VotePending", Vote.WON: "VoteWon", Vote.LOST: "VoteLost"}


def read_cases(name):
    """Yield each command of a transcript, its arguments as lists, and the reply."""
    text = (VECTORS / name).read_text() if VECTORS.is_dir() else ""
    for command, arguments, reply in re.findall(r"^(committed|vote)\b(.*)\n----\n((?:.+\n)+)", text, re.MULTILINE):
        fields = {key: re.findall(r"\w+", value) for key, value in re.findall(r"(\w+)=(\([^)]*\)|zero)", arguments)}
        yield pytest.param(command, fields, reply, id=f"{name}:{command}{arguments}")


def draw_table(voters, stored):
    """Return the table in which etcd shows how far each voter is; the bar is as long as the number of those behind."""
    if not voters:
        return "<empty majority quorum>"
    lines = [" " * len(voters) + "    idx"]
    for voter in sorted(voters, key=int):
        if voter not in stored:
            lines.append("?" + " " * len(voters) + f" {0:5}    (id={voter})")
            continue
        behind = sum(stored.get(other, 0) < stored[voter] for other in voters)
        lines.append("x" * behind + ">" + " " * (len(voters) - behind) + f" {stored[voter]:5}    (id={voter})")
    return "\n".join(lines) + "\n"


@needs_vectors
@pytest.mark.parametrize(
    ("command", "fields", "reply"),
    [case for name in ("majority_commit", "joint_commit", "majority_vote", "joint_vote") for case in read_cases(f"{name}.txt")],
)
def test_the_reply_is_etcds(command, fields, reply):
    old, new = fields.get("cfg", []), [name for name in fields.get("cfgj", []) if name != "zero"]
    voters = list(dict.fromkeys(old + new))
    answers = dict(zip(voters, fields.get("idx", fields.get("votes", [])), strict=False))
    if command == "committed":
        stored = {voter: int(index) for voter, index in answers.items() if index != "_"}
        result = compute_joint_committed(old, new, stored)
        assert result == compute_joint_committed(new, old, stored)
        if not new:
            assert result == compute_committed(old, stored)
        assert draw_table(voters, stored) + ("∞" if result == ALL else str(result)) == reply.rstrip("\n")
    else:
        votes = {voter: vote == "y" for voter, vote in answers.items() if vote != "_"}
        result = compute_joint_vote(old, new, votes)
        assert result == compute_joint_vote(new, old, votes)
        if not new:
            assert result == compute_vote(old, votes)
        assert WORDS[result] + "\n" == reply


@needs_vectors
def test_no_case_was_overlooked():
    text = "".join(path.read_text() for path in VECTORS.glob("*.txt"))
    cases = [case for path in VECTORS.glob("*.txt") for case in read_cases(path.name)]
    assert len(cases) == text.count("\n----\n") > 100


@pytest.mark.parametrize("size", range(1, 8))
def test_any_two_majorities_share_a_voter_and_no_smaller_group_is_one(size):
    assert 2 * compute_majority(size) > size
    assert 2 * (compute_majority(size) - 1) <= size


@pytest.mark.parametrize("size", range(1, 6))
def test_a_vote_is_decided_exactly_when_no_further_answer_can_change_it(size):
    voters = [str(number) for number in range(size)]
    for answers in product([True, False, None], repeat=size):
        votes = {voter: answer for voter, answer in zip(voters, answers, strict=True) if answer is not None}
        best, worst = (sum(rest if answer is None else answer for answer in answers) >= compute_majority(size) for rest in (True, False))
        assert compute_vote(voters, votes) == (Vote.WON if worst else Vote.PENDING if best else Vote.LOST)
