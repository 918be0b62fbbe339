"""Grading on a Dask cluster: a real scheduler and two workers on this machine, killed and lied to."""

import os
import signal
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

from autograder.batch import build_tasks, grade_batch
from autograder.errors import ClusterError
from autograder.labs.source import load_lab
from autograder.read import iterate_submissions
from autograder.records import Records
from tests.autograder.clusters import CHECKOUT, cluster
from tests.autograder.labs_for_tests import ADD, LAB_PY, MUL, hand_in, write_lab
from tests.autograder.processes import find_below
from tests.autograder.test_batch import ANSWERS, KILL_THE_WORKER, get_expected, get_verdicts

pytest.importorskip("distributed", reason="distributed is not installed (minichain[dask])")
from autograder.cluster import DaskCrew, _validate_workers


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return load_lab(write_lab(tmp_path_factory.mktemp("labs"), py=LAB_PY.replace("assert mul(3, 4) == 12", KILL_THE_WORKER)))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A cluster for tests that do not harm it."""
    with cluster(tmp_path_factory.mktemp("small")) as made:
        yield made


@pytest.fixture
def hand_in_many(tmp_path, lab):
    """Return a function that hands in `count` pieces of work, of each sort in turn, and gives their tasks."""

    def run(count, sorts=("right", "wrong", "exit")):
        for number in range(count):
            sort = sorts[number % len(sorts)]
            hand_in(tmp_path / "submitted", lab, f"{number:03}-{sort}", ANSWERS[sort][0])
        return list(build_tasks(iterate_submissions(tmp_path)))

    return run


@pytest.fixture
def records(tmp_path):
    with Records(f"sqlite:///{tmp_path}/records.db") as records:
        yield records


def grade(crew, tasks, lab, records, on_results=lambda results: None):
    heard = []

    def hear(results):
        heard.extend(result.learner for result in results)
        on_results(results)

    grade_batch(tasks, {lab.id: lab}, records, hear, crew=crew)
    assert sorted(heard) == sorted(task.learner for task in tasks)


@pytest.mark.parametrize("is_shared", [True, False])
def test_the_verdicts_are_those_of_this_machine_whether_files_are_shared_or_sent(small, hand_in_many, lab, records, is_shared):
    tasks = hand_in_many(24)
    grade(DaskCrew(small.address, probe=tasks[0].folder if is_shared else None), tasks, lab, records)
    assert get_verdicts(records) == get_expected(tasks)
    walls = {result.walls for result in records.iterate_latest()}
    assert len(walls) == 1 and {"landlock", "seccomp", "rlimits", "session"} <= {*walls.pop()}


def test_workers_let_go_of_what_they_kept_warm(small, hand_in_many, lab, records):
    grade(DaskCrew(small.address), hand_in_many(6), lab, records)
    commands = [one.command for process in small.processes.values() for one in find_below(process.pid).values()]
    assert commands and not [command for command in commands if "sandbox.nursery" in command or "split.service" in command]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (("0.1.0", "3.11", "b"), "finds other files in /course/ada than are there"),
        (("0.0.9", "3.11", "a"), "has minichain 0.0.9, the coordinator 0.1.0"),
        (("0.1.0", "3.14", "a"), "has Python 3.14, the coordinator 3.11"),
        (ModuleNotFoundError("no", name="autograder"), r"no module autograder; install 'minichain\[dask\]'"),
        (RuntimeError("out of order"), "cannot grade: RuntimeError: out of order"),
    ],
)
def test_a_worker_that_does_not_fit_is_one_line(answer, words):
    with pytest.raises(ClusterError, match=words):
        _validate_workers({"tls://w:1": ("0.1.0", "3.11", "a"), "tls://w:2": answer}, ("0.1.0", "3.11", "a"), Path("/course/ada"))


PROBE = """import os, socket
def attempt(action):
    try:
        action()
    except OSError:
        return
    reached.append(action)
reached = []
attempt(lambda: socket.create_connection(("127.0.0.1", {port}), 1))
attempt(lambda: open("{secret}").read())
attempt(lambda: os.listdir("{folder}"))
attempt(lambda: os.kill(os.getppid(), 0))
attempt(lambda: os.fork())
mine = [name for name in os.environ if name.startswith("DASK")]
def add(a, b):
    return a + b if not reached and not mine else -1000
"""


@pytest.mark.parametrize("nanny", [True, False])
def test_the_walls_stand_on_a_worker_with_a_nanny_and_without(tmp_path, lab, records, nanny):
    secret = tmp_path / "key.pem"
    secret.write_text("secret")
    with cluster(tmp_path / "cluster", workers=1, nanny=nanny, environment={"DASK_TEST__SECRET": "1"}) as made:
        source = PROBE.format(port=made.port, secret=secret, folder=made.folder)
        hand_in(tmp_path / "submitted", lab, "mallory", {"add": source, "mul": MUL})
        tasks = list(build_tasks(iterate_submissions(tmp_path)))
        grade(DaskCrew(made.address), tasks, lab, records)
    assert get_verdicts(records) == {"mallory": ["passed", "passed"]}
    (result,) = records.iterate_latest()
    assert {"landlock", "seccomp", "rlimits", "session"} <= {*result.walls}


@pytest.mark.long
def test_what_kills_its_workers_is_isolated_and_the_rest_is_graded(tmp_path, hand_in_many, lab, records):
    hand_in(tmp_path / "submitted", lab, "000-killer", {"mul": "def mul(a, b):\n    return 'kill'"})
    tasks = hand_in_many(20, ("right", "wrong"))
    with cluster(tmp_path / "cluster", environment={"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "2"}) as made:
        grade(DaskCrew(made.address), tasks, lab, records)
    verdicts = get_verdicts(records)
    assert verdicts.pop("000-killer") == ["void", "void"]
    assert verdicts == get_expected(task for task in tasks if task.learner != "000-killer")
    (killer,) = records.iterate_latest(learners=["000-killer"])
    assert "died 3 times over this submission" in killer.findings[0].text


@pytest.mark.long
@pytest.mark.parametrize("whom", ["worker-0", "scheduler"])
def test_killing_a_worker_or_the_scheduler_costs_time_and_nothing_else(tmp_path, hand_in_many, lab, records, whom):
    tasks = hand_in_many(40, ("slow", "wrong", "exit"))
    with cluster(tmp_path / "cluster", nanny=False) as made, made.kept():
        killed = []

        def kill_once(_results):
            if not killed:
                killed.append(made.processes[whom].pid)
                made.processes[whom].kill()

        grade(DaskCrew(made.address), tasks, lab, records, kill_once)
    assert killed
    assert get_verdicts(records) == get_expected(tasks)


@pytest.mark.timeout(150)
def test_an_outcome_that_was_lost_with_the_scheduler_is_not_waited_for(tmp_path, hand_in_many, lab, records, monkeypatch):
    """If a scheduler dies while it hands over a result, Dask's client goes on with the next one, and the future never ends."""
    tasks = hand_in_many(8, ("wrong", "exit"))
    with cluster(tmp_path / "cluster", nanny=False) as made, made.kept():
        crew = DaskCrew(made.address)
        start, lost = crew.start, []

        def start_and_lose_one(most):
            executor = start(most)
            submit = executor.submit

            def lose_first(*order):
                future = submit(*order)
                if lost:
                    return future
                made.processes["scheduler"].kill()
                lost.append(future)
                return Future()

            monkeypatch.setattr(executor, "submit", lose_first)
            return executor

        monkeypatch.setattr(crew, "start", start_and_lose_one)
        grade(crew, tasks, lab, records)
    assert lost
    assert get_verdicts(records) == get_expected(tasks)


def test_a_command_that_is_interrupted_stops_in_order_and_the_same_one_goes_on(small, tmp_path):
    labs = write_lab(tmp_path / "labs")
    lab = load_lab(labs)
    for number in range(80):
        hand_in(tmp_path / "submitted", lab, f"{number:03}", {"add": f"import time\ntime.sleep(0.05)\n{ADD}", "mul": MUL})
    command = [sys.executable, "-m", "autograder", "grade", tmp_path, "--labs", labs.parent, "--dask", small.address, "--json"]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert told.splitlines()[-1].startswith("interrupted")
    with Records(f"sqlite:///{tmp_path}/records.db") as records:
        first = len(list(records.iterate_latest()))
    assert 0 < first < 80
    done = subprocess.run(command, env=environment, text=True, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert f"({first} of them recorded before)" in done.stderr


# Addresses and certificates


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("tcp://192.0.2.7:8786", "without TLS anybody who reaches this address can run programs there"),
        ("tcp://0.0.0.0:8786", "without TLS anybody"),
        ("192.0.2.7:8786", "no address of a Dask scheduler"),
        ("ws://127.0.0.1:8786", "no address of a Dask scheduler"),
        ("tls://192.0.2.7:8786", "--tls-ca is missing"),
        ("tcp://127.0.0.1:1", "no scheduler answers"),
    ],
)
def test_an_address_that_is_unsafe_or_wrong_is_one_line(address, words, monkeypatch):
    monkeypatch.setattr("autograder.cluster._FIRST_SECONDS", 1)
    with pytest.raises(ClusterError, match=words) as raised:
        DaskCrew(address)
    assert "\n" not in str(raised.value)


def make_certificates(folder: Path) -> tuple[Path, Path, Path]:
    """Make an authority and one certificate by openssl, as the guide says."""
    run = lambda *words: subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)  # noqa: E731
    ca, ca_key, cert, key, request = (folder / name for name in ("ca.pem", "ca.key", "cert.pem", "key.pem", "request.pem"))
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
    run("req", "-x509", *curve, "-subj", "/CN=grading", "-keyout", ca_key, "-out", ca)
    run("req", *curve[:-2], "-subj", "/CN=grader", "-keyout", key, "-out", request)
    run("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", "30", "-out", cert)
    return ca, cert, key


@pytest.mark.long
def test_with_certificates_it_is_tls_and_without_them_nobody_gets_in(tmp_path, hand_in_many, lab, records, monkeypatch):
    tls = make_certificates(tmp_path)
    (tmp_path / "other").mkdir()
    strangers = make_certificates(tmp_path / "other")
    with cluster(tmp_path / "cluster", workers=1, tls=tls) as made:
        tasks = hand_in_many(3)
        grade(DaskCrew(made.address, tls), tasks, lab, records)
        assert get_verdicts(records) == get_expected(tasks)
        monkeypatch.setattr("autograder.cluster._FIRST_SECONDS", 2)
        with pytest.raises(ClusterError, match="no scheduler answers"):
            DaskCrew(made.address, strangers)
        with pytest.raises(ClusterError):
            DaskCrew(made.address.replace("tls://", "tcp://"))
