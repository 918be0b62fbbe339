"""Gossip to play with: a lost message changes what depends on it, and nothing else."""

import sys

import pytest

from minichain.learn import show_gossip
from minichain.learn.gossip import NAMES, number_pushes, run_gossip

WIDGET = "application/vnd.jupyter.widget-view+json"


def test_a_display_holds_the_widget_a_picture_and_words():
    bundle = show_gossip()._repr_mimebundle_()
    assert bundle[WIDGET]["model_id"]
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert bundle["text/plain"] in bundle["image/svg+xml"]


def test_with_nothing_lost_everybody_hears():
    view = show_gossip()
    assert sorted(name for name, _ in view.spread.heard) == list(NAMES)
    assert len(view._row.children) == len(view.spread.messages) == 12
    assert view._buttons[view.links[0]].description == f"1 {view.links[0][0]}→{view.links[0][1]}"


def test_a_lost_message_changes_what_depends_on_it_and_nothing_else():
    numbers = number_pushes(13)
    before, links = run_gossip("push", frozenset(), 13)
    for place, lost in enumerate(links):
        after, later = run_gossip("push", frozenset([lost]), 13, numbers)
        assert later[: place + 1] == links[: place + 1], "what was sent before is as it was"
        assert after.messages[:place] == before.messages[:place]
        assert after.messages[place].arrived_ms is None
        known = dict(zip(links, before.messages, strict=True))
        assert all(
            known[link] == message
            for link, message in zip(later, after.messages, strict=True)
            if link in known and link != lost and known[link].sent_ms == message.sent_ms
        ), "each keeps its delay and its number"


def test_nodes_that_pull_as_well_push_the_same():
    spread, links = run_gossip("push", frozenset(), 13)
    pushed = dict(zip(links, spread.messages, strict=True))
    spread, links = run_gossip("push-pull", frozenset(), 13, number_pushes(13))
    pulled = dict(zip(links, spread.messages, strict=True))
    assert {link: message for link, message in pulled.items() if link in pushed} == pushed


def test_some_loss_leaves_somebody_out_and_pulling_makes_up_for_each():
    for mode, expected in (("push", True), ("push-pull", False)):
        _, links = run_gossip(mode, frozenset(), 13)
        left_out = [link for link in links if len(run_gossip(mode, frozenset([link]), 13)[0].heard) < len(NAMES)]
        assert bool(left_out) is expected, "that is what the lab asks the learner to find"


def test_buttons_lose_messages_and_bring_them_back():
    view = show_gossip(lang="zh")
    whole, first = view._picture.value, view._buttons[view.links[1]]
    view.lose(2)
    assert view.lost == {view.links[1]} and first.description.startswith("✗ 2 ")
    assert "其中 1 条丢失" in view._picture.value
    assert view._row.children[1] is first, "it keeps the keyboard's focus"
    view.lose(2)
    assert view.lost == frozenset() and view._picture.value == whole
    view.lose(1, 2)
    view._restore.click()
    assert view.lost == frozenset() and view._picture.value == whole
    view.lose(5)
    assert "还没有听到的：D" in view._picture.value
    view.choose("push-pull")
    assert view.lost == {view.links[[m.number for m in view.spread.messages].index(5)]}, "what was lost stays lost"
    assert "大家都听到了" in view._picture.value
    assert len(view.spread.messages) > 20 and len(view._row.children) == len(view.spread.messages)


def test_without_ipywidgets_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r"needs ipywidgets.*pip install 'minichain\[learn\]'"):
        show_gossip()
