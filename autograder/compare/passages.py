"""Passages: every run of `LENGTH` tokens within one part of a text, as a number of 64 bits.

Two texts that share a run of tokens share its passages, wherever the run stands. This is the w-shingling of Broder ("On the resemblance and
containment of documents", 1997) over tokens; the number is a polynomial in the tokens' hashes, mixed (the finaliser of MurmurHash3).

Simplification: all passages are kept. MOSS (Schleimer, Wilkerson and Aiken, "Winnowing", 2003) keeps one of each window, for cohorts of
longer programs.
"""

import hashlib
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from autograder.compare.tokens import Tokens

LENGTH: Final = 8
"""Tokens in a passage. With less, everybody shares something; with more, a single inserted line hides more than itself."""
_BASE: Final = np.uint64(0x9E3779B97F4A7C15)

Hashes = NDArray[np.uint64]


def compute_passages(tokens: Tokens) -> tuple[Hashes, NDArray[np.int64]]:
    """Return all passages of a text in its order, and the number of the token at which each begins."""
    count = len(tokens.kinds) - LENGTH + 1
    if count < 1:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    kinds = np.fromiter(map(_hash_kind, tokens.kinds), np.uint64, len(tokens.kinds))
    part = np.zeros(len(tokens.kinds) + 1, np.int64)
    part[list(tokens.parts)] = 1
    part = np.cumsum(part)
    hashes = np.zeros(count, np.uint64)
    for place in range(LENGTH):
        hashes = hashes * _BASE + kinds[place : place + count]
    starts = np.flatnonzero(part[:count] == part[LENGTH - 1 : LENGTH - 1 + count])
    return _mix(hashes[starts]), starts


def compute_set(tokens: Tokens) -> Hashes:
    """Return the different passages of a text, ascending."""
    return np.unique(compute_passages(tokens)[0])


@lru_cache(maxsize=8192)
def _hash_kind(kind: str) -> int:
    return int.from_bytes(hashlib.blake2b(kind.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _mix(hashes: Hashes) -> Hashes:
    for factor in (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)):
        hashes = (hashes ^ (hashes >> np.uint64(33))) * factor
    return hashes ^ (hashes >> np.uint64(33))
