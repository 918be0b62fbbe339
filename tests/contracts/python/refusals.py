"""Each way to leave the subset, once: bodies of a function, and whole sources. What the check says to them stands in the transcripts.

LIMITS are what is just allowed, and what is just too much.
"""

BODIES = """
x[0:1] = [1]; x = [1]; x[0:1] += [1]
del x[0:1]; x = []
for x in [1]: pass
for x[0] in [[1]]: pass
for n.a in [1]: pass
x = [1 for n[0] in [1]]
while n: n -= 1
break
continue
x: int
x: list = []
x: list[int, int] = []
x: tuple[()] = ()
x: dict[int] = {}
x: dict[bool, int] = {}
x: set[int] = 1
x: int | str = 1
x: None | int = 1
x: int | None | None = 1
n.a: int = 1
x = n.unknown
x = n.append
x = n.unknown()
x = n.format(1)
x = sender
x = sender.unknown
x = sender.org()
sender.org.upper()
x = state
x = state.unknown(1)
x = state.get()
x = state.items(1, 2)
x = state.items(limit=1, other=2)
x = state.items(limit=1, limit=2)
x = caller()
x = n()
x = n[0]()
x = len
x = int
x = _f
x = ValueError
x = ValueError("a")
x = Reply
x = record
x = __name__
x = unknown
x = unknown()
x = input()
x = open("a")
x = print(1)
x = set()
x = float(1)
x = round(1)
x = pow(1, 2)
x = map(1, 2)
x = filter(1, 2)
x = compile("1")
x = __build_class__()
x = len()
x = len(1, 2)
x = min()
x = range()
x = range(1, 2, 3, 4)
x = zip([1])
x = zip([1], [2], [3], [4], [5])
x = bytes(1, 2)
x = sorted([1], key=1)
x = enumerate([1], start=1)
x = abs(n=1)
x = sum((y for y in [1]), 1)
x = sum(*[1])
x = len(**{})
x = len(y for y in [1])
x = isinstance(n)
x = isinstance(n, 5)
x = isinstance(n, unknown)
x = isinstance(n, (int, 5))
x = isinstance(n, cls=int)
x = isinstance(n, "int")
x = int.from_bytes(b"")
x = int.unknown(b"")
x = bytes.fromhex()
x = call("a")
x = call("a", "b", 5)
x = call("a", "b", int, 5)
x = call("a", "b", str | None)
x = call("a", "b", **{})
x = try_call()
x = emit()
x = emit("a", b=1)
x = hash()
x = verify(1)
x = _f()
x = _f(1, 2, 3)
x = _f(1, a=1)
x = _f(c=1)
x = _f(*[1])
x = R()
x = R(1, 2)
x = R(b=1)
x = [y for y in (z for z in [1])]
x = (y for y in [1])
x = {**{}, "a": 1}
x = f"{n!r}"
x = f"{n!s:>5}"
x = f"{n:5}"
x = f"{n=}"
x = n / 2
x = n @ 2
n /= 2
n @= 2
x = n is 1
x = n is not "a"
x = n is n
x = ...
x = 1.5
x = 1e5
x = 08
x = 0777
x = 1__0
x = 1_000_000
x = u"a"
x = rf"a"
x = "\\q"
x = b"\\u0041"
x = "\\u0041\\U0001F600\\x41"
x = b"\\x41\\t"
x = r"\\q"
x = "unfinished
x = 'it''s'
n
n + 1
"a text"
[n]
assert (n, "a")
assert n, "a", "b"
raise
raise n
raise ValueError
raise ValueError()
raise ValueError("a", "b")
raise ValueError("a") from None
raise KeyError("a")
return
return n
return n, n
return (y for y in [1])
def f(): pass
class A: pass
import os
from os import path
global n
nonlocal n
with n: pass
try: pass
async with n: pass
async for x in n: pass
async def f(): pass
match n:\\n        case 1: pass
try:\\n        pass\\n    finally:\\n        pass
try:\\n        pass\\n    except* ValueError:\\n        pass
for x in [1]:\\n        pass\\n    else:\\n        pass
while n:\\n        pass\\n    else:\\n        pass
await n
yield n
yield from n
lambda: n
(x := 1)
x = [*n]
*x, y = n
(x, *y) = n
() = n
[] = n
1 = n
n() = 1
n + 1 = 1
None = 1
__x = 1
_x = 1
try_call = 1
call = 1
emit = 1
tx = 1
block = 1
contract = 1
len = 1
[x for block in [1]]
for emit in [1]: pass
state = 1
state += 1
del n
del state
del sender.org
del n.a
del (n[0], n[1])
x = y = z = n
x = n if n else
x = n $ n
x = n ? n
x = n\\r
x = 1 in state in [1]
x = state in [1]
x = state == 1
x = not state
x = (1, state)
state[1:2] = 1
x = [a for b in [1] if a for a in [1]]
x = [a for a in [1] for b in [a] if b]
x = n.__class__
x = n._private
x = n.__len__()
x = n[::2]
x = n[1:2:1]
x = n < 5 and n[::1]
x = {1: 2, **n}
x = f"{n!a}"
""".strip()

TOPS = [
    "x = 1\n",
    "x: int = 1\n",
    "x: unknown = 1\n",
    "x: int\n",
    "x = y = 1\n",
    "x, y = 1, 2\n",
    "x = len\n",
    "x = [1]\n",
    "x = {}\n",
    "x = -1 + 2 * 3 ** 2\ny = (x, x + 1, not x)\n",
    "x = y\ny = 1\n",
    "x = 1 / 2\n",
    "x = 1\nx = 2\n",
    "x = 1\ndef x() -> int:\n    return 1\n",
    "len = 1\n",
    "state = 1\n",
    "record = 1\n",
    "Reply = 1\n",
    "__x = 1\n",
    "STANDARDS = 1\n",
    "STANDARDS = (1,)\n",
    'STANDARDS = ("CMEVI", "CMBC")\n',
    "import os\n",
    "if 1:\n    pass\n",
    "for x in [1]:\n    pass\n",
    "1\n",
    "'a'\n'b'\n",
    "del x\n",
    "class A:\n    a: int\n",
    "@record\nclass A:\n    pass\n",
    "@record\nclass A:\n    'documented'\n",
    "@record\nclass A:\n    'documented'\n    a: int\n",
    "@record\nclass A:\n    a: int\n    a: int\n",
    "@record\nclass A:\n    _a: int\n",
    "@record\nclass A:\n    a = 1\n",
    "@record\nclass A:\n    a: int = 1\n    b: int\n",
    "@record\nclass A:\n    a: unknown\n",
    "@record\nclass A:\n    a: A\n",
    "@record\nclass A:\n    a: int = []\n",
    "@record\nclass A:\n    a: str | None\n    b: list[tuple[int, ...]]\n    c: dict[bytes, bool] = None\n",
    "@record\nclass A(B):\n    a: int\n",
    "@record\nclass A(metaclass=B):\n    a: int\n",
    "@query\nclass A:\n    a: int\n",
    "@record\n@record\nclass A:\n    a: int\n",
    "@record()\nclass A:\n    a: int\n",
    "@record\nclass int:\n    a: int\n",
    "@record\nclass A:\n    a: int\n\n@record\nclass B:\n    a: A\n    b: list[A]\n",
    "def f():\n    pass\n",
    "def _f():\n    pass\n",
    "def f(a) -> None:\n    pass\n",
    "def f(a: int, a: int) -> None:\n    pass\n",
    "def f(a: unknown) -> unknown:\n    pass\n",
    "def f(a: str | None) -> bytes | None:\n    pass\n",
    "def f(a: list[str] | None) -> int | None:\n    pass\n",
    "def f(a: int, /) -> None:\n    pass\n",
    "def f(*, a: int) -> None:\n    pass\n",
    "def f(**a: int) -> None:\n    pass\n",
    "def f(a: int = b) -> None:\n    pass\n",
    "b = 5\ndef f(a: int = b, c: str = 'x') -> None:\n    pass\n",
    "def f(a: int = {}) -> None:\n    pass\n",
    "def f(a: int = [x for x in 'a']) -> None:\n    pass\n",
    "def f(a: int = 1, b: int) -> None:\n    pass\n",
    "def f(__a: int) -> None:\n    pass\n",
    "def f(block: int) -> None:\n    pass\n",
    "def f(f: int) -> int:\n    return f\n",
    "def f() -> None:\n    'documented'\n",
    "def __f() -> None:\n    pass\n",
    "async def f() -> None:\n    pass\n",
    "@query\n@query\ndef f() -> None:\n    pass\n",
    "@record\ndef f() -> None:\n    pass\n",
    "@query\ndef init() -> None:\n    pass\n",
    "@query\ndef upgrade() -> None:\n    pass\n",
    "def f() -> list:\n    pass\n",
    "def f() -> tuple:\n    pass\n",
    "def f() -> dict:\n    pass\n",
    "def f() -> list[list[int]]:\n    return [[1]]\ndef g() -> tuple[int, str, bytes, bool]:\n    return f()\n",
    "def f() -> 5:\n    pass\n",
    "def f() -> list[5]:\n    pass\n",
    "def f() -> a.b:\n    pass\n",
    "def f() -> a[0][1]:\n    pass\n",
    "def f() -> tuple[int, ..., int]:\n    pass\n",
    "def f() -> dict[list[int], int]:\n    pass\n",
    "",
    "# only a comment",
    "'only a docstring'\n",
    "def f() -> None:\n  pass\n   pass\n",
    "def f() -> None:\npass\n",
    "   x = 1\n",
    "def f() -> None: pass; x = 1; y = 2\n",
]

LIMITS = [
    "x" * 100 + " = 1\n",
    "x" * 101 + " = 1\n",
    "def f() -> None:\n" + "".join(f"    x{i} = 1\n" for i in range(100)),
    "def f() -> None:\n" + "".join(f"    x{i} = 1\n" for i in range(101)),
    "def f(" + ", ".join(f"x{i}: int" for i in range(100)) + ") -> None:\n    pass\n",
    "@record\nclass A:\n" + "".join(f"    x{i}: int\n" for i in range(100)),
    "@record\nclass A:\n" + "".join(f"    x{i}: int\n" for i in range(101)),
    "x = " + "(" * 25 + "1" + ")" * 25 + "\n",
    "x = " + "(" * 24 + "1" + ")" * 24 + "\n",
    "x = " + "-" * 116 + "1\n",
    "x = " + "-" * 117 + "1\n",
    "x = " + "-" * 118 + "1\n",
    "def f() -> None:\n" + " " * 48 + "x = 1\n",
    "def f() -> None:\n" + " " * 49 + "x = 1\n",
    "def f(n: int) -> None:\n    if n:\n        pass\n" + "    elif n:\n        pass\n" * 60,
    "def f(n: int) -> None:\n    if n:\n        pass\n" + "    elif n:\n        pass\n" * 61,
    "def f(n: int) -> None:\n    if n:\n        pass\n"
    + "    elif n:\n        pass\n" * 50
    + "def g(n: int) -> None:\n    if n:\n        pass\n"
    "    elif n:\n        pass\n",
    f"x = {(1 << 256) - 1}\n",
    f"x = {1 << 256}\n",
    f"x = 0x{'0' * 297}1\n",
    f"x = 0x{'0' * 298}1\n",
    "\n" * 4000,
    "\n" * 4001,
    "#" * (1 << 17),
    "#" * ((1 << 17) + 1),
    "x = 'a' * 79000\n",
    "x = 'a' * 81000\n",
    "def f() -> None:\n" + "    q\n" * 60,
    "def f() -> None:\n    x = [" + "q, " * 600 + "]\n",
    "def f() -> None:\n    x = 'é' + q\n",
]

HEAD = "@record\nclass R:\n    a: int\n\ndef _f(a: int, b: int = 1) -> int:\n    return a\n\n"


def list_refusals():
    """Return whole sources."""
    lines = [body.replace("\\n", "\n").replace("\\r", "\r") for body in BODIES.split("\n")]
    bodies = [f"{HEAD}def main(n: int) -> None:\n    {body}\n" for body in lines]
    return [*bodies, *TOPS, *LIMITS]
