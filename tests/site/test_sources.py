"""What the site is made of: both languages hold the same pages, and a lesson's blocks do what they say. Nothing is built here."""

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "site"))
pytest.importorskip("ipywidgets", reason="ipywidgets is not installed (extra `learn`)")

import labpages  # noqa: E402
import lessons  # noqa: E402

from autograder.labs.percent import parse_percent  # noqa: E402
from autograder.release import build_notebook  # noqa: E402

SOURCES = [ROOT / "courses", ROOT / "site/pages"]


def find_pages(lang):
    return {path.relative_to(source / lang): path for source in SOURCES for path in (source / lang).rglob("*.md")}


def test_every_page_has_its_twin_with_as_many_headings_and_blocks():
    english, chinese = find_pages("en"), find_pages("zh")
    assert english.keys() == chinese.keys()
    for name, path in english.items():
        texts = [path.read_text("utf-8"), chinese[name].read_text("utf-8")]
        for pattern in (r"^#+ ", r"^```python \w+", r"^<quiz>", r"^- \[x\]"):
            counts = [len(re.findall(pattern, text, re.MULTILINE)) for text in texts]
            assert counts[0] == counts[1], f"{name}: {pattern} occurs {counts[0]} times in English, {counts[1]} times in Chinese"


@pytest.mark.parametrize(
    "path", [path for lang in ("en", "zh") for path in find_pages(lang).values()], ids=lambda path: "/".join(path.parts[-4:])
)
def test_every_page_describes_itself(path):
    head = path.read_text("utf-8").split("---")[1]
    assert len(yaml.safe_load(head)["description"]) >= 20  # a second colon, unquoted, and all of it would stand on the page as text


def test_both_languages_have_the_same_words():
    words = tomllib.loads((ROOT / "site/words.toml").read_text("utf-8"))
    assert words["en"].keys() == words["zh"].keys()
    for key in words["en"]:
        assert re.findall(r"{\w+}", words["en"][key]) == re.findall(r"{\w+}", words["zh"][key]), key


def test_a_chinese_sentence_is_not_broken_over_two_lines():
    """A browser would show the line's end as a blank between two characters."""
    for name, path in find_pages("zh").items():
        broken = re.search(r"[\u4e00-\u9fff，、]\n[\u4e00-\u9fff]", path.read_text("utf-8"))
        assert broken is None, f"{name}: {broken[0]!r}"


def test_the_courses_name_lessons_that_exist():
    for course in tomllib.loads((ROOT / "courses/courses.toml").read_text("utf-8"))["course"]:
        for lesson in course["lessons"]:
            assert (ROOT / "courses/en" / course["id"] / f"{lesson}.md").is_file()


def test_a_run_block_shows_its_code_and_what_it_printed():
    shown = lessons.render_lesson("Before\n\n```python run\nx = 6 * 7\nprint(x)\n```\n\nAfter\n", "en", "l")
    assert "print(x)" in shown and "\n42\n" in shown and "Output" in shown
    assert shown.startswith("Before") and shown.endswith("After\n")


def test_blocks_share_a_namespace_and_a_quiet_one_is_folded():
    shown = lessons.render_lesson("```python quiet\nsecret = 7\n```\n\n```python run\nprint(secret)\n```\n", "zh", "l")
    folded, rest = shown.split("</details>")
    assert folded.startswith("<details") and "secret = 7" in folded and "secret = 7" not in rest and "\n7\n" in rest and "输出" in rest


def test_a_figure_comes_with_its_words_and_a_dict_becomes_a_choice():
    quiet = (
        "from minichain.figures import MerkleTree\n"
        "from minichain.learn.merkle_tree import compute_levels\n"
        "tree = MerkleTree(('a', 'b'), compute_levels([b'a', b'b']))\n"
    )
    one = lessons.render_lesson(f"```python figure\n{quiet}tree\n```\n", "en", "l")
    assert one.count("<svg") == 1 and "The root of these 2 records" in one.split("</svg>")[1]
    many = lessons.render_lesson(f"```python figure\n{quiet}{{'<a>': tree, 'b': tree}}\n```\n", "zh", "l")
    assert many.count("<svg") == 2 and many.count('type="radio"') == 2 and "&lt;a&gt;" in many and many.count(" hidden>") == 1


def test_source_is_shown_as_it_stands_in_its_file():
    shown = lessons.render_lesson("```python show\nminichain.crypto.merkle: LEAF_PREFIX, compute_split\n```\n", "en", "l")
    assert 'title="minichain/crypto/merkle.py"' in shown
    body = shown.split("\n", 1)[1].rsplit("```", 1)[0]
    source = (ROOT / "minichain/crypto/merkle.py").read_text("utf-8")
    assert all(part.strip() in source for part in body.split("\n\n\n")) and "def compute_split" in body and "def compute_root" not in body


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ("run\n1 / 0\n", "l:3: the block does not run: ZeroDivisionError"),
        ("show\nminichain.crypto.merkle: compute_nothing\n", "l:3: minichain.crypto.merkle has no 'compute_nothing'"),
        ("show\nminichain.nothing: x\n", "l:3: there is no module 'minichain.nothing'"),
        ("figure\n42\n", "l:3: a int is no figure"),
        ("figure\nx = 42\n", "l:3: the block ends with nothing to draw"),
    ],
)
def test_a_block_that_is_wrong_stops_the_build_and_says_where(block, complaint):
    with pytest.raises(lessons.LessonError, match=re.escape(complaint)):
        lessons.render_lesson(f"Text\n\n```python {block}```\n", "en", "l")


def test_the_script_of_a_lab_holds_the_cells_of_its_notebook():
    for lab, _ in labpages.load_sources().values():
        for master in lab.notebooks:
            notebook = build_notebook(lab, master)
            cells = parse_percent(labpages.to_script(json.dumps(notebook)), lab.id)
            assert [cell.source for cell in cells] == ["".join(cell["source"]).strip("\n") for cell in notebook["cells"]]
            assert [cell.kind for cell in cells] == [cell["cell_type"] for cell in notebook["cells"]]


def test_lists_and_tables_of_a_notebook_are_lists_and_tables_on_the_page():
    separate = labpages._separate_lists
    assert separate("Text:\n- a\n- b\n  more\n- c") == "Text:\n\n- a\n- b\n  more\n- c"
    assert separate("Text\n| a |\n|---|") == "Text\n\n| a |\n|---|"
    assert separate("Text\n```\n- a\n```") == "Text\n```\n- a\n```"
