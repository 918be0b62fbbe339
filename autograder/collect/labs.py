"""Which notebook of which lab a file is: by the label inside it, else by where it lay, else by its name."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograder.collect.origins import Origin, list_stems
from autograder.labs.model import Lab
from autograder.lms.people import Problem

_STEP: Final = "name it like the lab, or say which labs there are (--labs, --course)"


@dataclass(frozen=True, slots=True)
class LabIndex:
    """The labs, and by the name of a notebook or lab the labs that it may mean."""

    labs: Mapping[str, Lab]
    by_name: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Content:
    """What a notebook says of itself; nothing if it cannot be read, which the grader will say to its learner."""

    label: str = ""
    grade_ids: frozenset[str] = frozenset()


def index_labs(labs: Mapping[str, Lab]) -> LabIndex:
    """Return labs in the form in which they are looked for."""
    names: dict[str, set[str]] = defaultdict(set)
    for lab in labs.values():
        for name in (lab.id, *(notebook.name for notebook in lab.notebooks)):
            names[name.casefold()].add(lab.id)
    return LabIndex(labs, {name: frozenset(ids) for name, ids in names.items()})


def read_content(content: bytes) -> Content:
    """Return what a notebook says of itself. It is a learner's file: nothing in it is believed to have a type."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError, MemoryError):
        return Content()
    label = _get(_get(_get(notebook, "metadata"), "minichain"), "lab")
    cells = _get(notebook, "cells")
    ids = [_get(_get(_get(cell, "metadata"), "nbgrader"), "grade_id") for cell in cells] if isinstance(cells, list) else []
    return Content(label if isinstance(label, str) else "", frozenset(each for each in ids if isinstance(each, str)))


def find_lab(index: LabIndex, origin: Origin, content: Content) -> Lab | Problem:
    """Return the lab of a notebook, or why that cannot be said."""
    label = content.label[:100]
    if label and label not in index.labs:
        return Problem(f"it is of the lab {label!r}, which is not among these", "name the folder of that lab (--labs)")
    if label and origin.lab and origin.lab != label:
        return Problem(
            f"it was handed in as {origin.lab}, and is of the lab {label}", "ask the learner; then put it under submitted/ by hand"
        )
    if label or origin.lab in index.labs:
        return index.labs[label or origin.lab]
    if origin.lab:
        return Problem(f"it was handed in as {origin.lab[:100]!r}, and there is no such lab", _STEP)
    found = _find_by_name(index, origin.stem)
    if len(found) == 1:
        return index.labs[next(iter(found))]
    if found:
        return Problem(f"its name may mean several labs: {', '.join(sorted(found))}", "say which lab this download is of (--lab)")
    return Problem("neither its label nor its name says of which lab it is", _STEP)


def find_notebook(lab: Lab, origin: Origin, content: Content) -> str | Problem:
    """Return which notebook of a lab a file is: the only one, else by its name, else by the ids of its cells."""
    notebooks = {notebook.name: notebook for notebook in lab.get_notebooks()}
    if len(notebooks) == 1:
        return next(iter(notebooks))
    for stem in list_stems(origin.stem):
        for name in notebooks:
            if name.casefold() == stem.casefold():
                return name
    shared = {name: sum(cell.grade_id in content.grade_ids for cell in each.cells if cell.grade_id) for name, each in notebooks.items()}
    most = max(shared.values())
    best = [name for name, count in shared.items() if count == most]
    if most and len(best) == 1:
        return best[0]
    return Problem(f"{lab.id} has the notebooks {', '.join(notebooks)}, and it is like none of them", "give it the name of the notebook")


def remove_names(index: LabIndex, stem: str) -> list[str]:
    """Return what of a file's name is not that of a lab: it may say whose it is.

    >>> remove_names(LabIndex({}, {"00-sums": frozenset()}), "2023001_王芳_00-sums (1)")
    ['2023001_王芳', '2023001', '王芳']
    """
    rest = list_stems(stem)[-1]
    for name in sorted(index.by_name, key=len, reverse=True):
        rest = re.sub(_bound(name), "\n", rest, flags=re.IGNORECASE)
    parts = rest.split("\n")
    pieces = [piece for part in parts for piece in re.split(r"[_\s,，+]+", part)]
    words = [word.strip(" _-.+,") for word in (*parts, *pieces, *(word for piece in pieces for word in piece.split("-")))]
    return [word for word in dict.fromkeys(words) if word]


def _find_by_name(index: LabIndex, stem: str) -> frozenset[str]:
    """Return the labs that a file's name may mean: all of it, else the longest part that is a name."""
    for each in list_stems(stem.casefold()):
        if each in index.by_name:
            return index.by_name[each]
    inside = [name for name in index.by_name if re.search(_bound(name), stem, re.IGNORECASE)]
    return index.by_name[max(inside, key=len)] if inside else frozenset()


def _bound(name: str) -> str:
    """Return the pattern of a name that stands for itself in another one."""
    return rf"(?<![^\W_]){re.escape(name)}(?![^\W_])"


def _get(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, dict) else None
