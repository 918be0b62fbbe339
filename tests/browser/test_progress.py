"""The learner's page of progress: what quizzes and labs leave in the browser, and the file that carries it to another one."""

import json

import pytest

from tests.browser.driving import LAB, get_solutions

LESSON = "foundations/merkle-proofs"
WHEN = "2026-11-22T08:00:00.000Z"
OLD_POINTS = {LAB.id: {"points": 12, "max_points": 30, "when": WHEN}}
GOOD = {
    "format": "minichain progress",
    "version": 1,
    "when": WHEN,
    "quizzes": {LESSON: {"right": ["quiz-0", "quiz-6"], "when": WHEN}},
    "labs": OLD_POINTS,
}


def open_progress(learner):
    """Open a page, and from there the progress in one click."""
    learner.page.goto(f"{learner.url}{'zh/' if learner.lang == 'zh' else ''}help/about/")
    learner.page.click(".mc-progress-link")
    return learner.page


def wait_for_script(page):
    """Scripts run after the page has been painted."""
    page.wait_for_selector(".mc-learned__sum:not(:empty)")


def get_result(page, kind, name):
    wait_for_script(page)
    return page.inner_text(f"[data-{kind}='{name}'] [data-result]")


def get_status(page):
    return page.inner_text(".mc-learned [role=status]")


def answer(page, number, right=True):
    """Answer a quiz of the lesson that is open: by its right answer, or by a wrong one."""
    quiz = page.locator(f"#quiz-{number}")
    quiz.locator("input[data-correct=true]" if right else "input:not([data-correct=true])").first.check()
    quiz.locator("button[type=submit]").click()


def import_file(page, content, name="progress.json"):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    wait_for_script(page)
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "application/json", "buffer": data})
    page.wait_for_selector(f".mc-learned [role=status]:has-text('{name}')")


def export_file(page):
    with page.expect_download() as started:
        page.click("[data-export]")
    assert started.value.suggested_filename.startswith("minichain-progress-")
    return json.loads(started.value.path().read_text("utf-8"))


def test_what_was_answered_right_in_one_language_shows_in_both_and_travels_in_a_file(learn):
    learner = learn("zh")
    page = learner.page
    page.goto(f"{learner.url}zh/{LESSON}/")
    answer(page, 0)
    answer(page, 1, right=False)
    page.goto(f"{learner.url}{LESSON}/")
    answer(page, 0)
    answer(page, 2)
    assert get_result(open_progress(learner), "lesson", LESSON) == "答对 2 / 7"
    page.click(".mc-language")
    assert get_result(page, "lesson", LESSON) == "2 of 7 right"
    assert get_result(page, "lab", LAB.id) == "not yet"
    exported = export_file(page)
    assert exported["quizzes"][LESSON]["right"] == ["quiz-0", "quiz-2"] and exported["labs"] == {}

    other = learn("en")
    page = open_progress(other)
    assert get_result(page, "lesson", LESSON) == "not yet"
    page.click("[data-export]")
    assert get_status(page) == "There is nothing to export yet."
    import_file(page, exported)
    assert "1 result in it was better" in get_status(page)
    assert get_result(page, "lesson", LESSON) == "2 of 7 right"
    page.reload()
    assert get_result(page, "lesson", LESSON) == "2 of 7 right"
    assert {**export_file(page), "when": exported["when"]} == exported


def test_an_import_keeps_the_better_of_each_two_results(learn):
    learner = learn("en")
    page = open_progress(learner)
    page.evaluate("kept => localStorage.setItem('minichain-best', JSON.stringify(kept))", {LAB.id: {**OLD_POINTS[LAB.id], "points": 21}})
    import_file(page, GOOD)
    assert (get_result(page, "lesson", LESSON), get_result(page, "lab", LAB.id)) == ("2 of 7 right", "21 of 30 points")
    more = {**GOOD, "quizzes": {LESSON: {"right": ["quiz-1"], "when": WHEN}}, "labs": {LAB.id: {**OLD_POINTS[LAB.id], "points": 30}}}
    import_file(page, more, "more.json")
    assert (get_result(page, "lesson", LESSON), get_result(page, "lab", LAB.id)) == ("3 of 7 right", "30 of 30 points")
    import_file(page, GOOD, "again.json")
    assert "nothing in it was better" in get_status(page)
    assert get_result(page, "lab", LAB.id) == "30 of 30 points"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"PK\x03\x04", "JSON"),
        ([], "not a file that this page exported"),
        ({"lab": LAB.id, "points": 30}, "not a file that this page exported"),
        ({**GOOD, "version": 2}, "newer version"),
        ({**GOOD, "labs": {LAB.id: {"points": 31, "max_points": 30, "when": WHEN}}}, f"“labs.{LAB.id}.points” stands 31"),
        ({**GOOD, "labs": {LAB.id: {"points": 1, "max_points": 30, "when": "<img src=x onerror=f()>"}}}, '"<img src=x onerror=f()>"'),
        ({**GOOD, "labs": {"<b>": {}}}, "“labs” stands \"<b>\""),
        ({**GOOD, "labs": {"a": None}}, "“labs.a” stands null"),
        ({**GOOD, "labs": {f"lab-{number}": OLD_POINTS[LAB.id] for number in range(501)}}, "“labs” holds more than 500"),
        ({**GOOD, "quizzes": {LESSON: {"right": ["__proto__"], "when": WHEN}}}, f"“quizzes.{LESSON}.right” stands"),
        ({key: value for key, value in GOOD.items() if key != "quizzes"}, "“quizzes” stands —"),
        (b" " * 200_001, "larger than 200 kB"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_what_is_wrong_and_changes_nothing(learn, content, named):
    page = open_progress(learn("en"))
    import_file(page, GOOD, "good.json")
    before = page.evaluate("JSON.stringify(localStorage)")
    import_file(page, content, "bad.json")
    assert get_status(page).startswith("“bad.json” was not imported, and nothing was changed: ") and named in get_status(page)
    assert page.locator(".mc-learned img").count() == 0
    assert page.evaluate("JSON.stringify(localStorage)") == before


def test_what_other_programs_left_in_the_storage_is_passed_over(learn):
    page = open_progress(learn("en"))
    for kept in ("nonsense", "null", "[]", '{"02-merkle-proofs": {"points": "<b>", "max_points": 30}}', '{"02-merkle-proofs": 7}'):
        for key in ("minichain-best", "minichain-progress", "minichain-quizzes"):
            page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [key, kept])
        page.reload()
        assert get_result(page, "lab", LAB.id) == "not yet"
    page.evaluate("kept => localStorage.setItem('minichain-progress', JSON.stringify(kept))", OLD_POINTS)
    page.reload()
    assert get_result(page, "lab", LAB.id) == "12 of 30 points"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_a_script_the_page_says_so_and_lists_what_there_is_to_do(learn, lang):
    page = open_progress(learn(lang, java_script_enabled=False))
    assert "JavaScript" in page.inner_text(".mc-learned__missing")
    assert page.locator("[data-lesson] a:visible").count() >= 8 and page.locator("[data-lab] a:visible").count() >= 8
    assert not page.is_visible("[data-export]")


@pytest.mark.timeout(600)
def test_the_best_points_of_a_lab_stay_when_it_is_begun_afresh(learn):
    learner = learn("en").open_lab()
    page = learner.page
    learner.run_all()
    learner.set_source("hashing", get_solutions("en")["hashing"])
    learner.run_cell("hashing")
    learner.run_cell("test-hashing")
    learner.wait_for(lambda: learner.get_points().startswith("3 "))
    learner.open_shelf()
    page.click("#reset")
    page.click("#ask [value=yes]")
    learner.wait_for_notice("done")
    assert learner.get_kept_progress() == {}
    assert get_result(open_progress(learner), "lab", LAB.id) == "3 of 30 points"
