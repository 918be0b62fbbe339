"""A few random programs; `make soak` runs them for ten minutes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.python.fuzz import FindingError, compare, digest_seeds, examine_seed, make_python_names
from tests.contracts.python.programs import make_program, spoil

SEEDS = 120
ROOT = Path(__file__).parents[3]


def test_random_programs_end_as_they_should():
    found = [examine_seed(seed)[0] for seed in range(SEEDS)]
    assert found.count("OK") > SEEDS // 2
    assert {"OK", "FAILED", "refused"} <= set(found)


def test_another_process_with_another_hash_seed_comes_to_the_same():
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-m", "tests.contracts.python.fuzz", "--digest", "1000", "40"]
    process = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=True)
    assert process.stdout.strip() == digest_seeds(1000, 40)


def test_a_seed_always_gives_the_same_program():
    assert make_program(5) == make_program(5) != make_program(6)
    assert spoil(make_program(5), 1) == spoil(make_program(5), 1) != make_program(5)


def test_a_difference_from_python_is_found():
    source = "def main(n: int, text: str) -> str:\n    emit('x', n)\n    return text\n"
    _, record = examine_seed(0)
    with pytest.raises(FindingError, match="Python"):
        compare(source, 3, "a", record)
    assert make_python_names()[0] == []
