"""Short expressions, one for each thing that a contract can write: what Python makes of them, contracts make of them too, or refuse.

The names in them: n = 7, text = "ab,cab", data = bytes of 00 01 ff 01, items = [3, 1, 2], words = ["b", "a"], entries = {"a": 1, "b": 2},
box = Box(1, "x"), and the functions of HEAD.
"""

HEAD = """
@record
class Box:
    size: int
    name: str = "none"

@record
class Other:
    size: int

LIMIT = -(3 + 4) * 2
NAME = "na" + "me"

def _first(a: int, b: int = 2, c: int = 3) -> int:
    if a > b:
        return a - b
    elif a == b:
        return c
    return b

def _nothing() -> None:
    return
"""
LOCALS = """
    n, text, data = 7, "ab,cab", bytes([0, 1, 255, 1])
    items, words, entries, box = [3, 1, 2], ["b", "a"], {"a": 1, "b": 2}, Box(1, "x")
    big = (1 << 255) - 1 + (1 << 255)
"""

EXPRESSIONS = """
n + 1; n - 9; n * n; n // 2; -n // 2; n % 3; -n % 3; n % -3; n // -2; n ** 3; n ** 0; 0 ** 0; n << 3; n >> 1; -n >> 1; n & 3; n | 8; n ^ 5
~n; -n; +n; not n; True + True; True * 3; -True; ~True; +True; True & False; big + 0; -big; big - big; big * -1; big // 3; big % 10
~(-big); big + 1; -big - 1; big * 2; ~big; big ** 1; 2 ** 255; 2 ** 256; (-2) ** 255; 2 ** -1; 1 << 255; 1 << 256; 1 << 257; n << -1
n >> -1; n >> 300; 3 ** 161; 3 ** 162; (1 << 128) ** 2; (1 << 127) ** 2; 1 ** big; (-1) ** big; (-1) ** (big - 1); 0 ** big; True ** 2
1 << 0; 0 << 999; n + text; text + n; text + text; data + data; items + items; words + items; (1, 2) + (3,); (1,) + [2]; text + data
None + 1; n - text; text - text; text * 2; 2 * text; text * 0; text * -1; data * 2; items * 2; 3 * (1, 2); items * 0; text * text
items * items; text * True; n * None; text // 2; text % 2; n // 0; n % 0; n // text; n % text; text ** 2; n ** text; n << text; n >> text
n & text; items | items; box + 1; -text; ~text; +text; 1 == True; 1 == 1; 1 == "1"; "a" == b"a"; text == "ab,cab"; text == "ab,cax"
items == [3, 1, 2]; items == (3, 1, 2); items == [3, 1]; None == None; None == False; box == Box(1, "x"); box == Box(1, "y")
box == Other(1); entries == {"b": 2, "a": 1}; entries == {"a": 1}; entries == {"a": 1, "c": 2}; {"a": 1} == {"a": True}
[[1, [2]], "x"] == [[1, [2]], "x"]; [1] != [1]; 1 != 2; data == bytes([0, 1, 255, 1]); range(3) == range(0, 3); [None] == [None]
range(3) == [0, 1, 2]; {1: 2} == {True: 2}; (1, 2) == (1, 2); (1, 2) != (1, 3); box != Box(1, "x"); "" == b""; [] == (); [1] == [True]
n < 8; n <= 7; n > 7; n >= 7; "a" < "b"; "a" <= "a"; "b" > "a"; b"a" < b"b"; [1, 2] < [1, 3]; (1, "a") < (1, "b"); (1, 2) <= (1, 2)
[1] < [1, 2]; (2,) > (1, 5); 1 < "a"; "a" < b"a"; [1] < (1,); [1] < ["a"]; None < None; box < box; entries < entries; True < 2
[[1]] < [[2]]; [[1]] < [1]; () < (1,); 1 < n < 9; 1 < n > 9; 9 > n > 3 > 1; 1 == 1 == 1; 1 < 2 < 2; 3 in items in [items]; 1 < n in [7]
n is None is None; None is None; n is not None; True is True; n is True; 1 is True; not True is False; _nothing() is None; n in items
1 in items; 1 not in items; [1] in [[1]]; "b" in words; "b" in entries; 1 in entries; "ab" in text; "" in text; "zz" in text
b"\\x01" in data; 255 in data; 256 in data; -1 in data; 3 in range(5); 9 in range(5); True in range(5); "a" in range(5); 1 in text
[1] in entries; 1 in n; None in [None]; text in data; True in data; (1, 2) in [(1, 2)]; 4 in range(0, 9, 2); 5 in range(0, 9, 2)
n not in range(3); n and text; 0 and text; n or text; 0 or text; n and 0 or text; 0 or "" or []; n and text and items; n and 0 and items
not []; not text; not box; not range(0); not None; 1 if n else 2; 1 if 0 else 2; 1 if n > 3 else text; [1, text, None]; (); (1,); (1, 2)
(1, 2, 3); []; {}; {"a": 1, "a": 2}; {1: 1, True: 2}; {b"a": 1}; {None: 1}; {[1]: 1}; {(1, 2): 1}; {1 << 60: 1}; {(1 << 60) - 1: 1}
{-(1 << 60): 1}; {box: 1}; f"{n}{text}{True}{None}x"; f"{{{n}}}"; f"{items}"; f"{data}"; f"{box}"; f""; f"{n + 1}{n > 1}"; f"{-n}"
items[0]; items[-1]; items[3]; items[-4]; items[-3]; items[True]; items["a"]; text[0]; text[-1]; text[6]; data[2]; data[9]; (1, 2)[1]
entries["a"]; entries["x"]; entries[1]; entries[[1]]; n[0]; box[0]; range(5)[1]; None[0]; items[big]; items[1:]; items[:1]; items[:]
items[1:2]; items[-2:]; items[5:]; items[2:1]; text[1:3]; text[:-1]; text[9:]; data[1:]; (1, 2, 3)[1:]; text[big:]; text[-big:]
text["a":]; n[1:]; entries[1:]; range(5)[1:]; text[True:]; text[None:2]; items[0:n]; box.size; box.name; Other(1).name; n.size
Box(2).name; Box(2, name="q").name; Box(name="w", size=5).size; Box(2) == Box(2, "none"); isinstance(box, Box); isinstance(box, Other)
isinstance(n, int); isinstance(True, int); isinstance(n, bool); isinstance(text, (int, str)); isinstance(data, bytes)
isinstance(items, list); isinstance((), tuple); isinstance(entries, dict); isinstance(None, int); isinstance(box, (int, Box))
isinstance(range(1), list); isinstance(n, str); isinstance(text, int); isinstance(items, (dict, tuple)); len(text); len(items)
len(entries); len(data); len(()); len(range(9)); len(range(9, 0, -2)); len(range(0, 9, 4)); len(n); len(None); len(range(5, 0))
len(range(1, 10, 3)); len(box); abs(-n); abs(n); abs(True); abs(text); min(3, 1); max(3, 1, 2); min(items); max(items); min(words)
max(text); min([]); min(n); min((1, 2), (1, 1)); max("a", 1); min(range(3)); max([n]); min(entries); max([1], [2]); min(1, True)
max(True, 1); sum(items); sum([]); sum(range(5)); sum([True, True]); sum(words); sum(n); sum(data); sum([big, 1]); sum(text); any([0, 1])
any([]); all([0, 1]); all([]); any(x > 2 for x in items); all(x > 2 for x in items); any(x for x in items for y in [0] if y)
all(x for x in []); any(n); all(range(1, 3)); any(1 // x for x in [1, 0]); all(x < 3 for x in [3, None]); any(range(0)); all(text)
any(entries); sorted(items); sorted(items, reverse=True); sorted(words); sorted(text); sorted(entries); sorted([(2, "a"), (1, "b")])
sorted([1, "a"]); sorted([None]); sorted([None, None]); sorted(n); sorted([b"b", b"a"]); sorted([[2], [1]]); sorted([(1,), (1, 2)])
sorted([box, box]); sorted(range(3), reverse=1); sorted([]); sorted([True, 0, 5]); sorted([(1, (2, "a")), (1, (1, "b"))])
list(enumerate(words)); list(enumerate(words, 5)); list(enumerate(text)); enumerate(n); enumerate(words, "a"); list(enumerate(entries))
list(enumerate(words, True)); list(enumerate(words, big)); list(zip(items, words)); list(zip(items, items, items))
list(zip(text, entries)); zip(n, items); list(zip([], items)); list(zip(range(9), data)); zip(items, None); list(reversed(items))
list(reversed(text)); list(reversed(range(3))); reversed(n); list(range(3)); list(range(1, 3)); list(range(5, 1, -2)); range(0, 1, 0)
range(text); range(1 << 62); list(range(-3)); range("a", 2); list(range(True)); range((1 << 62) - 1) == range((1 << 62) - 1)
range(-(1 << 62)); list(range(3, 3)); int(5); int(True); int("12"); int("-12"); int("+1"); int(""); int("-"); int(" 1"); int("1_0")
int("a"); int(None); int("007"); int(b"1"); int("--1"); int("1" * 78); int("9" * 79); str(n); str(text); str(True); str(None); str(items)
str(data); str(-big); bool(n); bool(""); bool(None); bool(box); bool([]); bytes(); bytes(3); bytes(0); bytes(-1); bytes([1, 2])
bytes([256]); bytes([-1]); bytes(["a"]); bytes(text); bytes(data); bytes(range(3)); bytes((1,)); bytes(True); bytes(None); bytes([True])
list(); list(text); list(entries); list((1, 2)); list(n); list(x for x in items); tuple(); tuple(items); tuple(x for x in text)
tuple(None); dict(); dict(entries); dict([("a", 1)]); dict([["a", 1], ("b", 2)]); dict([1]); dict([(1, 2, 3)]); dict([([], 1)])
dict(zip(words, items)); dict(n); dict({}); int.from_bytes(b"\\x01\\x00", "big"); int.from_bytes(b"\\x01\\x00", "little")
int.from_bytes(b"", "big"); int.from_bytes(text, "big"); int.from_bytes(data, "middle"); int.from_bytes(bytes(33), "big")
int.from_bytes(b"\\x01" * 33, "big"); bytes.fromhex("00fF"); bytes.fromhex("0"); bytes.fromhex("zz"); bytes.fromhex("00 01")
bytes.fromhex(""); bytes.fromhex(n); bytes.fromhex("\u0661\u0661"); text.count("ab"); text.count(""); data.count(b"\\x01"); items.count(1)
(1, 1).count(1); text.count(1); n.count(1); [1, True, "1"].count(1); text.find("c"); text.find("zz"); data.find(b"\\xff"); text.find(1)
text.startswith("ab"); text.endswith("ab"); data.startswith(b"\\x00"); text.startswith(b"a"); text.removeprefix("ab")
text.removesuffix("ab"); text.removeprefix("zz"); data.removesuffix(b"\\x01"); text.replace("ab", "x"); text.replace("", "-")
text.replace("a", ""); data.replace(b"\\x01", b"yy"); text.replace("a", 1); text.replace(1, "a"); text.replace("zz", "y" * 99)
text.split(","); text.split(); "a b\\tc\\n".split(); text.split(""); text.split(1); ",".split(","); "".split(); "".split(",")
"  a  ".split(" "); "-".join(words); "".join([]); "-".join(items); "-".join(text); "-".join(x for x in words); "-".join(n)
"ab".join(["x"]); data.join([data]); " a ".strip(); "abca".strip("a"); "\\ta\\n".strip(); "a".strip(1); "aBc".upper(); "aBc".lower()
"\u00df".upper(); n.upper(); "12".isdigit(); "".isdigit(); "1a".isdigit(); text.encode(); "\u00e9".encode(); data.encode(); b"ab".decode()
b"\\xff".decode(); text.decode(); data.hex(); text.hex(); b"".hex(); n.to_bytes(2, "big"); n.to_bytes(2, "little"); n.to_bytes(0, "big")
(256).to_bytes(1, "big"); (-1).to_bytes(1, "big"); n.to_bytes(-1, "big"); n.to_bytes("a", "big"); n.to_bytes(2, 3)
True.to_bytes(1, "big"); (0).to_bytes(0, "big"); (255).to_bytes(1, "big"); big.to_bytes(32, "big"); n.to_bytes(True, "big")
items.index(1); items.index(9); (1, 2).index(2); items.copy(); entries.copy(); text.copy(); items.pop(); items.pop(0); items.pop(-3)
items.pop(9); items.pop("a"); [].pop(); entries.pop("a"); entries.pop("x"); entries.pop("x", 5); entries.pop(); items.pop(0, 1)
entries.get("a"); entries.get("x"); entries.get("x", 9); entries.get([1]); items.get(0); list(entries.items()); list(entries.keys())
list(entries.values()); items.items(); entries.setdefault("a", 9); entries.setdefault("z", 9); entries.setdefault([1], 1); items.append(4)
items.clear(); entries.clear(); items.extend(words); items.extend(text); items.extend(n); items.extend(entries); items.insert(0, 9)
items.insert("a", 9); items.insert(-1, 9); items.remove(1); items.remove(9); items.reverse(); items.sort(); items.sort(reverse=True)
words.sort(); [1, "a"].sort(); entries.update({"c": 3}); entries.update(items); entries.update({}); (1,).append(1); text.append("a")
[x + 1 for x in items]; [x for x in items if x > 1]; [x * y for x in items for y in (1, 2) if x != y]; [x for x in n]
[(x, y) for x, y in zip(items, words)]; {x: 1 for x in words}; {x: x * 2 for x in items if x}; {[x]: 1 for x in items}
[[y for y in range(x)] for x in items]; [x for x in entries]; [x for x in data]; [x for x in text if x != "a" if x != "b"]
{k: v for k, v in entries.items()}; [x for x in range(2) for x in (x, 5)]; sum(x * x for x in items); max(x for x in items)
sorted(-x for x in items); min((x for x in words)); _first(5); _first(1); _first(2); _first(2, c=9); _first(1, 0); _first(c=1, a=9)
_first(a=2, b=2); _nothing(); LIMIT; NAME; LIMIT + n; [_first(x) for x in items]; _first("a"); _first(5, "a")
""".strip()

STATEMENTS = [
    "a, b = 1, 2\n    a, b = b, a\n    r = [a, b]",
    "(a, b), c = (1, 2), 3\n    r = [a, b, c]",
    "[a, b] = 'xy'\n    r = a + b",
    "a, b = {'x': 1, 'y': 2}\n    r = a + b",
    "a, b = b'\\x01\\x02'\n    r = a + b",
    "a = b = [1]\n    a.append(2)\n    r = b",
    ("a: int = 5\n    a += 2\n    a -= 1\n    a *= 3\n    a //= 2\n    a %= 5\n    a **= 2\n    a <<= 3\n    a >>= 1\n"
    "    a |= 1\n    a &= 255\n    a ^= 3\n    r = a"),
    "a = [1]\n    b = a\n    a += [2]\n    a *= 2\n    r = b",
    "a = [1]\n    b = a\n    a = a + [2]\n    r = b",
    "a = 'x'\n    a += 'y'\n    a *= 2\n    r = a",
    "a = (1,)\n    a += (2,)\n    r = a",
    "a = [1]\n    a += (2,)\n    r = a",
    "a = [[1]]\n    a[0] += [2]\n    a[0][0] *= 5\n    r = a",
    "a = {'x': 1}\n    a['x'] += 5\n    a['y'] = 2\n    del a['x']\n    r = a",
    "a = {'x': 1}\n    a['y'] += 5\n    r = a",
    "a = {}\n    del a['x']\n    r = a",
    "a = [1, 2, 3]\n    del a[0], a[-1]\n    r = a",
    "a = [1]\n    del a[5]\n    r = a",
    "a = [1]\n    a[1] = 5\n    r = a",
    "a = (1,)\n    a[0] = 5\n    r = a",
    "a = 'x'\n    del a[0]\n    r = a",
    "a = [1, 2]\n    a[-1], a[0] = a[0], a[-1]\n    r = a",
    "r = []\n    for i in range(5):\n        if i == 1:\n            continue\n        if i == 3:\n            break\n        r.append(i)",
    ("r = []\n    i = 0\n    while i < 5:\n        i += 1\n        if i % 2:\n            continue\n"
    "        for j in range(i):\n            if j > 1:\n                break\n            r.append((i, j))"),
    "r = []\n    for i, (a, b) in enumerate([(1, 2), (3, 4)]):\n        r.append(i + a * b)",
    "r = []\n    for k in {'b': 1, 'a': 2}:\n        r.append(k)",
    "r = []\n    for c in 'abc':\n        r.insert(0, c)",
    "r = 0\n    for c in b'abc':\n        r += c",
    "for i in range(3):\n        pass\n    r = i",
    "for i in range(0):\n        pass\n    r = i",
    "if n > 5:\n        r = 1\n    elif n > 3:\n        r = 2\n    else:\n        r = 3",
    "if n > 50:\n        r = 1\n    elif n > 3:\n        r = 2",
    "if n > 50:\n        r = 1\n    elif n > 30:\n        r = 2",
    "if n < 50:\n        if n:\n            r = 1\n        else:\n            r = 2\n    r += 1",
    "assert n == 7, 'seven'\n    r = 1",
    "assert n == 8, f'not {n}'\n    r = 1",
    "assert n == 8\n    r = 1",
    "assert not n, 5\n    r = 1",
    "raise ValueError('a' + text)\n    r = 1",
    "raise PermissionError(f'{n}')\n    r = 1",
    "raise ValueError(items)\n    r = 1",
    "'text'.split()\n    r = 1",
    "_nothing()\n    r = _first(3)",
    "x = [y for y in items]\n    y = 5\n    r = x + [y]",
    "items[0] = _first(9, 1)\n    r = items",
    "a, b = 1, 2, 3\n    r = 1",
    "a, b = [1]\n    r = 1",
    "a, b = range(2)\n    r = 1",
    "for a, b in [1]:\n        pass\n    r = 1",
    ("r = 0\n    for i in range(10):\n        for j in range(10):\n            if j == i:\n                break\n"
    "        else_ = j\n        r += else_"),
    "r = {str(i): i for i in range(40)}\n    for i in range(39):\n        r.pop(str(i))\n    r['x'] = 1",
    "r = {i: i for i in range(33)}\n    for i in range(30):\n        del r[i]",
    "r = {i: i for i in range(1000)}\n    r[5] = 1\n    r['a'] = 1\n    r = len(r)",
    "r = {i: i for i in range(1001)}\n    r = len(r)",
    "r = {str(i): i for i in range(1000)}\n    r[1] = 1\n    r = len(r)",
    "r = {i: i for i in range(999)}\n    r.setdefault(-7, 1)\n    r = len(r)",
]  # fmt: skip
"""Each leaves its result in r."""


def list_bodies():
    """Return the bodies of functions that leave a result in r."""
    expressions = [one.strip() for line in EXPRESSIONS.split("\n") for one in line.split("; ")]
    return [f"r = {one}" for one in expressions] + STATEMENTS


def write_source(body):
    """Return a whole contract."""
    return f'{HEAD}\ndef main() -> None:\n{LOCALS}    {body}\n    emit("r", r, items, entries)\n'
