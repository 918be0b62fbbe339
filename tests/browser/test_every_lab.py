"""Each lab in the page, in both languages: it opens, its figures answer to the keyboard, a task that is solved turns green, and all of
them together get full points.

The lab that test_journey walks through from the home page to the grade is left to it.
"""

import os
import time

import pytest

from autograder.labs.find import find_lab_folders
from autograder.labs.source import load_lab
from tests.browser.driving import LAB, LANGUAGES, ROOT, get_master, get_solutions

LABS = [load_lab(folder) for folder in find_lab_folders(ROOT / "labs").values()]
RUN_SECONDS = 20.0
"""What a run of the solved notebook may take in the page, figures and tests included."""
POINTS = {"en": "{} of {} points", "zh": "{} / {} 分"}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("lab", [lab for lab in LABS if lab.id != LAB.id], ids=lambda lab: lab.id)
def test_a_lab_opens_its_figures_answer_and_solved_tasks_turn_green(learn, lab, lang):
    cells, solutions = get_master(lang, lab).cells, get_solutions(lang, lab)
    first = next(iter(solutions))
    names = [cell.grade_id for cell in cells]
    figures = [cell.grade_id for cell in cells if cell.figure][1:]  # the first one is the progress table
    early = [name for name in figures if names.index(name) < names.index(first)]
    assert early
    most = sum(int(cell.points) for cell in cells if cell.is_test)
    learner = learn(lang, lab, viewport={"width": 1280, "height": 900}).open_lab()

    learner.run_all()
    learner.wait_for_output(f"test-{first}")  # it ends there, because the task is not written yet
    for name in early:
        learner.use_figure(name)
    learner.type(first, solutions[first])
    learner.page.keyboard.press("Shift+Enter")
    learner.run_cell(f"test-{first}")
    learner.page.click("#points")
    learner.page.wait_for_selector(f"#panel tr[data-test={first}][data-status=passed]")
    assert learner.get_points() == POINTS[lang].format(int(cells[names.index(f"test-{first}")].points), most)
    learner.page.click("#panel-close")
    run_solved(learner, solutions, POINTS[lang].format(most, most))
    for name in figures[len(early) :]:
        learner.use_figure(name)


def run_solved(learner, solutions, points):
    """Write every task and run the whole notebook: it gets full points in the page, and soon."""
    for name, text in solutions.items():
        learner.set_source(name, text)
    load, started = os.getloadavg()[0], time.monotonic()
    learner.run_all()
    learner.wait_for(lambda: learner.get_points() == points, seconds=240)
    seconds = time.monotonic() - started
    print(f"\n{learner.lab.id} ({learner.lang}): {points} after {seconds:.1f} s in the page (load {load:.1f} before)")
    assert seconds <= RUN_SECONDS or load > 0.7, "too slow for a learner's browser"
