"""nbgrader itself is the oracle for its own rules."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import LabError
from autograder.labs.model import LabCell
from autograder.nbgrader import format as ours

LINES = (
    "def f():",
    "    ### BEGIN SOLUTION",
    "    ### END SOLUTION",
    "\t# BEGIN SOLUTION, never an END SOLUTION",
    "### BEGIN HIDDEN TESTS",
    "### END HIDDEN TESTS",
    "=== BEGIN MARK SCHEME ===",
    "=== END MARK SCHEME ===",
    "![](attachment:picture.png)",
    "    return 1",
    "中文 é",
    "",
)
sources = st.lists(st.sampled_from(LINES), max_size=8).map("\n".join)
kinds = st.sampled_from(["code", "markdown"])
flags = st.booleans()


@pytest.fixture(scope="module")
def theirs():
    """Return a function that runs one of nbgrader's preprocessors on a cell, or tells that it refuses."""
    pytest.importorskip("nbgrader", reason="nbgrader is not installed")
    from nbformat.v4 import new_code_cell, new_markdown_cell
    from nbgrader import preprocessors

    marks = {"nbgrader": {"grade": True, "solution": True, "task": True, "locked": False, "grade_id": "a"}}

    def run(name, source, kind):
        step = getattr(preprocessors, name)()
        step.log.setLevel(logging.CRITICAL + 1)
        cell = (new_code_cell if kind == "code" else new_markdown_cell)(source, metadata=marks)
        try:
            return step.preprocess_cell(cell, {"language": "python"}, 0)[0].source
        except RuntimeError:
            return "refused"

    return run


@given(sources, kinds)
def test_stripping_is_nbgraders(theirs, source, kind):
    steps = {
        "ClearSolutions": lambda: ours.strip_solution(source, kind),
        "ClearHiddenTests": lambda: ours.strip_hidden(source),
        "ClearMarkScheme": lambda: ours.strip_mark_scheme(source),
    }
    for name, strip in steps.items():
        expected = theirs(name, source, kind)
        try:
            stripped = strip()
        except LabError as error:
            # The one rule that is stricter than nbgrader's: it drops an end marker that has no beginning.
            stripped = expected if "without BEGIN" in str(error) else "refused"
        assert stripped == expected


@given(sources, kinds, flags, flags, flags, flags, st.sampled_from([0, 1, 2.5, 3.0]))
def test_checksum_and_lock_are_nbgraders(theirs, source, kind, grade, solution, locked, task, points):
    from nbformat import from_dict
    from nbgrader import utils

    cell = LabCell(kind, source, "q-1", grade, solution, locked, task, points)
    marks = {"grade": grade, "solution": solution, "locked": locked, "task": task, "grade_id": "q-1", "points": points}
    node = from_dict({"source": source, "cell_type": kind, "metadata": {"nbgrader": marks}})
    assert ours.compute_checksum(cell, source) == utils.compute_checksum(node)
    assert ours.is_locked(cell) == utils.is_locked(node)


@pytest.mark.parametrize(
    "cell",
    [
        LabCell("code", "x = 1", "answer", solution=True),
        LabCell("code", "assert x", "test", grade=True, locked=True, points=1.5),
        LabCell("markdown", "Because.", "essay", grade=True, solution=True, points=4),
        LabCell("markdown", "Do this.", "task", task=True, locked=True, points=2),
        LabCell("code", "import os", "given", locked=True),
    ],
    ids=lambda cell: cell.grade_id,
)
def test_metadata_is_valid_and_locks_as_nbgrader_does(theirs, cell):
    from nbformat.v4 import new_code_cell, new_markdown_cell
    from nbgrader.nbgraderformat import MetadataValidator
    from nbgrader.preprocessors import LockCells

    metadata = ours.to_metadata(cell, cell.source)
    node = (new_code_cell if cell.kind == "code" else new_markdown_cell)(cell.source, metadata={"nbgrader": metadata["nbgrader"]})
    MetadataValidator().validate_cell(node)
    LockCells().preprocess_cell(node, {}, 0)
    assert node.metadata == metadata


def test_a_cell_without_flags_has_no_metadata():
    assert ours.to_metadata(LabCell("code", "x = 1", "named"), "x = 1") == {}


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (LabCell("code", "x\n### BEGIN SOLUTION\ny", "a", solution=True), "BEGIN SOLUTION without END SOLUTION"),
        (LabCell("code", "x\n### END SOLUTION\ny", "a", solution=True), "END SOLUTION without BEGIN SOLUTION"),
        (LabCell("code", "x = 2\n### BEGIN SOLUTION\n### END SOLUTION"), "'x = 2' has a solution region"),
        (LabCell("code", "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS", "a", locked=True), "not marked as a test cell"),
        (LabCell("markdown", "=== BEGIN MARK SCHEME ===\n=== END MARK SCHEME ===", "a", locked=True), "not marked as a task cell"),
    ],
)
def test_a_region_that_would_leak_is_an_error_that_names_the_cell(cell, words):
    with pytest.raises(LabError, match=words):
        ours.compute_released_source(cell)


def test_release_strips_everything_that_learners_must_not_see():
    test = LabCell("code", "assert a\n### BEGIN HIDDEN TESTS\nassert b\n### END HIDDEN TESTS", "t", grade=True, points=1)
    assert ours.compute_released_source(test) == ours.compute_visible(test).source == "assert a"
    answer = LabCell("code", "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\nf()", "a", solution=True)
    assert ours.compute_released_source(answer) == "def f():\n    # YOUR CODE HERE\n    raise NotImplementedError()\n\nf()"
