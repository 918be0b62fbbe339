"""A batch: whatever dies, at whatever moment, nothing is lost, nothing is recorded twice, and no verdict changes."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from autograder import tasks
from autograder.batch import build_tasks, get_key, grade_batch
from autograder.labs.source import load_lab
from autograder.read import iterate_submissions
from autograder.records import Records
from autograder.tasks import Task, compute_chunk_size, cut_chunks
from tests.autograder.labs_for_tests import ADD, LAB_PY, MUL, hand_in, write_lab
from tests.autograder.processes import find_below, find_sort, kill_below

ANSWERS = {
    "right": ({"add": ADD, "mul": MUL}, ["passed", "passed"]),
    "wrong": ({"add": "def add(a, b):\n    return 3", "mul": MUL}, ["failed", "passed"]),
    "slow": ({"add": f"import time\ntime.sleep(0.15)\n{ADD}", "mul": MUL}, ["passed", "passed"]),
    "exit": ({"add": "import os\ndef add(a, b):\n    os._exit(0)", "mul": MUL}, ["killed", "killed"]),
    "loop": ({"add": "def add(a, b):\n    while True: pass", "mul": MUL}, ["timeout", "passed"]),
}


KILL_THE_WORKER = """if mul(0, 0) == "kill":
    import os, signal
    os.kill(os.getppid(), signal.SIGKILL)
assert mul(3, 4) == 12"""
"""A test cell that does to the grader what a submission may not be able to: T is a child of the worker."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return load_lab(write_lab(tmp_path_factory.mktemp("labs"), py=LAB_PY.replace("assert mul(3, 4) == 12", KILL_THE_WORKER)))


@pytest.fixture
def labs(lab):
    return {lab.id: lab}


@pytest.fixture
def hand_in_many(tmp_path, lab):
    """Return a function that hands in `count` pieces of work, of each sort in turn, and gives their tasks."""

    def run(count, sorts=tuple(ANSWERS)):
        for number in range(count):
            sort = sorts[number % len(sorts)]
            hand_in(tmp_path / "submitted", lab, f"{number:03}-{sort}", ANSWERS[sort][0])
        return list(build_tasks(iterate_submissions(tmp_path)))

    return run


@pytest.fixture
def records(tmp_path):
    with Records(f"sqlite:///{tmp_path}/records.db") as records:
        yield records


def get_verdicts(records):
    return {result.learner: [cell.status for cell in result.cells[:2]] for result in records.iterate_latest()}


def get_expected(tasks):
    return {task.learner: ANSWERS[task.learner.partition("-")[2]][1] for task in tasks}


# Recording


def test_every_submission_is_recorded_once_and_heard_of_once(hand_in_many, labs, records):
    tasks, heard = hand_in_many(23), []
    grade_batch(tasks, labs, records, lambda results: heard.extend(result.learner for result in results))
    assert get_verdicts(records) == get_expected(tasks)
    assert sorted(heard) == [task.learner for task in tasks]
    assert records.get_done_keys(["00-sums"]) == {get_key(task, labs) for task in tasks}


def test_results_are_recorded_before_they_are_heard_of(hand_in_many, labs, records):
    def look(results):
        assert records.get_results([result.key for result in results]) == list(results)

    grade_batch(hand_in_many(6, ("right", "wrong")), labs, records, look, workers=1)


def test_once_stop_is_set_what_runs_is_finished_and_the_rest_is_left(hand_in_many, labs, records):
    stop, heard = threading.Event(), []

    def on_results(results):
        heard.extend(result.learner for result in results)
        stop.set()

    grade_batch(hand_in_many(60, ("right", "wrong")), labs, records, on_results, workers=1, stop=stop)
    assert 8 <= len(heard) <= 16  # one chunk was heard of, another one begun perhaps; the one after it was given out and is taken back
    assert sorted(heard) == sorted(get_verdicts(records))


def test_a_chunk_under_way_ends_with_the_submission_under_way_once_stop_is_set(tmp_path, lab, labs, records):
    for number in range(16):
        slow = f"import time\ntime.sleep(0.6)\n{ADD}  # {number}"
        hand_in(tmp_path / "submitted", lab, f"{number:02}-slow", {"add": slow, "mul": MUL})
    tasks, stop = list(build_tasks(iterate_submissions(tmp_path))), threading.Event()

    def watch():
        while not find_sort(os.getpid(), "learner"):
            time.sleep(0.01)
        stop.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    grade_batch(tasks, labs, records, lambda results: None, workers=1, stop=stop)
    watcher.join()
    done = get_verdicts(records)
    assert 1 <= len(done) < 8 == compute_chunk_size(16, 1)
    assert all(verdicts == ["passed", "passed"] for verdicts in done.values())
    assert sorted(done) == [task.learner for task in tasks][: len(done)]


def test_no_task_is_no_work(labs, records):
    grade_batch([], labs, records, pytest.fail)


# Cutting


def make_tasks(count, labs=2):
    return [Task(f"l{n}", f"lab{n % labs}", Path(), "") for n in range(count)]


def test_the_work_is_cut_so_that_every_worker_has_some():
    for count, workers in ((100, 2), (3, 8), (1, 1), (50, 4)):
        chunks = list(cut_chunks(make_tasks(count), compute_chunk_size(count, workers)))
        assert sorted(task.learner for chunk in chunks for task in chunk.tasks) == sorted(task.learner for task in make_tasks(count))
        assert all(len({task.lab for task in chunk.tasks}) == 1 and len(chunk.tasks) <= tasks.CHUNK_SIZE for chunk in chunks)
        assert len(chunks) >= min(count, workers)


def test_reading_ahead_is_bounded_and_the_first_chunk_does_not_wait_for_it():
    read, given, most = 0, 0, 0

    def count_reads():
        nonlocal read
        for task in make_tasks(20_000, labs=30):
            read += 1
            yield task

    changes, before = 0, None
    for number, chunk in enumerate(cut_chunks(count_reads(), 8, ahead=1_000)):
        assert number > 0 or read <= 8
        given += len(chunk.tasks)
        most = max(most, read - given)
        changes += chunk.tasks[0].lab != before
        before = chunk.tasks[0].lab
    assert given == 20_000
    assert most <= 1_000
    assert changes < 20_000 / 40  # a worker that changes labs starts two processes


# Deaths


@pytest.mark.parametrize("whom", ["worker", "nursery", "test process"])
def test_killing_processes_of_a_running_batch_changes_nothing(hand_in_many, labs, records, whom):
    tasks, heard, killed = hand_in_many(24, ("slow", "wrong", "exit")), [], []  # two kills: the third of one submission's would be its last
    over = threading.Event()

    def kill_now_and_then():
        while not over.wait(0.4) and len(killed) < 2:
            killed.extend(pid for pid in find_sort(os.getpid(), whom)[:1] if kill_below(os.getpid(), pid))

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    grade_batch(tasks, labs, records, lambda results: heard.extend(result.learner for result in results))
    over.set()
    killer.join()
    assert killed
    assert get_verdicts(records) == get_expected(tasks)
    assert sorted(heard) == [task.learner for task in tasks]


def test_a_submission_whose_worker_dies_each_time_waits_for_a_person_and_its_neighbours_do_not(tmp_path, hand_in_many, lab, labs, records):
    hand_in(tmp_path / "submitted", lab, "000-killer", {"mul": "def mul(a, b):\n    return 'kill'"})
    tasks, heard = hand_in_many(9, ("slow", "wrong")), []
    grade_batch(tasks, labs, records, lambda results: heard.extend(result.learner for result in results), workers=2)
    verdicts = get_verdicts(records)
    assert verdicts.pop("000-killer") == ["void", "void"]
    assert verdicts == get_expected(task for task in tasks if task.learner != "000-killer")
    assert sorted(heard) == [task.learner for task in tasks]
    (killer,) = records.iterate_latest(learners=["000-killer"])
    assert (killer.status, killer.score) == ("void", None)
    assert "died 3 times over this submission" in killer.findings[0].text
    assert get_key(tasks[0], labs) not in records.get_done_keys(["00-sums"])


def test_a_pool_that_breaks_between_two_chunks_loses_none_of_them(hand_in_many, labs, records):
    tasks, killed = hand_in_many(24, ("right", "wrong")), []  # three chunks for a worker who is given two at a time

    def kill_all_workers_while_the_coordinator_is_busy(_results):
        if not killed:
            killed.extend(pid for pid in find_sort(os.getpid(), "worker") if kill_below(os.getpid(), pid))
            time.sleep(0.5)

    grade_batch(tasks, labs, records, kill_all_workers_while_the_coordinator_is_busy, workers=1)
    assert killed
    assert get_verdicts(records) == get_expected(tasks)


@pytest.mark.long
def test_a_killed_coordinator_leaves_no_process_and_the_same_command_goes_on(tmp_path, hand_in_many):
    tasks = hand_in_many(24, ("slow", "wrong"))
    arguments = [sys.executable, "-m", "autograder", "grade", tmp_path, "--labs", write_lab(tmp_path / "labs").parent, "--json"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdout.readline()
        below = find_below(process.pid)
        process.kill()
    assert any("spawn_main" in process.command for process in below.values())
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and (left := [pid for pid in below if Path(f"/proc/{pid}").exists()]):
        time.sleep(0.1)
    assert left == []
    with sqlite3.connect(tmp_path / "records.db") as connection:
        (recorded,) = connection.execute("SELECT count(*) FROM result").fetchone()
    assert 0 < recorded < 24
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert f"({recorded} of them recorded before)" in done.stderr
    with Records(f"sqlite:///{tmp_path}/records.db") as records:
        assert get_verdicts(records) == get_expected(tasks)
    with sqlite3.connect(tmp_path / "records.db") as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT learner) FROM result").fetchone() == (24, 24)


# What the hot path carries

HEAVY = {"nbformat", "nbconvert", "nbgrader", "jupyter_client", "IPython", "sqlalchemy"}
GRADE_AND_LOOK = f"""
import sys
from pathlib import Path
from autograder import worker
from autograder.labs.source import load_lab
from autograder.plain import read_results
from autograder.read import iterate_submissions
from autograder.tasks import build_tasks
lab = load_lab(Path(sys.argv[1]))
tasks = list(build_tasks(iterate_submissions(Path(sys.argv[2]))))
work = tuple(worker.Work(task.learner, task.folder, task.content_hash, 0.0, 0) for task in tasks)
(result,) = read_results(worker.grade_order(worker.Order(worker.pack_lab(lab, False), work)), tasks, lab)
worker.stop()
print([cell.status for cell in result.cells][:2], {HEAVY} & set(sys.modules))
"""


def test_neither_a_worker_nor_its_processes_import_jupyters_libraries_or_the_database(tmp_path):
    look = f"import sys\nassert not {HEAVY} & set(sys.modules)\n"
    folder = write_lab(tmp_path / "labs", py=LAB_PY.replace("assert mul(3, 4) == 12", f"{look}assert mul(3, 4) == 12"))
    light = "assert 'threading' not in sys.modules  # it would make each fork dearer\n"
    hand_in(tmp_path / "submitted", load_lab(folder), "ada", {"add": ADD, "mul": look + light + MUL})
    command = [sys.executable, "-c", GRADE_AND_LOOK, str(folder), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout == "['passed', 'passed'] set()\n"
