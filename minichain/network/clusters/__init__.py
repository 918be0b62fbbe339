"""What plugs each engine into the simulator, a file an engine."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from minichain.network.cluster import Cluster

ENGINES = tuple(sorted(module.name for module in iter_modules(__path__)))
"""The engines that can be simulated."""


def make_cluster(engine: str, names: Sequence[str]) -> Cluster:
    """Return the members of an engine, by its name."""
    make = cast(Callable[[Sequence[str]], Cluster], import_module(f"{__name__}.{engine}").make_cluster)
    return make(names)
