"""One of our labs as a course of nbgrader's, released by nbgrader itself: the ground on which both graders can be compared."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.demo.course import run_nbgrader
from autograder.labs.model import Lab
from autograder.release import build_notebook, fill_notebook


def make_course(folder: Path, lab: Lab, work: Sequence[Mapping[str, str]]) -> str:
    """Make the course with a submission for each set of answers (learner-00, learner-01 …), and return the assignment's name."""
    (master,) = lab.get_notebooks("en")
    path = folder / "source" / lab.id / f"{master.name}.ipynb"
    path.parent.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'compared'\n")
    path.write_text(json.dumps(build_notebook(lab, master, complete=True)), "utf-8")
    run_nbgrader(folder, "generate_assignment", lab.id)
    for number, answers in enumerate(work):
        target = folder / "submitted" / f"learner-{number:02}" / lab.id / f"{master.name}.ipynb"
        target.parent.mkdir(parents=True)
        target.write_text(json.dumps(fill_notebook(lab, master, answers)), "utf-8")
    return lab.id
