"""Folders to work in: found again and removed when their owner was killed, and never while it lives."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from autograder.sandbox import core
from autograder.sandbox.scratch import make_scratch

HOLD = """import sys, time
from pathlib import Path
from autograder.sandbox.scratch import make_scratch
made = make_scratch(Path(sys.argv[1]))
(made.folder / "deep" / "er").mkdir(parents=True)
print(made.folder, flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_has_is_not(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE) as process:
        theirs = Path(process.stdout.readline().strip())
        ours = make_scratch(tmp_path)
        assert theirs.is_dir() and ours.folder.is_dir()
        process.send_signal(signal.SIGKILL)
    assert theirs.is_dir()
    another = make_scratch(tmp_path)
    assert not theirs.exists()
    assert ours.folder.is_dir()
    ours.remove()
    another.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_place_of_a_lock_leads_nowhere(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious.lock").touch()
    (tmp_path / "autograder-evil.lock").symlink_to(tmp_path / "precious.lock")
    (tmp_path / "autograder-evil").symlink_to(tmp_path / "precious")
    make_scratch(tmp_path).remove()
    assert (tmp_path / "precious").is_dir() and (tmp_path / "precious.lock").exists()


def test_each_processor_is_taken_once_and_free_again_with_its_holder():
    taken = []
    while found := core.take_core():
        taken.append(found)
    numbers = [number for number, _ in taken]
    assert len(set(numbers)) == len(numbers) <= len(os.sched_getaffinity(0))
    for _, sign in taken:
        sign.close()
    again = core.take_core()
    assert (again is not None) == bool(taken)
    if again:
        again[1].close()
