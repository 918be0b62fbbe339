"""What a worker answers is checked before it is recorded: a lie, nonsense or another program's words are no result."""

import copy
import pickle
from dataclasses import replace
from pathlib import Path

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.batch import grade_batch
from autograder.errors import NoResultError
from autograder.plain import pack_results, read_results
from autograder.read import compute_content_hash
from autograder.records import Records
from autograder.tasks import Task
from autograder.worker import give_up

HASH = "ab" * 32


@pytest.fixture
def task():
    return Task("ada", "00-tiny", Path("/nowhere"), HASH)


@pytest.fixture
def result(tiny_lab, task):
    return give_up("ada", HASH, 0.0, tiny_lab, "why not")


def test_a_result_comes_back_as_it_was(tiny_lab, task, result):
    assert read_results(pack_results([result]), [task], tiny_lab) == [result]


def change(values, path, value):
    changed = copy.deepcopy(values)
    *way, last = path
    place = changed[0]
    for step in way:
        place = place[step]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("learner",), "eve"),
        (("lab",), "01-other"),
        (("lab_version",), "0"),
        (("mode",), "compat"),
        (("mode",), "trust me"),
        (("status",), "graded"),
        (("status",), "great"),
        (("score",), 5),
        (("score",), "5"),
        (("score",), float("nan")),
        (("max_score",), 100),
        (("content_hash",), "AB" * 32),
        (("content_hash",), "ab"),
        (("arrived",), None),
        (("arrived",), True),
        (("lang",), 7),
        (("walls",), "landlock"),
        (("walls",), [1]),
        (("findings",), [{"notebook": "", "cell": ""}]),
        (("outputs",), {"tiny": [[b"bytes"]]}),
        (("outputs",), []),
        (("cells",), []),
        (("cells", 0, "score"), 4.0),
        (("cells", 0, "score"), -1.0),
        (("cells", 0, "status"), "won"),
        (("cells", 0, "grade_id"), "test-other"),
        (("cells", 0, "max_score"), 30.0),
        (("cells", 0, "message"), None),
        (("cells", 0, "message"), KeyError),
        (("more",), 1),
        (("walls",), KeyError),
    ],
)
def test_whatever_does_not_fit_is_no_result(tiny_lab, task, result, path, value):
    values = msgpack.unpackb(pack_results([result]))
    with pytest.raises(NoResultError):
        read_results(msgpack.packb(change(values, path, value)), [task], tiny_lab)


@pytest.mark.parametrize(
    "answer", [None, [], "text", b"", b"\xc1", b"\x90", pickle.dumps([1]), msgpack.packb([{}]), msgpack.packb({"a": 1})]
)
def test_other_programs_words_are_no_result(tiny_lab, task, answer):
    with pytest.raises(NoResultError):
        read_results(answer, [task], tiny_lab)


def test_fewer_results_than_tasks_count_only_from_who_was_recalled(tiny_lab, task, result):
    tasks = [task, replace(task, learner="bo")]
    for answer, found in ((pack_results([result]), [result]), (pack_results([]), [])):
        assert read_results(answer, tasks, tiny_lab, may_be_fewer=True) == found
        with pytest.raises(NoResultError, match="was asked for 2 results"):
            read_results(answer, tasks, tiny_lab)
    with pytest.raises(NoResultError, match="was asked for 1 results"):
        read_results(pack_results([result, result]), [task], tiny_lab, may_be_fewer=True)
    with pytest.raises(NoResultError, match="with learner"):
        read_results(pack_results([replace(result, learner="bo")]), tasks, tiny_lab, may_be_fewer=True)


def test_a_score_that_adds_up_is_a_result(tiny_lab, task, result):
    (values,) = msgpack.unpackb(pack_results([result]))
    values["cells"][0] |= {"status": "passed", "score": 3}
    values["cells"][1] |= {"status": "failed", "score": 0}
    values |= {"score": 3, "status": "graded"}
    (read,) = read_results(msgpack.packb([values]), [task], tiny_lab)
    assert (read.score, read.status) == (3.0, "graded")


@given(st.binary(max_size=200))
def test_no_bytes_are_anything_but_a_result_or_none(data):
    with pytest.raises(NoResultError):
        read_results(data, [Task("ada", "x", Path("/nowhere"), HASH)], None)


# A crew whose workers lie


class LyingCrew:
    """A crew of one worker that answers `honest` times as asked of it, then with something else."""

    sends_files = False

    def __init__(self, answer):
        self.answer, self.asked = answer, 0

    def count(self):
        return 1

    def start(self, most):
        return self

    def submit(self, function, order):
        from concurrent.futures import Future

        self.asked += 1
        future = Future()
        future.set_result(self.answer(order, function))
        return future

    def explain(self, error):
        return "", 0

    def look(self):
        return ""

    def end(self, executor, at_once):
        pass

    def close(self):
        from autograder import worker

        worker.stop()


def test_a_liar_is_asked_four_times_about_each_submission_and_a_person_has_to_look(tmp_path, tiny_lab):
    folder = tmp_path / "ada"
    folder.mkdir()
    task = Task("ada", tiny_lab.id, folder, compute_content_hash(folder))
    crew = LyingCrew(lambda order, function: pickle.dumps("full marks"))
    with Records(f"sqlite:///{tmp_path}/records.db") as records:
        grade_batch([task], {tiny_lab.id: tiny_lab}, records, lambda results: None, crew=crew)
        (result,) = records.iterate_latest()
    assert crew.asked == 4  # once in its chunk, three times alone
    assert (result.status, result.score) == ("void", None)
    assert "worker" in result.findings[0].text


def test_a_worker_that_reads_another_folder_is_no_witness(tmp_path, tiny_lab):
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "tiny.ipynb").write_text("{}")
    task = Task("ada", tiny_lab.id, folder, compute_content_hash(folder))
    crew = LyingCrew(lambda order, function: pack_results([give_up("ada", HASH, 0.0, tiny_lab, "")]))
    with Records(f"sqlite:///{tmp_path}/records.db") as records:
        grade_batch([task], {tiny_lab.id: tiny_lab}, records, lambda results: None, crew=crew)
        (result,) = records.iterate_latest()
    assert "is the folder shared with all workers?" in result.findings[0].text
