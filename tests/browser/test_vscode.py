"""The labs' figures and the progress table in VS Code's notebooks: its own widget manager, a page with its looks, and a real kernel."""

import pytest

from autograder.labs.find import find_lab_folders
from autograder.labs.source import load_lab
from autograder.release import build_notebook, fill_notebook
from tests.browser.driving import ROOT
from tests.browser.webview import Webview

LABS = find_lab_folders(ROOT / "labs")
TABS = {"01": (1, 1), "02": (1,), "03": (1, 1), "04": (1,), "05": (1,), "06": (1,), "07": (1,), "08": (2, 1)}
"""For each figure of a lab to play with: how often Tab is pressed until a control is reached that changes the picture."""

WIDGET, PICTURE = ".cell-output-ipywidget-background", "svg[role=img]"
KEYS = {"SELECT": "ArrowDown", "BUTTON": "Space", "INPUT": "ArrowUp"}
FIND_BARE = """svg => {
    svg.scrollIntoView();
    const grounds = "rect, circle, ellipse, path";
    return [...svg.querySelectorAll("text")].filter(text => {
        const { left, top, width, height } = text.getBoundingClientRect();
        const under = document.elementsFromPoint(left + width / 2, top + height / 2);
        return !under.some(shape => svg.contains(shape) && shape.matches(grounds) && shape.getAttribute("fill") !== "none");
    }).map(text => text.textContent.trim()).filter(words => words);
}"""
"""Returns the words of a picture under which is no ground, so that a dark page swallows them."""

GET_EDGE = "svg => { svg.scrollIntoView({ inline: 'end' }); return svg.getBoundingClientRect().right; }"


@pytest.fixture(scope="module")
def opened(chromium, tmp_path_factory):
    webview = Webview(chromium, tmp_path_factory.mktemp("kernel"))
    yield webview
    webview.close()


@pytest.fixture
def webview(opened):
    """Return the page with no outputs in it, and a kernel that knows nothing."""
    opened.clear()
    yield opened
    assert not opened.errors
    assert not opened.strange_requests


def run_lab(webview, lab):
    """Run a whole notebook with the model solutions in it, and then the figures of the Chinese one."""
    (english,), (chinese,) = lab.get_notebooks("en"), lab.get_notebooks("zh")
    solutions = {cell.grade_id: cell.source for cell in english.cells if cell.solution}
    sources = ["".join(cell["source"]) for cell in fill_notebook(lab, english, solutions)["cells"] if cell["cell_type"] == "code"]
    sources += [cell.source for cell in chinese.cells if cell.figure and "watch_progress" not in cell.source]
    for source in sources:
        assert webview.run(source)["status"] == "ok"


@pytest.mark.parametrize("lab_id", LABS)
def test_figures_answer_the_keyboard(webview, lab_id):
    webview.set_theme("dark")
    lab = load_lab(LABS[lab_id])
    run_lab(webview, lab)
    widgets = webview.frame.locator(WIDGET)
    tabs = 2 * TABS[lab_id[:2]]
    webview.wait_for(lambda: widgets.locator(PICTURE).count() == len(tabs))
    for widget, presses in zip(widgets.all(), tabs, strict=True):
        picture = widget.locator(PICTURE)
        shown = picture.evaluate("svg => svg.outerHTML")
        widget.focus()
        for _ in range(presses):
            webview.page.keyboard.press("Tab")
        webview.page.keyboard.press(KEYS[webview.frame.evaluate("document.activeElement.tagName")])
        webview.wait_for(lambda: picture.evaluate("svg => svg.outerHTML") != shown)  # noqa: B023 - waited for here
        assert widget.evaluate("widget => widget.contains(document.activeElement)"), "the keyboard's focus is lost"

    for picture in webview.frame.locator(PICTURE).all():
        assert picture.evaluate(FIND_BARE) == []
    webview.set_width(500)
    for picture in webview.frame.locator(PICTURE).all():
        assert picture.evaluate(GET_EDGE) <= webview.frame.evaluate("innerWidth"), "the picture does not fit, and cannot be scrolled"
    assert webview.frame.evaluate("document.documentElement.scrollWidth <= innerWidth")

    (english,) = lab.get_notebooks("en")
    assert webview.frame.locator("table").count() == 1
    assert webview.frame.locator("tbody tr").count() == sum(cell.is_test for cell in english.cells)
    assert f"{lab.max_score:g} of {lab.max_score:g} points" in webview.frame.locator("caption").inner_text()


def test_the_table_changes_where_it_stands(webview):
    lab = load_lab(LABS["02-merkle-proofs"])
    webview.run("get_ipython().minichain_watch = None")  # what the kernel knows of an earlier run
    cells = [cell for cell in build_notebook(lab, lab.get_notebooks("zh")[0])["cells"] if cell["cell_type"] == "code"]
    rows = webview.frame.locator(".output:first-child tbody tr")
    told = []
    for cell in cells[:6]:
        webview.run("".join(cell["source"]))
        told.append(rows.first.inner_text())
    assert "未运行" in told[0]
    assert "未通过" in told[-1]
    assert "还没有写" in told[-1]
    assert webview.frame.locator("table").count() == 1
    for theme, ink in (("light", "rgb(59, 59, 59)"), ("dark", "rgb(204, 204, 204)")):
        webview.set_theme(theme)
        looks = rows.locator("th, td").evaluate_all("cells => cells.map(getComputedStyle).map(style => [style.color, style.textAlign])")
        assert {tuple(look) for look in looks} == {(ink, "start")}
