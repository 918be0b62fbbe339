"""The page itself: what it weighs, what it forbids, how it looks after keyboards, colours and narrow screens, and how it fails."""

import gzip
import re
import shutil
import tomllib

import pytest

from tests.browser.driving import LAB, LANGUAGES, ROOT, Learner, get_release
from tests.lite import measure

PAGE_BYTES = 40_000
WORKBENCH = ROOT / "site" / "workbench"
OTHER = {"en": "zh", "zh": "en"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_small_and_names_no_other_origin(site, lang):
    page = site / "lab" / lang / LAB.id / "index.html"
    files = [page, *(site / "lab" / "workbench").iterdir()]
    texts = {file.name: file.read_text("utf-8") for file in files}
    assert sum(len(gzip.compress(text.encode(), 6)) for text in texts.values()) <= PAGE_BYTES
    for text in texts.values():
        assert set(re.findall(r"https?://[^\s\"'`]+", text)) <= {"http://www.w3.org/2000/svg"}
    html = texts["index.html"]
    assert not re.search(r"<script(?![^>]*(src=|application/json))|\son\w+=|\sstyle=", html), "the page's own policy would stop it"
    assert "default-src 'none'" in html and "unsafe" not in html
    assert not re.search(r"(href|src)=\"/", html), "the site may stand below any address"


def test_every_word_is_used_in_both_languages():
    words = tomllib.loads((WORKBENCH / "words.toml").read_text("utf-8"))
    assert list(words["en"]) == list(words["zh"])
    fields = {lang: {key: set(re.findall(r"\{\w+\}", text)) for key, text in of.items()} for lang, of in words.items()}
    assert fields["en"] == fields["zh"]
    sources = "".join(path.read_text("utf-8") for path in [WORKBENCH / "lab.html", *(WORKBENCH / "js").glob("*.js")])
    assembled = ("boot-", "slow-", "state-", "upload-", "not-run")  # by the stage, the state or the reason
    unused = [key for key in words["en"] if not re.search(rf"[\"'.]{key}(-title)?[\"' .]", sources) and not key.startswith(assembled)]
    assert not [key for key in unused if not key.endswith("-title")]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_worked_by_keyboard_on_a_phone_in_the_dark(learn, lang):
    learner = learn(lang, viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
    learner.open_lab(ready=False)
    page = learner.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("[...document.querySelectorAll('.tool')].every((one) => one.getBoundingClientRect().right <= 390)")
    assert page.locator("html").get_attribute("data-md-color-scheme") == "slate"
    learner.wait_for(lambda: learner.run_in_frame("return document.body.dataset.jpThemeName;") == "JupyterLab Dark")
    page.focus("#points")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "panel-close"
    assert page.locator("#panel tr[data-status='not run']").count() == 9
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    assert page.evaluate("document.activeElement.id") == "points"
    page.focus("#files")
    page.keyboard.press("Enter")
    page.wait_for_selector("#shelf[open]")
    page.keyboard.press("Escape")
    assert not page.locator("#shelf").is_visible()
    page.focus("#language")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask[open]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/lab/{OTHER[lang]}/{LAB.id}/")
    buttons = "[...document.querySelectorAll('button, a')].filter((one) => one.offsetParent && !one.textContent.trim() && !one.ariaLabel)"
    assert page.evaluate(f"{buttons}.length") == 0, "a button without a name"


@pytest.mark.timeout(300)
def test_it_follows_the_colours_chosen_on_the_site(learn):
    learner = learn(color_scheme="light")
    learner.page.goto(learner.url)
    learner.page.evaluate(
        "localStorage.setItem('/.__palette', JSON.stringify({index: 2, color: {media: '(prefers-color-scheme: dark)', scheme: 'slate'}}))"
    )
    learner.open_lab(ready=False)
    assert learner.page.locator("html").get_attribute("data-md-color-scheme") == "slate"
    ground = learner.page.evaluate("getComputedStyle(document.body).backgroundColor")
    learner.page.goto(learner.url)
    assert learner.page.evaluate("getComputedStyle(document.body).backgroundColor") == ground


@pytest.mark.timeout(300)
def test_it_works_below_any_address_and_without_a_service_worker(site, chromium, tmp_path):
    shutil.copytree(site, tmp_path / "some" / "course")
    with measure.serve(tmp_path) as server:
        learner = Learner(chromium.new_context(), f"{server.url}some/course/", "en")
        learner.context.add_init_script("delete Navigator.prototype.serviceWorker;")  # as in a classroom, over plain http
        learner.open_lab()
        learner.run_cell("figure-1")
        learner.wait_for_output("figure-1")
        learner.page.click("#back")
        assert learner.page.url == f"{server.url}some/course/labs/{LAB.id}/"
        learner.context.close()
        assert not learner.strange_requests
        assert {request.path.split("/")[1] for request in server.read()} <= {"some", "favicon.ico"}


TROUBLE = {
    "WebAssembly is missing": "delete window.WebAssembly;",
    "keeps no data": "Object.defineProperty(window, 'indexedDB', {get() { throw new DOMException('', 'SecurityError'); }});",
    "keeps no data for": "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('', 'SecurityError'); }});",
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("words", TROUBLE)
def test_a_browser_that_cannot_do_it_gets_told_why(learn, words):
    learner = learn()
    learner.context.add_init_script(f"if (window === top) {{ {TROUBLE[words]} }}")
    learner.page.goto(learner.lab_url)
    learner.page.wait_for_selector(".boot__trouble:not([hidden])")
    assert words in learner.page.inner_text(".boot__trouble p")
    assert learner.page.locator(".boot__trouble a").get_attribute("href").endswith(f"/labs/{LAB.id}/")


@pytest.mark.timeout(200)
@pytest.mark.parametrize(
    ("path", "words"), [("**/notebooks/index.html", "notebook could not be loaded"), (f"**/releases/en/{LAB.id}.ipynb", "lab's notebook")]
)
def test_a_broken_connection_gets_told_and_tried_again(learn, path, words):
    learner = learn()
    learner.context.route(path, lambda route: route.abort())
    learner.page.goto(learner.lab_url)
    learner.page.wait_for_selector(".boot__trouble:not([hidden])")
    assert words in learner.page.inner_text(".boot__trouble p")
    learner.context.unroute(path)
    learner.page.click(".boot__trouble button")
    learner.wait_open()


def test_without_scripts_it_says_so_and_where_to_read(learn):
    learner = learn(java_script_enabled=False)
    learner.page.goto(learner.lab_url)
    assert "JavaScript" in learner.page.inner_text(".boot__card")
    assert learner.page.locator(".boot__old a").get_attribute("href").endswith(f"labs/{LAB.id}/")


@pytest.mark.timeout(120)
def test_answers_move_between_versions_whatever_the_notebook(learn):
    """The rules of notebook.js, apart from any page."""
    learner = learn()
    learner.page.goto(learner.lab_url)
    move = "async ([old, fresh]) => (await import('../../workbench/notebook.js')).moveAnswers(old, fresh)"
    fresh = get_release("en")
    without_ids = {**fresh, "cells": [{name: value for name, value in cell.items() if name != "id"} for cell in fresh["cells"]]}
    result = learner.page.evaluate(move, [without_ids, fresh])
    assert [(cell["id"], "".join(cell["source"])) for cell in result["notebook"]["cells"]] == [
        (cell["id"], "".join(cell["source"])) for cell in fresh["cells"]
    ], "a tool that drops cell ids doubles nothing"
    assert result["moved"] == result["solutions"] > 0
    assert result["lost"] == []
    own = [{"cell_type": "markdown", "id": f"mine-{number}", "metadata": {}, "source": f"note {number}"} for number in range(3)]
    result = learner.page.evaluate(move, [{**fresh, "cells": [own[0], *fresh["cells"], own[1], own[2]]}, fresh])
    sources = ["".join(cell["source"]) for cell in result["notebook"]["cells"]]
    assert (sources[0], sources[-2], sources[-1]) == ("note 0", "note 1", "note 2")
