"""The built pages: twins, links, nothing from elsewhere, the labs in full, a search that finds Chinese."""

import functools
import gzip
import http.server
import json
import re
import subprocess
import sys
import threading
import tomllib
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from minichain.crypto.hash_chain import build_log
from tests.browser.driving import wait_for_scripts
from tests.site.reading import find_loads

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.browser

ORIGIN = "http://site.invalid/"
PAGE_BYTES = 150 * 1024


def test_every_page_has_its_twin_and_links_to_it(pages):
    english = {name for name in pages if not name.startswith("zh/")}
    assert {name.removeprefix("zh/") for name in pages if name.startswith("zh/")} == english
    assert len(english) >= 6
    for name, page in pages.items():
        switches = [attributes for tag, attributes in page.elements if tag == "a" and attributes.get("class") == "mc-language"]
        twin = name.removeprefix("zh/") if name.startswith("zh/") else f"zh/{name}"
        assert [urljoin(ORIGIN + name, switch["href"]) for switch in switches] == [ORIGIN + twin], name
        language = next(attributes["lang"] for tag, attributes in page.elements if tag == "html")
        assert language == ("zh" if name.startswith("zh/") else "en")


def test_every_page_has_a_title_a_description_and_one_heading_of_the_first_level(pages):
    for name, page in pages.items():
        assert [tag for tag, _ in page.elements].count("h1") == 1, name
        descriptions = [
            attributes["content"] for tag, attributes in page.elements if tag == "meta" and attributes.get("name") == "description"
        ]
        assert len(descriptions) == 1 and len(descriptions[0]) >= 20, name


def test_no_link_and_no_anchor_is_broken(site, pages):
    for name, page in pages.items():
        for tag, attributes in page.elements:
            address = attributes.get("href", attributes.get("src")) if tag in ("a", "link", "script", "img") else None
            if not address or urlsplit(address).scheme in ("http", "https", "data", "javascript", "mailto"):
                continue
            target = urlsplit(urljoin(ORIGIN + name, address))
            path = unquote(target.path).lstrip("/")
            if path.startswith("lab/") and not (site / "lab").is_dir():
                continue  # the labs' own pages are merged in later
            file = site / path / "index.html" if path.endswith("/") or not path else site / path
            assert file.is_file(), f"{name} links to {address}"
            if target.fragment and path in pages:
                assert unquote(target.fragment) in pages[path].ids, f"{name} links to {address}"


def test_nothing_is_loaded_from_elsewhere(site, pages):
    for name, page in pages.items():
        for address in find_loads(page):
            assert urljoin(ORIGIN + name, address).startswith((ORIGIN, "data:")), f"{name} loads {address}"
    for path in (path for path in site.rglob("*") if path.suffix in (".css", ".js") and "lab" not in path.relative_to(site).parts):
        text = path.read_text("utf-8")
        addresses = re.findall(r"url\(\s*['\"]?([^'\")]+)", text) if path.suffix == ".css" else []
        addresses += re.findall(r"@import\s+['\"]([^'\"]+)", text)
        addresses += re.findall(r"(?:fetch|import|importScripts|Worker)\(\s*[`'\"]([^`'\"]+)", text)
        foreign = [address for address in addresses if re.match(r"(?:https?:)?//", address)]
        assert not foreign, f"{path.relative_to(site)} loads {foreign}"


def test_a_page_weighs_little_with_all_that_it_loads(site, pages):
    """As sent with gzip. What the search loads when somebody searches comes later, and is left out."""
    weights = {}
    for name, page in pages.items():
        loads = {urlsplit(urljoin(ORIGIN + name, address)) for address in find_loads(page) if not address.startswith("data:")}
        files = [site / name / "index.html", *(site / unquote(load.path).lstrip("/") for load in loads)]
        weights[name] = sum(compute_sent(file.read_bytes()) for file in files)
    heaviest = max(weights, key=weights.__getitem__)
    print(f"\nthe heaviest page is /{heaviest}: {weights[heaviest] / 1024:.0f} KiB as sent")
    assert weights[heaviest] <= PAGE_BYTES, f"/{heaviest} weighs {weights[heaviest] / 1024:.0f} KiB as sent"


def compute_sent(data):
    return min(len(data), len(gzip.compress(data, 6)))


def test_a_lesson_has_a_quiz_and_no_other_page_carries_it(pages):
    courses = tomllib.loads((ROOT / "courses/courses.toml").read_text("utf-8"))["course"]
    lessons = {f"{course['id']}/{lesson}/" for course in courses for lesson in course["lessons"]}
    for name, page in pages.items():
        questions = sum("quiz" in attributes.get("class", "").split() for _, attributes in page.elements)
        assert bool(questions) == (name.removeprefix("zh/") in lessons), name
        assert not questions or (f"{questions} 题" if name.startswith("zh/") else f"{questions} questions") in page.text, name


def test_a_page_for_those_who_teach_is_off_the_learners_path(site, pages):
    courses = tomllib.loads((ROOT / "courses/courses.toml").read_text("utf-8"))["course"]
    teaching = {f"{course['id']}/{course['instructor']}/" for course in courses if "instructor" in course}
    learning = ("labs/", *(f"{course['id']}/" for course in courses))
    for name in (name for name in pages if name.removeprefix("zh/").startswith(learning)):
        links = [attributes for tag, attributes in pages[name].elements if tag == "a" and "md-footer__link" in attributes.get("class", "")]
        reached = {urljoin(ORIGIN + name, link["href"]).removeprefix(ORIGIN).removeprefix("zh/") for link in links}
        assert links and (name.removeprefix("zh/") in teaching or not reached & teaching), name
    assert teaching <= pages.keys()
    for index in ("search/search_index.json", "zh/search/search_index.json"):
        found = {entry["location"].split("#")[0] for entry in json.loads((site / index).read_text("utf-8"))["docs"]}
        assert found and not found & teaching


def test_the_theme_asks_for_no_sitemap_of_the_other_language(pages):
    for name, page in pages.items():
        assert not [a for tag, a in page.elements if tag == "link" and "alternate" in a.get("rel", "").split()], name


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_lab_page_holds_every_cell_and_its_downloads_are_what_release_gives_out(site, pages, lang, tmp_path):
    command = [sys.executable, "-m", "autograder", "release", "--out", str(tmp_path), "--lang", lang, "--labs", str(ROOT / "labs")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    released = sorted((tmp_path / lang).rglob("*.ipynb"))
    assert released
    for path in released:
        name = f"{'zh/' if lang == 'zh' else ''}labs/{path.parent.name}/"
        assert (site / name / path.name).read_bytes() == path.read_bytes()
        text = squeeze(pages[name].text)
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            source = "".join(cell["source"])
            lines = source.split("\n") if cell["cell_type"] == "code" else strip_markdown(source)
            for line in lines:
                assert squeeze(line) in text, f"{name} lacks {line!r}"
        downloads = {attributes["href"] for tag, attributes in pages[name].elements if tag == "a" and "download" in attributes}
        assert {Path(address).suffix for address in downloads} == {".ipynb", ".py"}
        opens = [
            attributes["href"] for tag, attributes in pages[name].elements if tag == "a" and "mc-button--big" in attributes.get("class", "")
        ]
        assert [urljoin(ORIGIN + name, address) for address in opens] == [f"{ORIGIN}lab/{lang}/{path.parent.name}/"]


def squeeze(text):
    """Return text without blanks: a line of a notebook is broken elsewhere on a page."""
    return re.sub(r"\s+", "", unescape(text))


def strip_markdown(source):
    """Yield the plain words of a notebook's prose, cut where its marks were."""
    source = re.sub(r"\]\([^)]*\)", "\n", re.sub(r"^(#+|[-*]|\d+\.|\||```\w*) ?|[|\[`]|-{3,}", "\n", source, flags=re.MULTILINE))
    return [line for line in re.split(r"\n|\*+", source) if line.strip()]


def test_a_figure_says_what_it_shows(pages):
    lessons = ("foundations/merkle-proofs/", "foundations/tamper-evidence/")
    labs = ("labs/01-tamper-evidence/", "labs/02-merkle-proofs/")
    for name in ("curriculum/", *lessons, *labs):
        for prefix in ("", "zh/"):
            page = pages[prefix + name]
            pictures = [attributes for tag, attributes in page.elements if tag == "svg" and attributes.get("role") in ("img", "group")]
            assert pictures
            for picture in pictures:
                assert set(picture["aria-labelledby"].split()) <= page.ids


@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_from_home_each_of_three_finds_their_way_in_one_click(pages, prefix):
    ways = (
        "foundations/tamper-evidence/",
        "help/cohort/",
        "help/many-machines/",
        "labs/01-tamper-evidence/",
        "curriculum/",
        "help/policy/",
    )
    reached = {urljoin(ORIGIN + prefix, attributes["href"]) for tag, attributes in pages[prefix].elements if tag == "a"}
    assert {f"{ORIGIN}{prefix}{way}" for way in ways} <= reached


@pytest.mark.parametrize(("prefix", "word"), [("", "about {} minutes"), ("zh/", "约 {} 分钟")])
def test_home_holds_every_lesson_and_lab(pages, prefix, word):
    page = pages[prefix]
    reached = {urljoin(ORIGIN + prefix, attributes["href"]) for tag, attributes in page.elements if tag == "a"}
    labs = [tomllib.loads(path.read_text("utf-8")) for path in (ROOT / "labs").glob("*/lab.toml")]
    for lab in labs:
        lesson = f"{lab['course']}/{lab['id'].partition('-')[2]}"
        assert {f"{ORIGIN}{prefix}labs/{lab['id']}/", f"{ORIGIN}{prefix}{lesson}/"} <= reached
        assert word.format(lab["minutes"]) in page.text


@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_the_log_on_the_home_page_is_a_real_one(pages, prefix):
    records = [attributes["value"] for tag, attributes in pages[prefix].elements if tag == "input" and "maxlength" in attributes]
    links = [link.hex()[:8] for _, link in build_log([[record] for record in records])]
    assert len(records) == 4
    assert re.findall(r"\b[0-9a-f]{8}\b", pages[prefix].text) == [*links, links[-1]]


@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_the_policy_has_its_parts_and_stands_at_the_foot_of_every_page(pages, prefix):
    assert {"no-trading", "scope", "privacy", "accessibility", "licence"} <= pages[f"{prefix}help/policy/"].ids
    for name in (name for name in pages if name.startswith("zh/") == bool(prefix)):
        reached = {urljoin(ORIGIN + name, attributes.get("href", "")) for tag, attributes in pages[name].elements if tag == "a"}
        assert f"{ORIGIN}{prefix}help/policy/" in reached, name


@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_the_curriculum_links_every_lesson_and_lab_that_is_here_and_no_other(pages, prefix):
    page = pages[f"{prefix}curriculum/"]
    links = [urljoin(f"{ORIGIN}{prefix}curriculum/", attributes["href"]) for tag, attributes in page.elements if tag == "a"]
    here = [tomllib.loads(path.read_text("utf-8")) for path in (ROOT / "labs").glob("*/lab.toml")]
    expected = {f"{ORIGIN}{prefix}labs/{lab['id']}/" for lab in here}
    assert {link for link in links if link.startswith(f"{ORIGIN}{prefix}labs/")} == expected
    assert {f"{ORIGIN}{prefix}{lab['course']}/{lab['id'].partition('-')[2]}/" for lab in here} <= set(links)
    planned = tomllib.loads((ROOT / "courses/curriculum.toml").read_text("utf-8"))
    lang = "zh" if prefix else "en"
    for one in [*planned["lab"], *planned["course"], *planned["path"], *planned["standard"], *(lab for lab in here)]:
        title = one["title"][lang]
        assert squeeze(title) in squeeze(page.text), title
    assert {standard["id"] for standard in planned["standard"]} | {"map", "paths", "standards"} <= page.ids


def test_a_text_page_weighs_at_most_150_kib(site, pages):
    """As sent with gzip: the page, its styles, scripts and pictures; the search index is apart."""
    weights = {}
    for name, page in pages.items():
        files = {site / name / "index.html"}
        for address in find_loads(page):
            path = unquote(urlsplit(urljoin(ORIGIN + name, address)).path).lstrip("/")
            files |= {site / path} if not address.startswith("data:") else set()
        weights[name] = sum(len(gzip.compress(file.read_bytes(), 6)) for file in files)
    heavy = {name: weight for name, weight in weights.items() if weight > 150 * 1024}
    assert not heavy


@pytest.fixture(scope="module")
def address(site):
    """Serve the site and return where."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_):  # the browser hung up because it left the page
            pass

    server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def tab(browser, address):
    """Return a new tab that remembers what went wrong in it and what it asked elsewhere."""
    context = browser.new_context()
    tab = context.new_page()
    trouble = []
    tab.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    tab.on("requestfailed", lambda request: trouble.append(f"failed: {request.url}") if request.failure != "net::ERR_ABORTED" else None)
    tab.on("response", lambda response: trouble.append(f"{response.status}: {response.url}") if response.status >= 400 else None)
    own = (address, "data:", "blob:")
    context.on("request", lambda request: None if request.url.startswith(own) else trouble.append(f"elsewhere: {request.url}"))
    yield tab
    context.close()
    assert trouble == []


@pytest.mark.parametrize(
    ("start", "query"),
    [("zh/", "默克尔"), ("zh/", "默克尔根"), ("zh/", "一致性证明"), ("zh/", "Merkle"), ("", "Merkle"), ("", "consistency")],
)
def test_the_search_finds_the_lesson_and_the_lab_in_the_readers_language(tab, address, start, query):
    tab.goto(address + start)
    wait_for_scripts(tab)
    tab.locator("[data-md-component=search-query]").fill(query)  # as by pasting: no key is pressed
    results = tab.locator(".md-search-result__item > a.md-search-result__link")
    results.nth(1).wait_for(state="attached", timeout=20_000)
    found = [urlsplit(link.evaluate("link => link.href")).path for link in results.all()]
    assert {f"/{start}foundations/merkle-proofs/", f"/{start}labs/02-merkle-proofs/"} <= set(found)
    assert all(path.startswith("/zh/") == (start == "zh/") for path in found)


def test_the_theme_wakes_although_its_scripts_come_late(tab, address):
    tab.goto(address + "foundations/tamper-evidence/")
    wait_for_scripts(tab)
    tab.locator("#check-yourself").scroll_into_view_if_needed()
    tab.wait_for_selector(".md-header__title--active")  # the head shows the page's title once the page's own is out of sight
    tab.wait_for_selector(".md-nav--secondary .md-nav__link--active", state="attached")
    assert tab.locator(".md-typeset__scrollwrap[tabindex]").count() == tab.locator("article table").count() > 0


def test_a_question_is_answered_by_what_it_asks_for(tab, address):
    tab.goto(address)
    wait_for_scripts(tab)
    tab.locator("[data-md-component=search-query]").fill("what is a quorum")
    first = tab.locator(".md-search-result__item").first
    first.wait_for(state="attached", timeout=20_000)
    assert "quorum" in first.text_content().lower() and "Missing" not in first.text_content()


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_what_the_search_finds_can_be_seen(tab, address, width):
    tab.set_viewport_size({"width": width, "height": 844})
    tab.goto(address)
    wait_for_scripts(tab)
    tab.locator("label.md-header__button[for=__search]:visible, [data-md-component=search-query]:visible").first.click()
    tab.keyboard.type("Merkle")
    first = tab.locator(".md-search-result__item").first
    first.wait_for(timeout=20_000)
    tab.wait_for_function("document.querySelector('.md-search__scrollwrap').getBoundingClientRect().height > 300")
    assert first.evaluate("item => item.contains(document.elementFromPoint(innerWidth / 2, item.getBoundingClientRect().top + 20))")


def test_a_chinese_query_is_looked_for_up_to_its_last_character(tab, address):
    tab.goto(address + "zh/")
    wait_for_scripts(tab)
    tab.locator("[data-md-component=search-query]").fill("智能合约")
    first = tab.locator(".md-search-result__item > a.md-search-result__link").first
    first.wait_for(state="attached", timeout=20_000)
    assert urlsplit(first.evaluate("link => link.href")).path == "/zh/glossary/"


def test_a_choice_changes_the_figure(tab, address):
    tab.goto(address + "foundations/merkle-proofs/")
    choice = tab.locator(".mc-choice").nth(1)
    shown = choice.locator(".mc-figure__pane:visible .mc-figure__words")
    assert "The proof of record 2 hands over 3 hashes" in shown.inner_text()
    choice.get_by_label("prove record 6").check()
    assert "The proof of record 6 hands over 2 hashes" in shown.inner_text()


@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_home_and_the_labs_page_show_the_points_that_the_lab_left(tab, address, prefix):
    tab.goto(address + prefix)
    line = tab.locator("[data-progress='02-merkle-proofs']")
    assert not line.is_visible()
    for kept in ("nonsense", '{"02-merkle-proofs": {"points": "<b>", "max_points": 30}}', "null"):
        tab.evaluate("kept => localStorage.setItem('minichain-progress', kept)", kept)
        tab.reload()
        wait_for_scripts(tab)
        assert not line.is_visible()
    progress = {"02-merkle-proofs": {"points": 12, "max_points": 30, "when": "2026-11-22T08:00:00Z"}}
    tab.evaluate("kept => localStorage.setItem('minichain-progress', JSON.stringify(kept))", progress)
    for page in (prefix, f"{prefix}labs/02-merkle-proofs/"):
        tab.goto(address + page)
        line.wait_for()
        assert re.search(r"12 (of|/) 30", line.inner_text())


def test_a_quiz_answers_in_the_language_of_the_page_and_may_be_tried_again(tab, address):
    for prefix, choose, again, word in (("", "Choose", "Try again", "Right"), ("zh/", "请先选", "重试", "对。")):
        tab.goto(f"{address}{prefix}foundations/merkle-proofs/")
        quiz = tab.locator(".quiz").first
        quiz.locator("button[type=submit]").click()
        assert not quiz.locator(".quiz-feedback").is_visible()  # nothing was chosen, which is no wrong answer
        assert quiz.locator("input").first.evaluate("input => input.validationMessage").startswith(choose)
        quiz.locator("input").nth(1).check()
        quiz.locator("button[type=submit]").click()
        assert quiz.locator("label").nth(2).evaluate("label => !label.closest('.correct')")  # the right choice is not given away
        quiz.get_by_role("button", name=again).click()
        quiz.locator("input").nth(2).check()
        quiz.locator("button[type=submit]").click()
        assert quiz.get_by_role("button").count() == 0
        assert quiz.locator(".quiz-feedback-item").inner_text().strip().split("\n")[-1].startswith(word)


@pytest.mark.parametrize("prefix", ["", "zh/"])
def test_the_log_on_the_home_page_answers_what_is_typed(browser, address, prefix):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(address + prefix)
    wait_for_scripts(page)
    inputs, rows = page.locator(".mc-chain input"), page.locator(".mc-chain__row")
    printed = page.locator(".mc-chain__printed code").inner_text()
    for text in ("x", "a longer record, of 39 bytes and more", "七个汉字的记录"):
        inputs.nth(2).fill(text)
        records = [[box.input_value()] for box in inputs.all()]
        assert page.locator(".mc-chain__link").all_inner_texts() == [link.hex()[:8] for _, link in build_log(records)]
        assert [row.evaluate("row => row.classList.contains('is-other')") for row in rows.all()] == [False, False, True, True]
        assert "3" in page.locator(".mc-chain__words").inner_text()
    page.locator("[data-restore]").click()
    assert page.locator(".mc-chain__link").last.inner_text() == printed
    assert page.locator(".is-other").count() == 0
    context.close()


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_the_log_on_the_home_page_moves_by_itself_only_where_motion_is_welcome(browser, address, motion, moves):
    context = browser.new_context(reduced_motion=motion, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.wait_for_timeout(4500)
    assert (page.locator(".mc-chain__printed.is-other").count() == 1) == moves
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_screen(tab, address, pages, width):
    tab.set_viewport_size({"width": width, "height": 800})
    for name in pages:
        tab.goto(address + name)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, name
