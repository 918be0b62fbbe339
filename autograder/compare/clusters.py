"""Clusters: works that hang together by matches, as plain data for the page, the report and other programs."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.errors import PathError


@dataclass(frozen=True, slots=True)
class Match:
    """Two works that are alike. `share`: how much of the smaller one both have; `evidence`: how many rare passages that is worth."""

    first: str
    second: str
    share: float
    evidence: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Learners whose works hang together, by name, and what ties them, strongest first.

    `published` names the lab's own answers among them; in a match with one of these it is `second`. The matches hold the cluster together;
    there may be more.
    """

    learners: tuple[str, ...]
    published: tuple[str, ...]
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing the submissions of one lab, the largest cluster first.

    `short`: learners with too little of their own to say anything, `unread`: whose files could not be read, `cut`: whose work is longer
    than what is compared.
    """

    lab: str
    submissions: int
    clusters: tuple[Cluster, ...]
    short: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()


def build_clusters(matches: Iterable[Match], published: Iterable[str] = ()) -> tuple[Cluster, ...]:
    """Join matches that have a work in common.

    >>> [cluster.learners for cluster in build_clusters([Match("a", "b", 1, 99), Match("b", "c", 1, 99), Match("d", "e", 1, 99)])]
    [('a', 'b', 'c'), ('d', 'e')]
    """
    matches, known = list(matches), set(published)
    parent: dict[str, str] = {}
    for match in matches:
        roots = [_find(parent, parent.setdefault(name, name)) for name in (match.first, match.second)]
        parent[roots[1]] = roots[0]
    members: dict[str, list[str]] = {}
    ties: dict[str, list[Match]] = {}
    for name in sorted(parent):
        members.setdefault(_find(parent, name), []).append(name)
    for match in sorted(matches, key=lambda match: (-match.evidence, match.first, match.second)):
        ties.setdefault(_find(parent, match.first), []).append(match)
    clusters = [
        Cluster(tuple(n for n in members[root] if n not in known), tuple(n for n in members[root] if n in known), tuple(found))
        for root, found in ties.items()
    ]
    return tuple(sorted(clusters, key=lambda cluster: (-len(cluster.learners), -cluster.matches[0].evidence, cluster.learners)))


def to_public(comparison: Comparison) -> dict[str, Any]:
    """Return what `autograder compare --json` prints."""
    return asdict(comparison)


def read_groups(path: Path) -> list[list[str]]:
    """Return the learners of each cluster in a file that `autograder compare` wrote; none if there is no such file.

    Raises `PathError` if the file is something else.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
        groups = [list(cluster["learners"]) for cluster in found["clusters"]]
        if not all(isinstance(name, str) for group in groups for name in group):
            raise TypeError("a name is no text")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise PathError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, RecursionError):
        raise PathError(f"{path}: not what autograder compare wrote; run it again, or take the file away") from None
    return groups


def _find(parent: dict[str, str], name: str) -> str:
    while parent[name] != name:
        parent[name] = parent[parent[name]]
        name = parent[name]
    return name
