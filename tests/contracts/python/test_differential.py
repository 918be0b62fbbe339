"""What the engine computes is what Python computes, for programs that are both."""

import pytest

from minichain.contracts.values import decode_result
from minichain.ledger.execution import Code
from tests.contracts.python.test_engine import run

PROGRAMS = {
    "primes": """
def main(n: int) -> list[int]:
    found = []
    for candidate in range(2, n):
        if all(candidate % prime for prime in found if prime * prime <= candidate):
            found.append(candidate)
    return found
""",
    "recursion": """
def main(n: int) -> int:
    return _fib(n % 12)

def _fib(n: int) -> int:
    if n < 2:
        return n
    return _fib(n - 1) + _fib(n=n - 2)
""",
    "control": """
def main(n: int) -> list[int]:
    out, i = [], 0
    while True:
        i += 1
        if i % 3 == 0:
            continue
        if i > n:
            break
        for j in range(i):
            if j == 4:
                break
            out += [i * j - (7 if j else 9), -i // 2, -i % 5, i << 2 ^ j & 3 | 1, i ** 3 >> 1]
        out[0], out[-1] = out[-1], out[0]
    return out[1:] + out[:1]
""",
    "collections": """
def main(n: int) -> dict[str, list[int]]:
    groups = {}
    for i, c in enumerate(f"{n}abcab{True}"):
        groups.setdefault(c, []).append(i)
    pairs = [(len(v), k) for k, v in groups.items() if v and 0 <= v[0] < 99]
    groups["sorted"] = [size for size, _ in sorted(pairs, reverse=True)]
    groups["mix"] = [x * y for x in range(3) for y in (1, 2) if x != y]
    groups["in"] = [int("ab" in "cab"), int(3 in [1, 2]), min(4, n), max([1, n]), sum(x > 1 for x in range(5)), abs(-n)]
    groups["text"] = [int(part) for part in "1,2,,3".split(",") if part.isdigit()]
    alias = groups["text"]
    alias *= 2
    del alias[0]
    return {k: v for k, v in groups.items()}
""",
    "unpacking": """
def main(n: int) -> list[int]:
    total = [x for x in range(n)]
    x = 3
    (a, b), c = (x, n), [y + x for y in total if not y % 2]
    a, b = b, a
    return c + [a, b, x] + list(reversed(total)) + [p * q for p, q in zip(total, c)]
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("n", [0, 1, 5, 17])
def test_the_engine_agrees_with_python(name, n):
    source, names = PROGRAMS[name], {}
    exec(compile(source, name, "exec"), names)
    try:
        expected = names["main"](n)
    except (IndexError, ValueError):
        assert run(source, "main", n=n).outcome.code == Code.FAILED
        return
    outcome = run(source, "main", n=n).outcome
    assert outcome.code == Code.OK, outcome
    assert decode_result(source, "main", outcome.result) == expected
