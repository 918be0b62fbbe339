"""A store that is killed at any point opens again at a committed height, and nothing that was acknowledged is missing."""

import os
import shutil
import signal
import subprocess
import sys
from itertools import count

import pytest

from minichain.ledger.archive import archive_blocks, restore_blocks
from minichain.ledger.database import LOG, create_store
from minichain.ledger.errors import LedgerError
from minichain.ledger.files import ignore
from minichain.ledger.sqlite_store import SqliteStore
from minichain.ledger.verify import verify_store
from tests.ledger.small_chain import START_MS, SUITE, extend, get_summary, make_chain, make_transaction


class CrashError(BaseException):
    """The process ends here."""


class Crash:
    """Copies the store's folder at step number `target`, as it lies there, and ends the process, so to speak."""

    def __init__(self, folder, copy, target):
        self.folder, self.copy, self.target, self.steps = folder, copy, target, []

    def __call__(self, step):
        self.steps.append(step)
        if len(self.steps) == self.target:
            shutil.copytree(self.folder, self.copy)
            raise CrashError(step)


def run_blocks(chain, acknowledged):
    """Extend, go over to a branch, make final; note in `acknowledged` each last block that was promised to be kept."""
    other = make_chain()
    for number in range(1, 4):
        extend(chain, make_transaction(number, key=b"k", value=b"%d" % number, method="put"))
        acknowledged.append(chain.get_hash(chain.head))
    other.apply_block(chain.store.get_committed(1).block)
    for number in range(10, 13):
        chain.apply_block(extend(other, make_transaction(number), time_ms=START_MS + number))
        acknowledged.append(chain.get_hash(chain.head))
    chain.finalise(3)
    extend(chain, make_transaction(20))
    acknowledged.append(chain.get_hash(chain.head))


def list_good_states():
    """Return the summary of the chain for each last block that it ever has in `run_blocks`."""
    states = {}

    class Watching(list):
        def append(self, block_hash):
            states[block_hash] = get_summary(chain)[:2]

    chain = make_chain()
    states[chain.get_hash(chain.head)] = get_summary(chain)[:2]
    run_blocks(chain, Watching())
    return states


@pytest.fixture(scope="module")
def good_states():
    return list_good_states()


def check_reopened(folder, acknowledged, good_states):
    """The store must be whole, at the last acknowledged block or at one that was being committed, and go on."""
    with SqliteStore(folder) as store:
        chain = make_chain(store)
        summary = get_summary(chain)[:2]
        block_hash = chain.get_hash(chain.head)
        assert summary == good_states[block_hash]
        order = list(good_states)
        if acknowledged:
            assert order.index(block_hash) >= order.index(acknowledged[-1])
        extend(chain, make_transaction(99))
    assert list(verify_store(folder)) == []


def crash_everywhere(tmp_path, monkeypatch, good_states, log_bytes, stride):
    """Run once for each step, or each third, crash there, and look at what is left; return the names of the steps."""
    monkeypatch.setattr("minichain.ledger.sqlite_store.LOG_BYTES", log_bytes)
    for target in count(1, stride):
        folder, copy = tmp_path / f"store{target}", tmp_path / f"copy{target}"
        create_store(folder)
        crash = Crash(folder, copy, target)
        acknowledged, store = [], None
        try:
            store = SqliteStore(folder, on_write=crash)
            run_blocks(make_chain(store), acknowledged)
        except CrashError:
            check_reopened(copy, acknowledged, good_states)
        else:
            return crash.steps
        finally:
            shutil.rmtree(folder)
            if store is not None:
                store.close()
    raise AssertionError


@pytest.mark.parametrize("stride", [pytest.param(1, marks=pytest.mark.long), 5])
def test_a_crash_at_every_write_point(tmp_path, monkeypatch, good_states, stride):
    steps = crash_everywhere(tmp_path, monkeypatch, good_states, 1 << 16, stride)
    for expected in ("commit: state", "commit: all", "commit: before", "commit: after", "commit: acknowledged"):
        assert expected in steps
    for expected in ("checkpoint: before", "checkpoint: copied", "checkpoint: after", "ledger.sums.next: written"):
        assert steps.count(expected) > 1


def test_a_log_that_was_torn_at_any_byte_loses_only_what_was_not_acknowledged(tmp_path, good_states):
    """Power fails while the log is written: it has any length. What is acknowledged in a whole log is there; in a torn one it is missed."""
    folder = tmp_path / "store"
    create_store(folder)
    with SqliteStore(folder) as store:
        chain = make_chain(store)
        extend(chain, make_transaction(1, key=b"k", value=b"1", method="put"))
        shutil.copytree(folder, tmp_path / "first")
        extend(chain, make_transaction(2, key=b"k", value=b"2", method="put"))
        shutil.copytree(folder, tmp_path / "second")
    start, end = ((tmp_path / name / LOG).stat().st_size for name in ("first", "second"))
    for number, length in enumerate([start, start + 1, start + 24, start + 3000, (start + end) // 2, end - 1, end]):
        torn = tmp_path / f"torn{number}"
        shutil.copytree(tmp_path / "second", torn)
        os.truncate(torn / LOG, length)
        if length < end:
            with pytest.raises(LedgerError, match="the end of the log is damaged"):
                SqliteStore(torn)
            shutil.copy(tmp_path / "first" / "ledger.ack", torn)  # the promise was not made yet, either
        check_reopened(torn, [], good_states)


def test_a_crash_while_blocks_are_archived(tmp_path):
    for target in count(1):
        folder, copy = tmp_path / f"store{target}", tmp_path / f"copy{target}"
        create_store(folder)
        with SqliteStore(folder) as store:
            chain = make_chain(store)
            for number in range(4):
                extend(chain, make_transaction(number))
            chain.finalise(3)
            before = get_summary(chain)
            crash = Crash(folder, copy, target)
            store._on_write = crash
            try:
                archive_blocks(store, 2, crash)
            except CrashError:
                pass
            else:
                assert {"chain file: written", "chain file: renamed", "commit: before", "commit: after"} <= set(crash.steps)
                return
            finally:
                store._on_write = ignore
        assert list(verify_store(copy)) == []
        with SqliteStore(copy) as store:
            made = store.get_archives() or [archive_blocks(store, 2)]
            restore_blocks(store, made[0], SUITE.hash)
            assert get_summary(make_chain(store)) == before


# Real processes

CHILD = """
import os, signal, sys
from pathlib import Path
from minichain.ledger.database import create_store
from minichain.ledger import sqlite_store
from tests.ledger.small_chain import make_chain
from tests.ledger.test_crash import run_blocks

folder, target = Path(sys.argv[1]), int(sys.argv[2])
sqlite_store.LOG_BYTES = 1 << 16
steps = 0

def on_write(step):
    global steps
    steps += 1
    if steps == target:
        os.kill(os.getpid(), signal.SIGKILL)

class Telling(list):
    def append(self, block_hash):
        sys.stdout.write(block_hash.hex() + "\\n")
        sys.stdout.flush()

create_store(folder, on_write)
run_blocks(make_chain(sqlite_store.SqliteStore(folder, on_write=on_write)), Telling())
"""


def kill_at(folder, target):
    """Run the blocks in a process of its own, which is killed at a step; return what it had acknowledged, and whether it was killed."""
    done = subprocess.run([sys.executable, "-c", CHILD, str(folder), str(target)], capture_output=True, timeout=120, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return [bytes.fromhex(line) for line in done.stdout.decode().split()], done.returncode != 0


def check_killed(tmp_path, target, good_states):
    folder = tmp_path / f"killed{target}"
    acknowledged, was_killed = kill_at(folder, target)
    if not folder.exists():
        create_store(folder)  # it was killed while the store was made: what is left does not stand in the way
    check_reopened(folder, acknowledged, good_states)
    return was_killed


@pytest.mark.parametrize("target", [2, 9, 16, 30])
def test_kill_9_at_some_write_points(tmp_path, good_states, target):
    assert check_killed(tmp_path, target, good_states)


@pytest.mark.long
def test_kill_9_at_every_write_point(tmp_path, good_states):
    for target in count(1):
        if not check_killed(tmp_path, target, good_states):
            break
    assert target > 40
