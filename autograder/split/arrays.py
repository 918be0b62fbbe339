"""NumPy on the wire: an array is its dtype, its shape, its memory order and its raw bytes.

The dtype is one of the kinds that hold no references (numbers, bool, text, dates, and records of these), so that bytes can be nothing
but values; an array of objects goes as a list of its values. C and Fortran order are kept: BLAS rounds differently in the two, and
tests compare exactly. A view is sent as the values that it shows.

Attacks: a shape that does not fit its bytes, sizes that overflow, records made of nothing, booleans that are neither 0 nor 1, text that
is no Unicode. Each is refused before the array is made. A subclass of ndarray is an object of the learner.
"""

import math
import re
import sys
from typing import Any, Final

from autograder.split.library import RefusedValueError, register, register_loader
from autograder.split.standard import check

np: Any = None
"""NumPy, once something else has imported it."""

MAX_ITEMS: Final = 8 * 2**20
_MAX_ITEM_BYTES: Final = 2**20
_MAX_DIMENSIONS: Final = 32
_MAX_FIELDS: Final = 256
_MAX_NESTED: Final = 4
_SIMPLE: Final = re.compile(r"\|b1|[<>|][iufcSU]\d{1,7}|[<>][Mm]8(\[\d{0,9}[a-zA-Zμ]{1,2}\])?")
_OBJECT: Final = "O"


def describe_dtype(dtype: Any) -> Any:
    """Return a dtype as text, or a list of [field, dtype, shape] for a record; None if it may hold references or is not NumPy's own."""
    if dtype.names is not None:
        fields = []
        for name in dtype.names:
            field = dtype.fields[name][0]
            base, shape = field.subdtype or (field, ())
            fields.append([name, describe_dtype(base), list(shape)])
        return None if any(inner is None for _, inner, _ in fields) else fields
    return dtype.str if _SIMPLE.fullmatch(dtype.str) else None


def build_dtype(content: Any, nested: int = 0) -> Any:
    """Return the dtype that plain content describes. Raises `RefusedValueError` for any but the allowed kinds."""
    if type(content) is str and _SIMPLE.fullmatch(content):
        dtype = np.dtype(content)
    elif type(content) is list and len(content) <= _MAX_FIELDS and nested < _MAX_NESTED:
        dtype = np.dtype([_build_field(field, nested) for field in content])
    else:
        raise RefusedValueError("an array of another kind than numbers, bool, text, dates or records of these")
    if not 0 <= dtype.itemsize <= _MAX_ITEM_BYTES:
        raise RefusedValueError(f"an array with items of {dtype.itemsize:,} bytes; at most {_MAX_ITEM_BYTES:,} are exchanged")
    return dtype


def _build_field(field: Any, nested: int) -> tuple[str, Any, tuple[int, ...]]:
    name, kind, shape = check(field, str, (str, list), list)
    dtype = build_dtype(kind, nested + 1)
    if _count(shape) * dtype.itemsize > _MAX_ITEM_BYTES:
        raise RefusedValueError("a record that is too large")
    return name, dtype, tuple(shape)


def _count(shape: Any) -> int:
    """Return how many items a shape has. Raises `RefusedValueError` for one that no array of a few megabytes can have."""
    if type(shape) is not list or len(shape) > _MAX_DIMENSIONS or not all(type(size) is int and size >= 0 for size in shape):
        raise RefusedValueError("no shape of an array")
    if math.prod(size for size in shape if size) > MAX_ITEMS:
        raise RefusedValueError(f"an array of more than {MAX_ITEMS:,} items")
    return math.prod(shape)


def describe_array(array: Any) -> list[Any] | None:
    """Return [dtype, shape, order, bytes], or with the values as a list for an array of objects; None for what may not cross."""
    shape = list(array.shape)
    if array.dtype == object:
        return [_OBJECT, shape, "C", array.ravel().tolist()]
    content = describe_dtype(array.dtype)
    if content is None:
        return None
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    if type(content) is list:
        array = array.astype(build_dtype(content))  # without the gaps between fields, which may hold anything
    return [content, shape, order, array.tobytes(order)]


def build_array(content: Any) -> Any:
    """Return a new array, which owns its memory."""
    kind, shape, order, data = check(content, (str, list), list, str, (bytes, list))
    size = _count(shape)
    if order not in ("C", "F"):
        raise RefusedValueError("memory order is C or F")
    if kind == _OBJECT:
        if type(data) is not list or len(data) != size:
            raise RefusedValueError("an array of objects with another number of them than its shape says")
        objects = np.empty(shape, dtype=object)
        flat = objects.reshape(-1)
        for place, item in enumerate(data):  # one by one: NumPy would look into a list of lists
            flat[place] = item
        return objects
    dtype = build_dtype(kind)
    if type(data) is not bytes or len(data) != size * dtype.itemsize:
        raise RefusedValueError(f"an array whose bytes do not fit its shape {shape}")
    if not size or not dtype.itemsize:
        return np.zeros(shape, dtype, order)
    array = np.frombuffer(data, dtype).reshape(shape, order=order).copy(order)
    _validate_items(array)
    return array


def _validate_items(array: Any) -> None:
    """Make booleans 0 or 1, and refuse text that is no Unicode, in all fields of an array."""
    dtype = array.dtype
    if dtype.names is not None:
        for name in dtype.names:
            _validate_items(array[name])
    elif dtype.kind == "b":
        array[...] = array.view(np.uint8) != 0
    elif dtype.kind == "U" and array.size:
        points = np.ascontiguousarray(array).reshape(-1).view(dtype.str[0] + "u4")
        if points.max(initial=0) > sys.maxunicode:
            raise RefusedValueError("text that is no Unicode")


def _describe_masked(array: Any) -> list[Any] | None:
    if array.dtype == object:
        return None
    return [array.data, np.ma.getmaskarray(array), np.asarray(array.fill_value)]


def _build_masked(content: Any) -> Any:
    data, mask, fill = check(content, *[np.ndarray] * 3)
    if mask.shape != data.shape or fill.shape != ():
        raise RefusedValueError("a mask of another shape than its array")
    return np.ma.MaskedArray(data, mask=mask, fill_value=fill[()])


def _build_matrix(content: Any) -> Any:
    array = build_array(content)
    if array.ndim != 2:
        raise RefusedValueError("a matrix has two dimensions")
    return array.view(np.matrix)


def _build_scalar(content: Any) -> Any:
    array = build_array(content)
    if array.shape != () or array.dtype == object:
        raise RefusedValueError("a number of NumPy is a single one")
    return array[()]


def load() -> None:
    """Fill the table with NumPy's types."""
    global np
    np = sys.modules["numpy"]
    register(np.ndarray, "ndarray", describe_array, build_array, shared=True)
    register(np.matrix, "matrix", describe_array, _build_matrix, shared=True)
    register(np.recarray, "recarray", describe_array, lambda content: build_array(content).view(np.recarray), shared=True)
    register(np.ma.MaskedArray, "MaskedArray", _describe_masked, _build_masked, shared=True)
    register(type(np.ma.masked), "masked", lambda _: [], lambda _: np.ma.masked)
    for kind in {np.dtype(code).type for code in "?bhilqBHILQefdgFDGSUMmV"}:
        register(kind, kind.__name__, lambda value: describe_array(np.asarray(value)), _build_scalar)
    for kind in {type(np.dtype(code)) for code in "?bhilqBHILQefdgFDGSUMmV"}:
        register(kind, "dtype", describe_dtype, build_dtype)


register_loader("numpy", load)
