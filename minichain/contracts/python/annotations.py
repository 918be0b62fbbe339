"""What an annotation says: which values a parameter, a result or a field may have.

    bool int str bytes None · list[X] · tuple[X, Y] · tuple[X, ...] · dict[K, X] with K one of str, int, bytes · X | None · a record

`str | None` and `bytes | None` stand in records and lists only: as a parameter or a result, the empty text and None would be the same
bytes.

Simplifications: no type stands for any value, and of unions there is only X | None.
"""

import ast
from collections.abc import Mapping

from minichain.contracts.kinds import RecordKind, Type

SIMPLE = ("bool", "int", "str", "bytes")
KEYS = ("str", "int", "bytes")


class AnnotationError(Exception):
    """An annotation says nothing that is known: where, and what to write."""

    def __init__(self, node: ast.expr, sentence: str) -> None:
        super().__init__(sentence)
        self.node = node


def parse_type(node: ast.expr, records: Mapping[str, RecordKind], *, at_border: bool = False) -> Type:
    """Return the type that an annotation says. `at_border`: it is that of a parameter or a result."""
    if isinstance(node, ast.Constant) and node.value is None:
        return Type("None")
    if isinstance(node, ast.Name):
        return parse_name(node, records)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return parse_optional(node, records, at_border)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        return parse_collection(node, node.value.id, records)
    raise AnnotationError(node, "a type is bool, int, str, bytes, None, list[...], tuple[...], dict[...], a record, or one of these | None")


def parse_name(node: ast.Name, records: Mapping[str, RecordKind]) -> Type:
    """Return the type of this name."""
    if node.id in SIMPLE:
        return Type(node.id)
    if node.id in records:
        return Type("record", record=records[node.id])
    if node.id in ("list", "tuple", "dict"):
        example = {"list": "list[int]", "tuple": "tuple[int, ...]", "dict": "dict[str, int]"}[node.id]
        raise AnnotationError(node, f"{node.id} says what is in it: {example}, for example")
    raise AnnotationError(node, f"{node.id} is no type; there are bool, int, str, bytes, list, tuple, dict, and the records above")


def parse_optional(node: ast.BinOp, records: Mapping[str, RecordKind], at_border: bool) -> Type:
    """Return the type X | None."""
    inner = parse_type(node.left, records)
    if not isinstance(node.right, ast.Constant) or node.right.value is not None or inner.name in ("None", "optional"):
        raise AnnotationError(node, "of unions there is only X | None")
    if at_border and inner.name in ("str", "bytes"):
        raise AnnotationError(node, f"{inner} | None cannot tell None from empty here; write {inner}, and let empty mean none")
    return Type("optional", (inner,))


def parse_collection(node: ast.Subscript, name: str, records: Mapping[str, RecordKind]) -> Type:
    """Return the type of a list, tuple or dict."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "list" and len(parts) == 1:
        return Type("list", (parse_type(parts[0], records),))
    if name == "tuple" and len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is Ellipsis:
        return Type("row", (parse_type(parts[0], records),))
    if name == "tuple" and parts:
        return Type("tuple", tuple([parse_type(part, records) for part in parts]))
    if name == "dict" and len(parts) == 2:
        key, value = (parse_type(part, records) for part in parts)
        if key.name not in KEYS:
            raise AnnotationError(parts[0], f"a key of a dict that enters or leaves is {', '.join(KEYS)}, not {key}")
        return Type("dict", (key, value))
    raise AnnotationError(node, "a collection is list[X], tuple[X, ...], tuple[X, Y] or dict[K, X]")
