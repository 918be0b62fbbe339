"""Reading a zip that nobody vouches for (APPNOTE.TXT 6.3.10): its directory, its members one by one, and never more than was said.

A zip says everything twice, in the directory at its end and in a header before each member, and programs differ in which they believe.
Here both have to agree, members may not share bytes (D. Fifield, "A better zip bomb", 2019), and what a header claims about sizes is
checked against the bytes that really come out. What is wrong with one member is its `fault` or is raised when it is read; what is wrong
with the whole is a `PathError`. Nothing is written anywhere.

Simplification: deflate and stored members only; no zip64, so at most 65,534 members and 4 GiB; an archive in several parts, in front of
which a program stands, or with several ends, is refused. The descriptor behind a member is not read: what it says is checked anyway.
"""

import os
import stat
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from autograder.errors import PathError
from autograder.sources.names import Encoding, choose_encoding, fold_name, read_name, show_name

MAX_MEMBERS: Final = 50_000
MAX_DIRECTORY: Final = 16 * 2**20
"""How many bytes the directory may have: it is held in memory."""
MAX_TOTAL: Final = 16 * 2**30
"""How many bytes may come out of one archive."""
MAX_RATIO: Final = 100
"""How many times its packed size a member may have, once it has more than `_FREE` bytes: notebooks come to 5 to 20, pictures to 1."""
_FREE: Final = 2**20
_BLOCK: Final = 2**16

_END: Final = struct.Struct("<4s4H2LH")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_END_SIGN, _ENTRY_SIGN, _LOCAL_SIGN, _ZIP64_SIGN = b"PK\5\6", b"PK\1\2", b"PK\3\4", b"PK\6\7"
_STORED, _DEFLATED, _AES = 0, 8, 99
_ENCRYPTED: Final = 0x0001 | 0x0040 | 0x2000
_SIZES_FOLLOW: Final = 0x0008
_UTF8: Final = 0x0800
_ZIP64_EXTRA, _TIME_EXTRA, _NAME_EXTRA = 0x0001, 0x5455, 0x7075
_REPARSE_POINT: Final = 0x0400
"""Windows' mark for links of all sorts, which counts in an entry that a Windows program made."""
_WINDOWS: Final = frozenset({0, 10, 11, 14})


class MemberError(Exception):
    """A member cannot be taken; the text is the rule that it breaks."""


@dataclass(frozen=True, slots=True)
class Member:
    """What the directory says of one file, and the rule that it breaks, if any. `start` is where its data begin."""

    name: str
    shown: str
    fault: str
    method: int
    crc: int
    packed: int
    size: int
    header: int
    start: int
    modified: float

    @property
    def is_folder(self) -> bool:
        """Answer whether this is an entry for a folder, which holds nothing."""
        return self.name.endswith("/")


@dataclass(slots=True)
class Archive:
    """An open archive. `read` counts what came out of it, each member once."""

    path: Path
    file: BinaryIO
    members: tuple[Member, ...] = ()
    total: int = 0
    _known: set[int] = field(default_factory=set)

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()

    def describe(self, member: Member, rule: str) -> str:
        """Return one line that names archive, member and rule."""
        return f"{self.path.name}: {member.shown}: {rule}"

    def read(self, member: Member, most: int) -> bytes:
        """Return the content of a member. Raises `MemberError` if it breaks a rule or has more than `most` bytes."""
        if member.fault:
            raise MemberError(member.fault)
        if member.size > most:
            raise MemberError(f"it has {member.size:,} bytes; at most {most:,} are read")
        content = bytearray()
        counts = member.start not in self._known
        for block in self._unpack(member):
            content += block
            self.total += len(block) if counts else 0
            if len(content) > most:
                raise MemberError(f"more than {most:,} bytes come out of it, and its header says {member.size:,}")
            if len(content) > _FREE and len(content) > MAX_RATIO * member.packed:
                raise MemberError(f"it grows to more than {MAX_RATIO} times its size: a bomb")
            if counts and self.total > MAX_TOTAL:
                raise MemberError(f"more than {MAX_TOTAL:,} bytes come out of this archive; make several of it")
        if len(content) != member.size:
            raise MemberError(f"its header says {member.size:,} bytes, and {len(content):,} came out")
        if zlib.crc32(content) != member.crc:
            raise MemberError("it is damaged: its checksum (CRC-32) does not fit")
        self._known.add(member.start)
        return bytes(content)

    def _unpack(self, member: Member) -> Iterator[bytes]:
        """Yield what comes out of a member, a block at a time, whatever its header says of the size."""
        place, left = member.start, member.packed
        unpacker = None if member.method == _STORED else zlib.decompressobj(-zlib.MAX_WBITS)
        waiting = b""
        while left or waiting or (unpacker and not unpacker.eof):
            if not waiting and left:
                waiting = _read_at(self.file, place, min(left, _BLOCK))
                place, left = place + len(waiting), left - len(waiting)
                if not waiting:
                    raise MemberError("the archive ends in the midst of it")
            if unpacker is None:
                yield waiting
                waiting = b""
                continue
            try:
                block = unpacker.decompress(waiting, _BLOCK)
            except zlib.error:
                raise MemberError("it is damaged: its data cannot be unpacked") from None
            had, waiting = waiting, unpacker.unconsumed_tail
            yield block
            if unpacker.eof and (left or unpacker.unused_data):
                raise MemberError("its header says more packed bytes than it has")
            if not had and not block and not unpacker.eof:
                raise MemberError("its data end too early")


def open_archive(path: Path, names: Encoding | None = None) -> Archive:
    """Open a zip and read its directory; `names` is what names that do not say that they are UTF-8 are in.

    Raises `PathError` in one line if it is no archive that can be read as a whole.
    """
    try:
        file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))  # noqa: SIM115 (a pipe would wait for its writer)
    except OSError as error:
        raise PathError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise PathError(f"{path}: this is no file")
        return Archive(path, file, _read_members(path, file, status.st_size, names))
    except OSError as error:
        file.close()
        raise PathError(f"{path}: cannot be read: {error.strerror}") from None
    except BaseException:
        file.close()
        raise


def _read_at(file: BinaryIO, place: int, count: int) -> bytes:
    return os.pread(file.fileno(), count, place)


def _read_members(path: Path, file: BinaryIO, size: int, names: Encoding | None) -> tuple[Member, ...]:
    """Return the members of an archive, with the faults that can be seen without unpacking."""
    count, begin, end = _find_directory(path, file, size)
    directory = _read_at(file, begin, end - begin)
    entries, place = [], 0
    for _ in range(count):
        if len(directory) - place < _ENTRY.size or directory[place : place + 4] != _ENTRY_SIGN:
            raise PathError(f"{path}: this archive is damaged: its directory breaks off")
        length = _ENTRY.size + sum(_ENTRY.unpack_from(directory, place)[10:13])
        entries.append(_split_entry(directory[place : place + length]))
        place += length
    if place != len(directory):
        raise PathError(f"{path}: this archive is damaged: its directory holds other entries than it says")
    unflagged = [each.name for each in entries if not each.fixed[3] & _UTF8 and not each.get_own_name()]
    encoding = choose_encoding(unflagged, names)
    return _mark_overlaps(_mark_duplicates([_read_member(file, each, begin, encoding) for each in entries]), begin)


def _find_directory(path: Path, file: BinaryIO, size: int) -> tuple[int, int, int]:
    """Return how many entries the directory has, where it begins and ends. There has to be exactly one that the file ends with."""
    offset = max(0, size - _END.size - 0xFFFF)
    tail = _read_at(file, offset, size - offset)
    ends = []
    place = tail.find(_END_SIGN)
    while place >= 0:
        if len(tail) - place >= _END.size and place + _END.size + _END.unpack_from(tail, place)[7] == len(tail):
            ends.append(place)
        place = tail.find(_END_SIGN, place + 1)
    if not ends:
        raise PathError(f"{path}: this is no zip, or its end is missing")
    if len(ends) > 1:
        raise PathError(f"{path}: this archive has two ends, so programs would find different things in it")
    _, disk, first_disk, here, count, length, begin, _ = _END.unpack_from(tail, ends[0])
    if tail[max(0, ends[0] - 20) : ends[0]].startswith(_ZIP64_SIGN) or 0xFFFF in (here, count) or 0xFFFFFFFF in (length, begin):
        raise PathError(f"{path}: this archive is zip64, which is not read; make several of it, each below 4 GiB")
    if disk or first_disk or here != count:
        raise PathError(f"{path}: this archive is one part of several")
    if count > MAX_MEMBERS or length > MAX_DIRECTORY:
        raise PathError(f"{path}: this archive has {count:,} members; at most {MAX_MEMBERS:,} are read, with names of ordinary length")
    if begin + length != offset + ends[0]:
        raise PathError(f"{path}: this archive is damaged: its directory is not where it says, or something stands before it")
    return count, begin, begin + length


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the directory: its fixed fields, its name as it stands there, its extra field by number (None: it is damaged)."""

    fixed: tuple[int, ...]
    name: bytes
    extras: dict[int, bytes] | None

    def get_own_name(self) -> bytes:
        """Return the name in UTF-8 that some programs add to one in another encoding (APPNOTE.TXT 4.6.9), or b""."""
        field = (self.extras or {}).get(_NAME_EXTRA, b"")
        is_valid = len(field) > 5 and field[0] == 1 and int.from_bytes(field[1:5], "little") == zlib.crc32(self.name)
        return field[5:] if is_valid and not self.name.isascii() and not self.fixed[3] & _UTF8 else b""


def _split_entry(entry: bytes) -> _Entry:
    fixed = _ENTRY.unpack_from(entry)
    place = _ENTRY.size + fixed[10]
    return _Entry(fixed, entry[_ENTRY.size : place], _read_extras(entry[place : place + fixed[11]]))


def _read_member(file: BinaryIO, entry: _Entry, directory: int, encoding: str) -> Member:
    """Return the member of a directory's entry; `encoding` is that of a name without the flag for UTF-8."""
    version, flags, method, time, date, crc, packed, size = entry.fixed[1], *entry.fixed[3:10]
    attributes, header = entry.fixed[15:17]
    raw, extras = entry.name, entry.extras
    start, local_fault = _read_local(file, header, directory, raw, (flags, method, crc, packed, size))
    own = entry.get_own_name()
    second = extras.get(_NAME_EXTRA) if extras else None
    name, name_fault = read_name(own or raw, "utf-8" if own or flags & _UTF8 else encoding)
    fault = (
        name_fault
        or _find_fault(flags, method, packed, size, header, attributes, version >> 8)
        or ("its extra field is damaged" if extras is None else "")
        or ("it is zip64, which is not read" if extras and _ZIP64_EXTRA in extras else "")
        or ("it has two names" if second is not None and second[5:] not in (own, raw) else "")
        or ("it is called a folder and has a content" if name.endswith("/") and (size or packed > 2) else "")
        or local_fault
    )
    modified = _read_time(time, date, (extras or {}).get(_TIME_EXTRA, b""))
    return Member(name, show_name(name), fault, method, crc, packed, size, header, start, modified)


def _find_fault(flags: int, method: int, packed: int, size: int, header: int, attributes: int, system: int) -> str:
    """Return what the directory's own fields say against a member."""
    if flags & _ENCRYPTED or method == _AES:
        return "it is encrypted"
    kind = stat.S_IFMT(attributes >> 16)
    if kind == stat.S_IFLNK or (attributes & _REPARSE_POINT and system in _WINDOWS):
        return "it is a symbolic link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is no ordinary file"
    if method not in (_STORED, _DEFLATED):
        return f"it is packed in a way that is not read (method {method}); deflate is"
    if 0xFFFFFFFF in (packed, size, header):
        return "it is zip64, which is not read"
    return "it is stored, and has two sizes" if method == _STORED and packed != size else ""


def _read_local(file: BinaryIO, header: int, directory: int, name: bytes, said: tuple[int, int, int, int, int]) -> tuple[int, str]:
    """Return where a member's data begin, and whether the header before them says the same as the directory."""
    flags, method, crc, packed, size = said
    data = _read_at(file, header, _LOCAL.size) if header < directory else b""
    if len(data) < _LOCAL.size or not data.startswith(_LOCAL_SIGN):
        return header, "there is no header where the directory says"
    _, _, own_flags, own_method, _, _, own_crc, own_packed, own_size, name_length, extra_length = _LOCAL.unpack(data)
    start = header + _LOCAL.size + name_length + extra_length
    if name_length != len(name) or _read_at(file, header + _LOCAL.size, name_length) != name:
        return start, "its own header gives it another name than the directory"
    if (own_flags ^ flags) & (_ENCRYPTED | _SIZES_FOLLOW) or own_method != method:
        return start, "its own header says other things than the directory"
    if own_flags & _SIZES_FOLLOW and not own_crc and own_packed == own_size and own_size in (0, 0xFFFFFFFF):
        return start, ""  # the latter is what a program writes that does not know yet whether it will need zip64, as Moodle's does
    if 0xFFFFFFFF in (own_packed, own_size):
        return start, "it is zip64, which is not read"
    return start, "" if (own_crc, own_packed, own_size) == (crc, packed, size) else "its own header gives other sizes than the directory"


def _read_extras(extra: bytes) -> dict[int, bytes] | None:
    """Return the fields of an extra field by number, or None if they do not fill it."""
    found, place = {}, 0
    while place + 4 <= len(extra):
        number, length = struct.unpack_from("<2H", extra, place)
        found[number] = extra[place + 4 : place + 4 + length]
        place += 4 + length
    return found if place == len(extra) else None


def _read_time(time: int, date: int, stamp: bytes) -> float:
    """Return when a file was changed last: by the extra field that knows the zone, else by DOS's fields as if they were UTC, else 0."""
    if len(stamp) >= 5 and stamp[0] & 1:
        return float(struct.unpack_from("<i", stamp, 1)[0])
    try:
        day = (1980 + (date >> 9), date >> 5 & 15, date & 31)
        return datetime(*day, time >> 11, time >> 5 & 63, min(2 * (time & 31), 59), tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _mark_duplicates(members: list[Member]) -> list[Member]:
    """Refuse all members of one name: programs would take the first, or the last."""
    names = Counter(fold_name(member.name) for member in members)
    rule = "its name is there twice (case and ways to write a letter do not count)"
    return [replace(each, fault=rule) if not each.fault and names[fold_name(each.name)] > 1 else each for each in members]


def _mark_overlaps(members: list[Member], directory: int) -> tuple[Member, ...]:
    """Refuse members that share bytes with another one, or with the directory."""
    shared: set[int] = set()
    owner, reached = -1, 0
    for number in sorted(range(len(members)), key=lambda number: (members[number].header, members[number].start)):
        each = members[number]
        end = each.start + each.packed
        if each.header < reached:
            shared |= {owner, number}
        if end > directory:
            shared.add(number)
        if end > reached:
            owner, reached = number, end
    rule = "it overlaps with other parts of the archive: a bomb, or damage"
    return tuple(replace(each, fault=each.fault or rule) if number in shared else each for number, each in enumerate(members))
