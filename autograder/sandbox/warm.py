"""Starting a process of the grader's own and keeping it ready: the nursery of S, and the test process T."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from autograder.errors import GraderError
from autograder.sandbox.control import Control, DisconnectedError

_START_SECONDS: Final = 120
_ONE_THREAD: Final = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR")}


class WarmProcess:
    """A running process that answers orders on a control line. It ends when the line is closed, or when this process ends."""

    def __init__(self, module: str, settings: dict[str, Any], log: Path, core: int | None = None, cage: Sequence[str] = ()) -> None:
        """Start `python -m module`, on one processor if `core` names it, inside a bubblewrap if `cage` is the command of one, and wait
        until it is ready. Raises `GraderError` with its own words if it does not become so, and `DisconnectedError` if somebody killed
        it."""
        ours, theirs = socket.socketpair()
        self.control = Control(ours)
        self._handle: int | None = None
        with theirs, log.open("ab") as errors:
            self._start(module, theirs.fileno(), errors, cage)
        if core is not None:
            with suppress(ProcessLookupError):
                os.sched_setaffinity(self.pid, {core})
        try:
            self.control.send(["open", settings])
            if not select.select([ours], [], [], _START_SECONDS)[0]:
                self.end()
                raise GraderError(f"{module} did not start within {_START_SECONDS} s")
            (word, *self.answer), _ = self.control.receive()
        except DisconnectedError:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=5)
            self.end()
            if not 0 <= self.process.returncode < 128:  # bubblewrap hands a signal on as 128 and its number
                raise
            raise GraderError(f"{module} could not start: {_read_tail(log)}") from None
        if word != "ready":
            self.end()
            raise GraderError(f"{module} could not start: {self.answer[0]}")

    def _start(self, module: str, control: int, errors: IO[bytes], cage: Sequence[str]) -> None:
        """Start the process. Behind a bubblewrap it has two numbers: `pid` is the one by which the rest of the machine knows it."""
        reader, writer = os.pipe()
        told = ["--info-fd", str(writer), "--"] if cage else []
        try:
            self.process = subprocess.Popen(
                [*cage, *told, sys.executable, "-m", module, str(control)],
                pass_fds=[control, *([writer] if cage else [])],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd="/",
                env=_build_environment(),
                start_new_session=True,
            )
        finally:
            os.close(writer)
            with os.fdopen(reader) as info:
                text = info.read()
        try:
            self.pid = int(json.loads(text)["child-pid"]) if cage else self.process.pid
            self._handle = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") else None
        except (ValueError, KeyError, ProcessLookupError):
            self.pid, self._handle = self.process.pid, None

    def end(self, patience: float = 0.0) -> None:
        """End the process. It ends by itself when the line is closed, so that what it used up is counted; after `patience` it is killed."""
        self.control.socket.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=patience)
        self.kill()
        self.process.wait()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def kill(self) -> None:
        """Kill the process itself, by its descriptor: its number may be another's by now, and what stands around it ends with it."""
        if self._handle is None:
            self.process.kill()
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)


def _build_environment() -> dict[str, str]:
    """Return an environment without anything of the caller's that a learner should not see."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ}
    if "PYTHONPATH" in kept:
        kept["PYTHONPATH"] = os.pathsep.join(str(Path(part).resolve()) for part in kept["PYTHONPATH"].split(os.pathsep) if part)
    fixed = {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "Agg"}
    return {**kept, **_ONE_THREAD, **fixed}


def _read_tail(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
