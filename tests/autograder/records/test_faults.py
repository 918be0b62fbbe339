"""What goes wrong with a database: it is away, locked, full, or somebody interrupts. Nothing is lost, nothing is half written."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import event, text

from autograder.errors import RecordsError
from autograder.records import Records, database
from tests.autograder.records.conftest import make_result

CHECKOUT = Path(__file__).parents[3]
SECRET = "s3cr3t-passphrase"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)


@pytest.fixture
def server(postgresql):
    """The server, which a test may stop: it runs again afterwards."""
    yield postgresql
    with suppress(AssertionError):  # the test may have stopped it
        postgresql.stop("immediate")
    postgresql.start()


def later(seconds, work, *arguments):
    thread = threading.Timer(seconds, work, arguments)
    thread.start()
    return thread


def write_many(place, name, rounds, size=20):
    """Run a program that records results, round after round, and prints a line after each."""
    script = (
        "import sys; from autograder.records import Records; from tests.autograder.records.conftest import make_result\n"
        f"with Records({str(place)!r}) as records:\n"
        f"    for number in range({rounds}):\n"
        f"        records.save([make_result('{name}-%04d' % (number * {size} + i)) for i in range({size})])\n"
        "        print(number, flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


# A database that is away for a while


@pytest.mark.long
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_is_restarted_costs_time_and_nothing_else(server, mode, caplog):
    with Records(server.create_database(f"restart_{mode}")) as records:
        records.save([make_result("before")])
        server.stop(mode)
        thread = later(2.0, server.start)
        records.save([make_result("during")])
        thread.join()
        assert [score.learner for score in records.iterate_scores()] == ["before", "during"]
    assert any("trying again for" in record.getMessage() for record in caplog.records)


def test_a_server_that_stays_away_is_one_clear_error_and_nothing_is_lost(server, impatient):
    place = server.create_database("away")
    with Records(place) as records:
        records.save([make_result("before")])
        server.stop()
        with pytest.raises(RecordsError, match=r"could not be used: .*tried for 0\.5 s; what was recorded is kept") as caught:
            records.save([make_result("lost")])
        assert "\n" not in str(caught.value)
        server.start()
        records.save([make_result("after")])
        assert [score.learner for score in records.iterate_scores()] == ["after", "before"]


def test_a_connection_that_an_administrator_ends_is_made_anew(server):
    with Records(server.create_database("ended")) as records, Records(server.url("ended")) as administrator:
        records.save([make_result("before")])
        end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ended' AND pid <> pg_backend_pid()")
        administrator._database.read(lambda connection: connection.execute(end).all())
        records.save([make_result("after")])
        assert len(list(records.iterate_scores())) == 2


def test_a_server_that_never_answered_is_told_at_once(tmp_path):
    started = time.monotonic()
    with pytest.raises(RecordsError, match="could not be used"):
        Records(f"postgresql://grader@/none?host={tmp_path}")
    assert time.monotonic() - started < 5


def test_a_lock_that_is_let_go_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)
    with Records(tmp_path / "records.db") as records:
        other = sqlite3.connect(tmp_path / "records.db", check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        thread = later(1.0, other.rollback)
        records.save([make_result()])
        thread.join()
        assert len(list(records.iterate_scores())) == 1


def test_a_lock_that_is_kept_is_one_clear_error_and_readers_go_on(tmp_path, impatient):
    with Records(tmp_path / "records.db") as records:
        records.save([make_result()])
        other = sqlite3.connect(tmp_path / "records.db")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordsError, match=r"database is locked \(tried for 0\.5 s"):
            records.save([make_result("bo")])
        assert [score.learner for score in records.iterate_scores()] == ["ada"]
        other.rollback()
        records.save([make_result("bo")])
        assert len(list(records.iterate_scores())) == 2


# A full disk


@pytest.fixture
def disk(tmp_path):
    """Records on a disk with no room for another page, as SQLite sees it; `room` gives it some."""
    with Records(tmp_path / "records.db") as records:
        records.save([make_result(f"before-{number}") for number in range(50)])
        limits = ["max_page_count=1"]
        event.listen(records._database._engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {limits[0]}"))
        records._database._engine.dispose()
        records.room = lambda: limits.__setitem__(0, "max_page_count=1000000")
        yield records


def test_a_full_disk_is_one_clear_error_and_nothing_is_lost(disk, impatient, tmp_path):
    with pytest.raises(RecordsError, match=r"database or disk is full \(tried for 0\.5 s; what was recorded is kept"):
        disk.save([make_result(f"late-{number}") for number in range(500)])
    assert len(list(disk.iterate_scores())) == 50
    disk.room()
    disk._database._engine.dispose()
    disk.save([make_result(f"late-{number}") for number in range(500)])
    assert len(list(disk.iterate_scores())) == 550
    with sqlite3.connect(tmp_path / "records.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_disk_on_which_somebody_makes_room_goes_on(disk):
    thread = later(1.0, disk.room)
    disk.save([make_result(f"late-{number}") for number in range(500)])
    thread.join()
    assert len(list(disk.iterate_scores())) == 550


def test_a_disk_without_any_room_is_named_even_where_sqlite_only_speaks_of_input_and_output(tmp_path, monkeypatch):
    with Records(tmp_path / "records.db") as records:
        monkeypatch.setattr(database, "_LEAST_ROOM", 1 << 62)  # so that every disk counts as full
        with pytest.raises(RecordsError, match=r"its disk is full: make room, and run the same command again"):
            records._database.write(lambda connection: connection.exec_driver_sql("SELECT nothing FROM nowhere"))


# Two coordinators, interrupts, kills


def test_two_coordinators_that_write_the_same_results_write_them_once(place):
    """In opposite orders, and in large transactions, so that locks on rows would cross."""
    forward = [make_result(f"learner-{number:03}") for number in range(300)]
    failures = []

    def write(results):
        try:
            with Records(place) as records:
                for _ in range(5):
                    records.save(results)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(order,)) for order in (forward, forward[::-1], forward[100:] + forward[:100])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Records(place) as records:
        assert list(records.iterate_latest()) == forward
        assert records.get_progress()[0].learners == 300


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL], ids=["interrupt", "kill"])
def test_whoever_is_stopped_in_the_middle_leaves_whole_transactions(place, sign):
    Records(place).close()
    with write_many(place, "stopped", 2_000) as first, write_many(place, "other", 20) as second:
        for _ in range(5):
            assert first.stdout.readline()
        time.sleep(0.05)
        first.send_signal(sign)
        rounds = 5 + len(first.stdout.read().splitlines())
        assert second.wait(120) == 0, second.stderr.read()
        assert first.wait(60) != 0
    assert rounds < 2_000
    with Records(place) as records:
        counts = {"stopped": 0, "other": 0}
        for result in records.iterate_latest():
            assert result == make_result(result.learner)
            counts[result.learner.partition("-")[0]] += 1
        assert counts["other"] == 400
        assert counts["stopped"] in (20 * rounds, 20 * (rounds + 1))
        records.save([make_result("after")])


# Passwords


@pytest.mark.parametrize(
    "place",
    [
        "postgresql://grader:{}@/none?host={root}",
        "postgresql://grader@/none?host={root}&password={}",
        "postgresql://grader:{}@127.0.0.1:1/none",
        "postgresql://grader:{}@127.0.0.1:port/none",
        "postgresql://grader:1/{}@127.0.0.1/none",
        "postgresql//grader:{}@host/none",
        "mysql://grader:{}@host/none",
        "postgresql+nothing://grader:{}@host/none",
    ],
)
def test_no_password_is_in_any_output(place, tmp_path):
    script = "import sys; from autograder.cli import main; main()"
    (tmp_path / "ada" / "x").mkdir(parents=True)
    arguments = ["export", str(tmp_path), "--labs", str(CHECKOUT / "labs"), "--records", place.format(SECRET, root=tmp_path)]
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=60, cwd=CHECKOUT, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert SECRET not in done.stdout + done.stderr


def test_the_name_of_the_records_has_no_password_and_is_what_messages_show(postgresql, tmp_path, impatient):
    postgresql.create_database("named")
    with Records(postgresql.url("named", SECRET)) as records:
        assert SECRET not in records.name
        assert records.name.startswith("postgresql://grader:***@/named")
        with pytest.raises(RecordsError) as caught:
            records._database.read(lambda connection: connection.execute(text(f"SELECT '{SECRET}' FROM nowhere")))
    assert SECRET not in str(caught.value)
