"""Orders between the grader and its own processes: length-prefixed MessagePack over a socket, with file descriptors attached.

Both ends are ours and are trusted; a learner's process holds neither.
"""

import socket
import struct
from dataclasses import dataclass
from typing import Any, Final

import msgpack

_HEADER: Final = struct.Struct(">I")
_MAX_FDS: Final = 8


class DisconnectedError(Exception):
    """The process at the other end is gone."""


@dataclass(frozen=True, slots=True)
class Control:
    """One end of the line to a process of the grader's own."""

    socket: socket.socket

    def send(self, message: list[Any], fds: tuple[int, ...] = ()) -> None:
        """Send an order; the receiver gets its own copies of the descriptors."""
        body = msgpack.packb(message, unicode_errors="surrogatepass")
        frame = _HEADER.pack(len(body)) + body
        try:
            sent = socket.send_fds(self.socket, [frame], list(fds))
            if sent < len(frame):
                self.socket.sendall(frame[sent:])
        except OSError as error:
            raise DisconnectedError from error

    def receive(self) -> tuple[list[Any], list[int]]:
        """Wait for the next order. Raises `DisconnectedError` at the end."""
        try:
            header, fds, _, _ = socket.recv_fds(self.socket, _HEADER.size, _MAX_FDS)
            header += self._read(_HEADER.size - len(header)) if header else b""
            if not header:
                raise DisconnectedError
            body = self._read(_HEADER.unpack(header)[0])
        except OSError as error:
            raise DisconnectedError from error
        return msgpack.unpackb(body, unicode_errors="surrogatepass"), fds

    def _read(self, size: int) -> bytes:
        parts = []
        while size:
            part = self.socket.recv(min(size, 2**20))
            if not part:
                raise DisconnectedError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
