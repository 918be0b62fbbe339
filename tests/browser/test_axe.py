"""What axe-core finds on our own pages: nothing, in both languages, light and dark, on a desktop and on a phone.

The notebook's interface is JupyterLab's own and has faults of its own; the page of a lab that holds the same as text is looked at instead.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.browser import tools
from tests.browser.driving import LAB, LANGUAGES, ROOT, get_release, get_solutions, wait_for_scripts

WIDTHS = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
NOTEBOOK = ["#notebook"]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
"""What a page's colours can break. All other rules come to the same in the dark, and are asked once."""

# A colour on its way to another one would be measured halfway.
SETTLE = "document.getAnimations().forEach((one) => { try { one.finish(); } catch { one.cancel(); } });"
RUN = f"""async ([without, rules]) => {{
    {SETTLE}
    const only = rules ? {{ runOnly: {{ type: 'rule', values: rules }} }} : {{}};
    const found = await axe.run({{ exclude: without }}, {{ ...only, resultTypes: ['violations'], preload: false }});
    return found.violations.flatMap((rule) => rule.nodes.map((node) => [rule.id, node.target.flat().join(' '), node.failureSummary]));
}}"""


def find_pages(site, lang):
    """Yield the addresses of our pages in a language; the one for what is not there speaks both."""
    folders = {"en": [site], "zh": [site / "zh"]}[lang]
    for path in sorted(folders[0].rglob("index.html")):
        name = path.parent.relative_to(site).as_posix()
        if lang == "zh" or name.split("/")[0] not in ("lab", "zh"):
            yield "" if name == "." else f"{name}/"
    if lang == "en":
        yield "404.html"


def find_faults(page, name, look, without=(), rules=None):
    """Return a line for each fault: page, look, rule, element and what to do."""
    found = page.evaluate(RUN, [list(without), rules])
    return [f"/{name} ({look}): {rule} at {where}: {' '.join(what.split())}" for rule, where, what in found]


def find_faults_of_looks(page, name, width, without=()):
    """Return the faults of the page as it stands, light and dark."""
    page.emulate_media(color_scheme="light")
    faults = find_faults(page, name, f"light, {width}", without)
    page.emulate_media(color_scheme="dark")
    return faults + find_faults(page, name, f"dark, {width}", without, COLOUR_RULES)


def get_axe():
    return tools.install() / "axe-core" / "axe.min.js"


@pytest.fixture
def tab(chromium):
    """Return a tab of which every page can be asked what axe finds, and that asks no other origin for anything."""
    context = chromium.new_context()
    context.add_init_script(path=get_axe())
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    yield context.new_page()
    context.close()
    assert not [url for url in asked if not url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:"))]


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_on_any_page(site, server, tab, lang, width):
    tab.set_viewport_size(WIDTHS[width])
    faults = []
    for name in find_pages(site, lang):
        tab.goto(server.url + name)
        wait_for_scripts(tab)
        faults += find_faults_of_looks(tab, name, width)
    assert not faults, "\n".join(faults)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_around_the_notebook(learn, lang):
    learner = learn(lang)
    page = learner.page
    learner.context.add_init_script(path=get_axe())
    page.goto(learner.lab_url)
    faults = find_faults_of_looks(page, f"lab/{lang}/, opening", "desktop", NOTEBOOK)
    learner.wait_open()
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)
        faults += find_faults_of_looks(page, f"lab/{lang}/", width, NOTEBOOK)
        page.click("#points")
        faults += find_faults_of_looks(page, f"lab/{lang}/, points", width, NOTEBOOK)
        page.click("#panel-close")
        learner.open_shelf()
        faults += find_faults_of_looks(page, f"lab/{lang}/, files", width, NOTEBOOK)
        page.click("#shelf-close")
    assert not faults, "\n".join(faults)


def autograder(*arguments):
    command = [sys.executable, "-m", "autograder", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course in which a solved, a mistaken and an untouched notebook were graded, with its feedback, report and comparison."""
    course = tmp_path_factory.mktemp("course")
    for learner, lang, solved in (("ada", "en", 9), ("bo", "zh", 3), ("chen", "zh", 9), ("dee", "en", 0)):
        notebook, solutions = get_release(lang), dict(list(get_solutions(lang).items())[:solved])
        for cell in notebook["cells"]:
            cell["source"] = solutions.get(cell["metadata"].get("nbgrader", {}).get("grade_id"), cell["source"])
        target = course / "submitted" / learner / LAB.id / f"{LAB.id}.ipynb"
        target.parent.mkdir(parents=True)
        target.write_text(json.dumps(notebook), "utf-8")
    labs = ("--labs", ROOT / "labs")
    autograder("grade", course, *labs)
    autograder("feedback", course, *labs)
    for lang in LANGUAGES:
        autograder("report", course, *labs, "--lang", lang, "--out", course / f"report-{lang}.html")
        autograder("compare", course, *labs, "--lab", LAB.id, "--lang", lang, "--out", course / f"compare-{lang}.html")
    return course


@pytest.mark.timeout(600)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_what_the_grader_writes(course, tab, width):
    tab.set_viewport_size(WIDTHS[width])
    pages = sorted(course.rglob("*.html"))
    assert len(pages) >= 8
    faults = []
    for path in pages:
        tab.goto(path.as_uri())
        faults += find_faults_of_looks(tab, path.relative_to(course).as_posix(), width)
    assert not faults, "\n".join(faults)
