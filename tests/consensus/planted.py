"""Mistakes that people make when they write consensus, planted one at a time: the simulator must find each of them.

A bug replaces one method or function that holds one rule; the names tell which.
"""

from collections.abc import Callable
from dataclasses import dataclass

from minichain.consensus import maxbft_messages, maxbft_votes, quorum
from minichain.consensus.machine import Broadcast, Write
from minichain.consensus.maxbft import Maxbft
from minichain.consensus.maxbft_pacemaker import MaxbftSettings
from minichain.consensus.pow import Pow
from minichain.consensus.raft import Raft
from minichain.consensus.raft_log import Log
from minichain.consensus.raft_messages import HardState
from minichain.consensus.tbft import Tbft
from minichain.consensus.tbft_votes import Votes
from minichain.consensus.validators import is_one_honest
from tests.consensus.raft_storm import find_on_seesaw


@dataclass(frozen=True)
class Bug:
    """A mistake: what stands where instead of the rule, and which rules of the checkers it breaks."""

    name: str
    engine: str
    patches: tuple[tuple[object, str, Callable], ...]
    breaks: tuple[str, ...]
    needs_changes: bool = False
    """Whether it only shows while validators change."""
    find: Callable | None = None
    """What finds the rule that a seed breaks, if the campaign's weather is too mild for this mistake."""

    def plant(self, monkeypatch) -> None:
        """Put the mistake in, until the test is over."""
        for where, attribute, instead in self.patches:
            monkeypatch.setattr(where, attribute, instead)


def send_and_write(self, message) -> None:
    """TBFT: the vote leaves before it is on the disk."""
    self._effects += [Broadcast(message), Write(self._get_progress())]


SAFETY = ("agreement", "prefix", "validity", "double vote", "linearizability")
ANY = (*SAFETY, "progress")


def write_after_sending(raft):
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
    """Let a follower of Raft take only what is longer than its log, whatever stands in it."""
    return max(0, min(len(entries), log.last_index - after))


def write_last(machine):
    """Return a `step` that speaks first and writes afterwards."""
    step = machine.step

    def swapped(self, event):
        effects = step(self, event)
        return sorted(effects, key=lambda effect: isinstance(effect, Write))

    return swapped


def plant(name, engine, where, attribute, instead, breaks=SAFETY, *, needs_changes=False):
    return Bug(name, engine, ((where, attribute, instead),), breaks, needs_changes)


BUGS = [
    plant("pow decides long before k", "pow", Pow, "_is_confirmed", lambda self, link: self.head.height > link.height),
    plant("pow never changes its branch", "pow", Pow, "_is_heavier", lambda self, link: self.head.height < 1, ANY),
    Bug(
        "maxbft is content with one honest member's vote",
        "maxbft",
        ((maxbft_votes, "is_quorum", is_one_honest), (maxbft_messages, "is_quorum", is_one_honest)),
        SAFETY,
    ),
    plant("maxbft decides what is certified", "maxbft", Maxbft, "_find_decided", lambda self, chain: chain[-1], ANY),
    plant("maxbft votes twice in a view", "maxbft", Maxbft, "_may_vote", lambda self, node: node.view >= self.voted),
    plant("maxbft speaks before it writes", "maxbft", Maxbft, "step", write_last(Maxbft)),
    plant(
        "maxbft takes its ledger's validators in the midst of an epoch",
        "maxbft",
        Maxbft,
        "_find_validators",
        lambda self, height, validators: validators,
        ANY,
        needs_changes=True,
    ),
    plant(
        "maxbft ends its epoch at every height", "maxbft", MaxbftSettings, "ends_epoch", lambda self, height: True, ANY, needs_changes=True
    ),
    plant("tbft with half as a quorum", "tbft", Votes, "is_quorum", lambda self, weight: 2 * weight >= self.total),
    plant("tbft without locks", "tbft", Tbft, "_is_unlocked", lambda self, proposal: True),
    plant("tbft unlocks for an older polka", "tbft", Tbft, "_is_newer", lambda self, valid_round, _: valid_round is not None),
    plant("tbft votes before it writes", "tbft", Tbft, "_write_and_send", send_and_write),
    plant("tbft counts a vote as often as it comes", "tbft", Votes, "is_counted", lambda self, vote: False),
    plant("tbft takes anybody's votes", "tbft", Tbft, "_is_signed", lambda self, vote: True),
    plant("tbft takes anybody's proposals", "tbft", Tbft, "_is_proposal_signed", lambda self, vote: True, ANY),
    plant("tbft believes what others say was decided", "tbft", Tbft, "_is_proven", lambda self, decision: True, ANY),
    plant("tbft never makes a timeout longer", "tbft", Tbft, "_compute_timeout", lambda self, delay_ms: delay_ms // 10, ANY),
    plant("raft takes two of five for a majority", "raft", quorum, "compute_majority", lambda size: size // 2, ANY),
    plant("raft votes before it writes", "raft", Raft, "_finish", write_after_sending),
    plant("raft forgets its vote", "raft", Raft, "_finish", write_term_only),
    plant("raft votes twice", "raft", Raft, "_is_free_to_vote", lambda self, candidate, request: True),
    plant("raft votes for any log", "raft", Raft, "_is_up_to_date", lambda self, request: True, ANY),
    plant("raft keeps entries that contradict its leader's", "raft", Log, "find_new", keep_all, ANY),
    Bug(
        "raft commits entries of old terms by counting (figure 8)",
        "raft",
        ((Raft, "_is_committable", lambda self, index: self.log.committed < index <= self.log.last_index),),
        SAFETY,
        find=find_on_seesaw,
    ),
    plant("raft takes a pre-vote's term for its own", "raft", Raft, "_is_trial_of_later_term", lambda self, message: False, ANY),
]
