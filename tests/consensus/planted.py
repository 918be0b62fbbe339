"""Mistakes that people make when they write consensus, planted one at a time: the simulator must find each of them.

A bug replaces one method or function that holds one rule; the names tell which.
"""

from collections.abc import Callable
from dataclasses import dataclass

from minichain.consensus import pow as proof_of_work
from minichain.consensus import quorum
from minichain.consensus.machine import Write
from minichain.consensus.raft import Raft
from minichain.consensus.raft_log import Log
from minichain.consensus.raft_messages import HardState


@dataclass(frozen=True)
class Bug:
    """A mistake: where it is, what stands there instead of the rule, and which rules of the checkers it breaks."""

    name: str
    engine: str
    where: object
    attribute: str
    instead: Callable
    breaks: tuple[str, ...]

    def plant(self, monkeypatch) -> None:
        """Put the mistake in, until the test is over."""
        monkeypatch.setattr(self.where, self.attribute, self.instead)


SAFETY = ("agreement", "prefix", "validity", "double vote", "linearizability")
ANY = (*SAFETY, "progress")


def write_last(raft):
    """Let a member write its term and vote when it has already sent them."""
    effects, raft.effects = raft.effects, []
    if (raft.term, raft.vote) != (raft.written.term, raft.written.vote):
        raft.written = HardState(raft.term, raft.vote)
        effects.append(Write(raft.written))
    return effects


def write_term_only(raft):
    """Let a member write its term, and forget whom it voted for."""
    effects, raft.effects = raft.effects, []
    if raft.term != raft.written.term:
        raft.written = HardState(raft.term, None)
        effects.insert(0, Write(raft.written))
    return effects


def keep_all(log, after, entries):
    """Let a follower take only what is longer than its log, whatever stands in it."""
    return max(0, min(len(entries), log.last_index - after))


BUGS = [
    Bug("pow decides long before k", "pow", proof_of_work.Pow, "_is_confirmed", lambda self, link: self.head.height > link.height, SAFETY),
    Bug("pow never changes its branch", "pow", proof_of_work.Pow, "_is_heavier", lambda self, link: self.head.height < 1, ANY),
    Bug("raft takes two of five for a majority", "raft", quorum, "compute_majority", lambda size: size // 2, ANY),
    Bug("raft votes before it writes", "raft", Raft, "_finish", write_last, SAFETY),
    Bug("raft forgets its vote", "raft", Raft, "_finish", write_term_only, SAFETY),
    Bug("raft votes twice", "raft", Raft, "_is_free_to_vote", lambda self, candidate, request: True, SAFETY),
    Bug("raft votes for any log", "raft", Raft, "_is_up_to_date", lambda self, request: True, ANY),
    Bug("raft keeps entries that contradict its leader's", "raft", Log, "find_new", keep_all, ANY),
    Bug("raft takes a pre-vote's term for its own", "raft", Raft, "_is_trial_of_later_term", lambda self, message: False, ANY),
]
