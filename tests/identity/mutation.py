"""How good the tests of `minichain.identity` are: faults are put in, one at a time, and the tests must notice (`make soak`).

    python -m tests.identity.mutation                     all mutants: hours on two cores
    python -m tests.identity.mutation --sample 300        a random sample, always the same
    python -m tests.identity.mutation paths policy        those of some modules

How it works is told in `tests/mutation.py`.
"""

import sys
from pathlib import Path

from tests.mutation import Campaign, run_campaign

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
SLOW_TESTS = frozenset({"test_openssl"})
"""Not run on mutants: they start another program for each assertion, and find what the others find."""


def preload():
    """Import what every mutant needs, except the package."""
    import cryptography.x509.verification
    import hypothesis.strategies
    import pytest

    import minichain.crypto.key_files
    import minichain.crypto.suites

    assert cryptography and hypothesis and pytest and minichain.crypto


if __name__ == "__main__":
    sys.exit(run_campaign(Campaign("minichain.identity", Path(__file__).parent, OWN_TESTS, preload, SLOW_TESTS)))
