"""Landlock: which files a process may read and write, and that it may reach nobody by network, socket or signal.

A process gives up rights by itself, for good, without being root (Linux 5.13; the kernel's userspace-api/landlock.rst). A right that is
named as handled and granted to no path is gone. We handle all that the running kernel knows: its version of the interface (ABI) says
which; what a newer kernel adds stays as the walls without it leave it.

Not covered by any version so far: the metadata of files. Size, owner and times of every file, readable or not, can be asked for, and
its owner may change mode and times.
"""

import ctypes
import errno
import fcntl
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_HIGH_FD: Final = 20

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_CHAR, _MAKE_DIR, _MAKE_FILE = 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8
_MAKE_SOCKET, _MAKE_FIFO, _MAKE_BLOCK, _MAKE_LINK = 1 << 9, 1 << 10, 1 << 11, 1 << 12
_MOVE_AND_LINK, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15

_FILE_RIGHTS_SINCE: Final = {1: (1 << 13) - 1, 2: _MOVE_AND_LINK, 3: _TRUNCATE, 5: _IOCTL}
_TCP_SINCE, _SCOPES_SINCE = 4, 6
_BIND_AND_CONNECT: Final = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS: Final = 0b11

_READ: Final = _READ_FILE | _READ_DIR
_OWN: Final = (
    _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_FILE | _MAKE_FIFO | _MAKE_LINK | _MOVE_AND_LINK | _TRUNCATE
)
"""What a process may do in its own folder: everything but run a program, and make a device or a socket."""
_OF_A_FILE: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL

_syscall = ctypes.CDLL(None, use_errno=True).syscall
_syscall.restype = ctypes.c_long


def get_version() -> int:
    """Return the version of Landlock that this kernel has, 0 for none."""
    return max(0, _call(_CREATE_RULESET, None, 0, _ASK_VERSION))


def build_ruleset(version: int, readable: Iterable[Path], own: Iterable[Path], listed: Iterable[Path] = ()) -> int:
    """Return the descriptor of a set of rules: read below these paths, work in these folders, list names below these, and nothing else.
    What is not there, or cannot be opened, is left out."""
    rights = sum(right for since, right in _FILE_RIGHTS_SINCE.items() if since <= version)
    handled = struct.pack("=Q", rights)
    if version >= _TCP_SINCE:
        handled += struct.pack("=Q", _BIND_AND_CONNECT)
    if version >= _SCOPES_SINCE:
        handled += struct.pack("=Q", _ABSTRACT_SOCKETS_AND_SIGNALS)
    made = _check(_call(_CREATE_RULESET, handled, len(handled), 0))
    ruleset = fcntl.fcntl(made, fcntl.F_DUPFD_CLOEXEC, _HIGH_FD)  # out of the way of the descriptors that S is given
    os.close(made)
    for paths, granted in ((readable, _READ), (own, _OWN), (listed, _READ_DIR)):
        for path in paths:
            with suppress(OSError):
                _grant(ruleset, path, granted & rights)
    return ruleset


def restrict_self(ruleset: int) -> None:
    """Give up, in this process and for good, every right that the rules do not grant. Needs a process without new privileges."""
    _check(_syscall(_RESTRICT_SELF, ruleset, 0))


def _grant(ruleset: int, path: Path, rights: int) -> None:
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        granted = rights if path.is_dir() else rights & _OF_A_FILE
        _check(_call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", granted, parent), 0))
    finally:
        os.close(parent)


def _call(number: int, *arguments: bytes | int | None) -> int:
    made = (ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments)
    return int(_syscall(ctypes.c_long(number), *made))


def _check(answer: int) -> int:
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}" if code != errno.E2BIG else "Landlock: too many rules one in another")
    return answer
