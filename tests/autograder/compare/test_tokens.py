"""Tokens: what is easy to change is gone, broken code is read like any other, and no text takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.compare.passages import LENGTH, compute_passages, compute_set
from autograder.compare.tokens import MAX_CHARACTERS, MAX_TOKENS, find_given_names, split_tokens

SOURCE = '''
def total(values, start=0):
    """Add them up."""
    result = start  # so far
    for value in values:
        result += value * 2
    return result
'''
SAME = [
    SOURCE.replace("result", "r").replace("value", "v"),
    SOURCE.replace("= 0", "= 0xFF").replace("* 2", "* 2_000"),
    SOURCE.replace("    ", "\t").replace("\n", "\n\n"),
    SOURCE.replace('"""Add them up."""', "'''Something\nelse'''\n    # and more"),
    SOURCE.replace("values, start=0", "\n    values,\n    start=0,\n"),
    SOURCE.replace("result = start", "result = \\\n  start"),
]


@pytest.mark.parametrize("changed", SAME)
def test_what_is_easy_to_change_is_not_seen(changed):
    assert changed != SOURCE
    assert split_tokens(changed).kinds == split_tokens(SOURCE).kinds


@pytest.mark.parametrize(("old", "new"), [("+=", "-="), ("for value in values", "while values"), ("return result", "return sum(result)")])
def test_what_the_program_does_is_seen(old, new):
    assert split_tokens(SOURCE.replace(old, new)).kinds != split_tokens(SOURCE).kinds


def test_what_the_lab_gives_is_told_apart_and_what_the_learner_names_is_not():
    names = find_given_names("def root(records):\n    return hashlib.sha256(records)")
    assert split_tokens("root(records).sha256.mine", names).kinds == ("root", "(", "_", ".", "sha256", ".", "_")
    assert split_tokens("values = x.values()").kinds == ("_", "=", "_", ".", "values", "(")


BROKEN = ["def f(:\n", "x = '''open", "s = 'open\nx = 1", "\x00\x01", "%%time\n!ls -l\nf?", "((((", "))))", "\\", "x = 1 \\"]


@pytest.mark.parametrize("broken", BROKEN)
def test_broken_code_is_read_to_its_end(broken):
    kinds = split_tokens(f"{broken}\n{SOURCE}").kinds
    if "'''" not in broken:
        assert kinds[-9:] == split_tokens(SOURCE).kinds[-9:]


def test_parts_begin_where_functions_do_whatever_is_open_before_them():
    text = "x = (1,\ndef one():\n  pass\nclass Two:\n  def three(self):\n    pass\n@four\nasync def five(): pass"
    tokens = split_tokens(text)
    starts = [" ".join(tokens.kinds[place : place + 2]) for place in tokens.parts]
    assert starts == ["_ =", "def _", "class _", "def _", "@ _", "async def"]


@given(st.text(alphabet=st.sampled_from("ab1 \n\t'\"\\#()[]{}:=.@\x00é中"), max_size=300))
def test_any_text_has_tokens_and_lines_in_order(text):
    tokens = split_tokens(text)
    assert len(tokens.kinds) == len(tokens.lines)
    assert list(tokens.lines) == sorted(tokens.lines)
    assert all(line <= text.count("\n") for line in tokens.lines)
    assert all(part <= len(tokens.kinds) for part in tokens.parts)


MILLION = 10**6
BOMBS = {
    "quotes": "'" * MILLION,
    "triples": '"""' * MILLION,
    "continued": "\\\n" * MILLION,
    "name": "x" * MILLION,
    "numbers": "1." * MILLION,
    "brackets": "(" * MILLION,
    "functions": "def " * MILLION,
    "escapes": "'''" + "\\'" * MILLION,
    "backslashes": " \\" * MILLION,
    "prefixes": "f'" * MILLION,
    "decorators": "@\n" * MILLION,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_no_text_takes_long(text):
    started = time.process_time()
    tokens = split_tokens(text)
    compute_set(tokens)
    assert time.process_time() - started < 3
    assert tokens.is_cut
    assert len(tokens.kinds) <= MAX_TOKENS


def test_a_text_at_the_limit_is_whole():
    assert not split_tokens("x\n" * (MAX_TOKENS // 2)).is_cut
    assert not split_tokens("#" * MAX_CHARACTERS).is_cut
    assert split_tokens("#" * (MAX_CHARACTERS + 1)).is_cut


def test_a_passage_reaches_over_no_part_and_is_the_same_anywhere():
    one, two = "def f(a):\n    return a + 1 - 2 * 3 / 4\n", "def g(b):\n    while b:\n        b = b - 1 - 1 - 1\n"
    tokens = split_tokens(one + two)
    _, starts = compute_passages(tokens)
    second = tokens.parts[1]
    assert not any(start < second < start + LENGTH for start in starts)
    assert set(compute_set(split_tokens(one + two))) == set(compute_set(split_tokens(two + one)))
    assert len(compute_set(split_tokens("a = 1"))) == 0
