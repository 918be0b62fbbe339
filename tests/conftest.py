"""What every test run here shares: where programs are found, how hypothesis draws, and when a skipped test counts as failed."""

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
left_out = pytest.StashKey[Counter]()


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
    config.stash[left_out] = Counter()


def pytest_deselected(items):
    for item in items:
        item.config.stash[left_out].update(mark for mark in LEFT_OUT if item.get_closest_marker(mark))


def pytest_terminal_summary(terminalreporter, config):
    """Say what this run left for `make test-all`."""
    counts = config.stash[left_out]
    if counts:
        what = ", ".join(f"{count} {mark}" for mark, count in counts.items())
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
