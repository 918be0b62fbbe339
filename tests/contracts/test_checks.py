"""The static checks: each finds what it is for, names the line, and leaves alone what only looks like it."""

import pytest

from minichain.contracts.kit import check_contract
from minichain.contracts.standards import NAMES, get_source

FOUND = {
    "while without a count": ("unbounded-loop", 3, "def run(n: int) -> int:\n    i = 0\n    while i < n:\n        i += 1\n    return i\n"),
    "while true": ("unbounded-loop", 2, "def run() -> None:\n    while True:\n        pass\n"),
    "loop over a parameter": ("unbounded-loop", 2, "def run(xs: list[int]) -> None:\n    for x in xs:\n        emit('x', x)\n"),
    "range of a parameter": ("unbounded-loop", 2, "def run(n: int) -> int:\n    return sum([x for x in range(n)])\n"),
    "limit of a parameter": ("unbounded-loop", 2, "def run(n: int) -> int:\n    return len([k for k, v in state.items((), limit=n)])\n"),
    "bound behind the loop": (
        "unbounded-loop",
        2,
        "def run(xs: list[int]) -> None:\n    for x in xs:\n        emit('x', x)\n    assert len(xs) < 9, 'few'\n",
    ),
    "write for anybody": ("access-check", 2, "def set(x: int) -> None:\n    state['x'] = x\n"),
    "delete for anybody": ("access-check", 2, "def drop(x: int) -> None:\n    del state['x', x]\n"),
    "write in a helper": ("access-check", 2, "def set(x: int) -> None:\n    _put(x)\n\ndef _put(x: int) -> None:\n    state['x'] = x\n"),
    "check behind the write": ("access-check", 2, "def set(x: int) -> None:\n    state['x'] = x\n    assert sender.org == 'a', 'no'\n"),
    "another key was free": (
        "access-check",
        3,
        "def set(x: int) -> None:\n    assert ('y', x) not in state, 'no'\n    state['x', x] = x\n",
    ),
    "dropped reply": ("unchecked-call", 2, "def run() -> None:\n    try_call('other', 'go')\n"),
    "reply that nobody reads": ("unchecked-call", 2, "def run() -> None:\n    reply = try_call('other', 'go')\n"),
    "secret in an event": ("key-material", 2, "def run(private_key: bytes) -> None:\n    emit('key', private_key)\n"),
    "secret in a field": (
        "key-material",
        6,
        "@record\nclass User:\n    password: str\n\ndef run(user: User) -> None:\n    emit('user', user.password)\n",
    ),
    "a claim": ("standard", 1, "STANDARDS = ('CMBC',)\n\n@query\ndef Standards() -> list[str]:\n    return list(STANDARDS)\n"),
}

QUIET = {
    "while that counts": "MOST = 9\n\ndef run() -> int:\n    i = 0\n    while i < MOST:\n        i += 1\n    return i\n",
    "a bounded parameter": "def run(xs: list[int]) -> None:\n    assert len(xs) <= 9, 'few'\n    for x in xs:\n        emit('x', x)\n",
    "a refused parameter": (
        "def run(n: int) -> int:\n    if n > 9:\n        raise ValueError('few')\n    return sum([x for x in range(n)])\n"
    ),
    "a page of the state": "@query\ndef run(org: str) -> int:\n    return len([k for k, v in state.items(('held', org), limit=9)])\n",
    "a check in a helper": (
        "def set(x: int) -> None:\n    _only()\n    state['x'] = x\n\ndef _only() -> None:\n    assert sender.org == 'a', 'no'\n"
    ),
    "an indirect check": (
        "def set(x: int) -> None:\n    org = sender.org\n    if org != 'a':\n        raise PermissionError('no')\n    state['x'] = x\n"
    ),
    "one's own key": "def set(x: int) -> None:\n    state['x', sender.address] = x\n",
    "a free key": "def set(x: int) -> None:\n    assert ('x', x) not in state, 'no'\n    state['x', x] = x\n",
    "a callback": "def take(x: int) -> None:\n    assert caller == 'oracle', 'no'\n    state['x'] = x\n",
    "a hook": "def init(x: int) -> None:\n    state['x'] = x\n",
    "a reply that is read": "def run() -> int:\n    reply = try_call('other', 'go')\n    return reply.code\n",
    "a call that fails by itself": "def run() -> None:\n    call('other', 'go', None)\n",
    "the hash of a secret": "def run(secret: bytes) -> None:\n    emit('commitment', sha256(secret))\n",
    "a name that only sounds like it": "def run(seedling: str, public_key: bytes) -> None:\n    emit('plant', seedling, public_key)\n",
}


@pytest.mark.parametrize("name", FOUND)
def test_what_is_wrong_is_found_with_its_line(name):
    rule, line, source = FOUND[name]
    assert [(finding.rule, finding.line) for finding in check_contract(source)] == [(rule, line)]


@pytest.mark.parametrize("name", QUIET)
def test_what_only_looks_like_it_is_left_alone(name):
    assert [str(finding) for finding in check_contract(QUIET[name])] == []


@pytest.mark.parametrize("name", NAMES)
def test_our_own_contracts_leave_no_question_but_these(name):
    findings = [(finding.rule, finding.advice.split()[0]) for finding in check_contract(get_source(name))]
    # Anybody may bring what a source has signed, or end what nobody answered: that is what an oracle is for.
    assert findings == ([("access-check", "Answer"), ("access-check", "Timeout")] if name == "oracle" else [])
