"""The feedback page of one learner and lab, and the index of a batch: plain HTML that opens from anywhere and prints.

A page holds everything that it shows, loads nothing and runs nothing: its content security policy (W3C CSP 3) allows its own style
sheet, by hash, and nothing else, and every text is escaped, so that whatever a submission said can only be read. Of a test it shows the
visible part; of what went wrong the message that the grader wrote for the learner.

Simplification: the answers themselves are not shown; they are in the learner's own notebook.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup

from autograder.cohort.marks import CellName, Decisions, Mark, apply_decisions
from autograder.feedback.code import find_assertion, render_code
from autograder.feedback.words import describe_finding, format_number, format_points, format_time, get_words
from autograder.files import validate_file_name, write_atomically
from autograder.html import build_environment
from autograder.labs.model import Lab, LabCell
from autograder.messages import clean, get_text
from autograder.nbgrader.format import compute_visible
from autograder.records.decisions import Request
from autograder.results import CellResult, Result

TEMPLATES: Final = Path(__file__).parent / "templates"
MAX_FINDINGS: Final = 20
MAX_BLOCKS: Final = 10
"""Up to so many points are drawn as that many blocks, more as a bar."""
_HEADING: Final = re.compile(r"^#{1,6}\s+(?!(?:BEGIN|END) SOLUTION)(.+?)\s*#*$", re.MULTILINE)
_MARKDOWN: Final = re.compile(r"[*`$]|(?<!\w)_|_(?!\w)|!?\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Part:
    """One graded cell on the page. `tone` is right, partly, wrong or wait: it picks colour and sign. `name` says more than `title`."""

    anchor: str
    title: str
    name: str
    tone: str
    label: str
    score: str
    points: float
    share: float
    blocks: tuple[float, ...]
    message: str
    assertion: Markup
    code: Markup
    has_hidden: bool
    comment: str = ""
    """What a person says of it."""


@dataclass(frozen=True, slots=True)
class Section:
    """The parts under one heading of the lab's text."""

    title: str
    notebook: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """One part in the picture at the top: where it begins and how wide it is, in percent."""

    anchor: str
    tone: str
    start: float
    width: float
    title: str


def write_feedback(
    folder: Path, lab: Lab, result: Result, mark: Mark | None = None, decisions: Decisions | None = None, asked: Sequence[Request] = ()
) -> Path:
    """Write `<folder>/<learner>/<lab>.html` and return its path."""
    path = folder / validate_file_name(result.learner) / f"{validate_file_name(lab.id)}.html"
    write_atomically(path, render_feedback(lab, result, mark, decisions or {}, asked).encode("utf-8", "replace"))
    return path


def write_index(folder: Path, labs: dict[str, Lab], results: Iterable[Result], lang: str = "en") -> Path:
    """Write `<folder>/index.html`, a table of all results with links to their pages, and return its path."""
    words = get_words(lang)
    rows = [_build_row(labs.get(result.lab), result, lang) for result in results]
    decided = [row["share"] for row in rows if row["share"] is not None]
    values = {
        "words": words,
        "rows": rows,
        "mean": f"{100 * sum(decided) / len(decided):.0f} %" if decided else "–",
        "waiting": sum(row["tone"] != "done" for row in rows),
        "has_forgeable": any(row["is_forgeable"] for row in rows),
    }
    write_atomically(folder / "index.html", _render("index.html.j2", values).encode("utf-8", "replace"))
    return folder / "index.html"


def render_feedback(
    lab: Lab, result: Result, mark: Mark | None = None, decisions: Decisions = MappingProxyType({}), asked: Sequence[Request] = ()
) -> str:
    """Return the page of one result as HTML, in the language of the notebook that was handed in.

    With `mark` it also says what lateness and extra credit make of it, and whether another attempt counts; with `asked` what the learner
    asked about it, and the answers.
    """
    lang, words = result.lang, get_words(result.lang)
    result = apply_decisions(result, decisions)
    sections = build_sections(lab, result, {cell: decision.comment for cell, decision in decisions.items()})
    parts = [part for section in sections for part in section.parts]
    findings = [(_describe_place(finding.notebook, finding.cell, lab, words), finding.text) for finding in result.findings]
    values = {
        "words": words,
        "title": lab.titles.get(lang or "en") or lab.id,
        "learner": clean(result.learner),
        "time": format_time(result.arrived, lang),
        "score": None if result.score is None else format_number(result.score),
        "max_score": format_number(result.max_score),
        "unit": words["point"] if result.max_score == 1 else words["points"],
        "sections": sections,
        "shows_notebooks": len({section.notebook for section in sections}) > 1,
        "segments": compute_segments(parts),
        "summary": _summarise(result, parts),
        "first": next((part for part in parts if part.tone in ("wrong", "partly")), None),
        "findings_first": result.status == "unreadable",
        "findings": [(clean(place), clean(describe_finding(text, lang))) for place, text in findings[:MAX_FINDINGS]],
        "more": max(len(findings) - MAX_FINDINGS, 0),
        "asked": [(clean(each.text), words[each.state], clean(each.answer)) for each in asked],
        "adjustments": _describe_mark(mark, result, words) if mark else (),
        "is_forgeable": result.is_forgeable,
        "version": result.lab_version[:12],
        "content": result.content_hash[:12],
    }
    return _render("page.html.j2", values)


def name_parts(lab: Lab, lang: str) -> dict[str, str]:
    """Return what people call each graded cell, by grade id: the heading above it, and its own name if others stand there too."""
    headings: dict[str, str] = {}
    for notebook in lab.get_notebooks(lang):
        heading = ""
        for cell in notebook.cells:
            if cell.kind == "markdown" and (found := _HEADING.findall(cell.source)):
                heading = _strip_markdown(found[-1])
            if cell.is_graded:
                headings[cell.grade_id or ""] = heading
    alone = Counter(headings.values())
    own = {grade_id: grade_id.removeprefix("test-") for grade_id in headings}
    return {
        grade_id: heading if heading and alone[heading] == 1 else f"{heading} · {own[grade_id]}" if heading else own[grade_id]
        for grade_id, heading in headings.items()
    }


def _describe_mark(mark: Mark, result: Result, words: Mapping[str, str]) -> list[str]:
    """Return what makes a mark of the points on the page, line by line."""
    if mark.status == "closed":
        return [words["closed"]]
    if mark.result.content_hash != result.content_hash:
        said = words["other-attempt"].format(time=format_time(mark.result.arrived, result.lang))
        return [said] if mark.score is None else [said, words["mark"].format(score=format_number(mark.score))]
    lines = []
    if mark.penalty:
        lines.append(words["late"].format(penalty=format_number(mark.penalty), days=f"{mark.late_seconds / 86_400:.1f}"))
    if mark.extra:
        lines.append(words["extra"].format(extra=format_number(mark.extra)))
    return [*lines, words["mark"].format(score=format_number(mark.score))] if lines and mark.score is not None else lines


def build_sections(lab: Lab, result: Result, comments: Mapping[CellName, str] = MappingProxyType({})) -> tuple[Section, ...]:
    """Return the graded cells in the order of the lab, each under the last heading that stands before it, with what people said of them."""
    verdicts = {(cell.notebook, cell.grade_id): cell for cell in result.cells}
    groups: list[tuple[str, str, list[tuple[LabCell, CellResult]]]] = []
    for notebook in lab.get_notebooks(result.lang):
        heading = ""
        for cell in notebook.cells:
            if cell.kind == "markdown" and (found := _HEADING.findall(cell.source)):
                heading = _strip_markdown(found[-1])
            verdict = verdicts.get((notebook.name, cell.grade_id or ""))
            if verdict is None:
                continue
            if not groups or groups[-1][:2] != (heading, notebook.name):
                groups.append((heading, notebook.name, []))
            groups[-1][2].append((cell, verdict))
    numbers = count(1)
    return tuple(Section(title, name, tuple(_build_parts(title, pairs, numbers, result.lang, comments))) for title, name, pairs in groups)


def compute_segments(parts: list[Part]) -> list[Segment]:
    """Return a strip of all parts, each as wide as its points; a part without points is as wide as the narrowest."""
    least = min((part.points for part in parts if part.points > 0), default=1.0)
    widths = [part.points or least for part in parts]
    gap = min(1.0, 20 / max(len(parts), 1))
    unit = (100 - gap * (len(parts) - 1)) / (sum(widths) or 1)
    segments, start = [], 0.0
    for part, width in zip(parts, widths, strict=True):
        title = f"{part.name}: {part.label}"
        segments.append(Segment(part.anchor, part.tone, round(start, 3), round(width * unit, 3), title))
        start += width * unit + gap
    return segments


def _build_parts(
    heading: str, pairs: list[tuple[LabCell, CellResult]], numbers: Iterator[int], lang: str | None, comments: Mapping[CellName, str]
) -> Iterator[Part]:
    """Yield the parts of a section. One that is alone in it has the section's name, the others are told apart by their ids."""
    for cell, verdict in pairs:
        own_name = (cell.grade_id or "").removeprefix("test-")
        title = heading if heading and len(pairs) == 1 else own_name
        name = title if title == heading or not heading else f"{heading} · {own_name}"
        part = _build_part(f"part-{next(numbers)}", title, name, cell, verdict, lang)
        yield replace(part, comment=clean(comments.get((verdict.notebook, verdict.grade_id), "")))


def _build_part(anchor: str, title: str, name: str, cell: LabCell, verdict: CellResult, lang: str | None) -> Part:
    visible = compute_visible(cell).source if cell.is_test else ""
    assertion = find_assertion(visible, verdict.message)
    share = 0.0 if verdict.score is None or not verdict.max_score else min(max(verdict.score / verdict.max_score, 0.0), 1.0)
    return Part(
        anchor=anchor,
        title=title,
        name=name,
        tone=_get_tone(verdict),
        label=get_words(lang)[_get_label(cell, verdict, lang)],
        score=f"{'–' if verdict.score is None else format_number(verdict.score)} / {format_number(verdict.max_score)}",
        points=verdict.max_score,
        share=share,
        blocks=_compute_blocks(verdict),
        message="" if verdict.status == "passed" or _is_unread(verdict) else clean(describe_finding(verdict.message, lang)),
        assertion=render_code(assertion.source) if assertion else Markup(),
        code=render_code(visible, assertion.lines if assertion else range(0)) if visible.strip() else Markup(),
        has_hidden=cell.is_test and visible != cell.source,
    )


def _compute_blocks(verdict: CellResult) -> tuple[float, ...]:
    """Return for each point how much of it was reached, from 0 to 1; nothing where the points are many or no whole number."""
    if not float(verdict.max_score).is_integer() or not 1 <= verdict.max_score <= MAX_BLOCKS:
        return ()
    return tuple(min(max((verdict.score or 0.0) - number, 0.0), 1.0) for number in range(int(verdict.max_score)))


def _is_unread(verdict: CellResult) -> bool:
    """Answer whether the cell's notebook could not be read: the notes on the notebook say why, once for all its cells."""
    return verdict.status == "missing" and verdict.score is None


def _get_label(cell: LabCell, verdict: CellResult, lang: str | None) -> str:
    """Return the key of the words for a verdict. What failed because nothing was written is called that, and not an error."""
    if _is_unread(verdict):
        return "not-graded"
    if (cell.is_manual and verdict.status == "failed") or verdict.message == get_text(lang, "unanswered"):
        return "empty"
    return "void-cell" if verdict.status == "void" else verdict.status


def _get_tone(verdict: CellResult) -> str:
    if verdict.score is None:
        return "wait"
    return {"passed": "right", "partial": "partly"}.get(verdict.status, "wrong")


def _strip_markdown(text: str) -> str:
    return _MARKDOWN.sub(lambda match: match[1] or "", text).strip()


def _describe_place(notebook: str, cell: str, lab: Lab, words: dict[str, str]) -> str:
    """Return where a finding was made, as far as it is not plain."""
    place = [notebook] if len(lab.get_notebooks()) > 1 or not cell else []
    return ", ".join([*place, words["cell"].format(cell=cell)] if cell else place)


def _summarise(result: Result, parts: list[Part]) -> str:
    words = get_words(result.lang)
    if result.status in ("unreadable", "void"):
        return words[result.status]
    right = sum(part.tone == "right" for part in parts)
    waiting = sum(part.points for part in parts if part.tone == "wait")
    key = "all-right" if right == len(parts) else "none-right" if not right and not waiting else "some-right"
    text = words[key].format(right=right, all=len(parts))
    return f"{text} {words['waiting'].format(points=format_points(waiting, result.lang))}" if waiting else text


def _build_row(lab: Lab | None, result: Result, lang: str) -> dict[str, Any]:
    words = get_words(lang)
    keys = {"graded": "graded", "partial": "partly-graded", "void": "partly-graded", "unreadable": "unreadable-short"}
    title = (lab.titles.get(lang) or lab.id) if lab else result.lab
    return {
        "learner": clean(result.learner),
        "lab": title,
        "href": f"{quote(result.learner, safe='', errors='replace')}/{quote(result.lab, safe='', errors='replace')}.html",
        "score": "–" if result.score is None else format_number(result.score),
        "max_score": format_number(result.max_score),
        "share": None if result.score is None or not result.max_score else min(result.score / result.max_score, 1.0),
        "tone": {"graded": "done", "unreadable": "wrong"}.get(result.status, "wait"),
        "label": words[keys[result.status]],
        "is_forgeable": result.is_forgeable,
    }


@cache
def _get_environment() -> Environment:
    return build_environment([TEMPLATES], [TEMPLATES / "style.css"])


def _render(name: str, values: dict[str, Any]) -> str:
    return _get_environment().get_template(name).render(values)
