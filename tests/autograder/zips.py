"""Zips of every sort, byte by byte: what Python's own module would not write."""

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

UTF8, ENCRYPTED, SIZES_FOLLOW = 0x0800, 0x0001, 0x0008
LINK, DEVICE, FILE = 0o120777 << 16, 0o020666 << 16, 0o100644 << 16


@dataclass
class Entry:
    """One member. `data` is what stands in the archive if it is not the packed content; `local` changes fields of the local header, and
    `central` those of the directory, by name."""

    name: str | bytes
    content: bytes = b""
    method: int = 8
    flags: int = UTF8
    attributes: int = FILE
    system: int = 3
    extra: bytes = b""
    data: bytes | None = None
    local: dict = field(default_factory=dict)
    central: dict = field(default_factory=dict)


def deflate(content):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def pack_local(entry, said):
    said = {**said, **entry.local}
    name = said["name"]
    fixed = (20, said["flags"], said["method"], 0, 0x5A21, said["crc"], said["packed"], said["size"], len(name), 0)
    return struct.pack("<4s5H3L2H", b"PK\3\4", *fixed) + name


def pack_central(entry, said, header):
    said = {"header": header, **said, **entry.central}
    name, made = said["name"], entry.system << 8 | 20
    fixed = (made, 20, said["flags"], said["method"], 0, 0x5A21, said["crc"], said["packed"], said["size"], len(name), len(entry.extra))
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", *fixed, 0, 0, 0, entry.attributes, said["header"]) + name + entry.extra


def build_zip(entries, before=b"", between=b"", comment=b"", count=None):
    """Return a zip with these entries; `count` is what its end says."""
    body, directory = bytearray(before), bytearray()
    for entry in entries:
        data = entry.data if entry.data is not None else deflate(entry.content) if entry.method == 8 else entry.content
        name = entry.name.encode() if isinstance(entry.name, str) else entry.name
        said = {"name": name, "flags": entry.flags, "method": entry.method, "crc": zlib.crc32(entry.content)}
        said |= {"packed": len(data), "size": len(entry.content)}
        directory += pack_central(entry, said, len(body))
        body += pack_local(entry, said) + data
    number = len(entries) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, number, number, len(directory), len(body), len(comment)) + comment
    return bytes(body + directory + between + end)


def write_zip(path, entries, **options) -> Path:
    """Write such a zip."""
    path.write_bytes(build_zip(entries, **options))
    return path


def build_overlapping(name, count, kernel):
    """Return D. Fifield's bomb with full overlap: many entries of the directory, one local header and its data."""
    data = deflate(kernel)
    said = {"name": name.encode(), "flags": UTF8, "method": 8, "crc": zlib.crc32(kernel), "packed": len(data), "size": len(kernel)}
    body = pack_local(Entry(name), said) + data
    directory = b"".join(pack_central(Entry(name), {**said, "name": f"l{n}/{name}".encode()}, 0) for n in range(count))
    return body + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)


def build_quoting(names, kernel):
    """Return his other one: each member but the last is a stored block of deflate that quotes the next local header, and goes on in it."""
    data = deflate(kernel)
    body, content = b"", kernel
    entries = []
    for name in reversed(names):
        said = {"name": name.encode(), "flags": UTF8, "method": 8, "crc": zlib.crc32(content), "packed": len(data), "size": len(content)}
        header = pack_local(Entry(name), said)
        entries.append((said, header))
        body = header + data
        quote = struct.pack("<BHH", 0, len(header), len(header) ^ 0xFFFF) + header
        content, data = header + content, quote + data
    directory, place = b"", 0
    for said, header in reversed(entries):
        directory += pack_central(Entry(""), said, place)
        place += len(header) + 5
    return body + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(names), len(names), len(directory), len(body), 0)
