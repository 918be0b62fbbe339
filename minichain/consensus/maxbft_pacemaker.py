"""The pacemaker: which view it is, who leads it, and when enough members want the next one (HotStuff, algorithm 5).

The paper leaves it open how members come into the same view. Here each wishes aloud for the next one when its time is over; it joins a
wish that one honest member has, and enters a view that more than two thirds wish for. So nobody runs ahead, however fast its clock.

Simplifications: wishes are not signed. They decide nothing but when, and the network vouches for the sender.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from minichain.consensus.machine import Validator
from minichain.consensus.validators import get_proposer, is_one_honest, is_quorum


@dataclass(frozen=True)
class MaxbftSettings:
    """What the members have agreed on."""

    view_ms: int = 300
    """How long a view may take."""
    delta_ms: int = 100
    """How much longer each view may take, from the fifth on without a decision."""
    pause_ms: int = 30
    """How long a leader waits before it proposes, so that an idle chain does not fill the disks."""
    views_per_leader: int = 4
    """How many views a leader keeps its turn: as many as it takes to decide something, or one silent member of four would stop everything,
    for there are never four other leaders in a row."""
    epoch_heights: int = 20
    """After so many heights the validators may be others."""

    def ends_epoch(self, height: int) -> bool:
        """Return whether a height is an epoch's last."""
        return height % self.epoch_heights == 0


@dataclass
class Pacemaker:
    """The view of one member in one epoch, and what all wish for."""

    settings: MaxbftSettings
    member: str
    validators: Sequence[Validator]
    view: int = 0
    wish: int = 0
    wishes: dict[str, int] = field(default_factory=dict)
    """The latest view that each of the others wishes for."""
    progress_view: int = 0
    """The view of the last node that was decided: timeouts grow from there."""

    def get_leader(self, view: int) -> str:
        """Return who leads a view."""
        return get_proposer(self.validators, (view - 1) // self.settings.views_per_leader)

    def compute_timeout_ms(self) -> int:
        """Return how long the present view may take: longer if there was no decision for four views."""
        return self.settings.view_ms + max(0, self.view - self.progress_view - 4) * self.settings.delta_ms

    def enter(self, view: int) -> None:
        """Be in a view."""
        self.view = view
        self.wish = max(self.wish, view)

    def may_lead(self, certified: int) -> bool:
        """Return whether the leader can go on: with a certificate of the view before, or if more than two thirds gave that up."""
        return self.view == 1 or certified == self.view - 1 or self.find_agreed() >= self.view

    def find_wished(self) -> int:
        """Return the latest view that somebody honest wishes for, or a later one."""
        return self._find(is_one_honest)

    def find_agreed(self) -> int:
        """Return the latest view that more than two thirds wish for, or a later one."""
        return self._find(is_quorum)

    def _find(self, are_enough: Callable[[Sequence[Validator], set[str]], bool]) -> int:
        wishes = {**self.wishes, self.member: self.wish}
        for view in sorted(set(wishes.values()), reverse=True):
            if are_enough(self.validators, {member for member, wished in wishes.items() if wished >= view}):
                return view
        return 0
