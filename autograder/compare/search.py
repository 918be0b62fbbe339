"""The search: which works of a cohort are alike, and by how much.

A passage counts the less, the more works have it: log((N + 10) / n) / log(N + 10) for one that n of N different works have. What the lab
gave out, what two of its published answers share and what most learners have counts nothing. Two works are alike if what they share is a
large part of the smaller one, and is enough to say anything (`SHARE`, `EVIDENCE`).

Not every pair is looked at: MinHash (Broder, "On the resemblance and containment of documents", 1997) makes a short sketch of each work,
and locality-sensitive hashing (Indyk and Motwani, "Approximate nearest neighbors", 1998; both from datasketch) finds works with a like
sketch. Those are then compared exactly. Works whose passages are all the same are one work with several owners.

Simplification: a work is compared as a whole. One of seven tasks that was copied is found only if the others are left blank or are what
most have.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from autograder.compare.clusters import Comparison, Match, build_clusters
from autograder.compare.passages import Hashes, compute_set
from autograder.compare.tokens import split_tokens
from autograder.compare.works import Given, Work

SHARE: Final = 0.3
"""How much of the smaller work has to be shared, by weight, at the least."""
EVIDENCE: Final = 60.0
"""How much has to be shared: the weight of so many passages that nobody else has, about ten lines. If only a third is shared, three
times as much is wanted: independent works have a little of much in common, and much of very little."""
MOST: Final = 0.5
"""What more learners have than this counts nothing, if there are more than `CROWD` of them."""
CROWD: Final = 10
PRIOR: Final = 10
"""How many works are taken to exist besides those at hand: in a class of five, what two have in common is not common."""
PERMUTATIONS: Final = 128
BANDS: Final = 64
ROWS: Final = 2
"""With these, a pair that shares a fifth of all its passages is looked at with 93 %, one that shares a third with 99.9 %."""
_LEAST_ESTIMATE: Final = 0.08
_CANDIDATES: Final = 60
"""How many others, the most promising, each work is compared with exactly."""


Numbers = NDArray[np.int64]


@dataclass(slots=True)
class _Cohort:
    """The different works: the passages of each, and who has it. The first ones are the `published`."""

    published: int = 0
    sets: list[Hashes] = field(default_factory=list)
    owners: list[list[str]] = field(default_factory=list)
    places: dict[bytes, int] = field(default_factory=dict)

    def add(self, name: str, passages: Hashes) -> None:
        place = self.places.setdefault(passages.tobytes(), len(self.sets))
        if place == len(self.sets):
            self.sets.append(passages)
            self.owners.append([])
        self.owners[place].append(name)

    def add_published(self, name: str, passages: Hashes) -> None:
        self.places.setdefault(passages.tobytes(), len(self.sets))
        self.sets.append(passages)
        self.owners.append([name])
        self.published += 1


def compare_works(
    lab: str, works: Iterable[Work], given: Given, published: Sequence[Work] = (), on_read: Callable[[], None] = lambda: None
) -> tuple[Comparison, Hashes]:
    """Return which works are alike, and the passages that counted nothing. `on_read` is called after each of the works was read."""
    cohort = _Cohort()
    known = [_drop(compute_set(split_tokens(work.text, given.names)), given.passages) for work in published]
    common = _find_repeated(known, 2)
    for work, passages in zip(published, known, strict=True):
        cohort.add_published(work.name, _drop(passages, common))
    count = 0
    notes: dict[str, list[str]] = {"short": [], "unread": [], "cut": []}
    for work in works:
        tokens = split_tokens(work.text, given.names)
        passages = _drop(_drop(compute_set(tokens), given.passages), common)
        cohort.add(work.name, passages)
        count += 1
        if work.problems:
            notes["unread"].append(work.name)
        elif len(passages) < EVIDENCE:
            notes["short"].append(work.name)
        if tokens.is_cut:
            notes["cut"].append(work.name)
        on_read()
    everything, rows = _number(cohort.sets)
    weights = _compute_weights(cohort, rows, len(everything))
    ignored = np.concatenate([given.passages, common, everything[weights == 0]])
    matches = _find_matches(cohort, everything, [row[weights[row] > 0] for row in rows], weights)
    clusters = build_clusters(matches, [work.name for work in published])
    return Comparison(lab, count, clusters, **{name: tuple(found) for name, found in notes.items()}), ignored


def _find_matches(cohort: _Cohort, everything: Hashes, rows: Sequence[Numbers], weights: NDArray[np.float64]) -> Iterator[Match]:
    """Yield the matches of works that are the same, then of those that are alike. `rows` has the passages of each that count."""
    totals = [float(weights[row].sum()) for row in rows]
    told = [number for number, total in enumerate(totals) if total >= EVIDENCE]
    for number in told:
        first, *others = cohort.owners[number]
        for other in others:
            yield _match((other, first) if number < cohort.published else (first, other), 1.0, totals[number])
    marks = np.zeros(len(everything), np.bool_)
    for two, earlier in _find_candidates({number: everything[rows[number]] for number in told}):
        marks[rows[two]] = True
        for one in earlier if two >= cohort.published else ():
            evidence = float(weights[rows[one][marks[rows[one]]]].sum())
            share = evidence / min(totals[one], totals[two])
            if share >= SHARE and share * evidence >= EVIDENCE:
                names = (cohort.owners[one][0], cohort.owners[two][0])
                yield _match(names[::-1] if one < cohort.published else names, share, evidence)
        marks[rows[two]] = False


def _match(names: tuple[str, str], share: float, evidence: float) -> Match:
    return Match(*names, round(share, 3), round(evidence, 1))


def _number(sets: Sequence[Hashes]) -> tuple[Hashes, list[Numbers]]:
    """Return all passages that there are, ascending, and for each work the numbers of its own."""
    everything = np.unique(np.concatenate(sets)) if sets else np.empty(0, np.uint64)
    return everything, [np.searchsorted(everything, passages) for passages in sets]


def _compute_weights(cohort: _Cohort, rows: Sequence[Numbers], size: int) -> NDArray[np.float64]:
    """Return what each passage counts: less, the more works have it; nothing if most learners have it."""
    works = np.zeros(size, np.int64)
    learners = np.zeros(size, np.int64)
    for number, row in enumerate(rows):
        works[row] += 1
        learners[row] += len(cohort.owners[number]) - (number < cohort.published)
    everybody = sum(map(len, cohort.owners)) - cohort.published
    base = len(rows) + PRIOR
    weights = np.log(base / np.maximum(works, 1)) / math.log(base)
    weights[learners > max(MOST * everybody, CROWD)] = 0.0
    return weights


def _find_candidates(sets: dict[int, Hashes]) -> Iterator[tuple[int, list[int]]]:
    """Yield each work with those that came before it and have a like sketch, the most promising of them: each pair is met once."""
    index: Any = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS))
    numbers = list(sets)
    values = np.empty((len(sets), PERMUTATIONS), np.uint32)
    for place, (number, passages) in enumerate(sets.items()):
        sketch = _sketch(passages)
        values[place] = sketch.hashvalues
        if found := index.query(sketch):
            places = np.array(found)
            estimates = (values[places] == values[place]).mean(axis=1)
            best = [each for each in np.argsort(-estimates, kind="stable")[:_CANDIDATES] if estimates[each] >= _LEAST_ESTIMATE]
            yield number, [numbers[place] for place in places[best].tolist()]
        index.insert(place, sketch)


def _sketch(passages: Hashes) -> MinHash:
    sketch = MinHash(num_perm=PERMUTATIONS, hashfunc=int, scheme="affine32")
    sketch.update_batch((passages & np.uint64(0xFFFFFFFF)).tolist())
    return sketch


def _find_repeated(sets: Sequence[Hashes], times: int) -> Hashes:
    """Return the passages that are in at least so many of the sets."""
    found, counts = np.unique(np.concatenate([np.empty(0, np.uint64), *sets]), return_counts=True)
    return found[counts >= times]


def _drop(passages: Hashes, unwanted: Hashes) -> Hashes:
    return np.setdiff1d(passages, unwanted, assume_unique=True)
