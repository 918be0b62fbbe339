"""formgrader, run as an instructor runs it, shows the gradebook and the notebooks that we wrote, and keeps a score set in it."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest

from autograder.labs.course import load_course
from autograder.nbgrader.autograded import write_autograded
from autograder.nbgrader.gradebook import export_gradebook
from autograder.nbgrader.submissions import GradebookEntry
from autograder.read import read_submission

PORT_SECONDS = 60


@contextmanager
def serve(course, home):
    """Run a Jupyter server on a free port of this machine, and yield its address."""
    runtime = home / "runtime"
    environment = os.environ | {"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_CONFIG_DIR": str(home / "config")}
    command = [sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    command += [
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        "--ServerApp.disable_check_xsrf=True",
        f"--ServerApp.root_dir={course}",
    ]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=course, env=environment, stdout=log, stderr=log)
    try:
        yield wait_for_address(server, runtime, home / "server.log")
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for_address(server, runtime, log):
    deadline = time.monotonic() + PORT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            try:
                return json.loads(path.read_text())["url"].rstrip("/")
            except ValueError:
                pass  # still being written
        time.sleep(0.2)
    raise AssertionError(f"the Jupyter server did not start:\n{log.read_text()[-3000:]}")


def fetch(url, method="GET", body=None):
    request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body is not None else None)
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.read().decode()


@pytest.mark.long
def test_formgrader_lists_ours_and_a_manual_score_survives_the_next_export(course, submit, make_result, tmp_path):
    lab = load_course(course)["ps1"]
    submission = read_submission(submit("ada", {("problem1", "squares"): "def squares(n):\n    return 'mine'"}), lab, "ada")
    failed = {(notebook.name, cell.grade_id): 0.0 for notebook in lab.notebooks for cell in notebook.cells if cell.is_test}
    told = {("problem1", "correct_squares"): ("failed", 0.0, "squares(1) is [1]")}
    result = make_result(lab, "ada", failed | told)
    entry = GradebookEntry(result, write_autograded(course / "autograded", lab, submission, result))
    export_gradebook(course / "gradebook.db", {"ps1": lab}, [entry])
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'course101'\n")
    (tmp_path / "home").mkdir()
    with serve(course, tmp_path / "home") as address:
        api = f"{address}/formgrader/api"
        (assignment,) = json.loads(fetch(f"{api}/assignments"))
        assert (assignment["name"], assignment["num_submissions"], assignment["max_score"]) == ("ps1", 1, 13.0)
        (submitted,) = json.loads(fetch(f"{api}/submissions/ps1"))
        assert (submitted["student"], submitted["autograded"], submitted["score"]) == ("ada", True, 0.0)
        notebooks = {item["name"]: item for item in json.loads(fetch(f"{api}/submitted_notebooks/ps1/problem1"))}
        number = notebooks["problem1"]["id"]
        page = fetch(f"{address}/formgrader/submissions/{number}")
        assert "squares(1) is [1]" in page
        assert "'mine'" in page
        grades = {item["name"]: item for item in json.loads(fetch(f"{api}/grades?submission_id={number}"))}
        assert grades["correct_squares"]["failed_tests"]
        assert grades["sum_of_squares_equation"]["needs_manual_grade"]
        essay = grades["sum_of_squares_equation"]["id"]
        fetch(f"{api}/grade/{essay}", "PUT", {"manual_score": 0.75, "extra_credit": 0.25})
        export_gradebook(course / "gradebook.db", {"ps1": lab}, [entry])
        graded = json.loads(fetch(f"{api}/grade/{essay}"))
        assert (graded["manual_score"], graded["extra_credit"], graded["needs_manual_grade"]) == (0.75, 0.25, False)
        assert json.loads(fetch(f"{api}/submissions/ps1"))[0]["score"] == 1.0
