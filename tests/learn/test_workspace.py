"""A learner's folder of labs: filled, brought up to date, and nothing of the learner's ever lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minichain.learn.notebook import MIME_TYPE
from minichain.learn.workspace import WorkspaceError, fill_in, get_answers, get_label, get_points, read_notebook, update_workspace

LAB = "09-votes"


def make_cell(source, grade_id=None, outputs=()):
    mark = {"nbgrader": {"grade_id": grade_id, "solution": True}} if grade_id else {}
    return {"cell_type": "code", "metadata": mark, "source": source, "outputs": list(outputs)}


def make_notebook(version="v1", cells=(), lang="en"):
    blank = [make_cell("# YOUR CODE HERE", "count"), make_cell("# YOUR CODE HERE", "judge")]
    return {"cells": list(cells) or blank, "metadata": {"minichain": {"lab": LAB, "version": version, "lang": lang}}, "nbformat": 4}


def make_table(points, most=10):
    return {"output_type": "display_data", "data": {MIME_TYPE: {"points": points, "max_points": most}}}


@pytest.fixture
def place(tmp_path):
    """Return where the release and the learner's folder are, with the first version released."""
    write(tmp_path / "released" / LAB / f"{LAB}.ipynb", make_notebook())
    (tmp_path / "released" / LAB / "votes.csv").write_text("a,b\n")
    return tmp_path


def write(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), "utf-8")
    return path


def update(place):
    (state,) = update_workspace(place / "released", place / "own")
    return state


def test_a_new_lab_comes_with_its_data(place):
    state = update(place)
    assert (state.change, state.points, state.path) == ("new", None, place / "own" / LAB / f"{LAB}.ipynb")
    assert (state.path.parent / "votes.csv").read_text() == "a,b\n"
    assert read_notebook(state.path) == make_notebook()


def test_what_was_written_stays_and_its_points_are_told(place):
    path = update(place).path
    mine = make_notebook(cells=[make_cell("return 1", "count", [make_table(3), make_table(7)])])
    before = write(path, mine).read_bytes()
    state = update(place)
    assert (state.change, state.points, state.max_points) == ("kept", 7, 10)
    assert path.read_bytes() == before


def test_an_updated_lab_takes_over_the_answers_and_keeps_the_old_notebook(place):
    path = update(place).path
    mine = make_notebook(cells=[make_cell("return 1", "count"), make_cell("print('my own notes')"), make_cell("gone", "dropped")])
    before = write(path, mine).read_bytes()
    write(place / "released" / LAB / f"{LAB}.ipynb", make_notebook("v2"))
    assert update(place).change == "updated"
    assert get_answers(read_notebook(path)) == {"count": "return 1", "judge": "# YOUR CODE HERE"}
    assert get_label(read_notebook(path)).version == "v2"
    assert (path.parent / f"{LAB} (version v1).ipynb").read_bytes() == before
    assert update(place).change == "kept"


def test_a_renamed_notebook_is_recognised_and_the_newest_version_wins(place):
    path = update(place).path
    renamed = path.with_name("week 2.ipynb")
    write(path, make_notebook(cells=[make_cell("return 1", "count")]))
    path.rename(renamed)
    assert update(place).path == renamed
    write(place / "released" / LAB / f"{LAB}.ipynb", make_notebook("v2"))
    assert update(place).path == renamed
    assert update(place).change == "kept", "the copy of the old version is not taken for the work"


def test_no_copy_is_ever_written_over(place):
    path = update(place).path
    for number, version in enumerate(("v2", "v1", "v2", "v1")):
        write(path, make_notebook(cells=[make_cell(f"return {number}", "count")], version="v1" if version == "v2" else "v2"))
        for copy in path.parent.glob("*version*"):
            copy.touch()
        write(place / "released" / LAB / f"{LAB}.ipynb", make_notebook(f"{version}-{number}"))
        update(place)
    kept = {get_answers(read_notebook(copy))["count"] for copy in path.parent.glob("*(version*")}
    assert kept == {f"return {number}" for number in range(4)}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"cells": 3}', b'{"cells": [3]}', b"\xff", b"[" * 100_000])
def test_a_file_that_is_no_notebook_is_left_alone(place, content):
    path = update(place).path
    path.write_bytes(content)
    state = update(place)
    assert state.change == "new"
    assert state.path != path
    assert path.read_bytes() == content


def test_another_language_is_another_lab(place):
    path = update(place).path
    write(path, make_notebook(lang="zh"))
    assert update(place).path != path


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "x" * 65, "a\nb", 3, None])
def test_a_label_that_is_no_name_chooses_no_folder(name):
    notebook = make_notebook()
    notebook["metadata"]["minichain"]["lab"] = name
    assert get_label(notebook) is None


def test_a_release_without_notebooks_is_refused(tmp_path):
    with pytest.raises(WorkspaceError, match="no notebooks here"):
        update_workspace(tmp_path, tmp_path / "own")
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "lab.ipynb").write_text("{}")
    with pytest.raises(WorkspaceError, match="no released notebook of a lab"):
        update_workspace(tmp_path, tmp_path / "own")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda values: (
        st.lists(values)
        | st.dictionaries(
            st.sampled_from(["cells", "metadata", "minichain", "nbgrader", "outputs", "data", "source", "solution", "grade_id", MIME_TYPE]),
            values,
        )
    ),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(["metadata", "cells"]), json_values), st.lists(st.dictionaries(st.text(), json_values)))
def test_no_notebook_breaks_the_reader(rest, cells):
    notebook = {**rest, "cells": cells}
    assert get_label(notebook) is None or get_label(notebook).lab
    assert get_points(notebook) is None or len(get_points(notebook)) == 2
    assert len(fill_in(notebook, get_answers(notebook))["cells"]) == len(cells)
