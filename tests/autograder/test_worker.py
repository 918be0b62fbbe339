"""A worker by itself: what it makes of an order, and of faults of the grader and of the machine."""

import os
import shutil
from dataclasses import replace

import pytest

from autograder import worker
from autograder.errors import GraderError
from autograder.labs.source import load_lab
from autograder.plain import read_results
from autograder.read import MAX_BYTES, compute_content_hash, get_arrival
from autograder.tasks import Task
from autograder.worker import Order, Work, grade_order, pack_files, pack_lab
from tests.autograder.labs_for_tests import ADD, MUL, hand_in, write_lab

RIGHT = {"add": ADD, "mul": MUL}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return load_lab(write_lab(tmp_path_factory.mktemp("labs")))


@pytest.fixture(autouse=True)
def _worker(tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    worker.start(place)
    yield
    worker.stop()
    assert list(place.iterdir()) == []


@pytest.fixture
def hand_in_as(tmp_path, lab):
    """Return a function that hands in and gives task and work of it."""

    def run(learner, answers=RIGHT, seed=0):
        folder = hand_in(tmp_path / "submitted", lab, learner, answers).parent
        task = Task(learner, lab.id, folder, compute_content_hash(folder))
        return task, Work(learner, folder, task.content_hash, get_arrival(folder), seed)

    return run


def grade(lab, *pairs, with_data=False):
    order = Order(pack_lab(lab, with_data), tuple(work for _, work in pairs))
    return read_results(grade_order(order), [task for task, _ in pairs], lab)


def test_an_order_is_graded_in_its_order(lab, hand_in_as):
    results = grade(lab, hand_in_as("ada"), hand_in_as("bo", {"mul": MUL}))
    assert [(result.learner, result.score) for result in results] == [("ada", 5.0), ("bo", 3.0)]


def test_files_that_travel_give_the_same_result_as_files_on_a_shared_folder(lab, hand_in_as, tmp_path):
    task, work = hand_in_as("ada")
    path = next(task.folder.glob("*.ipynb"))
    path.rename(path.with_name("renamed 作业.ipynb"))
    (task.folder / "timestamp.txt").write_text("2026-09-01 10:00:00.000000 UTC")
    task = replace(task, content_hash=compute_content_hash(task.folder))
    work = replace(work, arrived=get_arrival(task.folder))
    (shared,) = grade(lab, (task, work))
    files, oversize = pack_files(task.folder)
    (sent,) = grade(lab, (task, replace(work, folder=tmp_path / "not-there", files=files, oversize=oversize)))
    assert shared.score == 5.0 and shared.findings
    assert replace(sent, cpu_seconds=0.0) == replace(shared, cpu_seconds=0.0)


def test_a_bomb_does_not_travel_and_is_unreadable_there_as_here(lab, hand_in_as, tmp_path):
    task, work = hand_in_as("ada")
    os.truncate(next(task.folder.glob("*.ipynb")), MAX_BYTES + 1)
    task = replace(task, content_hash=compute_content_hash(task.folder))
    work = replace(work, content_hash=task.content_hash)
    (here,) = grade(lab, (task, work))
    files, oversize = pack_files(task.folder)
    assert files == ()
    (sent,) = grade(lab, (task, replace(work, folder=tmp_path, files=files, oversize=oversize)))
    assert (sent.status, sent.findings, sent.content_hash) == (here.status, here.findings, here.content_hash)
    assert sent.status == "unreadable"


def test_data_files_of_the_lab_travel_too(tmp_path, hand_in_as):
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "numbers.txt").write_text("7")
    lab = replace(load_lab(write_lab(tmp_path / "labs")), folder=folder)
    task, work = hand_in_as("ada", {"add": "n = int(open('deep/numbers.txt').read())\ndef add(a, b):\n    return a + b if n == 7 else n"})
    order = Order(pack_lab(lab, True), (work,))
    (folder / "deep" / "numbers.txt").write_text("8")
    (result,) = read_results(grade_order(order), [task], lab)
    assert result.cells[0].status == "passed"


def test_the_seed_comes_with_the_order_and_the_secret_does_not(lab, hand_in_as):
    _, work = hand_in_as("ada", seed=1)
    assert b"secret" not in pack_lab(lab, True)
    assert not any("secret" in name for kind in (Order, Work) for name in kind.__slots__)
    assert work.seed == 1


def test_a_fault_of_the_grader_itself_makes_one_submission_wait_for_a_person(lab, hand_in_as, monkeypatch):
    first, second = hand_in_as("ada"), hand_in_as("bo")
    with monkeypatch.context() as patch:
        patch.setattr(worker.Grader, "grade", lambda *_: 1 / 0)
        (result,) = grade(lab, first)
    assert (result.status, [cell.status for cell in result.cells]) == ("void", ["void"] * 3)
    assert "the grader failed: ZeroDivisionError" in result.findings[0].text
    assert result.content_hash == first[0].content_hash
    assert grade(lab, second)[0].score == 5.0


def test_a_machine_without_room_is_one_line_and_nobodys_fault(lab, hand_in_as, tmp_path):
    (*_,) = map(shutil.rmtree, (tmp_path / "place").iterdir())
    with pytest.raises(GraderError, match="the grader cannot work: No such file or directory"):
        grade(lab, hand_in_as("ada"))


def test_only_a_few_labs_are_kept_warm(lab):
    graders = [worker._get_grader(worker._worker, bytes([n]), lab) for n in range(worker.WARM_LABS + 2)]
    assert [grader.scratch.exists() for grader in graders] == [False] * 2 + [True] * worker.WARM_LABS
    assert worker._get_grader(worker._worker, bytes([worker.WARM_LABS]), lab) is graders[worker.WARM_LABS]
