"""The pages for those who teach: what they say of labs is what the labs hold. Nothing is built here."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COURSES = tomllib.loads((ROOT / "courses/courses.toml").read_text("utf-8"))["course"]
TAUGHT = [course for course in COURSES if "instructor" in course]
PAGES = [ROOT / "courses" / lang / course["id"] / f"{course['instructor']}.md" for course in TAUGHT for lang in ("en", "zh")]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: "/".join(page.parts[-3:]))

LAB_HEADING = re.compile(r"^### \[[^]]+\]\(\.\./labs/([\w-]+)/index\.md\)$")
MISTAKE = re.compile(r"`([\w-]+\.py)`[,，]\s?`([\w-]+)`")


def get_labs(course_id):
    """Return lab id -> its settings, for the labs of a course."""
    labs = {path.parent.name: tomllib.loads(path.read_text("utf-8")) for path in sorted((ROOT / "labs").glob("*/lab.toml"))}
    return {name: settings for name, settings in labs.items() if settings["course"] == course_id}


def get_mistakes(page):
    """Return (lab, file, first red test) for each mistake that a page names, and refuse a file that is named in no such way."""
    found, lab = [], None
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("#"):
            heading = LAB_HEADING.match(line)
            lab = heading[1] if heading else None
        named = [(lab, name, test) for name, test in MISTAKE.findall(line)]
        assert len(named) == len(re.findall(r"[\w-]+\.py\b", line)), f"{page.name}: a file without its first red test: {line}"
        assert not named or lab, f"{page.name}: a mistake stands below no lab: {line}"
        found += named
    return found


@every_page
def test_every_mistake_that_is_named_exists_and_fails_first_the_test_that_is_named(page):
    for lab, name, test in get_mistakes(page):
        path = ROOT / "labs" / lab / "mistakes" / name
        assert path.is_file(), f"{page.name} names {name}, which is not in labs/{lab}/mistakes"
        fails = path.read_text("utf-8").splitlines()[0].removeprefix("# fails:").split()
        assert test == fails[0], f"{page.name}: {name} fails {fails[0]} first, not {test}"


@every_page
def test_every_lab_of_the_course_has_mistakes_on_the_page(page):
    named = [lab for lab, _, _ in get_mistakes(page)]
    for lab in get_labs(page.parent.name):
        assert named.count(lab) >= 5, f"{page.name} names {named.count(lab)} mistakes of {lab}"


def test_both_languages_name_the_same_mistakes():
    for english, chinese in zip(PAGES[::2], PAGES[1::2], strict=True):
        assert get_mistakes(english) == get_mistakes(chinese)


@every_page
def test_minutes_and_points_are_those_of_the_lessons_and_labs(page):
    row = r"^\| \[[^]]+\]\(\.\./labs/([\w-]+)/index\.md\) \| (\d+) \| (\d+) \| (\d+) \|$"
    rows = re.findall(row, page.read_text("utf-8"), re.MULTILINE)
    labs = get_labs(page.parent.name)
    assert [name for name, *_ in rows] == sorted(labs)
    for name, reading, minutes, points in rows:
        assert f"\nminutes: {reading}\n" in page.with_name(f"{name[3:]}.md").read_text("utf-8"), name
        tests = re.findall(r"^# %% test=.* points=(\d+)$", (ROOT / "labs" / name / "lab.py").read_text("utf-8"), re.MULTILINE)
        assert (int(minutes), int(points)) == (labs[name]["minutes"], sum(map(int, tests))), name


@every_page
def test_the_page_is_no_lesson_and_is_left_out_of_the_search(page):
    course = next(course for course in COURSES if course["id"] == page.parent.name)
    assert course["instructor"] not in course["lessons"]
    assert "search: { exclude: true }" in page.read_text("utf-8").split("---")[1]
