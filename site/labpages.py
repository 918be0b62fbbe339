"""A lab's page: what it is, how to open it, and the whole released notebook as text, for everyone who cannot or will not run it.

Nothing is written twice: the page, the notebook and the script all come from what `autograder release` gives out.
"""

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any, Final

from lessons import ROOT, WORDS, LessonError, render_figure, run_block

from autograder.labs.find import find_lab_folders
from autograder.labs.model import Lab, LabCell, LabNotebook
from autograder.labs.source import load_lab
from autograder.nbgrader.format import compute_released_source
from autograder.release import write_release

_HEADING: Final = re.compile(r"^# .*\n*")
_LIST_ITEM: Final = re.compile(r"\s*(?:[-*+]|\d+\.) ")


def load_sources() -> dict[str, tuple[Lab, dict[str, Any]]]:
    """Return lab id -> the lab, and what its lab.toml says beside the cells (outcome, minutes, prerequisites, course)."""
    folders = find_lab_folders(ROOT / "labs")
    return {name: (load_lab(folder), tomllib.loads((folder / "lab.toml").read_text("utf-8"))) for name, folder in folders.items()}


def write_lab(lab: Lab, settings: dict[str, Any], lang: str, titles: dict[str, str], lesson: str, folder: Path) -> int:
    """Write a lab's page and its downloads into `folder`, and return how many cells the page shows.

    `titles` are all labs', by id; `lesson` is the page of its own lesson, or "".
    """
    release = folder.with_name(f"{folder.name}.release")
    notebooks = write_release(lab, release, [lang])
    shutil.copytree(release / lang / lab.id, folder)
    shutil.rmtree(release)
    for path in notebooks:
        (folder / path.name).with_suffix(".py").write_text(to_script((folder / path.name).read_text("utf-8")), "utf-8")
    masters = lab.get_notebooks(lang)
    meta = {
        "title": WORDS[lang]["lab"].format(title=lab.titles[lang]),
        "description": settings["outcome"][lang],
        "template": "lab.html",
        "lab": {
            "id": lab.id,
            "title": lab.titles[lang],
            "outcome": settings["outcome"][lang],
            "minutes": settings.get("minutes"),
            "points": f"{lab.max_score:g}",
            "prerequisites": [{"id": name, "title": titles[name]} for name in settings.get("prerequisites", [])],
            "lesson": lesson,
            "files": [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()],
        },
    }
    body = "\n\n".join(render_notebook(lab, master, lang) for master in masters)
    (folder / "index.md").write_text(f"---\n{json.dumps(meta, ensure_ascii=False)}\n---\n\n{body}\n", "utf-8")
    return sum(len(master.cells) for master in masters)


def render_notebook(lab: Lab, master: LabNotebook, lang: str) -> str:
    """Return a released notebook as Markdown, a block for each cell, with the figures as they look at first."""
    namespace: dict[str, Any] = {"__name__": "lab"}
    parts = []
    for number, cell in enumerate(master.cells):
        where = f"{lab.id}, {lang}, cell {number}"
        if cell.kind == "markdown":
            text = _HEADING.sub("", cell.source) if number == 0 else cell.source  # the page has that heading already
            parts.append(_separate_lists(text))
        elif cell.solution or cell.is_test:
            parts.append(_wrap(cell, lang))
        else:
            value = _run(cell, namespace, where)
            parts.append(_wrap(cell, lang, render_figure(value, lang, f"{cell.grade_id}", where) if cell.figure and value else ""))
    return "\n\n".join(parts)


def to_script(notebook: str) -> str:
    """Return a notebook as a Python script in the percent format, which Jupytext, VS Code and PyCharm open as cells."""
    cells = []
    for cell in json.loads(notebook)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cells.append(f"# %%\n{source}")
        else:
            commented = "\n".join(f"# {line}".rstrip() for line in source.split("\n"))
            cells.append(f"# %% [{cell['cell_type']}]\n{commented}")
    return "\n\n".join(cells) + "\n"


def _run(cell: LabCell, namespace: dict[str, Any], where: str) -> object:
    """Run a cell that the lab gives and return what it draws. None if it asks for what only a learner's notebook has.

    That is a function which the learner has yet to write (NameError), or the notebook itself (RuntimeError of minichain.learn).
    """
    try:
        return run_block(cell.source, namespace, where)[1]
    except LessonError as error:
        if isinstance(error.__cause__, NameError | RuntimeError):
            return None
        raise


def _wrap(cell: LabCell, lang: str, figure: str = "") -> str:
    """Return a code cell with the name of what it is. A test is folded: it is the longest text and the least needed one."""
    words = WORDS[lang]
    kind = "figure" if figure else "live" if cell.figure else "test" if cell.is_test else "task" if cell.is_answer else "given"
    label = words[kind]
    if cell.is_graded:
        label += f" · {(cell.grade_id or '').removeprefix('test-')} · {words['points'].format(points=f'{cell.points:g}')}"
    code = f"```python\n{compute_released_source(cell)}\n```"
    if kind == "test":
        note = f"{words['test-note']}" if compute_released_source(cell) != cell.source else ""
        head = f"<summary>{label}</summary>"
        return f'<details class="mc-cell mc-cell--test" data-search-exclude markdown>{head}\n\n{note}\n\n{code}\n\n</details>'
    return f'<div class="mc-cell mc-cell--{kind}" markdown>\n\n<p class="mc-cell__label">{label}</p>\n\n{code}\n\n{figure}\n\n</div>'


def _separate_lists(text: str) -> str:
    """Return notebook prose for Python-Markdown, which wants a blank line before a list and before a table, where notebooks need none."""
    lines: list[str] = []
    fenced = False
    for line in text.split("\n"):
        before = lines[-1] if lines else ""
        fenced ^= line.startswith("```")
        begins_list = _LIST_ITEM.match(line) and not _LIST_ITEM.match(before) and not before.startswith(" ")
        begins_table = line.startswith("|") and not before.startswith("|")
        if before and not fenced and (begins_list or begins_table):
            lines.append("")
        lines.append(line)
    return "\n".join(lines)
