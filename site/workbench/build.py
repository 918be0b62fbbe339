"""Build the pages in which labs are worked on: OUT/lab/<language>/<lab id>/, around the JupyterLite that site/lite built.

    python site/workbench/build.py [--out build/site]

For each lab and language it writes the page and the notebook that it gives out (OUT/lab/releases), and once the scripts and styles that all
pages share (OUT/lab/workbench), as they are: plain modules, nothing bundled. A page holds the words of its language, and what Python
consists of, so that it can count it as it loads.

Simplifications: a lab with several notebooks has no such page; learners download those.
"""

import argparse
import gzip
import hashlib
import json
import math
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
sys.path[:0] = [str(ROOT)]

try:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    from autograder.labs.find import load_labs
    from autograder.labs.model import Lab, LabNotebook
    from autograder.release import build_notebook, write_notebook
except ImportError as missing:
    sys.exit(f"{missing.name} is missing; `make site` installs what the site is built with, and builds it")

LOCALES: Final = {"en": "en-GB", "zh": "zh-CN"}
PYODIDE: Final = Path("static/pyodide")
CORE_FILES: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
PAGE_MEGABYTES: Final = 1.9
"""What JupyterLite's page and ours weigh as sent, beside Python; the browser test measures the whole visit."""

SETUP: Final = "watch_progress("
"""A lab's cell that calls this reports the tests and stops what never ends; the page runs it when Python starts."""


class BuildError(Exception):
    """A page could not be built."""


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Build the pages of the labs into OUT/lab.")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="the site's folder (default: build/site)")
    out = parser.parse_args().out.resolve()
    try:
        count = build(out / "lab")
    except BuildError as error:
        sys.exit(f"labs: {error}")
    print(f"labs     {count} pages in {out / 'lab'}")


def build(out: Path) -> int:
    """Write everything below `out`, and return the number of pages."""
    for name in (*LOCALES, "releases", "workbench"):
        shutil.rmtree(out / name, ignore_errors=True)
    python = describe_python(out / PYODIDE)
    words = tomllib.loads((HERE / "words.toml").read_text("utf-8"))
    if words["en"].keys() != words["zh"].keys():
        raise BuildError(f"words.toml: only one language has {', '.join(sorted(words['en'].keys() ^ words['zh'].keys()))}")
    write_shared(out / "workbench")
    count = 0
    for lab in load_labs(ROOT / "labs").values():
        for lang in LOCALES:
            notebooks = lab.get_notebooks(lang)
            if len(notebooks) == 1:
                write_lab(lab, notebooks[0], lang, out, words[lang], python)
                count += 1
    return count


def describe_python(folder: Path) -> dict[str, Any]:
    """Return what Python in the browser consists of: [file, bytes] each, a version of it all, and about how much a first visit loads."""
    try:
        packages = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))["packages"].values()
    except FileNotFoundError:
        raise BuildError(f"{folder} holds no Python; site/lite/build.py comes first") from None
    contents = {name: (folder / name).read_bytes() for name in [*CORE_FILES, *sorted(package["file_name"] for package in packages)]}
    sent = sum(min(len(content), len(gzip.compress(content, 6))) for content in contents.values())
    return {
        "folder": f"../../{PYODIDE.as_posix()}/",
        "files": [[name, len(content)] for name, content in contents.items()],
        "version": hashlib.sha256(b"".join(contents.values())).hexdigest()[:16],
        "visitMegabytes": math.ceil(sent / 1e6 + PAGE_MEGABYTES),
    }


def write_shared(folder: Path) -> None:
    """Write the scripts and styles of all pages; the colours are the site's own."""
    shutil.copytree(HERE / "js", folder)
    for name in ("lab.css", "frame.css"):
        folder.joinpath(name).write_text(get_colours() + (HERE / name).read_text("utf-8"), "utf-8")


def get_colours() -> str:
    """Return the rules of the site's style sheet that name its colours, light and dark, and those that darken figures."""
    style = (ROOT / "site/assets/minichain.css").read_text("utf-8")
    colours = [rf'\[data-md-color-scheme="{scheme}"\] \{{\n\s+--mc-' for scheme in ("default", "slate")]
    figures = r'\[data-md-color-scheme="slate"\] :is\(\.mc-figure, \.jp-OutputArea\) \{'
    rules = [re.search(rf"^{start}.*?\n\}}\n", style, re.M | re.S) for start in (*colours, figures)]
    if not all(rules):
        raise BuildError("site/assets/minichain.css does not name its colours (--mc-…) where this looks for them")
    return "".join(rule[0] for rule in rules if rule)


def write_lab(lab: Lab, master: LabNotebook, lang: str, out: Path, words: dict[str, str], python: dict[str, Any]) -> None:
    """Write the page of one lab in one language, its notebook and its data files."""
    notebook = build_notebook(lab, master)
    releases = out / "releases" / lang
    data = copy_data(lab, releases / lab.id)
    write_notebook(releases / f"{lab.id}.ipynb", notebook)
    title, other = lab.titles[lang], "en" if lang == "zh" else "zh"
    details = {
        "id": lab.id,
        "lang": lang,
        "locale": LOCALES[lang],
        "version": lab.version,
        "release": f"../../releases/{lang}/{lab.id}.ipynb",
        "data": data,
        "dataFolder": f"../../releases/{lang}/{lab.id}/",
        "frameStyle": "../../workbench/frame.css",
        "setup": find_setup(notebook),
        "python": python,
        "words": words,
    }
    page = Environment(autoescape=True, trim_blocks=True, undefined=StrictUndefined).from_string((HERE / "lab.html").read_text("utf-8"))
    folder = out / lang / lab.id
    folder.mkdir(parents=True)
    folder.joinpath("index.html").write_text(
        page.render(
            lab=lab.id,
            lang=lang,
            title=title,
            words=words,
            page=f"../../../{'zh/' if lang == 'zh' else ''}labs/{lab.id}/",
            other_page=f"../../{other}/{lab.id}/",
            modules=sorted(path.name for path in (HERE / "js").glob("*.js") if path.name not in {"look.js", "main.js"}),
            # In a script element "</" or "<!--" would end or change it.
            data=Markup(json.dumps(details, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")),
        ),
        "utf-8",
    )


def copy_data(lab: Lab, folder: Path) -> list[str]:
    """Copy the files that the lab's notebook reads, and return their names."""
    if lab.folder is None:
        return []
    shutil.copytree(lab.folder, folder, ignore=shutil.ignore_patterns("*.ipynb"))
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def find_setup(notebook: dict[str, Any]) -> str:
    """Return the source of the cell that sets up the progress table, from the notebook as it is given out."""
    sources = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return next((source for source in sources if SETUP in source), "pass")


if __name__ == "__main__":
    main()
