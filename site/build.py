"""Build the course site's pages into build/site: English at the root, Chinese below zh/.

    python site/build.py [--out build/site]

Lessons (courses/), labs (labs/) and pages (site/pages/) become one folder of Markdown for each language, and MkDocs makes a site of each:
one configuration, two runs, no page that knows the other language but through its twin, which has the same address.
The labs' own pages below lab/ are not made here; they are merged into the output by what comes next in `make site`.
"""

import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

try:
    from commands import write_commands
    from curriculum import CurriculumError, fill_curriculum, load_curriculum
    from glossary import write_page
    from home import build_home
    from labpages import load_sources, write_lab
    from lessons import WORDS, LessonError, render_lesson
    from progress import fill_progress
    from reference import write_reference
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is missing; `make site` installs what the site is built with, and builds it")

SITE: Final = Path(__file__).resolve().parent
ROOT: Final = SITE.parent
LANGUAGES: Final = ("en", "zh")
NEEDED: Final = ("material", "mkdocs_quiz", "jieba", "ipywidgets")
"""What MkDocs would not miss in time: without jieba, for one, the search would quietly find no Chinese."""


def main() -> None:
    """Build the site, or say in one line what is wrong."""
    parser = argparse.ArgumentParser(description="Build the course site's pages.")
    parser.add_argument("--out", type=Path, default=ROOT / "build/site", help="where the site goes; its old content is removed")
    out = parser.parse_args().out.resolve()
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        sys.exit(f"{', '.join(missing)} is missing; `make site` installs what the site is built with, and builds it")
    started = time.monotonic()
    work = out.with_name(f"{out.name}-docs")
    shutil.rmtree(work, ignore_errors=True)
    try:
        for lang in LANGUAGES:
            assemble(lang, work)
        run_mkdocs(work)
    except (LessonError, CurriculumError) as error:
        sys.exit(str(error))
    put_together(work, out)
    files = [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"site     {_show(out)}: {len(files)} files, {size:.1f} MB, in {time.monotonic() - started:.1f} s")


def assemble(lang: str, work: Path) -> None:
    """Write one language's Markdown and its MkDocs configuration below `work`."""
    docs = work / lang
    shutil.copytree(SITE / "pages" / lang, docs)
    shutil.copytree(SITE / "assets", docs / "assets")
    shutil.copytree(ROOT / "courses" / lang, docs, dirs_exist_ok=True)
    write_page(lang, docs / "glossary.md")
    curriculum = docs / "curriculum.md"
    curriculum.write_text(fill_curriculum(curriculum.read_text("utf-8"), lang), "utf-8")
    for path in docs.rglob("*.md"):
        path.write_text(render_lesson(path.read_text("utf-8"), lang, f"{lang}/{path.relative_to(docs)}"), "utf-8")
    labs = load_sources()
    fill_progress(lang, docs, labs)
    reference = [
        {name: f"reference/{page}"} for write in (write_commands, write_reference) for name, page in write(lang, docs / "reference").items()
    ]
    titles = {name: lab.titles[lang] for name, (lab, _) in labs.items()}
    lessons = {lab.id: lab.lesson for lab in load_curriculum().labs}
    cells = sum(write_lab(lab, settings, lang, titles, lessons[name], docs / "labs" / name) for name, (lab, settings) in labs.items())
    config = build_config(lang, work, {name: settings for name, (_, settings) in labs.items()}, reference)
    (work / f"{lang}.yml").write_text(json.dumps(config, ensure_ascii=False, indent=1), "utf-8")  # JSON is YAML too
    print(f"{lang}       {len(list(docs.rglob('*.md')))} pages, {len(labs)} labs with {cells} cells")


def build_config(lang: str, work: Path, labs: dict[str, dict[str, Any]], reference: list[dict[str, str]]) -> dict[str, Any]:
    """Return what one language adds to mkdocs.yml; MkDocs merges the two."""
    words = WORDS[lang]
    schemes = [("auto", None, "brightness-auto"), ("light", "default", "weather-sunny"), ("dark", "slate", "weather-night")]
    palette = []
    for name, scheme, icon in schemes:
        media = "(prefers-color-scheme)" if scheme is None else f"(prefers-color-scheme: {name})"
        look = {"scheme": scheme, "primary": "custom", "accent": "custom"} if scheme else {}
        palette.append({"media": media, **look, "toggle": {"icon": f"material/{icon}", "name": words[name]}})
    return {
        "INHERIT": os.path.relpath(SITE / "mkdocs.yml", work),
        "docs_dir": lang,
        "site_dir": f"site-{lang}",
        "site_description": words["description"],
        "theme": {"language": lang, "custom_dir": str(SITE / "theme"), "palette": palette},
        "hooks": [str(SITE / "hook.py")],
        "plugins": {
            "search": {"lang": ["en", "zh"] if lang == "zh" else ["en"]},
            "mkdocs_quiz": {"custom_translations": {lang: str(SITE / f"quiz/{lang}.po")}},
        },
        "extra": {
            "words": words,
            "lang": lang,
            "other": "en" if lang == "zh" else "zh",
            "up": "/.." if lang == "zh" else "",  # from this language's root to the site's
            "down": "" if lang == "zh" else "zh/",  # and from there to the other language's
            "offline": (SITE / "lite/offline.js").is_file(),
            "home": build_home(work / lang / "index.md", lang),
        },
        "nav": build_navigation(lang, work / lang, labs, reference),
    }


def build_navigation(lang: str, docs: Path, labs: dict[str, dict[str, Any]], reference: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return the pages in their order: home, the curriculum, each course (a lesson, then its lab), the glossary, help, the reference.

    What a course has for those who teach it stands at the end of help, off the path that learners go.
    """
    words = WORDS[lang]
    nav: list[dict[str, Any]] = [{words["home"]: "index.md"}, {words["curriculum"]: "curriculum.md"}]
    helps = [
        f"help/{name}.md" for name in ("your-work", "offline", "cohort", "many-machines", "alike-work", "sealed-scores", "policy", "about")
    ]
    for course in tomllib.loads((ROOT / "courses/courses.toml").read_text("utf-8"))["course"]:
        lessons = [f"{course['id']}/{lesson}.md" for lesson in course["lessons"]]
        own_labs = [f"labs/{name}/index.md" for name, settings in labs.items() if settings.get("course") == course["id"]]
        pairs = zip_longest(lessons, own_labs)
        nav.append({course["title"][lang]: [page for pair in pairs for page in pair if page]})
        helps += [f"{course['id']}/{course['instructor']}.md"] if "instructor" in course else []
    nav.append({words["glossary"]: "glossary.md"})
    helps = [page for page in helps if (docs / page).is_file()]
    return [*nav, {words["help"]: helps}, {words["reference"]: ["reference/index.md", *reference]}]


def run_mkdocs(work: Path) -> None:
    """Run MkDocs for all languages at once; a warning is an error. What it says is shown only where it fails."""
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    runs = []
    for lang in LANGUAGES:
        command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--config-file", str(work / f"{lang}.yml")]
        runs.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
    said = [run.communicate()[0] for run in runs]
    for lang, run, text in zip(LANGUAGES, runs, said, strict=True):
        if run.returncode:
            raise LessonError(f"{text.strip()}\nMkDocs did not build the pages in {lang!r}; they are below {_show(work)}")


def put_together(work: Path, out: Path) -> None:
    """Move both languages into place, and leave out what no page of ours loads."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.move(work / "site-en", out)
    shutil.move(work / "site-zh", out / "zh")
    kept = {"lunr.stemmer.support.min.js", "lunr.multi.min.js", "lunr.zh.min.js"}
    for path in list(out.rglob("*")):
        if path.suffix in (".map", ".gz") or ("lunr" in path.parts and path.suffix == ".js" and path.name not in kept):
            path.unlink()
    for worker in out.rglob("search.*.min.js"):
        mend_search(worker)
    for name in ("404.html", "sitemap.xml"):
        (out / "zh" / name).unlink(missing_ok=True)
    if not os.environ.get("MINICHAIN_SITE_URL"):
        (out / "sitemap.xml").unlink(missing_ok=True)  # an address that is not known cannot be written down
    if (SITE / "lite/offline.js").is_file():
        shutil.copy(SITE / "lite/offline.js", out / "assets/offline.js")


_SEARCH_MENDED: Final = {
    # It cuts a Chinese query one character too early, and looks for 智能合约 as 智能 and 合.
    r"(for\(let (\w)=(\w)\+1;\2<)((\w)\.length;\2\+\+\)\5\.slice\(\3,\2\)in )": r"\1=\4",
    # It takes each word for the beginning of one, so the "a" of "what is a quorum" finds "autograder". The last word is still being typed.
    r"(search\((\w)\)\{if\(\2=)(\2\.replace)": r"\1\2.split(' ').filter((word,place,all)=>place==all.length-1||"
    r"lunr.stopWordFilter(word.toLowerCase())).join(' '),\2=\3",
}


def mend_search(worker: Path) -> None:
    """Change the theme's search worker where it does not find what is asked for."""
    text = worker.read_text("utf-8")
    for place, mended in _SEARCH_MENDED.items():
        text, count = re.subn(place, mended, text)
        if count != 1:
            raise LessonError(f"{worker.name} has changed: see in build.py what was mended there, and whether it still has to be")
    worker.write_text(text, "utf-8")


def _show(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    main()
