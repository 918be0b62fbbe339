"""The page of a comparison: who is in which group, and the works of each pair side by side, in one HTML file.

As a feedback page it loads nothing and runs nothing (its content security policy allows its own style sheet, by hash, and no more), and
every text is escaped and freed of control characters and reversed writing. Whatever a submission holds can only be read, and only so much
of it as somebody would.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.compare.clusters import Cluster, Comparison, Match
from autograder.compare.passages import Hashes
from autograder.compare.tiles import find_tiles, list_lines
from autograder.compare.tokens import split_tokens
from autograder.compare.words import get_words
from autograder.compare.works import MODEL, PUBLISHED, Given, Work
from autograder.feedback.page import TEMPLATES as FEEDBACK
from autograder.files import write_atomically
from autograder.labs.model import Lab
from autograder.messages import clean

TEMPLATES: Final = Path(__file__).parent / "templates"
MAX_GROUPS: Final = 100
MAX_PAIRS: Final = 80
"""How many pairs are shown side by side on a page, and how many of one group."""
MAX_PAIRS_OF_GROUP: Final = 6
MAX_LINES: Final = 800
MAX_NAMES: Final = 40
TONES: Final = 5

Load = Callable[[str], Work | None]
"""From a name to the work as it lies there now, or None if it is another by now."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of code: its number, its text, the passage that it belongs to (from 1; 0: none), and whether that begins here."""

    number: int
    text: str
    passage: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One work of a pair: cells with their lines, and how many lines were left out."""

    name: str
    cells: tuple[tuple[str, tuple[Line, ...]], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two works side by side; `sides` is empty if they are not what was compared."""

    anchor: str
    share: int
    passages: int
    names: tuple[str, str]
    sides: tuple[Side, ...]


def write_page(path: Path, lab: Lab, comparison: Comparison, given: Given, ignored: Hashes, load: Load, lang: str = "en") -> Path:
    """Write the page and return its path."""
    write_atomically(path, render_page(lab, comparison, given, ignored, load, lang).encode("utf-8", "replace"))
    return path


def render_page(lab: Lab, comparison: Comparison, given: Given, ignored: Hashes, load: Load, lang: str = "en") -> str:
    """Return the page as HTML. `load` gives the works, `ignored` holds the passages that count nothing."""
    words = get_words(lang)
    groups = []
    room = MAX_PAIRS
    for number, cluster in enumerate(comparison.clusters[:MAX_GROUPS], start=1):
        shown = cluster.matches[: min(room, MAX_PAIRS_OF_GROUP)]
        room -= len(shown)
        pairs = [_build_pair(f"g{number}p{place}", match, cluster, given, ignored, load, words) for place, match in enumerate(shown)]
        groups.append(_build_group(number, cluster, pairs, words))
    values = {
        "words": words,
        "title": lab.titles.get(lang) or lab.id,
        "lab": lab.id,
        "submissions": comparison.submissions,
        "involved": sum(len(cluster.learners) for cluster in comparison.clusters),
        "count": len(comparison.clusters),
        "groups": groups,
        "more": max(len(comparison.clusters) - MAX_GROUPS, 0),
        "notes": [
            words[key].format(names=_list_names(names, words))
            for key, names in (("short", comparison.short), ("unread", comparison.unread), ("cut", comparison.cut))
            if names
        ],
        "tones": TONES,
    }
    return _get_environment().get_template("compare.html.j2").render(values)


def _build_group(number: int, cluster: Cluster, pairs: list[Pair], words: dict[str, str]) -> dict[str, Any]:
    published = [_name_published(name, words) for name in cluster.published]
    return {
        "number": number,
        "names": [clean(name) for name in cluster.learners[:MAX_NAMES]],
        "more_names": max(len(cluster.learners) - MAX_NAMES, 0),
        "size": len(cluster.learners),
        "share": _to_percent(max(match.share for match in cluster.matches)),
        "published": words["uses"].format(names=words["separator"].join(published)) if published else "",
        "pairs": pairs,
        "more": len(cluster.matches) - len(pairs),
    }


def _build_pair(anchor: str, match: Match, cluster: Cluster, given: Given, ignored: Hashes, load: Load, words: dict[str, str]) -> Pair:
    shown = [_name_published(name, words) if name in cluster.published else clean(name) for name in (match.first, match.second)]
    names = (shown[0], shown[1])
    works = [load(match.first), load(match.second)]
    found = [work for work in works if work is not None]
    if len(found) < 2:
        return Pair(anchor, _to_percent(match.share), 0, names, ())
    first, second = (split_tokens(work.text, given.names) for work in found)
    tiles = find_tiles(first, second, ignored)
    lines = (list_lines(first, tiles, False), list_lines(second, tiles, True))
    sides = tuple(_build_side(name, work, each, words) for name, work, each in zip(names, found, lines, strict=True))
    return Pair(anchor, _to_percent(match.share), len(tiles), names, sides)


def _build_side(name: str, work: Work, passages: dict[int, int], words: dict[str, str]) -> Side:
    """Cut a work into cells of lines; lines are counted through all cells, as the tokens count them."""
    seen = {0}
    cells, place = [], 0
    for title, source in work.cells:
        lines = []
        texts = source.split("\n")
        for number, text in enumerate(texts[: max(MAX_LINES - place, 0)]):
            passage = passages.get(place + number, -1) + 1
            lines.append(Line(number + 1, clean(text), passage, passage not in seen))
            seen.add(passage)
        place += len(texts)
        if lines:
            cells.append((clean(title) or words["own-cell"], tuple(lines)))
    return Side(name, tuple(cells), max(place - MAX_LINES, 0))


def _name_published(name: str, words: dict[str, str]) -> str:
    return words["model"] if name == MODEL else words["answer"].format(name=clean(name.removeprefix(PUBLISHED)))


def _list_names(names: Sequence[str], words: dict[str, str]) -> str:
    text = words["separator"].join(clean(name) for name in names[:MAX_NAMES])
    return words["and-more"].format(names=text, count=len(names) - MAX_NAMES) if len(names) > MAX_NAMES else text


def _to_percent(share: float) -> int:
    return int(100 * share)


@cache
def _get_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([TEMPLATES, FEEDBACK]), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = (FEEDBACK / "style.css").read_text("utf-8") + (TEMPLATES / "compare.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals["style"] = Markup(style)
    environment.globals["policy"] = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return environment
