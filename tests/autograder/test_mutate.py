"""The mutator: what it changes, what it leaves alone, and that it is the same everywhere."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.errors import LabError
from autograder.mutate import build_mutants, mutate_cell

ROOT = Path(__file__).parents[2]
COUNT = '''
def count(numbers: list[int], bound: int = 7) -> int:
    """How many are above 7?"""
    offset = 1
    ### BEGIN SOLUTION
    found = 0
    for number in numbers:
        if number > bound and number is not None:
            found += 1
    return found
    ### END SOLUTION
'''.strip()
EXPECTED = [
    (5, "found = 0", "found = None"),
    (5, "found = 0", "found = 1"),
    (7, "if number > bound and number is not None:", "if number > bound or number is not None:"),
    (7, "if number > bound and number is not None:", "if number >= bound and number is not None:"),
    (7, "if number > bound and number is not None:", "if number > bound and number is None:"),
    (8, "found += 1", "found = 1"),
    (8, "found += 1", "found -= 1"),
    (8, "found += 1", "found += 2"),
]


def describe(source):
    return [(mutant.line, mutant.before, mutant.after) for mutant in mutate_cell("count", source)]


def test_mutants_are_the_named_mutators_own():
    # Pinned on purpose: another version of mutmut that makes other mutants changes what "95 % caught" means.
    assert describe(COUNT) == EXPECTED


def test_signature_docstring_and_given_lines_are_left_alone():
    begin, end = COUNT.index("### BEGIN"), COUNT.index("### END")
    for mutant in mutate_cell("count", COUNT):
        assert mutant.source.startswith(COUNT[:begin])
        assert mutant.source.endswith(COUNT[end:])


def test_cell_without_region_is_mutated_whole():
    given = COUNT.replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION", "")
    assert (3, "offset = 1", "offset = 2") in describe(given)


def test_two_regions_in_a_cell_are_both_mutated():
    again = COUNT.replace("count(", "count_again(")
    lines = {mutant.line for mutant in mutate_cell("count", f"{COUNT}\n\n\n{again}")}
    assert lines == {5, 7, 8, 17, 19, 20}


def test_what_is_raised_is_left_alone():
    source = 'def refuse(number):\n    if number < 0:\n        raise ValueError(f"number {number + 1}", "is negative")'
    assert describe(source) == [(2, "if number < 0:", "if number <= 0:"), (2, "if number < 0:", "if number < 1:")]


@pytest.mark.parametrize("source", [COUNT, "def f(x):\n    return g(x, x)[1:]\n", "x = 'a'\nwhile x:\n    continue"])
def test_each_mutant_is_another_program(source):
    mutants = list(mutate_cell("count", source))
    programs = [ast.dump(ast.parse(mutant.source)) for mutant in mutants]
    assert len({*programs, ast.dump(ast.parse(source))}) == len(mutants) + 1 > 1


def test_fault_over_several_lines_is_told_in_full():
    source = 'def f(x):\n    match x:\n        case 1:\n            return "a"\n        case _:\n            return 2'
    assert (3, 'case 1:\n    return "a"', "") in describe(source)
    assert (5, "case _:\n    return 2", "") in describe(source)


def test_order_and_content_do_not_depend_on_the_process():
    command = f"from autograder.mutate import build_mutants; print(hash(0), build_mutants({{'a': {COUNT!r}, 'b': {COUNT!r}}}))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    runs = [
        subprocess.run([sys.executable, "-c", command], env={**environment, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert [mutant.task for mutant in build_mutants({"a": COUNT, "b": COUNT})] == ["a"] * 8 + ["b"] * 8


def test_no_configuration_is_read(tmp_path, monkeypatch):
    # mutmut itself would look for its settings here, and stop at this file.
    (tmp_path / "pyproject.toml").write_text("[tool.mutmut\n")
    monkeypatch.chdir(tmp_path)
    assert describe(COUNT) == EXPECTED


def test_what_the_parser_does_not_read_is_named():
    with pytest.raises(LabError, match="task broken"):
        list(mutate_cell("broken", "def f(:\n    pass"))
