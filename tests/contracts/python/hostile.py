"""Contracts that can be deployed and were written to break the engine, each with what must come of it.

ENDED are deployed and end in a typed outcome: its code, words of its message, and the body of `main`, or a whole source.
SPENT are deployed and do nothing but cost: what they repeat must be paid for, so they end in time with all their gas used up.
HOLES are the same at length: the engine once had them.
TOGETHER are several contracts by name; "main" is called.
"""

from minichain.ledger.execution import Code

# Names that hold a lot for little
MEGABYTE = "m = 'a' * (1 << 20)"

ENDED = {
    # Huge numbers
    "a tower of powers": (Code.FAILED, "2**256", "x = 10 ** 10 ** 70"),
    "a huge power of one": (Code.OK, "", "x = (-1) ** (2 ** 255 + 1)\n    assert x == -1"),
    "a negative power": (Code.FAILED, "fraction", "x = 2 ** -1"),
    "a huge shift": (Code.FAILED, "2**256", "x = 1 << (1 << 200)"),
    "a huge shift of nothing": (Code.OK, "", "x = 0 << (1 << 200)\n    assert x == 0 and 5 >> (1 << 200) == 0"),
    "squares of squares": (Code.FAILED, "2**256", "x = 3\n    while True:\n        x *= x"),
    "digits as a number": (Code.FAILED, "78 digits", "x = int('9' * 5000)"),
    "a number one too large": (Code.FAILED, "2**256", "x = int('9' * 78)"),
    "a number of many bytes": (Code.FAILED, "2**256", "x = int.from_bytes(bytes([255]) * 100000, 'big')"),
    "many bytes of a number": (Code.TOO_LARGE, "at most", "x = (1).to_bytes(1 << 200, 'big')"),
    "the longest text of a number": (Code.OK, "", "assert len(str(2 ** 255)) == 77"),
    "counting past the bound": (Code.FAILED, "2**256", "x = enumerate([1, 2], (1 << 255) - 1 + (1 << 255))"),
    "the inverse of the bound": (Code.FAILED, "2**256", "x = ~(-1 + (1 << 255) + (1 << 255))"),
    "a range of a huge number": (Code.FAILED, "2**62", "for x in range(1 << 100):\n        pass"),
    "the length of a huge range": (Code.OK, "", "assert len(range(-(1 << 61), 1 << 61)) == 1 << 62"),
    # Huge texts, bytes and lists
    "nothing repeated by a huge number": (Code.OK, "", "x = '' * 2 ** 200 + '' * -2 ** 200\n    assert x == '' and [] * 2 ** 200 == []"),
    "a text repeated by a negative number": (Code.OK, "", "assert 'a' * -2 ** 200 == ''"),
    "a text repeated by a huge number": (Code.TOO_LARGE, "at most", "x = 'ab' * 2 ** 200"),
    "a text doubled": (Code.TOO_LARGE, "at most", "x = 'a'\n    while True:\n        x += x"),
    "a list doubled": (Code.TOO_LARGE, "at most", "x = [1]\n    while True:\n        x += x"),
    "a list doubled in place": (Code.TOO_LARGE, "at most", "x = [1]\n    while True:\n        x *= 2"),
    "a list extended by itself": (Code.TOO_LARGE, "at most", "x = [1]\n    while True:\n        x.extend(x)"),
    "a long join": (Code.TOO_LARGE, "at most", "x = ('a' * 1000).join(['b' * 1000] * 1000)"),
    "a long replacement": (Code.TOO_LARGE, "at most", "x = ('a' * 10000).replace('a', 'b' * 10000)"),
    "a long replacement of nothing": (Code.TOO_LARGE, "at most", "x = ('a' * 10000).replace('', 'b' * 10000)"),
    "a long f-string": (Code.TOO_LARGE, "at most", "m = 'a' * 600000\n    x = f'{m}{m}'"),
    "a split into too many": (Code.TOO_LARGE, "at most", "x = ('a,' * 200000).split(',')"),
    "too many bytes": (Code.TOO_LARGE, "at most", "x = bytes(10 ** 9)"),
    "bytes of a long range": (Code.TOO_LARGE, "at most", "x = bytes(range(10 ** 9))"),
    "a list of a long range": (Code.TOO_LARGE, "at most", "x = list(range(10 ** 9))"),
    "a sorted range": (Code.TOO_LARGE, "at most", "x = sorted(range(10 ** 9))"),
    "a zip of long ranges": (Code.OUT_OF_GAS, "", "x = zip(range(10 ** 9), range(10 ** 9))"),
    "a long comprehension": (Code.TOO_LARGE, "at most", "x = [1 for y in range(10 ** 6)]"),
    "a long dict": (Code.TOO_LARGE, "at most", "x = {str(y): 1 for y in range(10 ** 6)}"),
    "a list in a list, shared": (Code.TOO_LARGE, "bytes", "x = [1]\n    for i in range(40):\n        x = [x, x]\n    state['x'] = x"),
    "a text shared": (Code.TOO_LARGE, "bytes", f"{MEGABYTE}\n    emit('t', [m] * 1000)"),
    "a result that is shared": (Code.TOO_LARGE, "bytes", "def main() -> list[str]:\n    return ['a' * 100000] * 1000\n"),
    "a result of another type": (Code.FAILED, "is wanted", "def main() -> list[int]:\n    return ['a']\n"),
    "a result that holds itself": (Code.FAILED, "int is wanted", "def main() -> list[int]:\n    x = [1]\n    x.append(x)\n    return x\n"),
    # Depth
    "calls without end": (Code.TOO_DEEP, "too deep", "main()"),
    "two functions without end": (
        Code.TOO_DEEP,
        "too deep",
        "def main() -> int:\n    return _f()\n\ndef _f() -> int:\n    return main()\n",
    ),
    "calls in a comprehension": (Code.TOO_DEEP, "too deep", "x = [main() for y in [1]]"),
    "a list that holds itself": (Code.TOO_LARGE, "deep", "x = [1]\n    x.append(x)\n    state['x'] = x"),
    "a dict that holds itself": (Code.TOO_LARGE, "deep", "x = {'a': 1}\n    x['a'] = x\n    emit('t', x)"),
    "comparing lists that hold each other": (Code.TOO_LARGE, "deep", "x, y = [1], [1]\n    x[0], y[0] = y, x\n    z = x == y"),
    "comparing dicts that hold each other": (Code.TOO_LARGE, "deep", "x, y = {}, {}\n    x['a'], y['a'] = y, x\n    z = x == y"),
    "looking for a list in itself": (Code.TOO_LARGE, "deep", "x, y = [1], [1]\n    x[0], y[0] = [x], [y]\n    z = x in [y]"),
    "sorting lists that hold themselves": (Code.FAILED, "no order", "x = [1]\n    x[0] = x\n    y = sorted([x, x])"),
    "values a million deep": (Code.OUT_OF_GAS, "", "x = ()\n    while True:\n        x = (x,)"),
    # Loops
    "a loop without end": (Code.OUT_OF_GAS, "", "while True:\n        pass"),
    "a loop that continues": (Code.OUT_OF_GAS, "", "while True:\n        continue"),
    "a loop over what it makes": (Code.TOO_LARGE, "at most", "x = [1]\n    for y in x:\n        x.append(y)"),
    "a comprehension over what it makes": (Code.TOO_LARGE, "at most", "x = [1]\n    y = [x.append(z) for z in x]"),
    "a list that shrinks in its loop": (Code.OK, "", "x = [1, 2, 3]\n    for y in x:\n        x.clear()\n    assert x == []"),
    "a dict that grows in its loop": (Code.OK, "", "x = {'a': 1}\n    for y in x:\n        x[y + 'b'] = 1\n    assert len(x) == 2"),
    "a dict emptied in its loop": (Code.OK, "", "x = {'a': 1, 'b': 2}\n    for y, z in x.items():\n        x.clear()\n    assert x == {}"),
    "sorting while looping": (Code.OK, "", "x = [3, 1, 2]\n    for y in x:\n        x.sort()\n    assert x == [1, 2, 3]"),
    # Keys
    "True and 1 as keys": (Code.OK, "", "x = {True: 1, 1: 2}\n    assert len(x) == 1 and x[1] == 2 and list(x) == [True]"),
    "True as a key of the state": (Code.FAILED, "not bool", "state[True] = 1"),
    "None as a key of the state": (Code.FAILED, "not None", "x = state.get(None)"),
    "a list as a key of the state": (Code.FAILED, "not list", "x = [1] in state"),
    "a tuple in a tuple as a key of the state": (Code.FAILED, "not tuple", "del state[('a', ('b',))]"),
    "a negative key of the state": (Code.FAILED, "at least 0", "state[-1] = 1"),
    "a long key of the state": (Code.TOO_LARGE, "at most", "state['a' * 2000] = 1"),
    "a key of many parts": (Code.TOO_LARGE, "at most", "state[('a',) * 100000] = 1"),
    "a key that is not there": (Code.FAILED, "no key", "x = {}['a']"),
    "a key of the state that is not there": (Code.FAILED, "no key", "x = state['a', 1]"),
    "a list as a key of a dict": (Code.FAILED, "key of a dict", "x = {}\n    x[[1]] = 1"),
    "a record as a key of a dict": (Code.FAILED, "key of a dict", "x = {}\n    x[try_call('b', 'c')] = 1"),
    "numbers with equal hashes": (Code.FAILED, "2**60", "x = {i * (2 ** 61 - 1): i for i in range(9)}"),
    "too many numbers as keys": (Code.TOO_LARGE, "1000", "x = {i: i for i in range(2000)}"),
    "too many numbers as keys at once": (
        Code.TOO_LARGE,
        "1000",
        "x = {i: 1 for i in range(600)}\n    x.update({-i - 2: 1 for i in range(600)})",
    ),
    "too many numbers as keys in pairs": (Code.TOO_LARGE, "1000", "x = dict(enumerate(range(2000)))"),
    "too many numbers as defaults": (Code.TOO_LARGE, "1000", "x = {}\n    for i in range(2000):\n        x.setdefault(i, 1)"),
    # What Python itself would fail at
    "an index that is not there": (Code.FAILED, "no item", "x = [1][5]"),
    "a huge index": (Code.FAILED, "no item", "x = 'abc'[2 ** 200]"),
    "a huge slice": (Code.OK, "", "assert 'abc'[-2 ** 200 : 2 ** 200] == 'abc'"),
    "a slice between texts": (Code.FAILED, "number", "x = 'abc'['a':]"),
    "a pop of nothing": (Code.FAILED, "no item", "x = [].pop()"),
    "a huge place to insert": (Code.OK, "", "x = [1]\n    x.insert(2 ** 200, 2)\n    x.insert(-2 ** 200, 0)\n    assert x == [0, 1, 2]"),
    "a division by zero": (Code.FAILED, "by zero", "x = 1 % 0"),
    "a number and a text": (Code.FAILED, "no meaning", "x = 1 + 'a'"),
    "percent on a text": (Code.FAILED, "no meaning", "x = '%s' % 1"),
    "a list below a list of another kind": (Code.FAILED, "no order", "x = max([1], ['a'])"),
    "the smallest of nothing": (Code.FAILED, "of nothing", "x = min([])"),
    "a method of another type": (Code.FAILED, "no method", "x = (1).append(1)"),
    "a field of another record": (
        Code.FAILED,
        "no field",
        "@record\nclass R:\n    kind: int\n\ndef main() -> None:\n    x = [R(1).kind, (1).kind]\n",
    ),
    "a field named like the host's": (
        Code.OK,
        "",
        (
            "@record\nclass R:\n    kind: int\n    values: int\n\ndef main() -> None:\n    x = R(1, 2)\n"
            "    assert x.values == 2 and x.kind == 1\n"
        ),
    ),
    "unpacking too little": (Code.FAILED, "names get", "a, b, c = [1, 2]"),
    "unpacking a number": (Code.FAILED, "names get", "a, b = 5"),
    "a name without a value": (Code.FAILED, "no value yet", "for x in []:\n        pass\n    y = x"),
    "bytes that are no text": (Code.FAILED, "UTF-8", "x = bytes([255, 254]).decode()"),
    "half a surrogate pair in bytes": (Code.FAILED, "UTF-8", "x = bytes.fromhex('eda080').decode()"),
    "digits of another script": (Code.FAILED, "digits", "x = int('\u0663')"),
    "letters of another script": (Code.FAILED, "A-Z", "x = '\u00df'.upper()"),
    "odd hexadecimal digits": (Code.FAILED, "hexadecimal", "x = bytes.fromhex('abc')"),
    "blank hexadecimal digits": (Code.FAILED, "hexadecimal", "x = bytes.fromhex('a b ')"),
    "a range in the state": (Code.FAILED, "cannot be stored", "state['x'] = range(5)"),
    "a range as a parameter": (Code.FAILED, "is wanted", "x = call('b', 'c', a=range(5))"),
    "two keys that become one": (Code.FAILED, "same as text", "x = call('b', 'c', a={1: 'a', '1': 'b'})"),
    "a text that is not one in an assertion": (Code.FAILED, "no text", "assert False, [1]"),
    "a long text in an assertion": (Code.FAILED, "aaaa", f"{MEGABYTE}\n    assert False, m"),
    # The host
    "an event with a long topic": (Code.FAILED, "topic", "emit('a' * 129)"),
    "an event without a topic": (Code.FAILED, "topic", "emit('')"),
    "an event with a number as its topic": (Code.FAILED, "topic", "emit(1)"),
    "an event that is too long": (Code.TOO_LARGE, "event of", "emit('t', 'a' * 70000)"),
    "events without end": (Code.OUT_OF_GAS, "", "while True:\n        emit('t', 'a' * 1000)"),
    "writes without end": (Code.OUT_OF_GAS, "", "i = 0\n    while True:\n        i += 1\n        state['k', i] = 'a' * 1000"),
    "more entries than a page": (Code.FAILED, "limit", "x = state.items((), limit=5000)"),
    "entries of a wrong prefix": (Code.FAILED, "not list", "x = state.items([1])"),
    "a key that is no key": (Code.OK, "", "assert not verify(b'', b'', b'') and not verify(bytes(91), bytes(9), bytes(64))"),
    "a key that is a text": (Code.FAILED, "takes bytes", "x = verify('a', b'', b'')"),
    "signatures without end": (Code.OUT_OF_GAS, "", "while True:\n        verify(b'', b'', b'')"),
    "a hash of a text": (Code.FAILED, "takes bytes", "x = sha256('a')"),
    "a call of itself": (Code.RE_ENTERED, "cannot be entered", "call(contract, 'main')"),
    "a call of a contract that is none": (Code.NO_CONTRACT, "", "call('../a b', 'main')"),
    "a call of a number": (Code.FAILED, "is a text", "call(1, 'main')"),
    "a query that writes": (
        Code.READ_ONLY,
        "writes to the state",
        "@query\ndef main() -> None:\n    _f()\n\ndef _f() -> None:\n    state['x'] = 1\n",
    ),
    "a query that deletes": (Code.READ_ONLY, "deletes from the state", "@query\ndef main() -> None:\n    del state['kept']\n"),
    "a query that announces": (Code.READ_ONLY, "emits", "@query\ndef main() -> None:\n    emit('t')\n"),
    "no gas in the middle of writes": (
        Code.OUT_OF_GAS,
        "line 6",
        (
            "def main() -> None:\n    state['a'] = 1\n    emit('a', 1)\n    del state['kept']\n    while True:\n"
            "        state['b'] = 'b' * 5000\n"
        ),
    ),
}

SPENT = {
    "a sum": "x = sum(range(90000))",
    "any": "x = any(range(0, 1))\n        y = all([1] * 1000)",
    "sorted": "x = sorted(['a' * 1000] * 100)",
    "sorted tuples": "x = sorted([(1, 2, 'a')] * 1000)",
    "reversed": "x = reversed(range(10000))",
    "max of tuples": "x = max((1,) * 1000, (1,) * 1000)",
    "in a list": "x = 5 in [1] * 10000",
    "in a list of lists": "x = [5] in [[1] * 100] * 100",
    "in a text": "x = 'a' * 90 + 'b' in 'a' * 20000",
    "in a dict": "x = 'a' * 10000 in {'b': 1}",
    "comparing lists": "x = [1] * 10000 == [1] * 10000",
    "comparing texts": "x = 'a' * 10000 == 'a' * 9999 + 'b'",
    "comparing shared lists": "x = [1]\n        for i in range(30):\n            x = [x, x]\n        y = x == x",
    "slices": "x = ('a' * 10000)[1:]\n        y = ([1] * 1000)[1:]",
    "copies of a dict": "x = {str(i): 1 for i in range(300)}\n        for i in range(100):\n            y = x.copy()",
    "comparing dicts": "x = {str(i): 1 for i in range(300)}\n        for i in range(100):\n            y = x == x.copy()",
    "bytes": "x = bytes(10000)",
    "hexadecimal digits": "x = bytes.fromhex(bytes(10000).hex())",
    "find": "x = ('a' * 2400).find('a' * 1100 + 'b')",
    "count": "x = ('a' * 2400).count('a' * 1100 + 'b')",
    "replace": "x = ('ab' * 5000).replace('ab', 'c')",
    "split": "x = ('ab ' * 3000).split()\n        y = ('ab,' * 3000).split(',')",
    "strip": "x = (' ' * 10000).strip('abcdefghijklmnopqrstuvw ')",
    "join": "x = ','.join(['a'] * 10000)",
    "encode and decode": "x = ('a' * 10000).encode().decode()",
    "int": "x = int('1' * 70)",
    "hashes": "x = sha256(bytes(10000))\n        y = sm3(bytes(10000))\n        z = hash(b'')",
    "the address": "x = sender.address",
    "a pop from the front": "x = [1] * 10000\n        while x:\n            y = x.pop(0)",
    "an insert at the front": "x = []\n        while len(x) < 10000:\n            x.insert(0, 1)",
    "removals": "x = list(range(2000))\n        while x:\n            x.remove(x[-1])",
    "chosen keys": (
        "x = {}\n        i = 7\n        for j in range(900):\n            i = (5 * i + 1) % 2048\n            x[i] = 1\n"
        "        for j in range(20000):\n            y = 7 + 2048 * j in x"
    ),
    "pages": "x = state.items((), limit=1000)",
    "reads": "x = state.get('kept')",
    "fields of a record": "x = try_call('b', 'c')\n        for i in range(1000):\n            y = x.message",
    "failing calls": "x = try_call('b', 'c')",
    "large parameters": "x = try_call('b', 'c', a=['a' * 100] * 100, b=bytes(10000))",
}

HOLES = {
    "a function with many places": "while True:\n        _f()\n\ndef _f() -> int:\n    return 1\n" + "    x = [a for a in ()]\n" * 3500,
    "a dict full of holes": (
        "x = {str(i): 1 for i in range(40000)}\n    for i in range(39999):\n        y = x.pop(str(i))\n"
        "    while True:\n        for key in x:\n            pass"
    ),
    "ranges after many writes": (
        "for i in range(3000):\n        state['k', i] = 1\n    while True:\n        x = state.items('k', limit=1)"
    ),
}
"""Each was cheap once, and took minutes."""

TOGETHER = {
    "a way back through another contract": (
        Code.OK,
        "",
        {
            "main": "def main() -> None:\n    state['x'] = 1\n    reply = try_call('other', 'back')\n"
            "    assert reply.code == 7, reply.message\n"
            "    assert state['x'] == 1\n",
            "other": "def back() -> None:\n    state['y'] = 1\n    call('main', 'main')\n",
        },
    ),
    "a way back that fails everything": (
        Code.RE_ENTERED,
        "other.back",
        {
            "main": "def main() -> None:\n    state['x'] = 1\n    call('other', 'back')\n",
            "other": "def back() -> None:\n    call('main', 'main')\n",
        },
    ),
    "a failure in another contract takes back its writes alone": (
        Code.OK,
        "",
        {
            "main": "def main() -> None:\n    state['x'] = 1\n    reply = try_call('other', 'spoil')\n    assert reply.code == 1\n"
            "    assert 'no' in reply.message\n    assert call('other', 'look', bool) is False\n",
            "other": "def spoil() -> None:\n    state['y'] = 1\n    emit('y')\n    raise ValueError('no')\n\n"
            "@query\ndef look() -> bool:\n    return 'y' in state\n",
        },
    ),
    "an endless loop in another contract leaves its caller something": (
        Code.OK,
        "",
        {
            "main": "def main() -> None:\n    reply = try_call('other', 'loop')\n    assert reply.code == 2\n    state['x'] = 1\n",
            "other": "def loop() -> None:\n    while True:\n        state['y'] = 1\n",
        },
    ),
    "a query that lets another write": (
        Code.READ_ONLY,
        "which writes",
        {"main": "@query\ndef main() -> None:\n    call('other', 'put')\n", "other": "def put() -> None:\n    state['x'] = 1\n"},
    ),
    "a result that is not what was asked for": (
        Code.FAILED,
        "the result of the other contract",
        {"main": "def main() -> None:\n    x = call('other', 'give', int)\n", "other": "def give() -> str:\n    return '1.5'\n"},
    ),
    "a parameter that is an unfinished text": (
        Code.BAD_PARAMETER,
        "not JSON",
        {
            "main": "def main() -> None:\n    call('other', 'take', x='\"' + '\\\\\"' * 60000)\n",
            "other": "def take(x: list[int]) -> None:\n    pass\n",
        },
    ),
    "a parameter that is nested deep": (
        Code.BAD_PARAMETER,
        "deep",
        {"main": "def main() -> None:\n    call('other', 'take', x='[' * 50000)\n", "other": "def take(x: list[int]) -> None:\n    pass\n"},
    ),
    "a parameter with half a surrogate pair": (
        Code.BAD_PARAMETER,
        "surrogate",
        {
            "main": "def main() -> None:\n    call('other', 'take', x='[\"\\\\ud800\"]')\n",
            "other": "def take(x: list[str]) -> None:\n    pass\n",
        },
    ),
    "a parameter with many numbers as keys": (
        Code.BAD_PARAMETER,
        "1000",
        {
            "main": "def main() -> None:\n    call('other', 'take', x={str(i): i for i in range(2000)})\n",
            "other": "def take(x: dict[int, int]) -> None:\n    pass\n",
        },
    ),
    "a parameter that nobody asked for": (
        Code.BAD_PARAMETER,
        "no parameter",
        {"main": "def main() -> None:\n    call('other', 'take', x=1)\n", "other": "def take() -> None:\n    pass\n"},
    ),
    "contracts in contracts in contracts": (
        Code.TOO_DEEP,
        "5 deep",
        {
            "main": "def main() -> None:\n    call('c1', 'go')\n",
            **{f"c{i}": f"def go() -> None:\n    call('c{i + 1}', 'go')\n" for i in range(1, 7)},
        },
    ),
}
