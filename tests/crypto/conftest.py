"""Counts the published cases that a run has checked, and prints the counts at its end."""

from collections import defaultdict

import pytest

counted = pytest.StashKey[dict]()


@pytest.fixture
def count_cases(request):
    """Return the function by which a test says how many cases of which source an implementation has passed."""

    def count(source, cases, implementation):
        request.config.stash.setdefault(counted, defaultdict(list))[source, cases].append(implementation)

    return count


def pytest_terminal_summary(terminalreporter, config):
    counts = config.stash.get(counted, {})
    if counts:
        terminalreporter.section("published cases passed")
    for (source, cases), implementations in sorted(counts.items()):
        terminalreporter.write_line(f"{source:44} {cases:6,}   {', '.join(implementations)}")
