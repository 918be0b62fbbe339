"""Tiles: which lines of one work are which lines of another, for reading them side by side.

From the top of the first work on, the longest run of tokens of one part that the second has too becomes a tile, if it holds a passage that
counts; the idea is greedy string tiling (Wise, "String similarity via greedy string tiling and running Karp-Rabin matching", 1993). Tiles
that follow each other closely in both works are shown as one.

Simplification: tiles are taken in the order of the first work, not the longest first, so that a work is gone through once.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from autograder.compare.passages import LENGTH, Hashes, compute_passages
from autograder.compare.tokens import Tokens

_PLACES: Final = 8
"""How many places of the second work are tried for one passage."""
_GAP: Final = 12
"""Tokens between two tiles that are shown as one."""


@dataclass(frozen=True, slots=True)
class Tile:
    """Tokens that two works have in common: the first of them, and how many, on each side."""

    first: int
    first_size: int
    second: int
    second_size: int


def find_tiles(first: Tokens, second: Tokens, ignored: Hashes) -> list[Tile]:
    """Return the tiles of two works, in the order of the first. Passages in `ignored` alone make none."""
    ones, begins = compute_passages(first)
    twos, places = compute_passages(second)
    counts = ~np.isin(ones, ignored)
    known: dict[int, list[int]] = {}
    for number, passage in enumerate(twos.tolist()):
        known.setdefault(passage, []).append(number)
    tiles: list[Tile] = []
    parts, starts = set(first.parts), begins.tolist()
    number, row, other = 0, ones.tolist(), twos.tolist()
    while number < len(row):
        size, place = max(
            ((_measure(row, number, other, each, starts), -each) for each in known.get(row[number], ())[:_PLACES]), default=(0, 0)
        )
        if size and counts[number : number + size].any():
            begin, end = starts[number], starts[number + size - 1]
            there, until = int(places[-place]), int(places[size - place - 1])
            tiles.append(Tile(begin, end - begin + LENGTH, there, until - there + LENGTH))
        number += size or 1
    return _join(tiles, parts)


def list_lines(tokens: Tokens, tiles: list[Tile], is_second: bool) -> dict[int, int]:
    """Return the lines of a work that belong to a tile: line to number of the tile, from 0."""
    lines: dict[int, int] = {}
    for number, tile in enumerate(tiles):
        begin, size = (tile.second, tile.second_size) if is_second else (tile.first, tile.first_size)
        for line in range(tokens.lines[begin], tokens.lines[begin + size - 1] + 1):
            lines.setdefault(line, number)
    return lines


def _measure(one: list[int], start: int, two: list[int], place: int, starts: list[int]) -> int:
    """Return for how many passages two works agree from two places on, within the part of the first."""
    size = 0
    while start + size < len(one) and place + size < len(two) and one[start + size] == two[place + size]:
        if starts[start + size] != starts[start] + size:
            break
        size += 1
    return size


def _join(tiles: list[Tile], parts: set[int]) -> list[Tile]:
    joined: list[Tile] = []
    for tile in tiles:
        last = joined[-1] if joined else None
        if (
            last is not None
            and not any(place in parts for place in range(last.first + last.first_size, tile.first + 1))
            and tile.first - (last.first + last.first_size) <= _GAP
            and -LENGTH <= tile.second - (last.second + last.second_size) <= _GAP
        ):
            ends = tile.first + tile.first_size, tile.second + tile.second_size
            joined[-1] = replace(last, first_size=ends[0] - last.first, second_size=max(ends[1] - last.second, last.second_size))
        else:
            joined.append(tile)
    return joined
