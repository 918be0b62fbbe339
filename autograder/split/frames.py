"""pandas on the wire: a frame is its columns, its row labels and its column labels; each of these is a typed buffer or a plain list.

Columns are NumPy arrays, or pandas' own: dates (with zone), durations, periods, intervals, categories, nullable numbers and text. T
builds each with its own pandas from the values, so the labels, codes and masks are checked by pandas itself. `attrs` and flags are left
behind. A frame with another kind of column (sparse, Arrow) and a subclass of DataFrame are objects of the learner.
"""

import re
import sys
from datetime import timezone
from typing import Any, Final

from autograder.split.arrays import describe_array
from autograder.split.library import RefusedValueError, register, register_loader
from autograder.split.standard import check

pd: Any = None
"""pandas, once something else has imported it."""

_ZONE: Final = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")
_FREQUENCY: Final = re.compile(r"-?[0-9]{0,6}[A-Za-z]{1,8}(-[A-Z]{3})?")
_UNITS: Final = frozenset({"s", "ms", "us", "ns"})
_CLOSED: Final = frozenset({"left", "right", "both", "neither"})
_NULLABLE: Final = re.compile(r"U?Int(8|16|32|64)|Float(32|64)|boolean")
_TEXT_OR_NONE: Final = frozenset({str, type(None)})


# Columns


def describe_column(column: Any) -> list[Any] | None:
    """Return [kind, parts …] of a one-dimensional array of NumPy or pandas, or None for a kind that does not cross."""
    dtype = column.dtype
    if type(dtype) is pd.StringDtype:
        missing = "nan" if dtype.na_value is not pd.NA else "NA"
        return ["text", column.to_numpy(object, na_value=None).tolist(), dtype.storage, missing]
    if _NULLABLE.fullmatch(str(dtype)):
        zero = dtype.numpy_dtype.type(0)
        return ["nullable", column.to_numpy(dtype.numpy_dtype, na_value=zero), column.isna()]
    if type(column) is pd.Categorical:
        return ["categories", column.codes, column.categories, column.ordered]
    if isinstance(dtype, pd.DatetimeTZDtype) or getattr(dtype, "kind", "") == "M":
        zone = describe_zone(column.tz) if isinstance(dtype, pd.DatetimeTZDtype) else None
        return None if zone is _UNKNOWN else ["dates", column.view("i8"), str(column.unit), zone]
    if getattr(dtype, "kind", "") == "m":
        return ["durations", column.view("i8"), str(column.unit)]
    if isinstance(dtype, pd.PeriodDtype):
        return ["periods", column.asi8, column.freqstr]
    if isinstance(dtype, pd.IntervalDtype):
        return ["intervals", column.left, column.right, column.closed]
    values = column.to_numpy() if type(column) is pd.arrays.NumpyExtensionArray else column
    return ["values", values] if type(values) is _ndarray() and describe_array(values) is not None else None


def build_column(content: Any) -> Any:
    """Return the column that [kind, parts …] describes."""
    if type(content) is not list or not content or type(content[0]) is not str or content[0] not in _COLUMNS:
        raise RefusedValueError("no column of pandas")
    return _COLUMNS[content[0]](content[1:])


def _build_values(content: Any) -> Any:
    (values,) = check(content, _ndarray())
    if values.ndim != 1:
        raise RefusedValueError("a column has one dimension")
    if values.dtype == object and any(map(callable, values)):  # attack: `series.equals` finds the label `equals`, and there a function
        raise RefusedValueError("functions in a column of pandas")
    return values


def _build_text(content: Any) -> Any:
    values, storage, missing = check(content, list, str, str)
    if not _TEXT_OR_NONE.issuperset(map(type, values)) or storage not in ("python", "pyarrow"):
        raise RefusedValueError("a column of text holds text")
    dtype = pd.StringDtype(storage) if missing == "NA" else pd.StringDtype(storage, na_value=float("nan"))
    return pd.array(values, dtype=dtype)


def _build_nullable(content: Any) -> Any:
    values, mask = check(content, _ndarray(), _ndarray())
    kinds = {"b": pd.arrays.BooleanArray, "f": pd.arrays.FloatingArray}
    return kinds.get(values.dtype.kind, pd.arrays.IntegerArray)(values, mask)


def _build_categories(content: Any) -> Any:
    codes, categories, ordered = check(content, _ndarray(), object, bool)
    return pd.Categorical.from_codes(codes, categories=_check_index(categories), ordered=ordered)


def _build_dates(content: Any) -> Any:
    ticks, unit, zone = check(content, _ndarray(), str, (str, timezone, type(None)))
    dates = pd.DatetimeIndex(_check_ticks(ticks, unit).view(f"M8[{unit}]"))
    return dates.array if zone is None else dates.tz_localize("UTC").tz_convert(build_zone(zone)).array


def _build_durations(content: Any) -> Any:
    ticks, unit = check(content, _ndarray(), str)
    return pd.TimedeltaIndex(_check_ticks(ticks, unit).view(f"m8[{unit}]")).array


def _build_periods(content: Any) -> Any:
    ordinals, frequency = check(content, _ndarray(), str)
    return pd.PeriodIndex.from_ordinals(_check_ticks(ordinals, "s"), freq=_check_frequency(frequency)).array


def _build_intervals(content: Any) -> Any:
    left, right, closed = check(content, object, object, str)
    if closed not in _CLOSED:
        raise RefusedValueError("an interval is closed on the left, on the right, on both sides or on neither")
    return pd.arrays.IntervalArray.from_arrays(_check_index(left), _check_index(right), closed)


_COLUMNS: Final = {
    "values": _build_values,
    "text": _build_text,
    "nullable": _build_nullable,
    "categories": _build_categories,
    "dates": _build_dates,
    "durations": _build_durations,
    "periods": _build_periods,
    "intervals": _build_intervals,
}


# Labels


def describe_index(index: Any) -> list[Any] | None:
    """Return [kind, parts …, name] of row or column labels."""
    if type(index) is pd.RangeIndex:
        return ["range", index.start, index.stop, index.step, index.name]
    if type(index) is pd.MultiIndex:
        return ["levels", list(index.levels), [_ndarray_of(codes) for codes in index.codes], list(index.names)]
    column = describe_column(index.array)
    frequency = index.freqstr if type(index) in (pd.DatetimeIndex, pd.TimedeltaIndex) else None
    return None if column is None else ["labels", column, frequency, index.name]


def build_index(content: Any) -> Any:
    """Return the labels that [kind, parts …, name] describes."""
    kind = content[0] if type(content) is list and content else None
    if kind == "range":
        _, start, stop, step, name = check(content, str, int, int, int, object)
        return pd.RangeIndex(start, stop, step, name=_check_name(name))
    if kind == "levels":
        _, levels, codes, names = check(content, str, list, list, list)
        codes = [check([level_codes], _ndarray())[0] for level_codes in codes]
        return pd.MultiIndex(levels=list(map(_check_index, levels)), codes=codes, names=list(map(_check_name, names)))
    if kind != "labels":
        raise RefusedValueError("no labels of pandas")
    _, described, frequency, name = check(content, str, list, (str, type(None)), object)
    column = build_column(described)
    if frequency is not None:
        made = pd.DatetimeIndex if column.dtype.kind == "M" else pd.TimedeltaIndex
        return made(column, freq=_check_frequency(frequency), name=_check_name(name))
    return pd.Index(column, dtype=column.dtype, name=_check_name(name), tupleize_cols=False)


# Series and frames


def describe_series(series: Any) -> list[Any] | None:
    """Return [column, labels, name]."""
    column = describe_column(series.array)
    return None if column is None else [column, series.index, series.name]


def build_series(content: Any) -> Any:
    """Return the series that [column, labels, name] describes."""
    described, index, name = check(content, list, object, object)
    column = build_column(described)
    return pd.Series(column, index=_check_index(index), name=_check_name(name), dtype=column.dtype, copy=False)


def describe_frame(frame: Any) -> list[Any] | None:
    """Return [row labels, column labels, values]: one array for numbers of one type, else a list of columns."""
    kinds = list(set(frame.dtypes))
    if len(kinds) == 1 and isinstance(kinds[0], sys.modules["numpy"].dtype) and kinds[0].kind in "biufc":
        return [frame.index, frame.columns, frame.to_numpy()]
    columns = [describe_column(frame.iloc[:, place].array) for place in range(len(frame.columns))]
    return None if None in columns else [frame.index, frame.columns, columns]


def build_frame(content: Any) -> Any:
    """Return the frame that [row labels, column labels, values] describes."""
    index, labels, values = check(content, object, object, (list, _ndarray()))
    index, labels = _check_index(index), _check_index(labels)
    if type(values) is not list:
        if values.shape != (len(index), len(labels)):
            raise RefusedValueError("a frame whose values do not fit its labels")
        return pd.DataFrame(values, index=index, columns=labels, copy=False)
    if len(values) != len(labels):
        raise RefusedValueError("a frame with another number of columns than of their labels")
    columns = map(build_column, values)
    frame = pd.DataFrame({place: pd.Series(column, index=index, dtype=column.dtype) for place, column in enumerate(columns)}, index=index)
    frame.columns = labels
    return frame


# Single values


def _describe_timestamp(value: Any) -> list[Any] | None:
    zone = describe_zone(value.tzinfo)
    return None if zone is _UNKNOWN else [int(value.asm8.view("i8")), str(value.unit), zone]


def _build_timestamp(content: Any) -> Any:
    ticks, unit, zone = check(content, int, str, (str, timezone, type(None)))
    value = pd.Timestamp(_tick(ticks, "M8", unit))
    return value if zone is None else value.tz_localize("UTC").tz_convert(build_zone(zone))


def _build_timedelta(content: Any) -> Any:
    ticks, unit = check(content, int, str)
    return pd.Timedelta(_tick(ticks, "m8", unit))


def _build_period(content: Any) -> Any:
    ordinal, frequency = check(content, int, str)
    return pd.Period(ordinal=ordinal, freq=_check_frequency(frequency))


def _build_interval(content: Any) -> Any:
    left, right, closed = check(content, object, object, str)
    return pd.Interval(left, right, closed)


def _tick(ticks: int, kind: str, unit: str) -> Any:
    numpy = sys.modules["numpy"]
    return _check_ticks(numpy.array([ticks], "i8"), unit).view(f"{kind}[{unit}]")[0]


# Parts


_UNKNOWN: Final = object()


def describe_zone(zone: Any) -> Any:
    """Return a time zone as its name, as a `datetime.timezone`, or None; `_UNKNOWN` for one of somebody else's making."""
    if zone is None or type(zone) is timezone:
        return zone
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    return name if type(name) is str and _ZONE.fullmatch(name) else _UNKNOWN


def build_zone(zone: Any) -> Any:
    """Return a time zone, which pandas finds by name."""
    if type(zone) is str and not _ZONE.fullmatch(zone):
        raise RefusedValueError("no such time zone")
    return zone


def _check_index(index: Any) -> Any:
    """Return labels that are labels of pandas: they arrive as a value of their own."""
    if type(index) not in _INDEXES:
        raise RefusedValueError("labels are an index of pandas")
    return index


def _check_name(name: Any) -> Any:
    hash(name)
    return name


def _check_ticks(ticks: Any, unit: str) -> Any:
    if unit not in _UNITS or ticks.dtype != "i8" or ticks.ndim != 1:
        raise RefusedValueError("times are whole numbers of s, ms, us or ns")
    return ticks


def _check_frequency(text: str) -> str:
    if not _FREQUENCY.fullmatch(text):
        raise RefusedValueError("no such frequency")
    return text


def _ndarray() -> Any:
    return sys.modules["numpy"].ndarray


def _ndarray_of(codes: Any) -> Any:
    return sys.modules["numpy"].asarray(codes)


_INDEXES: Final[set[type]] = set()


def load() -> None:
    """Fill the table with pandas' types."""
    global pd
    pd = sys.modules["pandas"]
    _INDEXES.update({pd.Index, pd.RangeIndex, pd.MultiIndex, pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex})
    _INDEXES.update({pd.CategoricalIndex, pd.IntervalIndex})
    for kind in _INDEXES:
        register(kind, "Index", describe_index, build_index, shared=True)
    arrays = pd.arrays
    for kind in (pd.Categorical, arrays.DatetimeArray, arrays.TimedeltaArray, arrays.PeriodArray, arrays.IntervalArray):
        register(kind, "column", describe_column, build_column, shared=True)
    for kind in (arrays.IntegerArray, arrays.FloatingArray, arrays.BooleanArray, type(pd.array(["x"]))):
        register(kind, "column", describe_column, build_column, shared=True)
    register(pd.Series, "Series", describe_series, build_series, shared=True)
    register(pd.DataFrame, "DataFrame", describe_frame, build_frame, shared=True)
    register(pd.Timestamp, "Timestamp", _describe_timestamp, _build_timestamp)
    register(pd.Timedelta, "Timedelta", lambda v: [int(v.asm8.view("i8")), str(v.unit)], _build_timedelta)
    register(pd.Period, "Period", lambda v: [v.ordinal, v.freqstr], _build_period)
    register(pd.Interval, "Interval", lambda v: [v.left, v.right, v.closed], _build_interval)
    register(type(pd.NaT), "NaT", lambda _: [], lambda _: pd.NaT)
    register(type(pd.NA), "NA", lambda _: [], lambda _: pd.NA)
    register(pd.StringDtype, "StringDtype", lambda v: [v.storage, v.na_value is pd.NA], _build_text_type)
    register(pd.DatetimeTZDtype, "DatetimeTZDtype", _describe_zoned_type, _build_zoned_type)
    register(pd.CategoricalDtype, "CategoricalDtype", lambda v: [v.categories, v.ordered], _build_category_type)


def _build_text_type(content: Any) -> Any:
    storage, is_na = check(content, str, bool)
    return pd.StringDtype(storage) if is_na else pd.StringDtype(storage, na_value=float("nan"))


def _describe_zoned_type(dtype: Any) -> list[Any] | None:
    zone = describe_zone(dtype.tz)
    return None if zone is _UNKNOWN else [dtype.unit, zone]


def _build_zoned_type(content: Any) -> Any:
    unit, zone = check(content, str, (str, timezone))
    return pd.DatetimeTZDtype(unit, build_zone(zone))


def _build_category_type(content: Any) -> Any:
    categories, ordered = check(content, object, bool)
    return pd.CategoricalDtype(None if categories is None else _check_index(categories), ordered)


register_loader("pandas", load)
