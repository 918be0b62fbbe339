"""The views of the first lab: a choice changes picture and words, and where no widget runs a picture is left."""

import sys
import xml.etree.ElementTree as ElementTree
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from autograder.labs.source import load_lab
from minichain.crypto.hash_chain import build_log, find_break, get_head
from minichain.crypto.hashing import sha256, sm3
from minichain.learn import limit_time, show_avalanche, show_hash_chain, widgets

RECORDS = [["06:00", "room 1", "4.2"], ["07:00", "room 1", "4.3"], ["08:00", "room 1", "9.8"]]
LAB = Path(__file__).parents[2] / "labs" / "01-tamper-evidence"
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.mark.parametrize("show", [partial(show_hash_chain, RECORDS, changed=1), partial(show_avalanche, "9.8", flipped=7)])
def test_a_display_holds_the_widget_a_picture_and_words(show):
    bundle = show()._repr_mimebundle_()
    assert bundle[WIDGET]["model_id"]
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert bundle["text/plain"] in bundle["image/svg+xml"]


def test_each_choice_of_links_breaks_the_chain_elsewhere():
    view = show_hash_chain(RECORDS, lang="zh")
    assert (view._changed.label, view._relinked.label) == ("无", "不重算")
    assert view.chain.published == get_head(build_log(RECORDS))
    for relinked, broken, is_published in (("no", [0], True), ("own", [1], True), ("all", [], False)):
        view._changed.value, view._relinked.value = 0, relinked
        assert (view.chain.broken, view.chain.is_published) == (broken, is_published)
    assert view.chain.links == tuple(link for _, link in build_log([["06:00", "room 1", "9.2"], *RECORDS[1:]]))
    assert "这不是当初公布链头时的那份日志。</p>" in view._picture.value
    view.choose(changed=2)
    assert view.chain.broken == [2] == [find_break([*build_log(RECORDS)[:2], (["08:00", "room 1", "4.8"], view.chain.links[2])])]


def test_a_flipped_bit_and_another_function_change_the_picture():
    view = show_avalanche("9.8")
    assert (view._flipped.label, view._hash.label) == ("none", "SHA-256")
    assert view._flipped.options[8] == ("7 · 9 → 8", 7)
    assert view._flipped.options[4] == ("3 · 9 → )", 3)
    assert view._flipped.options[3] == ("2 · 9 → 0x19", 2)
    view._flipped.value = 7
    assert (view.avalanche.before, view.avalanche.after) == (sha256(b"9.8"), sha256(b"8.8"))
    assert "130 changed" in view._picture.value
    view.choose(flipped=7, hash_name="sm3")
    assert view.avalanche.after == sm3(b"8.8")
    assert ">SM3<" in view._repr_mimebundle_()["image/svg+xml"]


def test_what_is_shown_is_text_whatever_its_characters():
    view = show_hash_chain([["<b>&</b>"], []])
    assert view.chain.labels == ("<b>&</b>", "")
    assert "<b>" not in view._picture.value
    view.choose(changed=1)
    assert view.chain.labels[1] == "!"
    ElementTree.fromstring(view._repr_mimebundle_()["image/svg+xml"])
    ElementTree.fromstring(show_avalanche("温<\x00", flipped=0)._repr_mimebundle_()["image/svg+xml"])


@pytest.mark.parametrize("changed", [3, -1])
def test_a_record_that_is_not_there_is_refused(changed):
    with pytest.raises(ValueError, match="entries are numbered 0 to 2"):
        show_hash_chain(RECORDS, changed=changed, relinked="all")


@pytest.mark.parametrize("flipped", [24, -1])
def test_a_bit_that_is_not_there_is_refused(flipped):
    with pytest.raises(ValueError, match="numbered 0 to 23"):
        show_avalanche("9.8", flipped=flipped)


def test_without_ipywidgets_they_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    for show in (partial(show_hash_chain, RECORDS), partial(show_avalanche, "9.8")):
        with pytest.raises(ImportError, match=r"needs ipywidgets.*pip install 'minichain\[learn\]'"):
            show()


class EndlessText(str):
    """A text of a learner's own making, which never becomes bytes once it was altered."""

    __slots__ = ()

    def __format__(self, spec):
        while True:
            pass


@pytest.mark.parametrize("in_thread", [False, True])  # JupyterLab runs a widget's callbacks in a thread of their own
def test_a_callback_that_never_ends_says_so_in_the_figure(monkeypatch, in_thread):
    monkeypatch.setattr(widgets, "limit_time", partial(limit_time, 0.1))
    view = show_hash_chain([["a"], [EndlessText("b")]], lang="zh")
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
def test_the_figure_cells_of_the_lab_run_and_show_what_a_learner_will_compute(lang):
    namespace, shown = {}, []
    for cell in load_lab(LAB).get_notebooks(lang)[0].cells:
        if cell.kind == "code" and cell.grade_id is None and "forge_record" not in cell.source:
            exec(cell.source, namespace)
        if cell.figure and "import show_" in cell.source:
            *statements, last = cell.source.splitlines()
            exec("\n".join(statements), namespace)
            shown.append(eval(last, namespace))
    assert [view.lang for view in shown] == [lang, lang]
    assert shown[1].chain.published == namespace["PRINTED_HEAD"]
    assert (shown[0].avalanche.flipped, shown[1].chain.changed) == (None, None), "nothing is done before the learner does it"
    shown[1].choose(changed=2)
    assert shown[1].chain.broken == [2]
    assert shown[1].chain.labels[2].endswith("4.8"), "what the forger of the story writes"
