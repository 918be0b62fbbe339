"""The warm parent of S: a process that has imported what a lab uses, does nothing else, and forks a child for each submission.

It is started by exec, has one thread and a frozen heap, so that a fork copies next to nothing. It never holds a test, a score or a
secret: there is nothing in it that a child could read. It has given up all that its children are not to have, and keeps their folder:
each finds the lab's files in it, as if nobody had been there.

Orders: ["open", settings] -> ["ready", names of the walls] or ["failed", reason]; ["fork", limits] with the child's two pipe ends ->
["born"] with a descriptor of the child (pidfd), and later ["exit", status, cpu seconds, peak bytes]; ["end"], exactly once for each
child, whether it still runs or not.
"""

import fcntl
import gc
import importlib
import importlib.machinery
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from autograder.errors import GraderError
from autograder.limits import Limits
from autograder.sandbox import walls
from autograder.sandbox.control import Control, DisconnectedError
from autograder.sandbox.folders import empty_folder, fill_folder
from autograder.sandbox.walls import Rlimits, Walls
from autograder.split.student import EXIT_WIRE, Student, run_student
from autograder.split.wire import Channel

_HIGH_FD: Final = 20
"""Out of the way: the two pipe ends of a child are to be the lowest descriptors that are free."""
_READER, _WRITER = 3, 4
"""The descriptors by which S hears and answers T."""
_POLL_SECONDS: Final = 0.01
_REHEARSALS: Final = 3
_ROUNDS: Final = 20
"""After about as many the interpreter has fitted itself to a piece of code."""


class LabImports:
    """Refuses what a lab hides (it is what the lab teaches) and what it does not use, with words that say so."""

    def __init__(self, uses: Sequence[str], hides: Sequence[str], restricts: bool) -> None:
        self.uses, self.hides, self.restricts = tuple(uses), tuple(hides), restricts
        self.roots = {name.partition(".")[0] for name in uses}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Raise for a module that is not to be had; else leave it to the others."""
        if any(fullname == hidden or fullname.startswith(hidden + ".") for hidden in self.hides):
            raise ImportError(f"{fullname} is what you write yourself in this lab, so it cannot be imported (这正是本实验要你自己写的)")
        root = fullname.partition(".")[0]
        is_standard = root in sys.stdlib_module_names or root.startswith("_sysconfigdata_")
        leads_to_hidden = any(hidden.startswith(fullname + ".") for hidden in self.hides)
        if self.restricts and root not in self.roots and not is_standard and not leads_to_hidden:
            used = ", ".join(self.uses) or "the standard library"
            raise ImportError(f"{fullname} is not available in this lab, which uses {used} (本实验不能使用这个模块)")
        return None


@dataclass(slots=True)
class _Nursery:
    """What there is for all children: the line to the grader, the walls, the lab's files, and S as it will be when it begins."""

    control: Control
    walls: Walls
    data: Path
    limits: Limits | None = None
    student: Student | None = None

    def get_student(self, limits: Limits) -> Student:
        """Return S, ready to begin. Only a child's copy of it ever does."""
        if self.student is None or limits != self.limits:
            self.limits, self.student = limits, Student(Channel(_READER, _WRITER), limits.cpu_seconds, limits.output_bytes)
            self.student.prepare()
        return self.student


def main() -> None:
    """Serve orders on the socket whose descriptor is the first argument, until the grader is gone."""
    control = Control(socket.socket(fileno=fcntl.fcntl(int(sys.argv[1]), fcntl.F_DUPFD_CLOEXEC, _HIGH_FD)))
    os.close(int(sys.argv[1]))
    try:
        (_, settings), _ = control.receive()
        try:
            nursery = _prepare(control, settings)
        except Exception as error:
            control.send(["failed", str(error) if isinstance(error, GraderError) else f"{type(error).__name__}: {error}"])
            return
        control.send(["ready", list(nursery.walls.names)])
        while True:
            (_, limits), fds = control.receive()
            _raise_child(nursery, Limits(**limits), fds)
    except DisconnectedError:
        return


def _prepare(control: Control, settings: dict[str, Any]) -> _Nursery:
    """Import what the lab uses, shut out what it hides, build the walls, try them, and freeze the heap."""
    for name in settings["uses"]:
        importlib.import_module(name)
    for name in [name for name in sys.modules if any(name == hidden or name.startswith(hidden + ".") for hidden in settings["hides"])]:
        parent, _, child = name.rpartition(".")
        del sys.modules[name]
        if parent in sys.modules:
            vars(sys.modules[parent]).pop(child, None)
    sys.meta_path.insert(0, LabImports(settings["uses"], settings["hides"], settings["restricts"]))
    tasks = Path("/proc/self/task")
    if tasks.exists() and len(list(tasks.iterdir())) != 1:
        raise RuntimeError(f"importing {settings['uses']} started a thread, and a process with threads cannot be forked safely")
    readable = list(map(Path, settings["readable"]))
    built = walls.build(
        Path(settings["home"]), readable, settings["uid"], settings["is_caged"], settings["is_unsafe"], map(Path, settings["listed"])
    )
    _rehearse(built)
    _warm_up()
    empty_folder(built.folder)
    gc.collect()
    gc.freeze()
    gc.disable()
    return _Nursery(control, built, Path(settings["data"]))


def _rehearse(built: Walls) -> None:
    """Have a child put up the walls and do nothing else: a wall that does not stand shall be no learner's fault."""
    for _ in range(_REHEARSALS):
        reason, status = _rehearse_once(built)
        if status != signal.SIGKILL:  # no wall of ours kills: that was somebody else
            break
    if reason or status:
        raise GraderError(f"the walls around a learner's process do not stand: {reason or f'it ended with status {status}'}")


def _rehearse_once(built: Walls) -> tuple[str, int]:
    rlimits = walls.compute_rlimits(built, Limits())
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            walls.put_up(built, rlimits)
        except BaseException as error:
            os.write(writer, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        reason = told.read()
    return reason, os.waitpid(pid, 0)[1]


def _warm_up() -> None:
    """Be S for a while: what Python makes on first use, each child would else make again, in pages of memory of its own."""
    kept = sys.stdout, sys.stderr, sys.modules["__main__"], sys.path[:]
    (reader, requests), (answers, writer) = os.pipe(), os.pipe()
    student = Student(Channel(reader, writer), _ROUNDS, _ROUNDS)
    line = Channel(answers, requests)
    for number in range(_ROUNDS):
        line.send(student.codec.pack(["cell", number]))
        line.send(student.codec.pack(["run", number, "def answer(x):\n    return x"]))
    os.close(requests)
    student.prepare()
    student.serve()
    signal.setitimer(signal.ITIMER_PROF, 0)
    for fd in (reader, answers, writer):
        os.close(fd)
    sys.stdout, sys.stderr, sys.modules["__main__"], sys.path[:] = kept


def _raise_child(nursery: _Nursery, limits: Limits, fds: list[int]) -> None:
    """Fork one child and wait for its end, or for the order to end it."""
    control = nursery.control
    fill_folder(nursery.walls.folder, nursery.data)
    student, rlimits = nursery.get_student(limits), walls.compute_rlimits(nursery.walls, limits)
    gc.freeze()  # nothing that is ours is for the child's collector to look through
    pid = os.fork()
    if pid == 0:
        _be_the_child(student, nursery.walls, rlimits, fds)
    for fd in fds:
        os.close(fd)
    was_ended = _wait(control, pid)
    _, status, usage = os.wait4(pid, 0)
    _end_group(pid)
    control.send(["exit", status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024])
    empty_folder(nursery.walls.folder)
    if not was_ended:
        control.receive()


def _wait(control: Control, pid: int) -> bool:
    """Wait until the child has ended, and end it if the grader says so or is gone; answer whether the grader did say so."""
    if not hasattr(os, "pidfd_open"):
        return _wait_in_turns(control, pid)
    watched = os.pidfd_open(pid)
    try:
        control.send(["born"], (watched,))
        poller = select.poll()
        poller.register(watched, select.POLLIN)
        poller.register(control.socket, select.POLLIN)
        was_ended = False
        while not any(fd == watched for fd, _ in poller.poll()):
            try:
                control.receive()
                was_ended = True
                poller.unregister(control.socket)
            finally:  # the order to end it, or the grader is gone
                signal.pidfd_send_signal(watched, signal.SIGKILL)
        return was_ended
    finally:
        os.close(watched)


def _wait_in_turns(control: Control, pid: int) -> bool:
    """Do the same on a system without descriptors of processes."""
    control.send(["born"])
    was_ended = False
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if select.select([] if was_ended else [control.socket], [], [], _POLL_SECONDS)[0]:
            try:
                control.receive()
                was_ended = True
            finally:
                os.kill(pid, signal.SIGKILL)
    return was_ended


def _end_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _be_the_child(student: Student, built: Walls, rlimits: Rlimits, fds: list[int]) -> None:
    """Become S: alone, behind the walls, with two pipe ends and nothing else open."""
    status = walls.EXIT_WALLS
    try:
        os.dup2(1, 2)
        os.dup2(fds[0], _READER)
        os.dup2(fds[1], _WRITER)
        gc.enable()
        walls.put_up(built, rlimits)
        os.closerange(_WRITER + 1, 1024)
        status = EXIT_WIRE  # from here on, what goes wrong is learner code's doing
        run_student(student)
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
