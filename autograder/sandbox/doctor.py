"""Does each wall stand? The doctor tries to break it: attacks run in a real S, forked by a real nursery, and report what they reached.

Outside lie things made to be found: a file that everybody may read, a process of this user, sockets that listen, shared memory. An attack
that reaches nothing was held off; one that no wall of this set-up is there to hold off is open, and the report says what that means.
"""

import ast
import contextlib
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from autograder.errors import GraderError
from autograder.limits import Limits
from autograder.sandbox import bubblewrap, probes, walls
from autograder.sandbox.folders import remove_folder
from autograder.sandbox.home import Home
from autograder.sandbox.probes import Probe
from autograder.sandbox.warm import WarmProcess
from autograder.split.wire import Channel, ClosedError, Codec

LIMITS: Final = Limits(cpu_seconds=0.2, memory_bytes=128 * 2**20)
_ANSWER_SECONDS: Final = 30.0
_END_SECONDS: Final = 5.0
_TOKEN: Final = "AUTOGRADER_DOCTOR_TOKEN"
_NAMES: Final = (_TOKEN, "PATH", "PYTHONPATH", "USER", "LOGNAME")

State = Literal["held", "open", "broken"]
"""Held off; nothing here is there to hold it off; a wall that should have held it off did not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one attack: what it reached, and what that means."""

    name: str
    state: State
    reached: tuple[str, ...] = ()
    means: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What stands on this machine: the walls, why bubblewrap does not (or nothing), and the attacks."""

    walls: tuple[str, ...]
    bubblewrap: str
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Answer whether all that should hold did, and nothing but side issues is open: learner code is held."""
        return self.walls != walls.NONE and all(finding.state != "broken" for finding in self.findings)


OnFinding = Callable[[Finding], None]


def examine(uses_bubblewrap: bool, on_finding: OnFinding) -> Report:
    """Attack the walls that grading has here, with bubblewrap or as if there were none. Raises `GraderError` where there are no walls."""
    with contextlib.ExitStack() as stack:
        home = Home(_make_folder(stack), uses_bubblewrap)
        outside = stack.enter_context(_lay_out(home))
        nursery = home.start_nursery({"uses": [], "hides": [], "restricts": False})
        stack.callback(nursery.end, 1.0)
        names = tuple(nursery.answer[0])
        findings = []
        for finding in _attack(nursery, names, outside):
            findings.append(finding)
            on_finding(finding)
    return Report(names, "" if "namespaces" in names else bubblewrap.find_bubblewrap().problem, tuple(findings))


def to_public(report: Report) -> dict[str, Any]:
    """Return what `autograder doctor --json` prints."""
    return {"sound": report.is_sound, **asdict(report)}


def _attack(nursery: WarmProcess, names: tuple[str, ...], outside: dict[str, Any]) -> Iterator[Finding]:
    for probe in probes.PROBES:
        source = f"{probes.PRELUDE}\noutside = {outside!r}\n{probe.source}\ngot"
        answer, status, _ = _run(nursery, source)
        yield _judge(probe, names, _read(answer, status, probe.may_end))
    _, status, cpu_seconds = _run(nursery, probes.ENDLESS)
    ended = os.WIFSIGNALED(status) and cpu_seconds < walls.compute_total_cpu(LIMITS) + 1
    yield Finding("compute without end", "held" if ended else "broken", (), "" if ended else "one submission can keep a processor")
    yield _outlive(nursery)


def _judge(probe: Probe, names: tuple[str, ...], reached: tuple[str, ...]) -> Finding:
    if not reached:
        return Finding(probe.name, "held")
    return Finding(probe.name, "broken" if set(probe.needs) & set(names) else "open", reached, probe.means)


def _read(answer: list[Any] | None, status: int, may_end: bool) -> tuple[str, ...]:
    """Return what a probe says that it reached. One that did not come to its end counts as held off only if that is what holds it off."""
    if answer is None:
        return () if may_end else (f"its process ended before it could tell (status {status})",)
    kind, content, *_ = answer
    if kind != "value":
        return (f"it could not be tried: {str(content)[:200]}",)
    try:
        return tuple(map(str, ast.literal_eval(content)))
    except (SyntaxError, ValueError):
        return (str(content)[:200],)


def _run(nursery: WarmProcess, source: str) -> tuple[list[Any] | None, int, float]:
    """Run a cell in a child of its own; return its answer if it gave one, its exit status and its processor seconds."""
    channel, child = _fork(nursery, source)
    answer = None
    try:
        if select.select([channel.reader], [], [], _ANSWER_SECONDS)[0]:
            with contextlib.suppress(ClosedError):
                answer = Codec(_refuse, _refuse).unpack(channel.receive())
    finally:
        channel.close()
        os.close(child)
    nursery.control.send(["end"])
    (_, status, cpu_seconds, _), _ = nursery.control.receive()
    return answer, status, cpu_seconds


def _outlive(nursery: WarmProcess) -> Finding:
    """Have a child sleep, end its nursery from outside, and look for the child."""
    channel, child = _fork(nursery, probes.SLEEPER)
    nursery.kill()
    is_gone = bool(select.select([child], [], [], _END_SECONDS)[0])
    channel.close()
    os.close(child)
    means = "" if is_gone else "after a crash of the grader, learner code goes on running"
    return Finding("outlive the grader", "held" if is_gone else "broken", (), means)


def _fork(nursery: WarmProcess, source: str) -> tuple[Channel, int]:
    """Fork a child and have it run a cell; return the line to it and its descriptor."""
    to_student, to_us = os.pipe(), os.pipe()
    nursery.control.send(["fork", asdict(LIMITS)], (to_student[0], to_us[1]))
    os.close(to_student[0])
    os.close(to_us[1])
    _, (child,) = nursery.control.receive()
    channel = Channel(to_us[0], to_student[1])
    channel.send(Codec(_refuse, _refuse).pack(["run", 0, source]))
    return channel, child


def _refuse(*_: Any) -> Any:
    raise GraderError("a probe answers with plain text")


def _make_folder(stack: contextlib.ExitStack) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="autograder-doctor-"))
    folder.chmod(0o755)
    stack.callback(remove_folder, folder)
    (folder / "scratch").mkdir()
    return folder / "scratch"


@contextlib.contextmanager
def _lay_out(home: Home) -> Iterator[dict[str, Any]]:
    """Lay out what a submission should not find; yield what the probes have to know of it."""
    folder = home.scratch.parent / "outside"
    folder.mkdir(mode=0o755)
    (folder / "secret").write_text("the answers to all hidden tests")
    (folder / "secret").chmod(0o644)
    shared = Path("/dev/shm") / folder.parent.name
    abstract = folder.parent.name
    os.environ[_TOKEN] = "a token"
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdin=subprocess.DEVNULL)
    with contextlib.ExitStack() as stack:
        stack.callback(os.environ.pop, _TOKEN)
        stack.callback(victim.wait)
        stack.callback(victim.kill)
        if shared.parent.exists():
            shared.write_text("for the next submission")
            shared.chmod(0o666)
            stack.callback(shared.unlink)
        line, named, nameless = (stack.enter_context(socket.socket(kind)) for kind in (socket.AF_INET, socket.AF_UNIX, socket.AF_UNIX))
        line.bind(("127.0.0.1", 0))
        named.bind(str(folder / "socket"))
        nameless.bind(f"\0{abstract}")
        for listener in (line, named, nameless):
            listener.listen()
        (folder / "socket").chmod(0o777)
        yield {
            "folder": str(folder),
            "secret": str(folder / "secret"),
            "log": str(home.scratch / "nursery.log"),
            "home": str(Path.home()),
            "port": line.getsockname()[1],
            "socket": str(folder / "socket"),
            "abstract": abstract,
            "shared": str(shared),
            "victim": victim.pid,
            "memory": LIMITS.memory_bytes,
            "names": list(_NAMES),
        }
