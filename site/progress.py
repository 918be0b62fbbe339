"""The learner's page of progress: a table for each course, with its lessons and labs. assets/progress.js fills in what the browser knows.

The prose stands in pages/; here its two marks are replaced. Without a script the page still lists what there is to do.
"""

import html
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from lessons import ROOT, WORDS

from autograder.labs.model import Lab

_HEADING: Final = re.compile(r"^# (.+)$", re.MULTILINE)


def fill_progress(lang: str, docs: Path, labs: dict[str, tuple[Lab, dict[str, Any]]]) -> None:
    """Put the tables and the buttons into progress.md, the page of which they are part."""
    page = docs / "progress.md"
    courses = tomllib.loads((ROOT / "courses/courses.toml").read_text("utf-8"))["course"]
    tables = "\n\n".join(_render_course(course, lang, labs) for course in courses)
    missing = f'<noscript><p class="mc-learned__missing">{WORDS[lang]["progress-no-script"]}</p></noscript>'
    text = page.read_text("utf-8").replace("<!-- courses -->", f"{missing}\n\n{tables}").replace("<!-- file -->", _render_buttons(lang))
    page.write_text(text, "utf-8")


def _render_course(course: dict[str, Any], lang: str, labs: dict[str, tuple[Lab, dict[str, Any]]]) -> str:
    words = WORDS[lang]
    own = {name.partition("-")[2]: name for name, (_, settings) in labs.items() if settings.get("course") == course["id"]}
    rows = []
    for slug in dict.fromkeys([*course["lessons"], *own]):  # each lesson with its lab, whose id ends like the lesson's
        if slug in course["lessons"]:
            path = f"{course['id']}/{slug}"
            text = (ROOT / "courses" / lang / f"{path}.md").read_text("utf-8")
            title, quizzes = _HEADING.findall(text)[0], len(re.findall(r"^<quiz>", text, re.MULTILINE))
            if quizzes:
                rows.append(_render_row("lesson", path, quizzes, words["lesson"], title, f"{path}/", words))
        if slug in own:
            lab = labs[own[slug]][0]
            kind, _, _ = words["lab"].partition("{")
            rows.append(_render_row("lab", own[slug], lab.max_score, kind.rstrip(" :："), lab.titles[lang], f"labs/{own[slug]}/", words))
    heads = "".join(f'<th scope="col">{words[f"progress-{key}"]}</th>' for key in ("what", "result", "when"))
    body = f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    section = f'<div class="mc-learned__course"><p class="mc-learned__sum" aria-live="polite"></p>{body}</div>'
    return f"## {course['title'][lang]}\n\n{section}"


def _render_row(kind: str, name: str, most: float, label: str, title: str, address: str, words: dict[str, str]) -> str:
    title = html.escape(title)
    what = f'<th scope="row"><span class="mc-learned__kind">{label}</span> <a href="../{address}">{title}</a></th>'
    bar = f'<progress max="1" value="0" aria-label="{title}"></progress>'
    result = f"<td><span data-result>{words[f'progress-{kind}'].format(most=f'{most:g}')}</span>{bar}</td>"
    return f'<tr data-{kind}="{name}" data-of="{most:g}">{what}{result}<td data-when></td></tr>'


def _render_buttons(lang: str) -> str:
    words = WORDS[lang]
    buttons = "".join(
        f'<button type="button" class="mc-button" data-{action}>{words[f"progress-{action}"]}</button>' for action in ("export", "import")
    )
    chooser = f'<input type="file" accept=".json,application/json" aria-label="{words["progress-import"]}" hidden>'
    return f'<p class="mc-learned__file" hidden>{buttons}{chooser}</p>\n\n<p class="mc-learned__status" role="status"></p>'
