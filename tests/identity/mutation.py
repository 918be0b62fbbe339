"""How good the tests of `minichain.identity` are: faults are put in, one at a time, and the tests must notice (`make soak`).

    python -m tests.identity.mutation                     all mutants: hours on two cores
    python -m tests.identity.mutation --sample 300        a random sample, always the same
    python -m tests.identity.mutation paths policy        those of some modules

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
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "minichain" / "identity"
TESTS = Path(__file__).parent
AT_LEAST = 0.85
SECONDS = 120
"""The processor time that a mutant has: an endless loop is a fault that was noticed."""
EXAMPLES = 25
"""Examples of hypothesis for each mutant: a fault that only a long search finds would make the run endless."""

OWN_TESTS = {
    "access": ["test_access", "test_changes"],
    "algorithms": ["test_issue", "test_certificate", "test_paths"],
    "asn1": ["test_asn1"],
    "bundle": ["test_bundle"],
    "certificate": ["test_certificate"],
    "changes": ["test_changes"],
    "default_policies": ["test_default_policies"],
    "explain": ["test_default_policies"],
    "extensions": ["test_certificate", "test_issue"],
    "foreign": ["test_foreign", "test_pkits"],
    "issue": ["test_issue"],
    "names": ["test_names"],
    "organisations": ["test_organisations"],
    "paths": ["test_paths", "test_pkits"],
    "policy": ["test_policy"],
    "revocation": ["test_paths", "test_pkits", "test_changes"],
    "revocation_list": ["test_revocation_list"],
    "roles": ["test_default_policies"],
    "transaction_policy": ["test_default_policies"],
}
SLOW_TESTS = {"test_openssl"}
"""Not run on mutants: they start another program for each assertion, and find what the others find."""


@dataclass(frozen=True)
class Fault:
    """A module with one fault."""

    module: str
    line: int
    before: str
    after: str
    source: str


def list_faults(modules):
    """Return the mutants of these modules, made statement by statement: a whole module at once would take minutes."""
    from autograder.mutate import mutate_cell

    faults = []
    for module in modules:
        source = (PACKAGE / f"{module}.py").read_text()
        lines = source.splitlines(keepends=True)
        for node in ast.parse(source).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                continue
            start = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))]) - 1
            before, after = "".join(lines[:start]), "".join(lines[node.end_lineno :])
            faults.extend(
                Fault(module, start + mutant.line, mutant.before, mutant.after, before + mutant.source + after)
                for mutant in mutate_cell(module, "".join(lines[start : node.end_lineno]))
            )
    return faults


class MutantFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the source with the fault when its module is imported."""

    def __init__(self, fault):
        self.fault = fault
        self.name = f"minichain.identity.{fault.module}"

    def find_spec(self, name, path, target=None):
        return importlib.machinery.ModuleSpec(name, self, origin=str(PACKAGE / f"{self.fault.module}.py")) if name == self.name else None

    def exec_module(self, module):
        exec(compile(self.fault.source, module.__spec__.origin, "exec"), module.__dict__)


def run_tests(fault):
    """Return whether a test notices the fault. Runs in a process of its own."""
    import pytest
    from hypothesis import settings

    sys.meta_path.insert(0, MutantFinder(fault))
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:doctest", "--no-header", "--tb=no", "-o", "addopts=--import-mode=importlib"]
    own = OWN_TESTS.get(fault.module, [])
    rest = [path.stem for path in sorted(TESTS.glob("test_*.py")) if path.stem not in {*own, *SLOW_TESTS}]
    for names in (own, rest):
        settings.register_profile("mutants", deadline=None, derandomize=True, max_examples=EXAMPLES)
        arguments = [*options, "--hypothesis-profile=mutants", *(str(TESTS / f"{name}.py") for name in names)]
        if names and pytest.main(arguments) != 0:
            return True
    return False


def start(fault):
    """Fork a process that runs the tests on a fault; its exit code is 1 if they notice it."""
    process = os.fork()
    if process == 0:
        with contextlib.suppress(BaseException), Path(os.devnull).open("w") as nowhere:
            for stream in (1, 2):
                os.dup2(nowhere.fileno(), stream)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)  # SIGPROF ends the process
            os._exit(1 if run_tests(fault) else 0)
        os._exit(1)
    return process


def run_all(faults, jobs):
    """Yield each fault with whether it was noticed, as they end."""
    waiting, running = list(reversed(faults)), {}
    while waiting or running:
        while waiting and len(running) < jobs:
            fault = waiting.pop()
            running[start(fault)] = fault
        process, status = os.wait()
        yield running.pop(process), status != 0


def preload():
    """Import what every mutant needs, except the package."""
    import cryptography.x509.verification
    import hypothesis.strategies
    import pytest

    import minichain.crypto.key_files
    import minichain.crypto.suites

    assert cryptography and hypothesis and pytest and minichain.crypto
    assert not any(name.startswith("minichain.identity") for name in sys.modules)


def main():
    """Run the mutants and list the survivors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help="modules of minichain.identity; all of them if none is named")
    parser.add_argument("--sample", type=int, help="so many mutants, drawn at random, always the same")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many run at once")
    arguments = parser.parse_args()
    modules = arguments.modules or sorted(path.stem for path in PACKAGE.glob("*.py"))
    faults = list_faults(modules)
    total = len(faults)
    if arguments.sample is not None and arguments.sample < total:
        faults = random.Random(0).sample(faults, arguments.sample)
    preload()
    began, killed, ran, survivors = time.monotonic(), Counter(), Counter(), []
    for fault, was_noticed in run_all(faults, arguments.jobs):
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


if __name__ == "__main__":
    sys.exit(main())
