"""Quorums: when has a group decided?

A Raft leader may call an entry committed once a majority of the voters stores it, and a candidate leads once a majority votes for it
(Ongaro and Ousterhout 2014, sections 5.2 and 5.3). Any two majorities of a group share a member, so they cannot decide two things. While
the membership is changing, both need a majority of the old voters and one of the new voters (section 6, joint consensus).

>>> compute_committed("ABC", {"A": 7, "B": 5})
5
>>> compute_joint_committed("ABC", "CD", {"A": 7, "B": 5, "C": 6})
0
>>> compute_vote("ABC", {"A": True, "B": False}).name
'PENDING'

Simplifications: none. A production implementation keeps the matching indices in a small fixed array to avoid the sort.
"""

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Final

ALL: Final = float("inf")
"""The index that an empty group has committed: it has nobody to object."""


class Vote(Enum):
    """What has become of a vote."""

    PENDING = "pending"
    WON = "won"
    LOST = "lost"


def compute_majority(size: int) -> int:
    """Return the smallest number of voters that overlaps every other such number, out of `size`."""
    return size // 2 + 1


def compute_committed(voters: Collection[str], stored: Mapping[str, int]) -> float:
    """Return the highest log index that a majority of `voters` stores.

    `stored` maps a voter to the last index that it acknowledged; a silent voter counts as 0.
    """
    if not voters:
        return ALL
    descending = sorted([stored.get(voter, 0) for voter in voters], reverse=True)
    return descending[compute_majority(len(voters)) - 1]


def compute_joint_committed(old: Collection[str], new: Collection[str], stored: Mapping[str, int]) -> float:
    """Return the highest index that both groups have committed: the change is safe because neither can decide alone."""
    return min(compute_committed(old, stored), compute_committed(new, stored))


def compute_vote(voters: Collection[str], votes: Mapping[str, bool]) -> Vote:
    """Return whether a majority of `voters` said yes, or can no longer do so. `votes` has those who spoke."""
    answers = [votes.get(voter) for voter in voters]
    wanted = compute_majority(len(voters)) if voters else 0
    if answers.count(True) >= wanted:
        return Vote.WON
    return Vote.PENDING if answers.count(True) + answers.count(None) >= wanted else Vote.LOST


def compute_joint_vote(old: Collection[str], new: Collection[str], votes: Mapping[str, bool]) -> Vote:
    """Return the result of a vote that both groups must win."""
    results = {compute_vote(old, votes), compute_vote(new, votes)}
    if Vote.LOST in results:
        return Vote.LOST
    return Vote.PENDING if Vote.PENDING in results else Vote.WON
