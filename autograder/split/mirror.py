"""One stream of random numbers over two processes: a test that seeds `random` or `numpy.random` seeds the learner's side too.

T's own seed functions note what they were called with; S is told before it is next asked for anything. Only seeding is mirrored, not
the numbers drawn since.
"""

import functools
import random
import sys
from collections.abc import Callable
from typing import Any, Final

Call = tuple[str, list[Any]]
"""("random" or "numpy", arguments of the seed function)."""

noted: Final[list[Call]] = []
"""What has been seeded since S was told."""
_MAX_NOTED: Final = 100


def listen() -> None:
    """Put a listener around the seed functions of the libraries that are loaded in this process, once."""
    _listen_to(random, "random")
    if "numpy" in sys.modules:
        _listen_to(sys.modules["numpy"].random, "numpy")


def take_noted() -> list[Call]:
    """Return the calls noted since the last time."""
    taken = list(noted)
    noted.clear()
    return taken


def seed(library: str, arguments: list[Any]) -> None:
    """Seed one of this process's libraries, as the other process was seeded."""
    if library == "random":
        random.seed(*arguments)
    elif library == "numpy" and "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(*arguments)


def seed_numpy_anew() -> None:
    """Give NumPy random numbers of this process's own, if it is loaded: a fork starts with its parent's, and so does every sibling."""
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def _listen_to(module: Any, library: str) -> None:
    original: Callable[..., Any] = module.seed
    if hasattr(original, "_is_listener"):
        return

    @functools.wraps(original)
    def seed_and_note(*arguments: Any) -> None:
        original(*arguments)
        if len(noted) < _MAX_NOTED:
            noted.append((library, list(arguments)))

    seed_and_note._is_listener = True  # type: ignore[attr-defined]
    module.seed = seed_and_note
