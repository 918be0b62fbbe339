"""How good the tests of `minichain.contracts.python` are: faults are put in, one at a time, and the tests must notice (`make soak`).

    python -m tests.contracts.mutation                     all mutants: hours on two cores
    python -m tests.contracts.mutation --sample 300        a random sample, always the same
    python -m tests.contracts.mutation scan operations     those of some modules

How it works is told in `tests/mutation.py`. Most faults change a transcript, so those are looked at first, without pytest.
"""

import json
import sys
from pathlib import Path

from tests.mutation import Campaign, run_campaign

OWN_TESTS = {}
"""None comes before the others: `notice_fault` does."""
SLOW_TESTS = frozenset({"test_transcripts", "test_features", "test_hostile_contracts", "test_fuzz"})
"""Not run on mutants: their contracts, or others of their kind, are among the transcripts."""


def preload():
    """Import what every mutant needs, except the package."""
    import pytest
    from hypothesis import settings

    import minichain.ledger.configuration
    import minichain.ledger.execution
    import tests.ledger.keyvalue_calls

    assert pytest and settings and minichain.ledger and tests.ledger


def notice_fault():
    """Return whether a transcript comes out differently."""
    from tests.contracts.python.transcripts import PATH, list_differences

    written = json.loads(PATH.read_text())
    return any(True for _ in list_differences(written, written))


if __name__ == "__main__":
    tests = Path(__file__).parent / "python"
    sys.exit(run_campaign(Campaign("minichain.contracts.python", tests, OWN_TESTS, preload, SLOW_TESTS, notice_fault)))
