"""The report as one HTML page that opens from anywhere and prints: plots in SVG, and behind every number the learners that it counts.

The page runs nothing: a number is a link to the list of its learners, which only the browser's own `:target` brings up. On paper the lists
are left out.

Simplification: a page of a whole programme would be too long to read; make one for each class.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment

from autograder.feedback.page import TEMPLATES as FEEDBACK
from autograder.feedback.page import name_parts
from autograder.feedback.words import format_number
from autograder.files import write_atomically
from autograder.html import build_environment
from autograder.labs.model import Lab
from autograder.messages import clean
from autograder.report.data import BANDS, BINS, Group, Item, LabReport, Report
from autograder.report.words import WORDS

TEMPLATES: Final = Path(__file__).parent / "templates"
MOST_TASKS: Final = 500
HEIGHT: Final = 120.0
"""Of the plot of a distribution."""


@dataclass(slots=True)
class _Lists:
    """The lists of learners at the end of the page, numbered as they are linked to."""

    lists: list[dict[str, Any]] = field(default_factory=list)

    def link(self, group: Group, title: str, back: str, lab: str = "") -> dict[str, Any]:
        """Return a number and the address of the list behind it."""
        if not group.count:
            return {"count": 0, "href": ""}
        self.lists.append({"id": f"g{len(self.lists) + 1}", "title": title, "learners": group.learners, "back": back, "lab": lab})
        return {"count": group.count, "href": f"#g{len(self.lists)}"}


def write_report(path: Path, report: Report, labs: Mapping[str, Lab], lang: str = "en", course: Path | None = None) -> Path:
    """Write the report and return its path; `course` is the folder whose pages it links to: feedback, and comparisons."""
    pages = _find_pages(path, course, report) if course else {}
    write_atomically(path, render_report(report, labs, lang, pages).encode("utf-8", "replace"))
    return path


def render_report(
    report: Report, labs: Mapping[str, Lab], lang: str = "en", pages: Mapping[tuple[str, str], str] | None = None, now: float | None = None
) -> str:
    """Return the page; `pages` gives the address of the feedback for a learner and a lab, where there is some.

    For the learner "" it is the page on which alike work is shown side by side.
    """
    words, lists = WORDS[lang], _Lists()
    made = datetime.now(UTC) if now is None else datetime.fromtimestamp(now, UTC)
    named = [name for name in report.classes if name]
    present = {learner for lab in report.labs for bands in lab.bands.values() for band in BANDS[:-1] for learner in bands[band].learners}
    values = {
        "words": words,
        "title": words["title-class"].format(classes=clean(named[0])) if len(report.classes) == 1 and named else words["title"],
        "made": words["made"].format(time=made.strftime("%Y-%m-%d %H:%M UTC")),
        "learners": len(report.people),
        "handed_in": lists.link(Group(tuple(name for name in report.people if name in present)), words["handed-in"], "top"),
        "forgeable": lists.link(report.forgeable, words["forgeable"], "top"),
        "labs": [
            _build_lab(number, lab, labs.get(lab.lab), lang, lists, (pages or {}).get(("", lab.lab), ""))
            for number, lab in enumerate(report.labs, 1)
        ],
        "bands": [(band, words[band]) for band in BANDS],
        "tasks": [
            {"kind": words[task.kind], "lab": _get_title(task.lab, labs.get(task.lab), lang), "learner": clean(task.learner)}
            | {"cell": task.cell, "why": clean(task.why)[:300], "id": task.id}
            for task in report.tasks[:MOST_TASKS]
        ],
        "task_count": len(report.tasks),
        "more_tasks": max(len(report.tasks) - MOST_TASKS, 0),
    }
    values["lists"] = [_build_list(each, report, pages or {}) for each in lists.lists]
    return _get_environment().get_template("report.html.j2").render(values)


def _build_lab(number: int, lab: LabReport, source: Lab | None, lang: str, lists: _Lists, compared: str) -> dict[str, Any]:
    words, anchor = WORDS[lang], f"lab-{number}"
    names = name_parts(source, lang) if source else {}
    title = _get_title(lab.lab, source, lang)

    def link(group: Group, *said: str) -> dict[str, Any]:
        return lists.link(group, " · ".join([title, *said]), anchor, lab.lab)

    final = Group(tuple(learner for group in lab.bins for learner in group.learners))
    return {
        "anchor": anchor,
        "title": title,
        "max_score": format_number(lab.max_score),
        "mean": _format(lab.mean),
        "median": _format(lab.median),
        "final": link(final, words["final"]),
        "late": link(lab.late, words["late"]),
        "several": link(lab.several, words["several"]),
        "progress": [_build_progress(name, bands, link, words) for name, bands in lab.bands.items()],
        "bins": _build_bins(lab, link, words),
        "items": [_build_item(item, names.get(item.grade_id, item.grade_id), link, words) for item in lab.items],
        "failures": [
            {
                "title": names.get(failure.grade_id, failure.grade_id),
                "example": clean(failure.example)[:600],
                "group": link(failure.group, names.get(failure.grade_id, failure.grade_id)),
            }
            for failure in lab.failures
        ],
        "alike": [link(group, words["alike"]) for group in lab.alike],
        "compared": compared,
        "slow": [
            {
                "learner": clean(slow.learner),
                "said": words["slow-note"].format(seconds=f"{slow.cpu_seconds:.1f}", times=f"{slow.times_median:.0f}"),
            }
            for slow in lab.slow
        ],
    }


def _build_progress(name: str, bands: Mapping[Any, Group], link: Any, words: Mapping[str, str]) -> dict[str, Any]:
    """Return a bar for a class: its pieces as parts of a hundred."""
    total = sum(group.count for group in bands.values())
    pieces, start = [], 0.0
    for band in BANDS:
        group = bands[band]
        if group.count:
            width = 100 * group.count / total
            shown = clean(name) or words["no-class"]
            pieces.append({"band": band, "start": start, "width": width, "label": words[band], **link(group, shown, words[band])})
            start += width
    return {"name": clean(name) or words["no-class"], "total": total, "pieces": pieces}


def _build_bins(lab: LabReport, link: Any, words: Mapping[str, str]) -> list[dict[str, Any]]:
    most = max((group.count for group in lab.bins), default=0) or 1
    bins = []
    for at, group in enumerate(lab.bins):
        label = words["tenth"].format(low=100 // BINS * at, high=100 // BINS * (at + 1))
        bins.append({"label": label, "low": 100 // BINS * at, "height": HEIGHT * group.count / most, **link(group, label)})
    return bins


def _build_item(item: Item, title: str, link: Any, words: Mapping[str, str]) -> dict[str, Any]:
    return {
        "title": title,
        "points": format_number(item.max_score),
        "share": item.difficulty,
        "difficulty": words["few"] if item.difficulty is None else f"{100 * item.difficulty:.0f} %",
        "discrimination": words["few"] if item.discrimination is None else f"{item.discrimination:.2f}".replace("-", "−"),
        "tone": "" if item.discrimination is None else "bad" if item.discrimination < 0 else "weak" if item.discrimination < 0.15 else "",
        "failed": link(item.failed, title, words["failed"]),
        "strange": [{"kind": words[kind], **link(group, title, words[kind])} for kind, group in item.strange.items()],
    }


def _build_list(each: dict[str, Any], report: Report, pages: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """Return a list of learners as the page shows it."""
    rows = []
    for learner in each["learners"]:
        person = report.people.get(learner) or report.strangers[learner]
        href = pages.get((learner, each["lab"]), "")
        rows.append({"learner": clean(learner), "name": clean(person.name), "class": clean(person.class_name), "href": href})
    return {**each, "rows": rows}


def _get_title(lab: str, source: Lab | None, lang: str) -> str:
    return (source.titles.get(lang) if source else None) or lab


def _format(value: float | None) -> str:
    return "–" if value is None else format_number(round(value, 2))


def _find_pages(page: Path, course: Path, report: Report) -> dict[tuple[str, str], str]:
    """Return the addresses of the pages that there are, seen from the report."""
    way = Path(os.path.relpath(course, page.parent)).as_posix()
    places = {("", lab.lab): f"compared-{lab.lab}.html" for lab in report.labs}
    places |= {
        (learner, lab.lab): f"feedback/{learner}/{lab.lab}.html" for lab in report.labs for learner in (*report.people, *report.strangers)
    }
    return {key: quote(f"{way}/{place}", errors="replace") for key, place in places.items() if (course / place).is_file()}


@cache
def _get_environment() -> Environment:
    return build_environment([TEMPLATES, FEEDBACK], [FEEDBACK / "style.css", TEMPLATES / "report.css"])
