"""What crosses between the two processes: length-prefixed frames of MessagePack, holding typed plain data and nothing else.

Plain data is None, bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set and frozenset, by exact type: a subclass is
not plain. Values of libraries (`autograder.split.library`) go as a name and what they are made of. Anything else is named, never sent:
S names its own objects by a number (a handle), T names functions and objects that it passes in (a callback). No frame is ever
unpickled, and every frame is bounded before it is read.

Frame: 4 bytes length, big endian; then one MessagePack value (msgpack specification, 2013 edition, with these extension types).
"""

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgpack

from autograder.split import arrays as _arrays  # noqa: F401  # each fills its part of the table of library values
from autograder.split import frames as _frames  # noqa: F401
from autograder.split import library
from autograder.split import standard as _standard  # noqa: F401
from autograder.split.library import RefusedValueError

TUPLE: Final = 1
SET: Final = 2
FROZENSET: Final = 3
BIG_INT: Final = 4
COMPLEX: Final = 5
BYTEARRAY: Final = 6
LIBRARY: Final = 7
"""A value of a library: [name, number or None, content]; the number tells the same object, sent again, from an equal one."""
HANDLE: Final = 16
"""An object of S: [number, kind, name, class]; see `autograder.split.naming`."""
CALLBACK: Final = 17
"""A function or object of T: [number, what it is]; see `autograder.split.lending`."""
VALUE: Final = 18
"""A registered value type: [module, name, fields]."""
NAMEDTUPLE: Final = 19
"""A named tuple: [module, name, number of its class or None, field names, values]."""
PATH: Final = 20
"""A function, class or module of a library, which both sides have: [module, name in it, what to name it by if the other has none]."""

MAX_FRAME: Final = 8 * 2**20
MAX_INT_BYTES: Final = 64 * 2**10
MAX_NESTED: Final = 64
"""How many tuples, sets and objects may stand one in another: each is a message of its own, and decoding one takes 50 kB of stack."""
MAX_SHARED: Final = 32 * 2**20
"""How much of what arrived in a cell is kept to recognise an object that arrives again."""
_HEADER: Final = struct.Struct(">I")


class WireError(Exception):
    """The other side broke a rule of the wire: what arrived is no message."""


class FrameTooLargeError(WireError):
    """A frame is larger than may be sent."""


class ClosedError(Exception):
    """The other side is gone."""


@dataclass(slots=True)
class Channel:
    """Two pipe ends: frames go out by one and come in by the other."""

    reader: int
    writer: int
    _buffer: bytearray = field(default_factory=bytearray)

    def send(self, payload: bytes) -> None:
        """Write one frame. Raises `FrameTooLargeError` before anything is written, `ClosedError` if nobody reads."""
        if len(payload) > MAX_FRAME:
            raise FrameTooLargeError(f"{len(payload):,} bytes; at most {MAX_FRAME:,} may be sent at once")
        view = memoryview(_HEADER.pack(len(payload)) + payload)
        try:
            while view:
                view = view[os.write(self.writer, view) :]
        except (BrokenPipeError, ConnectionResetError):
            raise ClosedError from None

    def receive(self) -> bytes:
        """Wait for one frame and return it. Raises `ClosedError` at the end, `FrameTooLargeError` by its header alone."""
        self._fill(_HEADER.size)
        (size,) = _HEADER.unpack_from(self._buffer)
        if size > MAX_FRAME:
            raise FrameTooLargeError(f"{size:,} bytes announced; at most {MAX_FRAME:,} may be sent at once")
        self._fill(_HEADER.size + size)
        payload = bytes(self._buffer[_HEADER.size : _HEADER.size + size])
        del self._buffer[: _HEADER.size + size]
        return payload

    def close(self) -> None:
        """Close both ends."""
        os.close(self.reader)
        os.close(self.writer)

    def _fill(self, size: int) -> None:
        while len(self._buffer) < size:
            try:
                block = os.read(self.reader, max(65536, size - len(self._buffer)))
            except ConnectionResetError:
                block = b""
            if not block:
                raise ClosedError
            self._buffer += block


Export = Callable[[Any], msgpack.ExtType]
"""Names an object that is not plain data; raises TypeError if it must not cross."""
Resolve = Callable[[int, Any], Any]
"""Returns the object that an extension type above 15 names, from its code and its plain content."""


@dataclass(slots=True)
class Codec:
    """Values to bytes and back. `export` and `resolve` treat what is not plain data; the two sides differ only there.

    `identify` numbers the objects whose identity counts. `shared` holds those that arrived, by number and content: the same object,
    unchanged, is the same object here, until somebody clears it. (`[0, array] == [0, array]` holds for one array, and only for one.)
    """

    export: Export
    resolve: Resolve
    identify: Callable[[Any], int] | None = None
    shared: dict[bytes, Any] = field(default_factory=dict)
    _shared_bytes: int = 0
    _nested: int = 0

    def forget_shared(self) -> None:
        """Let every object that arrives be a new one again."""
        self.shared.clear()
        self._shared_bytes = 0

    def pack(self, value: Any) -> bytes:
        """Return the frame of a value. Raises TypeError or ValueError, with the reason, for what cannot be sent."""
        return self._pack(self._name_buffers(value) if _has_buffers(value) else value)

    def unpack(self, frame: bytes) -> Any:
        """Return the value of a frame. Raises `WireError` for anything that is not one well-formed value, `RefusedValueError` for a
        value that may not cross. MessagePack's own timestamps, which nobody here sends, become a float: plain data, like the rest."""
        try:
            return msgpack.unpackb(frame, ext_hook=self._restore, strict_map_key=False, unicode_errors="surrogatepass", timestamp=1)
        except (WireError, RefusedValueError, MemoryError):
            raise
        except Exception as error:  # every way in which bytes can be wrong: whoever sent them broke the rule
            raise WireError(f"not a message: {type(error).__name__}: {error}") from None

    def pack_extension(self, code: int, content: Any) -> msgpack.ExtType:
        """Return an extension value, for `export`. Raises ValueError for one that is nested too deep to be read again."""
        return self._pack_extension(code, self._name_buffers(content) if _has_buffers(content) else content)

    def _pack(self, value: Any) -> bytes:
        return bytes(msgpack.packb(value, default=self._extend, strict_types=True, unicode_errors="surrogatepass"))

    def _name_buffers(self, value: Any) -> Any:
        """Return plain data with an extension value for each bytearray and memoryview in it: MessagePack would make them bytes."""
        kind = type(value)
        if kind is bytearray:
            return msgpack.ExtType(BYTEARRAY, bytes(value))
        if kind is memoryview:
            return self._extend(value)
        if kind is dict:
            return {self._name_buffers(key): self._name_buffers(item) for key, item in value.items()}
        return kind(map(self._name_buffers, value)) if kind in _HOLDERS else value

    def _pack_extension(self, code: int, content: Any) -> msgpack.ExtType:
        if self._nested >= MAX_NESTED:
            raise ValueError(f"more than {MAX_NESTED} tuples, sets or objects one in another")
        self._nested += 1
        try:
            return msgpack.ExtType(code, self._pack(content))
        finally:
            self._nested -= 1

    def _extend(self, value: Any) -> msgpack.ExtType:
        kind = type(value)
        if kind is tuple:
            return self._pack_extension(TUPLE, list(value))
        if kind is set:
            return self._pack_extension(SET, list(value))
        if kind is frozenset:
            return self._pack_extension(FROZENSET, list(value))
        if kind is int:
            size = value.bit_length() // 8 + 1
            if size > MAX_INT_BYTES:
                raise ValueError(f"an int of {size:,} bytes; at most {MAX_INT_BYTES:,} may be sent")
            return msgpack.ExtType(BIG_INT, value.to_bytes(size, "big", signed=True))
        if kind is complex:
            return self._pack_extension(COMPLEX, [value.real, value.imag])
        described = library.describe(value)
        if described is None:
            return self.export(value)
        name, content = described
        number = self.identify(value) if self.identify and library.is_shared(name) else None
        return self.pack_extension(LIBRARY, [name, number, content])

    def _restore(self, code: int, data: bytes) -> Any:
        if code == BIG_INT:
            if len(data) > MAX_INT_BYTES:
                raise WireError(f"an int of {len(data):,} bytes; at most {MAX_INT_BYTES:,} may be sent")
            return int.from_bytes(data, "big", signed=True)
        if code == BYTEARRAY:
            return bytearray(data)
        if self.shared and data in self.shared:
            return self.shared[data]
        if self._nested >= MAX_NESTED:
            raise WireError(f"more than {MAX_NESTED} extension values one in another")
        self._nested += 1
        try:
            content = self.unpack(data)
        finally:
            self._nested -= 1
        if code == COMPLEX:
            if type(content) is not list or [type(part) for part in content] != [float, float]:
                raise WireError("a complex number is sent as two floats")
            return complex(*content)
        if code in _COLLECTIONS:
            if type(content) is not list:
                raise WireError(f"a {_COLLECTIONS[code].__name__} is sent as a list")
            return _COLLECTIONS[code](content)
        if code == LIBRARY:
            return self._build(content, data)
        return self.resolve(code, content)

    def _build(self, content: Any, data: bytes) -> Any:
        """Return a value of a library, and keep it if it may arrive again."""
        if type(content) is not list or len(content) != 3:
            raise WireError("a value of a library is sent as name, number and content")
        name, number, parts = content
        value = library.build(name, parts)
        if number is not None and library.is_shared(name) and self._shared_bytes + len(data) <= MAX_SHARED:
            self.shared[data] = value
            self._shared_bytes += len(data)
        return value


_HOLDERS: Final = frozenset({list, tuple, set, frozenset, dict})
_BUFFERS: Final = frozenset({bytearray, memoryview})
_LOOKED_INTO: Final = _HOLDERS | _BUFFERS


def _has_buffers(value: Any) -> bool:
    """Answer whether there is a bytearray or a memoryview somewhere in plain data; lists of thousands of numbers are told at a glance."""
    kind = type(value)
    if kind not in _HOLDERS:
        return kind in _BUFFERS
    items = [*value, *value.values()] if kind is dict else value
    if _LOOKED_INTO.isdisjoint(map(type, items)):
        return False
    return any(_has_buffers(item) for item in items)


_COLLECTIONS: Final[dict[int, Callable[[list[Any]], Any]]] = {TUPLE: tuple, SET: set, FROZENSET: frozenset}
