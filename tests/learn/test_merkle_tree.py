"""The Merkle tree view: a choice changes picture and words, and where no widget runs a picture is left."""

import sys
import xml.etree.ElementTree as ElementTree
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from autograder.labs.source import load_lab
from minichain.crypto.merkle import compute_root
from minichain.learn import limit_time, show_merkle_tree, widgets
from minichain.learn.merkle_tree import compute_levels

RECORDS = [b"transport v3", b"health v1", b"housing v12", b"water v7", b"schools v2"]
LAB = Path(__file__).parents[2] / "labs" / "02-merkle-proofs"
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.mark.parametrize("size", range(1, 34))
def test_levels_end_in_the_root_of_the_tree(size):
    records = [bytes([number]) for number in range(size)]
    assert compute_levels(records)[-1] == (compute_root(records),)


def test_a_display_holds_the_widget_a_picture_and_words():
    bundle = show_merkle_tree(RECORDS, proved=2)._repr_mimebundle_()
    assert bundle[WIDGET]["model_id"]
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert bundle["text/plain"].endswith("the proof is accepted.")
    assert bundle["text/plain"] in bundle["image/svg+xml"]


def test_a_choice_in_the_lists_changes_picture_and_words():
    view = show_merkle_tree(RECORDS, lang="zh")
    assert view._changed.label == view._proved.label == "无"
    before = view._picture.value
    view._changed.value, view._proved.value = 1, 4
    assert (view.tree.changed, view.tree.proved, view.tree.labels[1]) == (1, 4, "health v1!")
    assert view.tree.levels[-1][0] == compute_root([RECORDS[0], b"health v1!", *RECORDS[2:]])
    assert view._picture.value != before
    assert "证明不成立。</p>" in view._picture.value
    view.choose(proved=4)
    assert view._changed.label == "无"
    assert "证明成立。</p>" in view._picture.value


def test_the_picture_that_is_left_shows_the_latest_choice():
    view = show_merkle_tree(RECORDS)
    view.choose(changed=0)
    assert "Record 0 was changed" in view._repr_mimebundle_()["image/svg+xml"]


def test_records_are_shown_as_text_whatever_their_bytes():
    view = show_merkle_tree([b"<b>&</b>", b"\xff\x00"])
    assert view.tree.labels == ("<b>&</b>", "\\xff\x00")
    assert "<b>" not in view._picture.value
    ElementTree.fromstring(view._repr_mimebundle_()["image/svg+xml"])


@pytest.mark.parametrize("choice", [{"proved": 5}, {"changed": -1}])
def test_a_record_that_is_not_there_is_refused(choice):
    with pytest.raises(ValueError, match="records are numbered 0 to 4"):
        show_merkle_tree(RECORDS, **choice)


def test_without_ipywidgets_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r"needs ipywidgets.*pip install 'minichain\[learn\]'"):
        show_merkle_tree(RECORDS)


class EndlessRecord(bytes):
    """A record of a learner's own making, whose change never ends."""

    def __add__(self, other):
        while True:
            pass


@pytest.mark.parametrize("in_thread", [False, True])  # JupyterLab runs a widget's callbacks in a thread of their own
def test_a_callback_that_never_ends_says_so_in_the_figure(monkeypatch, in_thread):
    monkeypatch.setattr(widgets, "limit_time", partial(limit_time, 0.1))
    view = show_merkle_tree([b"a", EndlessRecord(b"b")], lang="zh")
    if in_thread:
        thread = Thread(target=view.choose, kwargs={"changed": 1})
        thread.start()
        thread.join(20)
    else:
        view.choose(changed=1)
    assert view._picture.value == '<p role="alert" style="white-space:pre-line">已停止：运行了 0.1 秒还没有结束。是不是有循环停不下来？</p>'
    view.choose(changed=0)
    assert "<svg" in view._picture.value


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_cell_of_the_lab_runs(lang):
    namespace = {}
    for cell in load_lab(LAB).get_notebooks(lang)[0].cells:
        if cell.kind == "code" and cell.grade_id is None:
            exec(cell.source, namespace)
        if cell.figure and "show_merkle_tree" in cell.source:
            *statements, last = cell.source.splitlines()
            exec("\n".join(statements), namespace)
            assert eval(last, namespace).lang == lang
            break
    else:
        pytest.fail("the lab has no figure cell")
