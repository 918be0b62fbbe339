"""The standard library's value types on the wire: ranges, dates, exact numbers, the containers of `collections`, and their like.

Each row says what a value is made of, and builds it with the type's own constructor from checked parts. The factory of a defaultdict is
one of Python's own types, by name: a function of the learner stays with the learner, and so does the dictionary.
"""

import array
import ipaddress
import types
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import PosixPath, PurePosixPath
from typing import Any, Final
from zoneinfo import ZoneInfo

from autograder.split.library import RefusedValueError, register

_FACTORIES: Final = {kind.__name__: kind for kind in (int, float, complex, str, bytes, bool, list, tuple, dict, set, frozenset)}
_ARRAY_CODES: Final = frozenset("bBhHiIlLqQfd")
_MAX_DIGITS: Final = 100_000
_MAX_ZONE: Final = 100
_TZ: Final = (type(None), timezone, ZoneInfo)


def check(content: Any, *kinds: type | tuple[type, ...]) -> list[Any]:
    """Return content that is a list of exactly these types, `object` for any. Raises `RefusedValueError` otherwise."""
    if type(content) is not list or len(content) != len(kinds):
        raise RefusedValueError(f"a list of {len(kinds)} parts is needed")
    for part, kind in zip(content, kinds, strict=True):
        if kind is not object and type(part) not in (kind if isinstance(kind, tuple) else (kind,)):
            raise RefusedValueError(f"{type(part).__name__} in the place of another type")
    return content


def _describe_moment(value: datetime | time) -> list[Any] | None:
    """Return the parts of a datetime or a time, or None if its zone is of somebody else's making."""
    if type(value.tzinfo) not in _TZ:
        return None
    day = [value.year, value.month, value.day] if isinstance(value, datetime) else []
    return [*day, value.hour, value.minute, value.second, value.microsecond, value.tzinfo, value.fold]


def _build_datetime(content: Any) -> datetime:
    *parts, fold = check(content, int, int, int, int, int, int, int, _TZ, int)
    return datetime(*parts, fold=fold)


def _build_time(content: Any) -> time:
    *parts, fold = check(content, int, int, int, int, _TZ, int)
    return time(*parts, fold=fold)


def _build_timezone(content: Any) -> timezone:
    offset, name = check(content, timedelta, str)
    unnamed = timezone(offset)
    return unnamed if unnamed.tzname(None) == name else timezone(offset, name)


def _build_zone(content: Any) -> ZoneInfo:
    (key,) = check(content, str)
    if len(key) > _MAX_ZONE:
        raise RefusedValueError("no such time zone")
    return ZoneInfo(key)


def _build_decimal(content: Any) -> Decimal:
    (text,) = check(content, str)
    if len(text) > _MAX_DIGITS:
        raise RefusedValueError(f"a Decimal of {len(text):,} characters; at most {_MAX_DIGITS:,} may be sent")
    return Decimal(text)


def _build_pairs(content: Any) -> list[list[Any]]:
    (pairs,) = check(content, list)
    return [check(pair, object, object) for pair in pairs]


def _describe_defaultdict(value: defaultdict[Any, Any]) -> list[Any] | None:
    factory = value.default_factory
    if factory is None:
        return [None, _to_pairs(value)]
    name = factory.__name__ if isinstance(factory, type) else ""
    return [name, _to_pairs(value)] if _FACTORIES.get(name) is factory else None


def _build_defaultdict(content: Any) -> defaultdict[Any, Any]:
    name, pairs = check(content, (str, type(None)), list)
    return defaultdict(None if name is None else _FACTORIES[name], dict(_build_pairs([pairs])))


def _to_pairs(value: dict[Any, Any]) -> list[list[Any]]:
    return [[key, item] for key, item in value.items()]


def _build_deque(content: Any) -> deque[Any]:
    items, longest = check(content, list, (int, type(None)))
    return deque(items, longest)


def _build_array(content: Any) -> Any:
    code, data = check(content, str, bytes)
    if code not in _ARRAY_CODES:
        raise RefusedValueError(f"an array of type {code[:5]!r} is not exchanged")
    return array.array(code, data)


def _describe_memory(value: memoryview) -> list[Any] | None:
    return [bytes(value), value.readonly] if value.format == "B" and value.ndim == 1 else None


def _build_memory(content: Any) -> memoryview:
    data, is_fixed = check(content, bytes, bool)
    return memoryview(data if is_fixed else bytearray(data))


def _describe_namespace(value: types.SimpleNamespace) -> list[Any] | None:
    return [vars(value)] if _is_plain_namespace(vars(value)) else None


def _is_plain_namespace(fields: dict[str, Any]) -> bool:
    """Answer whether fields hold values only. Attacks: a function `equals` that always agrees; `__array_interface__`, which NumPy reads of
    any object and takes for an address in memory."""
    return not any(name.startswith("__") for name in fields) and not any(map(callable, fields.values()))


def _build_namespace(content: Any) -> types.SimpleNamespace:
    (fields,) = check(content, dict)
    if not _is_plain_namespace(fields):
        raise RefusedValueError("a SimpleNamespace with functions or special names")
    return types.SimpleNamespace(**fields)


def _take(*kinds: type | tuple[type, ...]) -> Callable[[Any], list[Any]]:
    return lambda content: check(content, *kinds)


_WHOLE: Final = _take(int, int, int)
_TEXT: Final = _take(str)
_LIST: Final = _take(list)
_NUMBER: Final = _take(int)

register(range, "range", lambda v: [v.start, v.stop, v.step], lambda c: range(*_WHOLE(c)))
register(slice, "slice", lambda v: [v.start, v.stop, v.step], lambda c: slice(*check(c, object, object, object)))
register(type(...), "Ellipsis", lambda _: [], lambda _: ...)
register(type(NotImplemented), "NotImplemented", lambda _: [], lambda _: NotImplemented)
register(date, "date", lambda v: [v.year, v.month, v.day], lambda c: date(*_WHOLE(c)))
register(datetime, "datetime", _describe_moment, _build_datetime)
register(time, "time", _describe_moment, _build_time)
register(timedelta, "timedelta", lambda v: [v.days, v.seconds, v.microseconds], lambda c: timedelta(*_WHOLE(c)))
register(timezone, "timezone", lambda v: [v.utcoffset(None), v.tzname(None)], _build_timezone)
register(ZoneInfo, "ZoneInfo", lambda v: None if v.key is None else [v.key], _build_zone)
register(Decimal, "Decimal", lambda v: [str(v)], _build_decimal)
register(Fraction, "Fraction", lambda v: [v.numerator, v.denominator], lambda c: Fraction(*check(c, int, int)))
register(Counter, "Counter", lambda v: [_to_pairs(v)], lambda c: Counter(dict(_build_pairs(c))))
register(OrderedDict, "OrderedDict", lambda v: [_to_pairs(v)], lambda c: OrderedDict(_build_pairs(c)))
register(defaultdict, "defaultdict", _describe_defaultdict, _build_defaultdict)
register(deque, "deque", lambda v: [list(v), v.maxlen], _build_deque)
register(type({}.keys()), "dict_keys", lambda v: [list(v)], lambda c: dict.fromkeys(_LIST(c)[0]).keys())
register(type({}.values()), "dict_values", lambda v: [list(v)], lambda c: dict(enumerate(_LIST(c)[0])).values())
register(type({}.items()), "dict_items", lambda v: [[list(pair) for pair in v]], lambda c: dict(_build_pairs(c)).items())
register(types.SimpleNamespace, "SimpleNamespace", _describe_namespace, _build_namespace)
register(uuid.UUID, "UUID", lambda v: [v.int], lambda c: uuid.UUID(int=_NUMBER(c)[0]))
register(PurePosixPath, "PurePosixPath", lambda v: [str(v)], lambda c: PurePosixPath(*_TEXT(c)))
register(PosixPath, "PosixPath", lambda v: [str(v)], lambda c: PosixPath(*_TEXT(c)))
register(ipaddress.IPv4Address, "IPv4Address", lambda v: [int(v)], lambda c: ipaddress.IPv4Address(*_NUMBER(c)))
register(ipaddress.IPv6Address, "IPv6Address", lambda v: [int(v)], lambda c: ipaddress.IPv6Address(*_NUMBER(c)))
register(array.array, "array", lambda v: [v.typecode, v.tobytes()] if v.typecode in _ARRAY_CODES else None, _build_array)
register(memoryview, "memoryview", _describe_memory, _build_memory)
