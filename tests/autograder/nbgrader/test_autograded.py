"""Graded notebooks are valid, hide what is hidden, and are read by nbgrader's own tools (see also test_gradebook)."""

import json

import pytest

from autograder.errors import PathError
from autograder.nbgrader.autograded import write_autograded
from autograder.results import Result

SECRETS = ("HIDDEN", "double(21)", "42", "the secret of the hidden test")


@pytest.fixture
def write(tmp_path, tiny_lab, make_result, make_submission):
    """Return a function that writes a submission of the tiny lab and gives the notebook that came out."""

    def run(answer, cells=None, lang="en", with_hidden=False, outputs=None, learner="ada"):
        scores = {("tiny", "test-double"): 3.0} | (cells or {})
        result: Result = make_result(tiny_lab, learner, scores, lang=lang, outputs=outputs or {})
        submission = make_submission(tiny_lab, learner, answer)
        run.untouched = write_autograded(tmp_path / "autograded", tiny_lab, submission, result, with_hidden=with_hidden)
        run.path = tmp_path / "autograded" / learner / "00-tiny" / "tiny.ipynb"
        content = json.loads(run.path.read_text())
        validate(content)
        return {cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"]): cell for cell in content["cells"]}

    return run


def validate(content):
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    from nbgrader.nbgraderformat import MetadataValidator

    nbformat.validate(content, relax_add_props=False)
    MetadataValidator().validate_nb(nbformat.from_dict(content))


def test_a_notebook_shows_answers_and_visible_tests_only(write, tiny_answer):
    cells = write(tiny_answer())
    assert cells["double"]["source"] == "def double(x):\n    return x + x"
    assert cells["test-double"]["source"] == "# double · 3 points\nassert double(1) == 2"
    assert cells["test-double"]["outputs"] == []
    assert not any(secret in write.path.read_text() for secret in SECRETS)


def test_instructors_may_have_the_hidden_tests(write, tiny_answer):
    cells = write(tiny_answer(), with_hidden=True)
    assert all(secret in cells["test-double"]["source"] for secret in SECRETS)


def test_checksums_tell_whether_an_answer_is_untouched_as_in_nbgrader(write, tiny_answer):
    from nbformat import from_dict
    from nbgrader import utils

    stub = "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    touched, blank = write(tiny_answer()), write(tiny_answer(code=stub, text="YOUR ANSWER HERE"))
    assert write.untouched == {("tiny", "double"), ("tiny", "why")}
    for cells, same in ((touched, False), (blank, True)):
        for grade_id in ("double", "why"):
            node = from_dict(cells[grade_id])
            assert (utils.compute_checksum(node) == node.metadata.nbgrader.checksum) == same
        test = from_dict(cells["test-double"])
        assert utils.compute_checksum(test) == test.metadata.nbgrader.checksum


def test_a_failed_test_says_why_in_its_output_and_nbgrader_gives_it_no_points(write, tiny_answer):
    from nbformat import from_dict
    from nbgrader import utils

    cells = write(tiny_answer(), {("tiny", "test-double"): ("failed", 0.0, "Doubling 1 gives 2, not 3.")})
    (output,) = cells["test-double"]["outputs"]
    assert (output["output_type"], output["ename"], output["evalue"]) == ("error", "AssertionError", "Doubling 1 gives 2, not 3.")
    assert utils.determine_grade(from_dict(cells["test-double"])) == (0, 3)


def test_outputs_of_a_test_with_hidden_parts_are_dropped_and_nothing_that_runs_in_a_browser_is_kept(write, tiny_answer):
    def text(value):
        return {"output_type": "stream", "name": "stdout", "text": value}

    rich = {
        "output_type": "display_data",
        "data": {"text/html": "<script>alert(1)</script>", "image/svg+xml": "<svg onload=x>", "text/plain": ["ta", "ble"]},
        "metadata": {"x": 1},
    }
    crash = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["line \ud800"]}
    odd = ["no output", {"output_type": "stream", "name": "stdin", "text": "x"}, {"output_type": "display_data", "data": 3}]
    cells = write(tiny_answer(), outputs={"tiny": [[1, [text("hello"), rich, crash, *odd]], [2, [text("42"), crash]]]})
    kept = cells["double"]["outputs"]
    assert kept[0] == text("hello")
    assert kept[1] == {"output_type": "display_data", "data": {"text/plain": "table"}, "metadata": {}}
    assert kept[2]["traceback"] == ["line \ufffd"]
    assert len(kept) == 3
    assert cells["test-double"]["outputs"] == []
    shown = write(tiny_answer(), with_hidden=True, outputs={"tiny": [[2, [text("42"), crash]]]})
    assert shown["test-double"]["outputs"] == [text("42")]


def test_a_chinese_submission_gets_the_chinese_tests(write, tiny_answer):
    assert write(tiny_answer(lang="zh"), lang="zh")["test-double"]["source"].startswith("# double · 3 分")


def test_lone_surrogates_in_an_answer_do_not_break_readers(write, tiny_answer):
    write(tiny_answer(text="\ud83d alone"))
    json.loads(write.path.read_text(encoding="utf-8"))["cells"][3]["source"].encode("utf-8")


def test_writing_again_replaces_the_file_and_leaves_no_other(write, tiny_answer):
    write(tiny_answer())
    (write.path.parent / "timestamp.txt").chmod(0o444)
    write.path.chmod(0o444)
    cells = write(tiny_answer(text="Another."))
    assert cells["why"]["source"] == "Another."
    assert sorted(path.name for path in write.path.parent.iterdir()) == ["timestamp.txt", "tiny.ipynb"]
    assert (write.path.parent / "timestamp.txt").read_text() == "2026-11-20 10:00:00.250000 UTC"


def test_a_learner_cannot_be_a_path(write, tiny_answer, tmp_path):
    for learner in ("..", "a/b", ""):
        with pytest.raises(PathError, match="cannot be the name of a file"):
            write(tiny_answer(), learner=learner)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_line(write, tiny_answer, tmp_path):
    (tmp_path / "autograded").write_text("a file stands here")
    with pytest.raises(PathError, match=r"tiny\.ipynb: cannot be written: Not a directory") as raised:
        write(tiny_answer())
    assert "\n" not in str(raised.value)
