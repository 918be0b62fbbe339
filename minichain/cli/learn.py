"""`minichain learn`: the labs in JupyterLab on this machine, in the learner's language, with the learner's work kept.

The notebooks are made by the autograder's release, which is called as a program of its own: the chain does not import the grader.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer

from minichain.cli.files import CommandError
from minichain.cli.options import Json
from minichain.learn.workspace import LabState, WorkspaceError, update_workspace

LANGUAGES: Final = ("en", "zh")
_LOCALES: Final = {"en": "en", "zh": "zh_CN"}
_WORDS: Final = {
    "en": {
        "points": "{points:g} of {max_points:g} points",
        "none": "not begun",
        "new": "new",
        "updated": "the lab was updated: your answers are in the new notebook, the old one is kept beside it",
        "kept": "",
        "open": "Opening JupyterLab on {folder}. Your work is kept there; end JupyterLab with Ctrl+C, twice.",
    },
    "zh": {
        "points": "得分 {points:g} / {max_points:g}",
        "none": "还没有开始",
        "new": "新实验",
        "updated": "实验有更新：你的答案已填入新笔记本，旧的保留在旁边",
        "kept": "",
        "open": "正在打开 JupyterLab，文件夹是 {folder}。你的作业就存在那里；按两次 Ctrl+C 结束。",
    },
}


def learn(
    lang: Annotated[str, typer.Option("--lang", "-l", help="The language of the labs: en or zh.")] = "en",
    folder: Annotated[Path, typer.Option("--folder", help="Where your notebooks are kept, one folder a language.")] = Path("my-labs"),
    labs: Annotated[Path | None, typer.Option("--labs", help="The labs' sources; default: the folder labs, here or above.")] = None,
    notebooks: Annotated[
        Path | None, typer.Option("--notebooks", help="A folder of released notebooks (<lab>/<lab>.ipynb) to use instead of sources.")
    ] = None,
    start: Annotated[bool, typer.Option("--start/--no-start", help="Start JupyterLab, or only bring the folder up to date.")] = True,
    as_json: Json = False,
) -> None:
    """Work on the labs in JupyterLab on this machine.

    Puts the labs into a folder of yours, tells how far you are in each, and opens JupyterLab there. Come back with the same command: what
    you wrote stays. If a lab was updated meanwhile, your answers are carried into its new notebook and the old one is kept beside it.
    """
    if lang not in LANGUAGES:
        raise CommandError(f"--lang is {lang!r}; the labs are in {' and '.join(LANGUAGES)}")
    if start and not as_json:
        require("jupyterlab", "learn")
    own = folder / lang
    try:
        states = update_workspace(notebooks, own) if notebooks else release_and_update(labs, lang, own)
    except WorkspaceError as error:
        raise CommandError(str(error)) from None
    if as_json:
        print(json.dumps([to_data(state) for state in states], ensure_ascii=False))
        return
    for state in states:
        print(describe(state, lang))
    if start:
        print(_WORDS[lang]["open"].format(folder=own), flush=True)
        start_jupyterlab(own, lang)


def release_and_update(labs: Path | None, lang: str, folder: Path) -> list[LabState]:
    """Let the autograder write the notebooks of the labs' sources, and bring them into `folder`."""
    require("autograder", "autograder")
    with tempfile.TemporaryDirectory() as released:
        command = [sys.executable, "-m", "autograder", "release", "--out", released, "--lang", lang]
        command += ["--labs", str(labs)] if labs else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["autograder release failed"]
            raise CommandError(lines[-1].removeprefix("error: "))
        return update_workspace(Path(released) / lang, folder)


def require(package: str, extra: str) -> None:
    """Raise CommandError if a package that an extra of ours brings is not installed."""
    if importlib.util.find_spec(package) is None or (package == "autograder" and importlib.util.find_spec("sqlalchemy") is None):
        raise CommandError(f"this needs {package}, which is not installed: pip install 'minichain[{extra}]'")


def start_jupyterlab(folder: Path, lang: str) -> None:
    """Become JupyterLab, which opens the browser by itself; in Chinese, where its language pack is installed."""
    settings = folder.resolve() / ".settings"
    own = settings / "@jupyterlab" / "translation-extension" / "plugin.jupyterlab-settings"
    if not own.exists():
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(json.dumps({"locale": _LOCALES[lang]}), "utf-8")
    options = [f"--ServerApp.root_dir={folder.resolve()}", f"--LabApp.user_settings_dir={settings}"]
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *options])


def to_data(state: LabState) -> dict[str, object]:
    """Return the state of a lab for programs."""
    return {
        "lab": state.label.lab,
        "version": state.label.version,
        "lang": state.label.lang,
        "path": str(state.path),
        "change": state.change,
        "points": state.points,
        "max_points": state.max_points,
    }


def describe(state: LabState, lang: str) -> str:
    """Return a line about a lab for people."""
    words = _WORDS[lang]
    reached = words["none"] if state.points is None else words["points"].format(points=state.points, max_points=state.max_points)
    return f"{state.label.lab:24} {reached}" + (f"   {words[state.change]}" if words[state.change] else "")
