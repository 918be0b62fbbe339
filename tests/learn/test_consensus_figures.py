"""The figures of consensus to play with: a chain of certificates that grows and forks, and the engines' costs."""

import sys
from pathlib import Path

import pytest

from autograder.labs.source import load_lab
from minichain.learn import show_engine_chart, show_qc_chain
from minichain.learn.engine_chart import SIZES
from minichain.network.measure import measure

LAB = Path(__file__).parents[2] / "labs" / "08-maxbft-and-choosing"
WIDGET = "application/vnd.jupyter.widget-view+json"


def test_a_display_holds_the_widget_a_picture_and_words():
    for view in (show_qc_chain(), show_engine_chart(largest=7)):
        bundle = view._repr_mimebundle_()
        assert bundle[WIDGET]["model_id"] and bundle["image/svg+xml"].startswith("<svg ")
        assert bundle["text/plain"] in bundle["image/svg+xml"]


def test_a_chain_grows_by_hand_until_its_leader_decides():
    view = show_qc_chain()
    view.add(3, "b2", ["Cho", "Dan"])
    assert view.outcome.decided["Ann"] == ("b1",) and view.script[-1]["block"] == "b3"
    assert "Ann: locked on b2, decided: b1." in view._picture.value
    view._back.click()
    assert view.outcome.decided["Ann"] == () and len(view.script) == 2


def test_a_fork_needs_an_engine_without_locks():
    view = show_qc_chain()
    view.add(3, "b2", ["Cho", "Dan"])
    view.add(5, "genesis", ["Cho", "Dan"])
    assert view.script[-1]["block"] == "c5" and not view.outcome.blocks[-1].is_certified
    assert "c5" not in [name for name, _ in view._on.options]
    view._rules.value = "no-lock"
    for number in (6, 7, 8):
        view.add(number, f"c{number - 1}", ["Cho", "Dan"])
    assert view.chain.fork == ("Ann", "Cho")
    view._rules.value = "right"  # then the second branch cannot be: it is cut off where its first block has too few votes
    assert [step["block"] for step in view.script] == ["b1", "b2", "b3", "c5"] and view.chain.fork is None


def test_each_choice_of_an_engine_is_answered_in_words_even_where_the_picture_stays():
    view = show_qc_chain()
    said = []
    for rules in ("right", "no-lock", "two-chain"):
        view._rules.value = rules
        said.append(view._rule.value)
    assert len(set(said)) == 3 and 'role="status"' in said[1] and "whatever they are locked on" in said[1]


def test_an_honest_leader_is_offered_only_what_she_would_do():
    view = show_qc_chain()
    assert [name for name, _ in view._on.options] == ["b2"] and [value for _, value in view._view.options] == [3, 5]
    view._view.value = 5
    assert [name for name, _ in view._on.options] == ["genesis", "b1", "b2"]


def test_two_liars_may_propose_two_blocks_in_one_view():
    view = show_qc_chain([], liars=("Bob", "Cho"))
    for number, below in ((5, "genesis"), (6, "b5"), (7, "b6"), (8, "b7")):
        view.add(number, below, ["Ann"])
        view.add(number, below.replace("b", "c"), ["Dan"])
    assert view.chain.fork == ("Ann", "Dan")


def test_a_full_picture_says_so():
    view = show_qc_chain([], lang="zh")
    for number in range(1, 18):
        view.add(number, view._on.options[-1][1], ["Ann", "Cho", "Dan"])
    assert len(view.script) == 16 and "放不下" in view._note.value
    view._back.click()
    assert view._note.value == "" and len(view.script) == 15


def test_a_script_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"step 1 .* 'unknown'"):
        show_qc_chain([{"view": 1, "block": "b1", "on": "b0", "to": []}])


def test_the_chart_shows_what_was_measured():
    view = show_engine_chart(largest=7)
    series = {one.name: dict(one.points) for one in view.chart.series}
    assert series["TBFT"] == {size: measure("tbft", size).messages_per_block for size in SIZES[:2]}
    view.choose(measure="latency", largest=7)
    assert dict(view.chart.series[3].points)[4] == measure("maxbft", 4).latency_ms
    assert "milliseconds" in view._picture.value


def test_without_ipywidgets_they_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    for show in (show_qc_chain, show_engine_chart):
        with pytest.raises(ImportError, match=r"needs ipywidgets.*pip install 'minichain\[learn\]'"):
            show()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_cells_of_the_lab_run(lang):
    found = []
    for cell in load_lab(LAB).get_notebooks(lang)[0].cells:
        if cell.figure and "watch_progress" not in cell.source:
            *statements, last = cell.source.splitlines()
            namespace = {}
            exec("\n".join(statements), namespace)
            found.append(type(eval(last, namespace)).__name__)
            assert eval(last, namespace).lang == lang
    assert found == ["QcChainView", "EngineChartView"]
