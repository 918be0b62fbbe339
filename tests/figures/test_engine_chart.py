"""The chart of engines: slopes are powers, every point is drawn where it belongs, and all of it is told in words."""

import re
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from minichain.figures import EngineChart, Series, describe_engine_chart, draw_engine_chart

SVG = "{http://www.w3.org/2000/svg}"
SIZES = (4, 8, 16, 32)
CHART = EngineChart(
    "messages",
    (
        Series("Solo", tuple((size, 0.0) for size in SIZES)),
        Series("TBFT", tuple((size, 2.0 * size * size) for size in SIZES)),
        Series("MaxBFT", tuple((size, 2.0 * size) for size in SIZES)),
        Series("PoW", ()),
    ),
)


def get_places(picture):
    """Return the corners of each line that is wide enough to be an engine's."""
    paths = (path for path in ElementTree.fromstring(picture).iter(f"{SVG}path") if path.get("stroke-width") == "2.5")
    return [[tuple(map(float, pair.split())) for pair in path.get("d")[1:].split("L")] for path in paths]


def test_what_grows_like_a_power_is_a_straight_line_and_the_square_is_twice_as_steep():
    square, linear = get_places(draw_engine_chart(CHART))
    steps = [(b[0] - a[0], a[1] - b[1]) for a, b in pairwise(square)]
    slopes = [up / across for across, up in steps]
    assert slopes == pytest.approx([slopes[0]] * 3, rel=1e-3)
    assert slopes[0] == pytest.approx(2 * (linear[0][1] - linear[1][1]) / (linear[1][0] - linear[0][0]), rel=1e-3)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("measure", ["messages", "latency"])
def test_each_point_tells_its_number_and_the_words_tell_the_rest(measure, lang):
    chart = EngineChart(measure, CHART.series)
    root = ElementTree.fromstring(draw_engine_chart(chart, lang))
    titles = [title.text for title in root.iter(f"{SVG}title")][1:]
    assert len(titles) == 8 and "TBFT, n = 16: 512" in titles and "MaxBFT, n = 4: 8.0" in titles
    words = describe_engine_chart(chart, lang)
    assert root.find(f"{SVG}desc").text == words
    assert all(name in words for name in ("Solo", "TBFT", "MaxBFT", "PoW"))
    assert (re.search(r"TBFT.{5,80}2\.0", words) is not None) == (measure == "messages")


def test_names_at_the_ends_do_not_lie_on_each_other():
    near = EngineChart("latency", tuple(Series(f"engine {n}", ((4, 100.0 + n), (8, 100.0 + n))) for n in range(5)))
    root = ElementTree.fromstring(draw_engine_chart(near))
    downs = sorted(
        float(each.get("y")) for each in root.iter(f"{SVG}text") if (each.text or "").startswith("engine ") and each.get("font-weight")
    )
    assert len(downs) == 5 and min(b - a for a, b in pairwise(downs)) >= 16


@pytest.mark.parametrize(
    ("measure", "series", "message"),
    [
        ("fame", (Series("A", ()),), "measured nowhere"),
        ("latency", (), "1 to 6"),
        ("latency", (Series("A", ((8, 1.0), (4, 1.0))),), "ascend"),
        ("latency", (Series("A", ((4, -1.0),)),), "0 or more"),
    ],
)
def test_what_is_no_measurement_is_refused(measure, series, message):
    with pytest.raises(ValueError, match=message):
        EngineChart(measure, series)


@pytest.mark.parametrize(("lang", "said"), [("en", "solo: 25; only n = 1 was measured."), ("zh", "solo：25；只测了 n = 1。")])
def test_a_single_measurement_is_told_once(lang, said):
    assert said in describe_engine_chart(EngineChart("latency", (Series("solo", ((1, 25.0),)),)), lang)
