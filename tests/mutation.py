"""How good tests are: faults are put into a package, one at a time, and its tests must notice (`make soak`).

The faults are mutmut's, as in `autograder validate` (what is raised is left alone). Each mutant runs in a process of its own, forked from
one that has imported everything but the package; there its module is replaced, and then the tests run, the module's own first, until one
fails. It is killed by a failed test, an error, or too much time. Ends with 1 if fewer than 85 % are killed; survivors are listed.
"""

import argparse
import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import signal
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
AT_LEAST = 0.85
SECONDS = 120
"""The processor time that a mutant has: an endless loop is a fault that was noticed."""
EXAMPLES = 25
"""Examples of hypothesis for each mutant: a fault that only a long search finds would make the run endless."""


@dataclass(frozen=True)
class Campaign:
    """A package and its tests."""

    package: str
    """By its dotted name."""
    tests: Path
    own_tests: Mapping[str, Sequence[str]]
    """The tests that are run first, by module of the package."""
    preload: Callable[[], None]
    """Imports what every mutant needs, except the package."""
    slow_tests: Set[str] = frozenset()
    """Not run on mutants."""
    notice: Callable[[], bool] | None = None
    """Run before the tests, because it is quicker than they are: whether it notices the fault."""

    @property
    def folder(self):
        return ROOT.joinpath(*self.package.split("."))


@dataclass(frozen=True)
class Fault:
    """A module with one fault."""

    module: str
    line: int
    before: str
    after: str
    source: str


def list_parts(body):
    """Yield first line, last line and indent of statements, those of classes one by one: to mutate much at once takes minutes."""
    for node in body:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        if isinstance(node, ast.ClassDef):
            yield from list_parts(node.body)
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            yield first, node.end_lineno, " " * node.col_offset


def list_faults(campaign, modules):
    """Return the mutants of these modules."""
    from autograder.mutate import mutate_cell

    faults = []
    for module in modules:
        source = (campaign.folder / f"{module}.py").read_text()
        lines = source.splitlines(keepends=True)
        for first, last, indent in list_parts(ast.parse(source).body):
            before, part, after = "".join(lines[: first - 1]), "".join(lines[first - 1 : last]), "".join(lines[last:])
            for mutant in mutate_cell(module, textwrap.dedent(part)):
                whole = before + textwrap.indent(mutant.source, indent) + after
                faults.append(Fault(module, first - 1 + mutant.line, mutant.before, mutant.after, whole))
    return faults


class MutantFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the source with the fault when its module is imported."""

    def __init__(self, campaign, fault):
        self.fault = fault
        self.name = f"{campaign.package}.{fault.module}"
        self.origin = str(campaign.folder / f"{fault.module}.py")

    def find_spec(self, name, path, target=None):
        return importlib.machinery.ModuleSpec(name, self, origin=self.origin) if name == self.name else None

    def exec_module(self, module):
        exec(compile(self.fault.source, module.__spec__.origin, "exec"), module.__dict__)


def run_tests(campaign, fault):
    """Return whether a test notices the fault. Runs in a process of its own."""
    import pytest
    from hypothesis import settings

    sys.meta_path.insert(0, MutantFinder(campaign, fault))
    if campaign.notice is not None and campaign.notice():
        return True
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:doctest", "--no-header", "--tb=no", "-o", "addopts=--import-mode=importlib"]
    own = campaign.own_tests.get(fault.module, [])
    rest = [path.stem for path in sorted(campaign.tests.glob("test_*.py")) if path.stem not in {*own, *campaign.slow_tests}]
    for names in (own, rest):
        settings.register_profile("mutants", deadline=None, derandomize=True, max_examples=EXAMPLES)
        arguments = [*options, "--hypothesis-profile=mutants", *(str(campaign.tests / f"{name}.py") for name in names)]
        if names and pytest.main(arguments) != 0:
            return True
    return False


def start(campaign, fault):
    """Fork a process that runs the tests on a fault; its exit code is 1 if they notice it."""
    process = os.fork()
    if process == 0:
        with contextlib.suppress(BaseException), Path(os.devnull).open("w") as nowhere:
            for stream in (1, 2):
                os.dup2(nowhere.fileno(), stream)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)  # SIGPROF ends the process
            os._exit(1 if run_tests(campaign, fault) else 0)
        os._exit(1)
    return process


def run_all(campaign, faults, jobs):
    """Yield each fault with whether it was noticed, as they end."""
    waiting, running = list(reversed(faults)), {}
    while waiting or running:
        while waiting and len(running) < jobs:
            fault = waiting.pop()
            running[start(campaign, fault)] = fault
        process, status = os.wait()
        yield running.pop(process), status != 0


def run_campaign(campaign):
    """Run the mutants that the command line asks for, and list the survivors. Return whether there are too many."""
    parser = argparse.ArgumentParser(description=f"faults in {campaign.package}")
    parser.add_argument("modules", nargs="*", help=f"modules of {campaign.package}; all of them if none is named")
    parser.add_argument("--sample", type=int, help="so many mutants, drawn at random, always the same")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many run at once")
    arguments = parser.parse_args()
    modules = arguments.modules or sorted(path.stem for path in campaign.folder.glob("*.py"))
    faults = list_faults(campaign, modules)
    total = len(faults)
    if arguments.sample is not None and arguments.sample < total:
        faults = random.Random(0).sample(faults, arguments.sample)
    campaign.preload()
    assert not any(name.startswith(campaign.package) for name in sys.modules)
    began, killed, ran, survivors = time.monotonic(), Counter(), Counter(), []
    for fault, was_noticed in run_all(campaign, faults, arguments.jobs):
        ran[fault.module] += 1
        killed[fault.module] += was_noticed
        if not was_noticed:
            survivors.append(fault)
            print(f"survived  {fault.module}.py:{fault.line}\n    - {fault.before.strip()}\n    + {fault.after.strip()}", flush=True)
    print(f"\n{len(faults)} of {total} mutants in {time.monotonic() - began:.0f} s")
    for module in sorted(ran):
        print(f"  {module:20} {killed[module]:4} of {ran[module]:4} killed  {killed[module] / ran[module]:7.1%}")
    score = killed.total() / len(faults)
    print(f"score {score:.1%}, {len(survivors)} survivors; at least {AT_LEAST:.0%} is asked for")
    return score < AT_LEAST
