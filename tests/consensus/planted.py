"""Mistakes that people make when they write consensus, planted one at a time: the simulator must find each of them.

A bug replaces one method or function that holds one rule; the names tell which.
"""

from collections.abc import Callable
from dataclasses import dataclass

from minichain.consensus import pow as proof_of_work


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

BUGS = [
    Bug("pow decides long before k", "pow", proof_of_work.Pow, "_is_confirmed", lambda self, link: self.head.height > link.height, SAFETY),
    Bug("pow never changes its branch", "pow", proof_of_work.Pow, "_is_heavier", lambda self, link: self.head.height < 1, ANY),
]
