"""What consensus costs: MiniChain's engines, run in the simulator when a choice is made, and their measurements as a chart.

Two drop-down lists, which a keyboard reaches as well as a mouse, drive one picture and the same in words. Where widgets do not run (a
notebook on a web page, a printed one, a headless run) the picture alone is shown, as it was when the cell was run.

Simplifications: one short run for each point, in a calm network (see `minichain.network.measure`).
"""

from functools import lru_cache
from typing import Any, Final

from minichain.figures import EngineChart, Series, describe_engine_chart, draw_engine_chart
from minichain.learn.widgets import build_list, import_widgets, render
from minichain.network.measure import Measurement, measure

NAMES: Final = {"solo": "Solo", "raft": "Raft", "tbft": "TBFT", "maxbft": "MaxBFT", "pow": "PoW"}
SIZES: Final = (4, 7, 10, 16, 25)

_WORDS: Final = {
    "en": {"measure": "Measure:", "messages": "messages per block", "latency": "time until a decision", "largest": "Members, up to:"},
    "zh": {"measure": "测量：", "messages": "每个区块的消息数", "latency": "到作出决定的时间", "largest": "成员数，至多："},
}

_measure = lru_cache(maxsize=256)(measure)


class EngineChartView:
    """The chart of all engines, and two lists: what is measured, and up to how many members. `chart` is what the picture shows now."""

    def __init__(self, *, measure: str, largest: int, lang: str) -> None:
        """Run the engines, and draw."""
        widgets = import_widgets()
        self.lang = lang
        words = _WORDS[lang]
        self._measure = build_list(words["measure"], [(words[name], name) for name in ("messages", "latency")], measure)
        self._largest = build_list(words["largest"], [(str(size), size) for size in SIZES[1:]], largest)
        self._picture = widgets.HTML()
        self._box = widgets.VBox([widgets.HBox([self._measure, self._largest], layout={"flex_flow": "row wrap"}), self._picture])
        self.chart = measure_engines(measure, largest)
        self._measure.observe(self._on_choice, names="value")
        self._largest.observe(self._on_choice, names="value")
        self._on_choice()

    def choose(self, *, measure: str = "messages", largest: int = 10) -> None:
        """Choose as a hand would."""
        self._measure.value, self._largest.value = measure, largest

    def _on_choice(self, _change: object = None) -> None:
        self._picture.value = render(self._draw, self.lang)

    def _draw(self) -> tuple[str, str]:
        self.chart = measure_engines(self._measure.value, self._largest.value)
        return draw_engine_chart(self.chart, self.lang, with_words=False), describe_engine_chart(self.chart, self.lang)

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the widget together with the picture and the words that stand in for it."""
        bundle: dict[str, Any] = self._box._repr_mimebundle_()
        picture, words = draw_engine_chart(self.chart, self.lang), describe_engine_chart(self.chart, self.lang)
        return {**bundle, "image/svg+xml": picture, "text/plain": words}


def show_engine_chart(*, measure: str = "messages", largest: int = 10, lang: str = "en") -> EngineChartView:
    """Return what the engines cost as a figure to play with; at the end of a cell it shows itself.

    `measure` is "messages" or "latency", `largest` one of SIZES but the first, `lang` "en" or "zh". Raises ImportError where ipywidgets is
    missing.
    """
    return EngineChartView(measure=measure, largest=largest, lang=lang)


def measure_engines(measure: str, largest: int) -> EngineChart:
    """Run each engine with 4 members and more, up to `largest`, and return what was measured."""
    sizes = [size for size in SIZES if size <= largest]
    return EngineChart(measure, tuple(Series(NAMES[engine], _get_points(engine, sizes, measure)) for engine in NAMES))


def _get_points(engine: str, sizes: list[int], measure: str) -> tuple[tuple[int, float], ...]:
    values = ((size, _get_value(_measure(engine, size), measure)) for size in sizes)
    return tuple((size, value) for size, value in values if value is not None)


def _get_value(done: Measurement, measure: str) -> float | None:
    return done.messages_per_block if measure == "messages" else done.latency_ms
