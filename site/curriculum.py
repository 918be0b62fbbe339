"""The curriculum map: what is here and what is planned, who takes what, and where the things that standards ask for are learnt.

A course or lab that exists is read from where it lives (courses/courses.toml, the lessons, labs/*/lab.toml); what is only planned, the
paths and the standards come from courses/curriculum.toml. The page's own words stand in site/pages; in it, a comment like
`<!-- curriculum paths -->` names the place of a table or picture. Links are Markdown's, so that MkDocs refuses one that leads nowhere.

Simplifications: a lab covers what a standard asks or it does not; how far is for those who teach to judge.
"""

import html
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from labmap import Station, describe_lab_map, draw_lab_map
from lessons import ROOT, WORDS

_PLACE: Final = re.compile(r"^<!-- curriculum (\w+) -->$", re.MULTILINE)
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]+")
_WORDS: Final = {
    "en": {
        "course": "Course {number}",
        "planned": "planned",
        "comma": ", ",
        "colon": ": ",
        "minutes": "{minutes} min",
        "lab": "lab\u00a0{number}",
        "labs-planned": "Labs, planned: ",
        "whole": "whole",
        "path": "Who",
        "here": "Here today: {here} of {all} labs",
        "ask": "It asks for",
        "where": "Where it is learnt",
        "nowhere": "no lab of its own",
        "marks": "● the whole course; single labs by number",
    },
    "zh": {
        "course": "第 {number} 门课",
        "planned": "计划中",
        "comma": "、",
        "colon": "：",
        "minutes": "{minutes} 分钟",
        "lab": "实验\u00a0{number}",
        "labs-planned": "计划中的实验：",
        "whole": "整门课",
        "path": "谁来学",
        "here": "{all} 个实验，现已上线 {here} 个",
        "ask": "要求",
        "where": "在哪里学",
        "nowhere": "没有专门的实验",
        "marks": "● 学整门课；只学个别实验时列出编号",
    },
}


class CurriculumError(Exception):
    """The curriculum's files contradict each other."""


@dataclass(frozen=True, slots=True)
class LabEntry:
    """A lab of the curriculum. One that is only planned has no `id`, no `lesson` and no `minutes`."""

    number: int
    course: str
    title: Mapping[str, str]
    after: tuple[int, ...]
    id: str = ""
    lesson: str = ""
    minutes: int = 0

    @property
    def is_here(self) -> bool:
        """Whether the lab exists."""
        return bool(self.id)


@dataclass(frozen=True, slots=True)
class Curriculum:
    """All courses and labs in their order, and the tables of curriculum.toml."""

    courses: tuple[dict[str, Any], ...]
    labs: tuple[LabEntry, ...]
    paths: tuple[dict[str, Any], ...]
    standards: tuple[dict[str, Any], ...]

    def get_lab(self, number: int) -> LabEntry:
        """Return the lab of that number, or raise `CurriculumError`."""
        for lab in self.labs:
            if lab.number == number:
                return lab
        raise CurriculumError(f"curriculum.toml names lab {number}, which is neither in labs/ nor planned")

    def get_course_labs(self, course: str) -> list[LabEntry]:
        """Return a course's labs."""
        return [lab for lab in self.labs if lab.course == course]


@cache
def load_curriculum() -> Curriculum:
    """Return the curriculum, or raise `CurriculumError` where a lab or course is both here and planned."""
    plan = tomllib.loads((ROOT / "courses/curriculum.toml").read_text("utf-8"))
    here = tomllib.loads((ROOT / "courses/courses.toml").read_text("utf-8"))["course"]
    labs = [_read_lab(path, here) for path in sorted((ROOT / "labs").glob("*/lab.toml"))]
    labs += [LabEntry(lab["number"], lab["course"], lab["title"], tuple(lab["after"])) for lab in plan.get("lab", [])]
    courses = [*here, *plan.get("course", [])]
    for kind, names in (("course", [course["id"] for course in courses]), ("lab", [lab.number for lab in labs])):
        if twice := {name for name in names if names.count(name) > 1}:
            raise CurriculumError(f"{kind} {', '.join(map(str, twice))} is here and still planned in curriculum.toml")
    labs.sort(key=lambda lab: lab.number)
    return Curriculum(tuple(courses), tuple(labs), tuple(plan["path"]), tuple(plan["standard"]))


def _read_lab(path: Path, courses: Sequence[dict[str, Any]]) -> LabEntry:
    """Return a lab that exists. Its lesson has the lab's name without the number."""
    settings = tomllib.loads(path.read_text("utf-8"))
    number, _, slug = settings["id"].partition("-")
    lessons = next((course["lessons"] for course in courses if course["id"] == settings["course"]), [])
    after = tuple(int(name.partition("-")[0]) for name in settings.get("prerequisites", []))
    lesson = f"{settings['course']}/{slug}" if slug in lessons else ""
    return LabEntry(int(number), settings["course"], settings["title"], after, settings["id"], lesson, settings.get("minutes", 0))


def fill_curriculum(text: str, lang: str) -> str:
    """Return a page in which each place of the curriculum holds what it names."""
    parts: dict[str, Callable[[Curriculum, str], str]] = {
        "map": render_map,
        "courses": render_courses,
        "paths": render_paths,
        "standards": render_standards,
    }
    return _PLACE.sub(lambda place: parts[place[1]](load_curriculum(), lang), text)


def render_map(curriculum: Curriculum, lang: str) -> str:
    """Return the picture of what must come before what."""
    stations = [Station(lab.number, lab.course, lab.title[lang], lab.after, lab.is_here, _get_address(lab)) for lab in curriculum.labs]
    names = {course["id"]: course["title"][lang] for course in curriculum.courses}
    picture = draw_lab_map(stations, names, lang)
    words = html.escape(describe_lab_map(stations, names, lang))
    return (
        f'<figure class="mc-figure mc-map" id="map" data-search-exclude>{picture}<p class="mc-figure__words mc-hidden">{words}</p></figure>'
    )


def render_courses(curriculum: Curriculum, lang: str) -> str:
    """Return every course: what it is about, its lessons and labs with their links, and by name what is planned."""
    words, parts = _WORDS[lang], []
    for number, course in enumerate(curriculum.courses, start=1):
        labs = curriculum.get_course_labs(course["id"])
        is_here = any(lab.is_here for lab in labs)
        label = words["course"].format(number=number) + ("" if is_here else f" · {words['planned']}")
        lines = [f"- {_link_lab(lab, lang)} <small>{words['minutes'].format(minutes=lab.minutes)}</small>" for lab in labs if lab.is_here]
        names = [f"{lab.number:02}\u00a0{lab.title[lang]}" for lab in labs if not lab.is_here]
        planned = f'<p class="mc-planned">{words["labs-planned"]}{html.escape(" · ".join(names))}</p>' if names else ""
        parts.append(
            f'<section class="mc-course{"" if is_here else " mc-course--planned"}" markdown>\n\n<p class="mc-eyebrow">{label}</p>\n\n'
            f"### {course['title'][lang]} {{ #{course['id']} }}\n\n{course['about'][lang]}\n\n"
            + "\n".join(lines)
            + f"\n\n{planned}\n\n</section>"
        )
    return '<div class="mc-courses" markdown>\n\n' + "\n\n".join(parts) + "\n\n</div>"


def render_paths(curriculum: Curriculum, lang: str) -> str:
    """Return the table of who takes what: a row for each path, a column for each course."""
    words, escape = _WORDS[lang], html.escape
    head = "".join(
        f'<th scope="col"><abbr title="{escape(course["title"][lang])}">{number}</abbr></th>'
        for number, course in enumerate(curriculum.courses, start=1)
    )
    rows = []
    for path in curriculum.paths:
        title, level, does = (escape(path[key][lang]) for key in ("title", "level", "does"))
        labs = get_path_labs(curriculum, path)
        here = words["here"].format(here=sum(lab.is_here for lab in labs), all=len(labs))
        cells = "".join(f"<td>{_mark_course(curriculum, path, course['id'], lang)}</td>" for course in curriculum.courses)
        name = f'<th scope="row"><strong>{title}</strong> <em>{level}</em><span>{does}</span><span>{here}</span></th>'
        rows.append(f"<tr>{name}{cells}</tr>")
    titles = f'<tr><th scope="col">{words["path"]}</th>{head}</tr>'
    table = f'<table class="mc-paths"><thead>{titles}</thead><tbody>{"".join(rows)}</tbody></table>'
    box = f'<div class="mc-scroll" tabindex="0" role="group" aria-label="{words["path"]}">{table}</div>'
    return f'{box}\n<p class="mc-note">{words["marks"]}</p>'


def get_path_labs(curriculum: Curriculum, path: Mapping[str, Any]) -> list[LabEntry]:
    """Return the labs of a path."""
    return [lab for lab in curriculum.labs if lab.course in path["courses"] or lab.number in path.get("labs", [])]


def _mark_course(curriculum: Curriculum, path: Mapping[str, Any], course: str, lang: str) -> str:
    """Return what a path takes of a course: all, some labs by number, or nothing."""
    if course in path["courses"]:
        return f'<span aria-hidden="true">●</span><span class="mc-hidden">{_WORDS[lang]["whole"]}</span>'
    return " ".join(f"{lab.number:02}" for lab in curriculum.get_course_labs(course) if lab.number in path.get("labs", []))


def render_standards(curriculum: Curriculum, lang: str) -> str:
    """Return a section for each standard: what it asks for, and the lessons and labs in which that is learnt."""
    words, parts = _WORDS[lang], []
    for standard in curriculum.standards:
        rows = [f"| {words['ask']} | {words['where']} |", "|---|---|"]
        rows += [f"| {ask[lang]} | {_say_where(curriculum, ask, lang)} |" for ask in standard["asks"]]
        title = _CHINESE.sub(r'<span lang="zh">\g<0></span>', standard["title"][lang]) if lang == "en" else standard["title"][lang]
        head = f"### {title} {{ #{standard['id']} }}\n\n{standard['about'][lang]}\n\n"
        parts.append("<section markdown>\n\n" + head + "\n".join(rows) + "\n\n</section>")
    return '<div class="mc-standards" markdown>\n\n' + "\n\n".join(parts) + "\n\n</div>"


def _say_where(curriculum: Curriculum, ask: Mapping[str, Any], lang: str) -> str:
    """Return where something is learnt: links to what is here, names of what is planned."""
    words = _WORDS[lang]
    labs = [curriculum.get_lab(number) for number in ask.get("labs", [])]
    lines = [f"[{WORDS[lang][page]}]({page}.md)" for page in ask.get("pages", [])]
    lines += [_link_lab(lab, lang) for lab in labs if lab.is_here]
    if names := [f"{lab.number:02} {lab.title[lang]}" for lab in labs if not lab.is_here]:
        lines.append(f'<span class="mc-planned">{words["planned"]}{words["colon"]}{html.escape(words["comma"].join(names))}</span>')
    return "<br>".join(lines) or f'<span class="mc-planned">{words["nowhere"]}</span>'


def _get_address(lab: LabEntry) -> str:
    """Return where a lab that exists begins, as seen from the map's page: at its lesson, if it has one."""
    return (f"../{lab.lesson}/" if lab.lesson else f"../labs/{lab.id}/") if lab.is_here else ""


def _link_lab(lab: LabEntry, lang: str) -> str:
    """Return links to a lab that exists and to its lesson."""
    link = f"[{_WORDS[lang]['lab'].format(number=f'{lab.number:02}')}](labs/{lab.id}/index.md)"
    return f"[{lab.title[lang]}]({lab.lesson}.md) · {link}" if lab.lesson else f"{lab.title[lang]} · {link}"
