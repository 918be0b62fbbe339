"""The test process T: started once for a lab, it runs the tests of one submission after another, each in a fresh namespace.

Orders: ["open", {uses}] -> ["ready"] or ["failed", reason]; ["run", {folder, limits, answers, steps}] with T's two pipe ends ->
["done", number, facts] for each step, then ["end"]. `answers` is what the lab's solution tells of it, as
`autograder.split.solution` makes it plain; a step is {kind, source}, kind one of student, lab, parameters, test, skip.
"""

import builtins
import gc
import importlib
import itertools
import os
import resource
import signal
import socket
import sys
from typing import Any, Final

from autograder.labs.model import Limits
from autograder.sandbox.control import Control, DisconnectedError
from autograder.sandbox.watch import get_address_space
from autograder.split import mirror
from autograder.split.facts import Facts
from autograder.split.printing import display
from autograder.split.programs import serve_programs
from autograder.split.solution import Solution
from autograder.split.source import serve_inspect
from autograder.split.tester import Tester
from autograder.split.values import Registry, build_registry
from autograder.split.wire import Channel

_MEMORY_BYTES: Final = 2 * 2**30
"""What T may hold beyond its start: answers are bounded, but a test may build large things from small ones."""
_COLLECT_EVERY: Final = 16
"""After how many submissions T looks for garbage; what it has at its start is not looked at again."""


def main() -> None:
    """Serve orders on the socket whose descriptor is the first argument, until the grader is gone."""
    control = Control(socket.socket(fileno=int(sys.argv[1])))
    try:
        (_, settings), _ = control.receive()
        try:
            for name in settings["uses"]:
                importlib.import_module(name)
            registry = build_registry(settings["uses"])
            serve_inspect()
            builtins.display = display  # type: ignore[attr-defined]  # notebooks have it
        except Exception as error:
            control.send(["failed", f"{type(error).__name__}: {error}"])
            return
        _limit_memory()
        gc.collect()
        gc.freeze()
        control.send(["ready"])
        channel = None
        for number in itertools.count(1):
            (_, job), fds = control.receive()
            if channel is not None:
                channel.close()  # not sooner: the grader ends S, which would else wake up first, to find its channel closed
            channel = Channel(fds[0], fds[1])
            _run(control, job, registry, channel)
            if number % _COLLECT_EVERY == 0:
                gc.collect()  # the stand-ins of a session are classes, which stand in circles
    except DisconnectedError:
        return


def _run(control: Control, job: dict[str, Any], registry: Registry, channel: Channel) -> None:
    limits = Limits(**job["limits"])
    loaded = set(sys.modules)
    os.chdir(job["folder"])
    sys.path.insert(0, job["folder"])  # the lab's own modules
    mirror.listen()
    mirror.take_noted()
    tester = Tester(channel, registry, limits.cpu_seconds, limits.output_bytes, Solution.from_plain(job["answers"]))
    serve_programs(tester.programs)
    signal.signal(signal.SIGPROF, tester.on_timer)
    for number, step in enumerate(job["steps"]):
        facts = _run_step(tester, number, step)
        signal.setitimer(signal.ITIMER_PROF, 0)
        control.send(["done", number, {name: getattr(facts, name) for name in Facts.__slots__}])
    os.chdir("/")
    sys.path[:] = [entry for entry in sys.path if entry != job["folder"]]
    _forget_modules(job["folder"], sys.modules.keys() - loaded)
    control.send(["end"])


def _forget_modules(folder: str, names: set[str]) -> None:
    """Let the next submission find the lab's own modules, among those of these names, as if nobody had used them."""
    for name in names:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(folder + os.sep):
            del sys.modules[name]
    sys.path_importer_cache.pop(folder, None)


def _run_step(tester: Tester, number: int, step: dict[str, Any]) -> Facts:
    kind, source = step["kind"], step["source"]
    if kind == "student":
        return tester.run_student_cell(number, source)
    if kind == "test":
        return tester.run_test_cell(number, source)
    if kind != "skip":
        tester.run_lab_cell(number, source, lock_all=kind == "parameters")
    return Facts()


def _limit_memory() -> None:
    amount = get_address_space() + _MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (amount, amount))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
