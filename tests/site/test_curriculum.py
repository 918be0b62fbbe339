"""The curriculum: nothing stands in it twice, no path leaves out what its labs build on, and the map's lines mean what they say."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "site"))
pytest.importorskip("ipywidgets", reason="ipywidgets is not installed (extra `learn`)")

import curriculum  # noqa: E402
from labmap import Station, compute_rails, compute_reduction, describe_lab_map, draw_lab_map  # noqa: E402

LANGUAGES = ("en", "zh")
NUMBERS = {"en": ("two", "four", "six", "eight", "thirty"), "zh": ("两", "四", "六", "八", "三十")}
VALUES = (2, 4, 6, 8, 30)


@pytest.fixture(scope="module")
def plan():
    return curriculum.load_curriculum()


def get_reach(after):
    """Return lab -> all labs that must come before it."""
    reach = {}
    for number, before in after.items():
        reach[number] = set(before).union(*(reach[one] for one in before))
    return reach


def test_every_lab_has_a_number_and_none_is_missing(plan):
    assert [lab.number for lab in plan.labs] == list(range(1, 31))
    here = {lab.id for lab in plan.labs if lab.is_here}
    assert here == {path.parent.name for path in (ROOT / "labs").glob("*/lab.toml")}
    assert {lab.course for lab in plan.labs} == {course["id"] for course in plan.courses}
    assert [lab.course for lab in plan.labs] == [course["id"] for course in plan.courses for _ in plan.get_course_labs(course["id"])]


def test_a_lab_that_is_here_has_its_lesson(plan):
    for lab in plan.labs:
        if lab.is_here:
            assert lab.minutes > 0
            for lang in LANGUAGES:
                assert (ROOT / "courses" / lang / f"{lab.lesson}.md").is_file()


def test_no_planned_lab_names_what_others_imply(plan):
    stations = [Station(lab.number, lab.course, lab.title["en"], lab.after, lab.is_here) for lab in plan.labs]
    for number, after in compute_reduction(stations).items():
        assert after == plan.get_lab(number).after, f"lab {number}"


def test_a_path_meets_everything_that_its_labs_build_on(plan):
    reach = get_reach({lab.number: lab.after for lab in plan.labs})
    courses = {course["id"] for course in plan.courses}
    for path in plan.paths:
        assert set(path["courses"]) <= courses
        taken = {lab.number for lab in curriculum.get_path_labs(plan, path)}
        assert set(path.get("labs", [])) <= taken
        for number in taken:
            assert reach[number] <= taken, f"{path['title']['en']} takes lab {number} without {reach[number] - taken}"


def test_what_is_here_is_not_planned_as_well(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "courses", tmp_path / "courses")
    (tmp_path / "labs/09-who").mkdir(parents=True)
    lab = 'id = "09-who"\ntitle = { en = "Who", zh = "谁" }\ncourse = "foundations"\n'
    (tmp_path / "labs/09-who/lab.toml").write_text(lab, "utf-8")
    monkeypatch.setattr(curriculum, "ROOT", tmp_path)
    with pytest.raises(curriculum.CurriculumError, match="lab 9 is here and still planned"):
        curriculum.load_curriculum.__wrapped__()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_counts_as_the_files_do(plan, lang):
    text = (ROOT / f"site/pages/{lang}/curriculum.md").read_text("utf-8")
    here = [lab for lab in plan.labs if lab.is_here]
    courses_here = {lab.course for lab in here}
    counts = (len(courses_here), len(plan.courses) - len(courses_here), len(plan.courses), len(here), len(plan.labs))
    assert counts == VALUES, "the counts changed: mend the words on the page, and here"
    two, four, six, eight, thirty = NUMBERS[lang]
    said = (
        rf"{six} courses, {thirty} labs.*first {two} courses.*{eight} lessons and {eight} labs.*other {four} are planned"
        if lang == "en"
        else f"{six}门课，{thirty}个实验.*前{two}门课，共{eight}篇课文、{eight}个实验；其余{four}门课还在计划中"
    )
    assert re.search(said, text, re.IGNORECASE)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_standards_row_links_exactly_the_labs_that_are_here(plan, lang):
    for standard in plan.standards:
        for ask in standard["asks"]:
            where = curriculum._say_where(plan, ask, lang)
            labs = [plan.get_lab(number) for number in ask.get("labs", [])]
            assert re.findall(r"\(labs/([\w-]+)/index\.md\)", where) == [lab.id for lab in labs if lab.is_here]
            for lab in labs:
                assert lab.title[lang] in where
            assert bool(labs or ask.get("pages")) != (curriculum._WORDS[lang]["nowhere"] in where)


def test_both_languages_hold_the_same_links(plan):
    for render in (curriculum.render_courses, curriculum.render_standards):
        links = [re.findall(r"\]\(([^)]+)\)", render(plan, lang)) for lang in LANGUAGES]
        assert links[0] and links[0] == links[1]


def test_a_place_that_nothing_fills_is_refused():
    with pytest.raises(KeyError):
        curriculum.fill_curriculum("<!-- curriculum nothing -->", "en")


# The map


@st.composite
def stations(draw):
    size = draw(st.integers(1, 14))
    drawn = []
    for number in range(1, size + 1):
        after = draw(st.sets(st.integers(1, number - 1), max_size=3)) if number > 1 else set()
        drawn.append(Station(number, "c", f"Lab {number}", tuple(sorted(after)), draw(st.booleans())))
    return drawn


@given(stations())
def test_the_reduction_says_the_same_with_the_fewest_lines(labs):
    full = {station.number: station.after for station in labs}
    reduced = compute_reduction(labs)
    reach = get_reach(full)
    assert get_reach(reduced) == reach
    for number, after in reduced.items():
        for one in after:
            assert not any(one in reach[other] for other in after), f"{one} is implied for {number}"


@given(stations())
def test_no_two_lines_share_a_piece_of_a_rail(labs):
    rails = compute_rails(labs)
    far = {before for number, after in compute_reduction(labs).items() for before in after if number > before + 1}
    assert set(rails) == far
    for one, (rail, end) in rails.items():
        for other, (its_rail, its_end) in rails.items():
            assert one == other or rail != its_rail or end < other or its_end < one


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_shows_every_lab_and_says_it_in_words(plan, lang):
    labs = [Station(lab.number, lab.course, lab.title[lang], lab.after, lab.is_here) for lab in plan.labs]
    names = {course["id"]: course["title"][lang] for course in plan.courses}
    picture, words = draw_lab_map(labs, names, lang), describe_lab_map(labs, names, lang)
    for lab in labs:
        assert f">{lab.number:02}  {lab.title}</text>" in picture, "cut: give it a shorter title"
        assert f"{lab.number:02} {lab.title}" in words
    assert picture.count("<rect") == len(labs)
    dashed = [part for part in re.findall(r"<rect[^>]*>", picture) if 'stroke-dasharray="none"' not in part]
    assert len(dashed) == sum(not lab.is_here for lab in labs)
    assert all(name in picture and name in words for name in names.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_exists_on_the_map_leads_to_its_lesson(plan, lang):
    links = re.findall(r'<a href="([^"]*)">', curriculum.render_map(plan, lang))
    assert links == [f"../{lab.lesson}/" for lab in plan.labs if lab.is_here]


def test_a_lab_before_what_it_needs_is_refused():
    with pytest.raises(ValueError, match="lab 1 builds on lab 2"):
        compute_reduction([Station(1, "c", "a", (2,), True), Station(2, "c", "b", (), True)])
