"""Restoring a notebook: what the lab locked stands again, wherever a learner has put, edited, copied or deleted cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.labs.source import load_lab
from autograder.read import SubmittedCell, SubmittedNotebook
from autograder.release import build_notebook
from autograder.restore import restore_notebook
from autograder.steps import build_steps
from tests.autograder.labs_for_tests import ADD, MUL, write_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return load_lab(write_lab(tmp_path_factory.mktemp("labs")))


@pytest.fixture(scope="module")
def master(lab):
    return lab.get_notebooks("en")[0]


@pytest.fixture(scope="module")
def released(lab, master):
    """The cells of the notebook as handed out."""
    return [
        SubmittedCell(cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("nbgrader", {}).get("grade_id"))
        for cell in build_notebook(lab, master)["cells"]
    ]


def restore(master, cells):
    return restore_notebook(master, SubmittedNotebook(master.name, "en", tuple(cells)))


def get_ids(restored):
    return [cell.cell.grade_id for cell in restored.cells if cell.cell is not None]


def get_findings(restored):
    return [(finding.cell, finding.text) for finding in restored.findings]


def find(cells, grade_id):
    return next(n for n, cell in enumerate(cells) if cell.grade_id == grade_id)


ORDER = ["parameters", "add", "test-add", "mul", "test-mul", "why", "figure-1"]


def test_a_notebook_as_handed_out_is_restored_as_it_is_with_the_complete_tests(master, released):
    restored = restore(master, released)
    assert (get_ids(restored), get_findings(restored)) == (ORDER, [])
    assert "BEGIN HIDDEN TESTS" in restored.cells[find(released, "test-add")].source
    assert "a + b" not in restored.cells[find(released, "add")].source
    assert all(cell.untouched for cell in restored.cells if cell.cell and cell.cell.is_answer)


@pytest.mark.parametrize(
    ("grade_id", "new", "text"),
    [
        ("test-add", SubmittedCell("code", "pass", "test-add"), "this cell was changed; the lab's own was used"),
        ("test-add", SubmittedCell("markdown", "pass", "test-add"), "this cell was changed; the lab's own was used"),
        ("test-add", SubmittedCell("code", "pass", None), "this cell was deleted; the lab's own was put back"),
        ("parameters", SubmittedCell("code", "SEED = 7", "parameters"), "this cell was changed; the lab's own was used"),
        ("figure-1", SubmittedCell("code", "pass", "figure-1"), "this cell was changed; the lab's own was used"),
    ],
)
def test_a_locked_cell_is_the_labs_whatever_stands_there(master, released, grade_id, new, text):
    place = find(released, grade_id)
    restored = restore(master, [*released[:place], new, *released[place + 1 :]])
    assert get_ids(restored) == ORDER
    assert get_findings(restored) == [(grade_id, text)]
    (cell,) = (cell for cell in restored.cells if cell.cell and cell.cell.grade_id == grade_id)
    assert (cell.source, cell.kind) == (master.get_cell(grade_id).source, "code")


def test_deleted_cells_return_behind_what_they_test_and_a_missing_answer_does_not(master, released):
    kept = [cell for cell in released if cell.grade_id in ("mul", None)]
    restored = restore(master, kept)
    assert get_ids(restored) == ["parameters", "test-add", "mul", "test-mul", "figure-1"]
    assert ("add", "this answer cell is missing") in get_findings(restored)
    assert restored.present_ids == {"mul"}


def test_a_test_in_front_of_its_answer_goes_back_behind_it(master, released):
    test, rest = released[find(released, "test-add")], [cell for cell in released if cell.grade_id != "test-add"]
    restored = restore(master, [test, *rest])
    assert get_ids(restored) == ORDER
    assert get_findings(restored) == [("test-add", "this test stood before what it tests; it was moved back")]
    answer = released[find(released, "add")]
    restored = restore(master, [*(cell for cell in released if cell.grade_id != "add"), answer])
    assert get_ids(restored).index("add") < get_ids(restored).index("test-add") < get_ids(restored).index("test-mul")


def test_the_answer_of_several_copies_is_the_first_that_was_touched(master, released):
    place = find(released, "add")
    copies = [released[place], SubmittedCell("code", ADD, "add"), SubmittedCell("code", "def add(a, b): return 0", "add")]
    restored = restore(master, [*released[:place], *copies, *released[place + 1 :]])
    (answer,) = (cell for cell in restored.cells if cell.cell and cell.cell.grade_id == "add")
    assert answer.source == ADD
    assert [text for _, text in get_findings(restored)] == ["there are several cells with this id"] * 2
    assert [cell.source for cell in restored.cells if cell.cell is None and "def add" in cell.source] == [
        copies[0].source,
        copies[2].source,
    ]


def test_copies_of_a_test_are_dropped(master, released):
    copies = [SubmittedCell("code", "raise SystemExit", "test-add")] * 3
    restored = restore(master, [*copies, *released, *copies])
    assert get_ids(restored) == ORDER
    assert not any(cell.source == "raise SystemExit" for cell in restored.cells)


def test_an_answer_that_became_markdown_is_read_as_code(master, released):
    cells = [SubmittedCell("markdown", ADD, "add") if cell.grade_id == "add" else cell for cell in released]
    restored = restore(master, cells)
    assert get_findings(restored) == [("add", "this cell had become markdown; it was read as code")]
    assert next(cell for cell in restored.cells if cell.source == ADD).kind == "code"


def test_spaces_around_an_untouched_answer_do_not_touch_it(master, released):
    cells = [SubmittedCell(cell.kind, f"\n{cell.source} \n", cell.grade_id) for cell in released]
    restored = restore(master, cells)
    assert all(cell.untouched for cell in restored.cells if cell.cell and cell.cell.is_answer)


ids = st.sampled_from([*ORDER, None, "unknown", "ADD"])
cells = st.builds(SubmittedCell, st.sampled_from(["code", "markdown", "raw"]), st.sampled_from([ADD, MUL, "", "# x", "1 +"]), ids)


@given(st.lists(cells, max_size=16))
def test_whatever_a_learner_did_each_locked_cell_is_there_once_and_no_test_comes_before_what_it_tests(lab, master, submitted):
    restored = restore(master, submitted)
    found = get_ids(restored)
    assert sorted(found) == sorted(grade_id for grade_id in ORDER if grade_id in found)
    assert {"parameters", "test-add", "test-mul", "figure-1"} <= set(found)
    for number, grade_id in enumerate(ORDER):
        if grade_id.startswith("test-"):
            before = [earlier for earlier in ORDER[:number] if earlier in found]
            assert all(found.index(earlier) < found.index(grade_id) for earlier in before)
    for cell in restored.cells:
        if cell.cell is not None and not cell.cell.is_answer:
            assert (cell.source, cell.kind) == (cell.cell.source, cell.cell.kind)
    own = [cell.source for cell in submitted if cell.grade_id in (None, "unknown", "ADD")]
    assert [cell.source for cell in restored.cells if cell.cell is None and cell.source in own][: len(own)] or not own
    steps = build_steps(restored, master, 7)
    assert [step.cell.grade_id for step in steps if step.kind == "test"] == [grade_id for grade_id in found if grade_id.startswith("test-")]
    assert not any("SystemError" in step.source for step in steps)
    assert all(step.kind != "student" or "HIDDEN" not in step.source for step in steps)


def test_steps_are_the_learners_cells_for_s_and_the_labs_own_for_t(master, released):
    place = find(released, "add")
    own = SubmittedCell("code", "def helper(x): return 0\nLIMIT = 0")
    steps = build_steps(restore(master, [*released[:place], own, *released[place:]]), master, 7)
    assert [(step.kind, step.source.split("\n")[0]) for step in steps[:8]] == [
        ("student", "SEED = 0"),
        ("parameters", "SEED = 7"),
        ("student", "import hashlib"),
        ("student", "def helper(x): return 0"),
        ("lab", "import hashlib"),
        ("student", "def add(a: int, b: int) -> int:"),
        ("test", "# add · 2 points"),
        ("student", "def mul(a, b):"),
    ]
    lab_source = next(step.source for step in steps if step.kind == "lab")
    assert "def helper" in lab_source
    assert "LIMIT = 3" in lab_source
