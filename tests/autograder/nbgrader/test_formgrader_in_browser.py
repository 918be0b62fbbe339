"""formgrader in a browser on what we exported for a class: an instructor reads the scores, gives one by hand, and the import sees it."""

import json
from dataclasses import replace

import pytest

from autograder.labs.source import load_lab
from autograder.read import compute_content_hash
from autograder.records import Records
from tests.autograder.labs_for_tests import ADD, MUL, hand_in, write_lab
from tests.autograder.nbgrader.test_formgrader import fetch, serve

CELLS = {("00-sums", "test-add"): 2.0, ("00-sums", "test-mul"): ("failed", 0.0, "mul(2, 3) is 5")}


@pytest.fixture
def course(tmp_path, make_result):
    """Two learners of a class who wait for a person, and one of another class."""
    lab = load_lab(write_lab(tmp_path / "labs"))
    root = tmp_path / "course"
    results = []
    for at, learner in enumerate(["ada", "bo", "cy"]):
        hand_in(root / "submitted", lab, learner, {"add": ADD, "mul": f"{MUL}  # {at}", "why": "It is."})
        content = compute_content_hash(root / "submitted" / learner / "00-sums")
        results.append(replace(make_result(lab, learner, CELLS, "en"), content_hash=content))
    with Records(root / "records.db") as store:
        store.save(results)
    (root / "roster.csv").write_text("learner,class\nada,c1\nbo,c1\ncy,c2\n")
    return root


@pytest.mark.browser
def test_a_score_given_in_the_browser_comes_back(course, call, launch_chromium, tmp_path):
    labs = ("--labs", course.parent / "labs")
    assert call("export", course, "--class", "c1", *labs).returncode == 0
    folder = course / "classes" / "c1"
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = ''\n")
    (tmp_path / "home").mkdir()
    with serve(folder, tmp_path / "home") as address:
        submitted = json.loads(fetch(f"{address}/formgrader/api/submissions/00-sums"))
        assert sorted((each["student"], each["score"]) for each in submitted if each["autograded"]) == [("ada", 2.0), ("bo", 2.0)]
        (notebook,) = (
            each for each in json.loads(fetch(f"{address}/formgrader/api/submitted_notebooks/00-sums/00-sums")) if each["student"] == "ada"
        )
        browser = launch_chromium("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost")
        try:
            page = browser.new_page(viewport={"width": 1200, "height": 1600})
            page.set_default_timeout(120_000)
            page.goto(f"{address}/formgrader/submissions/{notebook['id']}")
            page.wait_for_selector("#why.score:visible")
            assert page.input_value("#test-add.score") in ("", "2")  # formgrader shows the grader's own score as a hint
            assert page.get_attribute("#test-mul.score", "placeholder") == "0"
            assert "mul(2, 3) is 5" in page.inner_text("body")
            for place, text, kind in (
                ("#why.score", "0.75", "grade"),
                ("#why_extra_credit", "0.25", "grade"),
                ("#why-comment", "Nearly.", "comment"),
            ):
                page.fill(place, text)
                with page.expect_response(lambda answer, kind=kind: f"/api/{kind}/" in answer.url and answer.request.method == "PUT"):
                    page.locator(place).blur()
            page.wait_for_load_state("networkidle")
            page.screenshot(path=str(tmp_path / "formgrader.png"), full_page=True)
        finally:
            browser.close()
    taken = call("import", course, folder / "gradebook.db", *labs)
    assert taken.stdout == f"1 decision(s) taken from {folder / 'gradebook.db'}\n"
    (line,) = call("marks", course, "--learner", "ada", "--json", *labs).stdout.splitlines()
    mark = json.loads(line)
    assert (mark["status"], mark["score"], mark["extra"]) == ("final", 3.0, 0.25)
    assert call("feedback", course, "--learner", "ada", *labs).returncode == 0
    assert "Nearly." in (course / "feedback" / "ada" / "00-sums.html").read_text()
