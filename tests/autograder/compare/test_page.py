"""The page: both works side by side, in two languages, and nothing of them but to be read."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.compare.clusters import Cluster, Comparison, Match
from autograder.compare.page import MAX_LINES, MAX_PAIRS_OF_GROUP, render_page
from autograder.compare.search import compare_works
from autograder.compare.tiles import find_tiles, list_lines
from autograder.compare.tokens import split_tokens
from autograder.compare.words import WORDS
from autograder.compare.works import Work, compute_given, load_published
from autograder.labs.source import load_lab
from autograder.release import fill_notebook
from tests.autograder.compare.cohorts import disguise, insert_dead_code, rename, reorder, write_alone

LABS = Path(__file__).parents[3] / "labs"
NAME = "02-merkle-proofs"
HOSTILE = "<script>alert(1)</script>\x1b[31mred\x1b[0m\u202eevil\x00 {{ 7 * 7 }} </style><img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and its text."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.text = self.style = ""
        self.is_in_style = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.is_in_style = tag == "style"

    def handle_endtag(self, tag):
        self.is_in_style = False

    def handle_data(self, data):
        if self.is_in_style:
            self.style += data
        else:
            self.text += data

    def list_attributes(self, name):
        return [attributes[name] for _, attributes in self.elements if name in attributes]


@pytest.fixture(scope="module")
def lab():
    return load_lab(LABS / NAME)


@pytest.fixture(scope="module")
def published(lab):
    return load_published(lab, LABS / NAME)


@pytest.fixture
def show(lab, published):
    """Return a function that compares works and gives the page."""

    def run(works, lang="en", load=None):
        given = compute_given(lab)
        comparison, ignored = compare_works(lab.id, works, given, published)
        known = {work.name: work for work in (*works, *published)}
        return Page(render_page(lab, comparison, given, ignored, load or known.get, lang))

    return run


def assert_is_inert(page):
    for tag, attributes in page.elements:
        assert tag not in ("script", "iframe", "object", "embed", "link", "img", "base", "form", "input")
        assert not any(name.startswith("on") or name in ("style", "src", "srcdoc") for name in attributes)
        assert "href" not in attributes or re.fullmatch(r"#[\w-]+", attributes["href"])
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" in page.list_attributes("content")
    assert "url(" not in page.style
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page.text)


def test_both_works_stand_side_by_side_and_every_link_leads_to_the_other_side(show, published):
    cells = write_alone(published, "ada")
    page = show([Work("ada", cells), Work("李雷", reorder(tuple((name, rename(source, 1)) for name, source in cells), 1))])
    assert "100 % of the smaller work" in page.text
    assert "def compute_root" in page.text and page.text.count("def compute_root") == 2
    ids, links = page.list_attributes("id"), page.list_attributes("href")
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in links} <= set(ids)
    sides = [link for link in links if link.startswith("#g1p0")]
    assert len(sides) >= 10 and len(sides) % 2 == 0
    assert_is_inert(page)


def test_a_tile_is_the_same_function_on_both_sides(published):
    cells = write_alone(published, "ada")
    one, two = "\n".join(source for _, source in cells), "\n".join(source for _, source in disguise(cells, 1))
    first, second = split_tokens(one), split_tokens(two)
    tiles = find_tiles(first, second, compute_given(load_lab(LABS / NAME)).passages)
    assert len(tiles) >= 5
    for tile in tiles:
        assert first.kinds[tile.first] == second.kinds[tile.second]
        assert first.kinds[tile.first + tile.first_size - 1] == second.kinds[tile.second + tile.second_size - 1]
    covered = [len(list_lines(tokens, tiles, is_second)) for tokens, is_second in ((first, False), (second, True))]
    assert covered[0] > 0.6 * one.count("\n")


def test_chinese_pages_are_chinese(show, published):
    cells = write_alone(published, "ada")
    page = show([Work("甲", cells), Work("乙", cells), Work("丙", published[2].cells), Work("丁", ())], "zh")
    assert ("html", {"lang": "zh-CN"}) in page.elements
    for words in ("相似的作业", "第 1 组", "占较短一份的 100 %", "实验公开的答案“midnight”", "自己写的内容太少，无法比对：丁。"):
        assert words in page.text
    shell = re.sub(r"<pre>.*?</pre>", "", page.text, flags=re.DOTALL)
    assert "of the smaller work" not in shell and "learners" not in shell
    assert WORDS["en"].keys() == WORDS["zh"].keys()


def test_a_page_runs_and_loads_nothing_whatever_a_submission_holds(show, published):
    cells = (*write_alone(published, "ada"), (HOSTILE, f"{HOSTILE}\n'''{HOSTILE}'''"))
    page = show([Work(HOSTILE, cells), Work("bo", cells)])
    assert_is_inert(page)
    assert "<script>alert(1)</script>red" in page.text, "it is there to be read"
    assert "{{ 7 * 7 }}" in page.text


def test_nobody_is_alike_and_the_page_says_so(show, published):
    page = show([Work("ada", write_alone(published, "ada")), Work("bo", write_alone(published, "bo"))])
    assert "No two submissions are alike" in page.text
    assert_is_inert(page)


@pytest.mark.long
def test_a_page_stays_small_whatever_there_is_to_show(lab, published):
    long = Work("long", (("", "x = [1]\n" * 5_000),))
    learners = tuple(f"learner-{number}" for number in range(500))
    matches = tuple(Match(learners[0], other, 1.0, 99.0) for other in learners[1:])
    clusters = (Cluster(learners, (), matches),) * 300
    text = render_page(
        lab,
        Comparison(lab.id, 500, clusters, learners, learners, learners),
        compute_given(lab),
        compute_given(lab).passages,
        lambda name: long,
    )
    assert len(text) < 100 * 2 * MAX_LINES * 150
    for words in (f"{499 - MAX_PAIRS_OF_GROUP} more pairs", "200 more groups", "learner-39 and 460 more"):
        assert words in text


def test_work_that_was_changed_meanwhile_is_not_shown(show, published):
    cells = write_alone(published, "ada")
    page = show([Work("ada", cells), Work("bo", cells)], load=lambda name: None)
    assert "This work was changed since it was compared." in page.text


# The command


@pytest.fixture
def course(tmp_path, lab, published):
    cells = write_alone(published, "ada")
    works = {"ada": cells, "bo": tuple((name, insert_dead_code(source, 1)) for name, source in cells), "cy": write_alone(published, "cy")}
    for learner, cells in works.items():
        folder = tmp_path / "submitted" / learner / lab.id
        folder.mkdir(parents=True)
        (folder / f"{lab.id}.ipynb").write_text(json.dumps(fill_notebook(lab, lab.get_notebooks("en")[0], dict(cells))))
    (tmp_path / "submitted" / "cy" / "other").mkdir()
    return tmp_path


def call(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["autograder", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return subprocess.CompletedProcess(arguments, ended.value.code, *capsys.readouterr())


def test_the_command_writes_the_page_and_prints_the_clusters(course, monkeypatch, capsys):
    done = call(monkeypatch, capsys, "compare", course, "--lab", NAME, "--labs", LABS, "--json")
    assert done.returncode in (0, None)
    (cluster,) = json.loads(done.stdout)["clusters"]
    assert cluster["learners"] == ["ada", "bo"]
    assert set(cluster["matches"][0]) == {"first", "second", "share", "evidence"}
    assert "3 submissions compared: 1 group(s) of alike work, 2 learner(s) in them" in done.stderr
    assert "Group 1" in Page((course / f"compared-{NAME}.html").read_text("utf-8")).text


def test_the_command_takes_another_place_and_language(course, monkeypatch, capsys):
    done = call(
        monkeypatch, capsys, "compare", course / "submitted", "--lab", NAME, "--labs", LABS, "--lang", "zh", "--out", course / "x.html"
    )
    assert done.stdout.strip() == str(course / "x.html")
    assert "第 1 组" in Page((course / "x.html").read_text("utf-8")).text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere", "--lab", NAME), "no such folder"),
        ((".", "--lab", "99-none"), "no lab '99-none'"),
        ((".", "--lab", "01-tamper-evidence"), "no submissions of 01-tamper-evidence"),
        ((".", "--lab", NAME, "--lang", "fr"), "--lang fr: the page is written in en or zh"),
    ],
)
def test_a_mistake_at_the_prompt_is_one_line(course, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(course)
    done = call(monkeypatch, capsys, "compare", *arguments, "--labs", LABS)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(course.glob("*.html"))
