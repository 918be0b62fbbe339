"""What enters and leaves a contract: an annotation, what `main` returns, and what the bytes of its parameter are."""

BORDERS = [
    ("int", "n", b"5"),
    ("int", "n + 1", b"-5"),
    ("int", "True", b"1"),
    ("int", "'a'", b"1"),
    ("int", "n", b"05"),
    ("int", "n", b""),
    ("int", "n", b"x"),
    ("bool", "n", b"true"),
    ("bool", "n", b"false"),
    ("bool", "not n", b"true"),
    ("bool", "1", b"true"),
    ("bool", "n", b"True"),
    ("str", "n", b"abc"),
    ("str", "n + n", "\u00e9".encode()),
    ("str", "n", b"\xff"),
    ("str", "None", b""),
    ("bytes", "n", b"\x00\xff"),
    ("bytes", "'a'", b""),
    ("None", "None", b""),
    ("None", "1", b""),
    ("None", "n", b"x"),
    ("int | None", "n", b""),
    ("int | None", "n", b"7"),
    ("int | None", "n", b"null"),
    ("list[int]", "n", b"[1,2]"),
    ("list[int]", "n + [1]", b"[]"),
    ("list[int]", "n", b"[1, 2]"),
    ("list[int]", "n", b"[1.5]"),
    ("list[int]", "n", b'["a"]'),
    ("list[int]", "n", b"[true]"),
    ("list[int]", "(1, 2)", b"[]"),
    ("list[int]", "[True]", b"[]"),
    ("list[int]", "n", b"[" * 60),
    ("list[int] | None", "n", b""),
    ("list[int] | None", "n", b"[]"),
    ("list[int] | None", "n", b"null"),
    ("list[int | None]", "n", b"[null,1]"),
    ("tuple[int, str]", "n", b'[1,"a"]'),
    ("tuple[int, str]", "n", b"[1]"),
    ("tuple[int, str]", "(1,)", b'[1,"a"]'),
    ("tuple[int, ...]", "n", b"[1,2,3]"),
    ("tuple[int, ...]", "n + (4,)", b"[]"),
    ("tuple[int, ...]", "[1]", b"[]"),
    ("dict[str, int]", "n", b'{"a":1,"b":2}'),
    ("dict[str, int]", "n", b'{"b":1,"a":2}'),
    ("dict[str, int]", "n", b'{"a":1,"a":2}'),
    ("dict[str, int]", "{1: 2}", b"{}"),
    ("dict[int, str]", "n", b'{"1":"a"}'),
    ("dict[int, str]", "n", b'{"01":"a"}'),
    ("dict[int, str]", "n", b'{"1152921504606846976":"a"}'),
    ("dict[bytes, bool]", "n", b'{"00ff":true}'),
    ("dict[bytes, bool]", "n", b'{"0G":true}'),
    ("Box", "n", b'{"name":"x","size":1}'),
    ("Box", "n", b'{"size":1}'),
    ("Box", "n", b'{"name":"x","size":"1"}'),
    ("Box", "Other(1)", b"{}"),
    ("Box", "Box(n.size + 1, n.name)", b'{"name":"x","size":1}'),
    ("Box | None", "n", b""),
    ("list[Box]", "n", b'[{"name":"x","size":1}]'),
    ("Pair", "n", b'{"left":{"name":"x","size":1},"right":[]}'),
    ("Pair", "Pair(n.right[0], [])", b'{"left":{"name":"","size":0},"right":[{"name":"y","size":2}]}'),
    ("list[bytes]", "n", b'["00"]'),
    ("list[bytes]", "n", b'["0"]'),
    ("list[str | None]", "n", b'["a",null,""]'),
    ("list[str]", "n", b'["\\ud800"]'),
]

SOURCE = """
@record
class Box:
    size: int
    name: str = "none"

@record
class Other:
    size: int

@record
class Pair:
    left: Box
    right: list[Box]

def main(n: {kind}) -> {kind}:
    emit("n", n)
    return {result}
"""

HOST = """
def main() -> None:
    emit("who", sender.org, sender.role, sender.name, sender.address, caller, contract)
    emit("when", tx.id, block.height, block.timestamp_ms, block.chain_id)
    emit("hash", hash(b"a"), sha256(b"a"), sm3(b"a"))
    emit("a" * 128, isinstance(True, bool), isinstance(b"", (str, bytes)), isinstance(try_call("x", "y"), Reply))
    state["a"] = [1, {"x": None, 2: b"y"}, (True, "z"), -(1 << 200)]
    state["t", 1] = state["a"]
    state["t", 2, b"x"] = 2
    state["t", 2] = 1
    emit("items", state.items("t"), state.items(("t", 2)), state.items(), state.items("t", limit=1), state.items("t", limit=0))
    emit("get", state.get("a"), state.get("b"), state.get("b", 5), "a" in state, "b" not in state, ("t", 1) in state)
    state["t", 1][0] = 9
    state["t", 2] += 5
    del state["t", 2, b"x"], state["never"]
    emit("after", state.items("t"))
    for i in range(40):
        state["many", i] = i
    emit("pages", state.items("many", limit=33), len(state.items("many")), state.items("many", limit=16))
"""
