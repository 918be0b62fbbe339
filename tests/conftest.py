"""What every test run here shares: where programs are found, how hypothesis draws, when a skipped test counts as failed, what is counted.

`make test` shares the tests between processes (pytest-xdist). Each tells what it counted when it ends, and the first process prints it.
"""

import os
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

# nbgrader calls `alembic` by name: the programs of the environment that runs the tests come first.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

# A run in the background begins with Ctrl-C ignored, and its children inherit that: tests that press Ctrl-C would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in each run, and no deadline: a busy machine is no bug.
settings.register_profile("minichain", deadline=None, derandomize=True)
settings.load_profile("minichain")

# Benchmarks import peers that only `make bench` installs; none of them is a test.
collect_ignore = ["benchmarks"]

FORBID_SKIPS = bool(os.environ.get("MINICHAIN_NO_SKIP"))
LEFT_OUT = ("long", "browser")
left_out = pytest.StashKey[dict]()
"""How many tests of each mark this run leaves for `make test-all`."""
cases = pytest.StashKey[dict]()
"""For each published source and its number of cases, who has passed them."""


def fail_instead(report):
    """Turn a skipped report into a failed one that tells what was skipped."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"skipped where nothing may be skipped (MINICHAIN_NO_SKIP): {reason.removeprefix('Skipped: ')}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A test may skip in a full run only if it carries `may_skip`, with the reason."""
    report = yield
    if FORBID_SKIPS and report.skipped and not hasattr(report, "wasxfail") and not item.get_closest_marker("may_skip"):
        fail_instead(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    """A test file may not skip itself in a full run."""
    report = yield
    if FORBID_SKIPS and report.skipped:
        fail_instead(report)
    return report


def pytest_configure(config):
    config.stash[left_out], config.stash[cases] = Counter(), {}


def pytest_deselected(items):
    for item in items:
        item.config.stash[left_out].update(mark for mark in LEFT_OUT if item.get_closest_marker(mark))


@pytest.fixture
def count_cases(request):
    """Return the function by which a test says how many cases of which source an implementation has passed."""

    def count(source, number, implementation):
        request.config.stash[cases].setdefault((source, number), []).append(implementation)

    return count


def pytest_sessionfinish(session):
    """Hand over what was counted, if this is one of several processes."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left out"] = dict(session.config.stash[left_out])
        output["cases"] = [[*key, who] for key, who in session.config.stash[cases].items()]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    """Take what a process counted. All of them leave out the same tests."""
    output = getattr(node, "workeroutput", {})
    node.config.stash[left_out] = Counter(output.get("left out"))
    for source, number, who in output.get("cases", ()):
        node.config.stash[cases].setdefault((source, number), []).extend(who)


def pytest_terminal_summary(terminalreporter, config):
    """Say which published cases were checked, and what this run left for `make test-all`."""
    if config.stash[cases]:
        terminalreporter.section("published cases passed")
    for (source, number), implementations in sorted(config.stash[cases].items()):
        terminalreporter.write_line(f"{source:44} {number:6,}   {', '.join(sorted(implementations))}")
    if config.stash[left_out]:
        what = ", ".join(f"{count} {mark}" for mark, count in sorted(config.stash[left_out].items()))
        terminalreporter.write_line(f"LEFT OUT: {what} (make test-all runs them)")


@pytest.fixture(scope="session")
def launch_chromium():
    """Return what starts a headless Chromium, given its flags. One driver serves the whole run: a second one in the same thread fails."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; `make site` brings it")
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("no chromium; on Debian and Ubuntu: apt install chromium")
    with playwright.sync_playwright() as driver:
        yield lambda *flags: driver.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", *flags]
        )
