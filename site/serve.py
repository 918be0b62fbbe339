"""Serve the course from a folder: one file, Python 3.8 or newer, nothing to install.

    python serve.py                      for yourself: http://127.0.0.1:8000/
    python serve.py --host 0.0.0.0       for a classroom: prints the address that learners type

It sends what the browser needs for the labs: the right content types (Python in the browser will not start without), gzip for what
shrinks, and an ETag for each file, so that a second visit transfers hardly anything.

Simplifications: it only reads, keeps what it served in memory and speaks plain HTTP. A server on the internet has TLS in front of it.
"""

from __future__ import annotations

import argparse
import errno
import gzip
import hashlib
import ipaddress
import posixpath
import socket
import sys
import threading
import webbrowser
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gz": "application/gzip",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".ipynb": "application/x-ipynb+json",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".whl": "application/zip",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
"""Content types by ending. Python's own table asks the operating system, and Windows often answers wrong."""

PACKED = {".gz", ".jpg", ".pdf", ".png", ".whl", ".woff2", ".zip"}
"""Files that gzip would not make smaller."""


class Prepared(NamedTuple):
    """A file as it is sent: its type, both forms of its content and the tag by which a browser knows it again."""

    content_type: str
    plain: bytes
    zipped: bytes | None
    tag: str


class Library:
    """The files of one folder, read and compressed once, and again when they change."""

    def __init__(self, folder: Path) -> None:
        """Serve from `folder`."""
        self.folder = folder.resolve()
        self._prepared: dict[Path, tuple[tuple[int, int], Prepared]] = {}
        self._locks: dict[Path, threading.Lock] = {}

    def find(self, path: str) -> Path | None:
        """Return the file or folder that a request's path means; None if there is none, or it is not in the folder.

        Attack: `../`, also as %2e%2e or with a backslash, drive letters, and links that lead out of the folder.
        """
        parts = [part for part in unquote(path, errors="replace").split("/") if part]
        if any(part in {".", ".."} or set(part) & set('\\:\0"<>|?*') for part in parts):
            return None
        try:
            found = self.folder.joinpath(*parts).resolve()
            found.relative_to(self.folder)
            return found if found.is_dir() or (found.is_file() and not path.endswith("/")) else None
        except (OSError, ValueError):
            return None

    def get(self, path: Path) -> Prepared:
        """Return the file at `path`, ready to be sent; whoever asks for it meanwhile waits instead of doing the same."""
        with self._locks.setdefault(path, threading.Lock()):
            state = path.stat()
            known, stamp = self._prepared.get(path), (state.st_mtime_ns, state.st_size)
            if known is None or known[0] != stamp:
                known = (stamp, prepare(path))
                self._prepared[path] = known
            return known[1]


def prepare(path: Path) -> Prepared:
    """Read, compress and tag a file."""
    plain, ending = path.read_bytes(), path.suffix.lower()
    zipped = None if ending in PACKED or len(plain) < 200 else gzip.compress(plain, 6, mtime=0)
    tag = hashlib.sha256(plain).hexdigest()[:20]
    return Prepared(TYPES.get(ending, "application/octet-stream"), plain, zipped if zipped and len(zipped) < len(plain) else None, tag)


class Handler(BaseHTTPRequestHandler):
    """Answers one browser."""

    protocol_version = "HTTP/1.1"
    server_version = "MiniChain"
    sys_version = ""
    timeout = 120

    def __init__(self, library: Library, *args: object) -> None:
        """Answer from `library`."""
        self.library = library
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send a file, a redirection to a folder's proper address, or the page that says there is nothing."""
        path = urlsplit(self.path).path
        found = self.library.find(path)
        if found is not None and found.is_dir():
            if not path.endswith("/"):
                # Attack: //elsewhere.example would be another site's address.
                target = quote(posixpath.normpath("/" + unquote(path).lstrip("/"))) + "/"
                return self.answer(HTTPStatus.MOVED_PERMANENTLY, {"Location": target})
            found = found / "index.html"
        if found is None or not found.is_file():
            return self.answer_missing()
        return self.answer_file(self.library.get(found))

    do_HEAD = do_GET  # noqa: N815

    def answer_file(self, file: Prepared) -> None:
        """Send a file, compressed if the browser takes that, or 304 if it has it already."""
        zipped = file.zipped if accepts_gzip(self.headers.get("Accept-Encoding", "")) else None
        tag = f'"{file.tag}-gz"' if zipped else f'"{file.tag}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if file.zipped:
            headers["Vary"] = "Accept-Encoding"
        held = [one.strip() for one in self.headers.get("If-None-Match", "").split(",")]
        if tag in held or f"W/{tag}" in held or "*" in held:
            return self.answer(HTTPStatus.NOT_MODIFIED, headers)
        headers["Content-Type"] = file.content_type
        if zipped:
            headers["Content-Encoding"] = "gzip"
        return self.answer(HTTPStatus.OK, headers, zipped or file.plain)

    def answer_missing(self) -> None:
        """Send 404, with the course's own page for it if it has one."""
        page = self.library.folder / "404.html"
        body = self.library.get(page).plain if page.is_file() else b"There is no such page here.\n"
        content_type = TYPES[".html" if page.is_file() else ".txt"]
        self.answer(HTTPStatus.NOT_FOUND, {"Content-Type": content_type, "Cache-Control": "no-cache"}, body)

    def answer(self, status: HTTPStatus, headers: dict[str, str], body: bytes = b"") -> None:
        """Send a whole response; every one of them leaves here."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("X-Content-Type-Options", "nosniff")
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is http.server's)
        """Say nothing: a class of forty makes ten thousand requests."""


class Server(ThreadingHTTPServer):
    """One thread a connection; a browser that goes away in the middle is no error."""

    daemon_threads = True
    request_queue_size = 256
    # On Windows this option would let two servers share a port.
    allow_reuse_address = sys.platform != "win32"

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over broken connections, report everything else."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def accepts_gzip(header: str) -> bool:
    """Return whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3).

    >>> [accepts_gzip(header) for header in ("gzip, deflate, br", "br;q=1, *;q=0.5", "gzip;q=0", "identity", "")]
    [True, True, False, False, False]
    """
    weights = {}
    for part in header.lower().split(","):
        name, _, rest = part.partition(";")
        weight = rest.strip()[2:] if rest.strip().startswith("q=") else "1"
        weights[name.strip()] = weight.strip("0. ") != ""
    return weights.get("gzip", weights.get("*", False))


def get_address(host: str, port: int) -> str:
    """Return the address to type into a browser: where the server listens on all interfaces, the one that others reach."""
    if host in {"", "0.0.0.0", "::"}:
        family, probe = (socket.AF_INET6, "2001:db8::1") if host == "::" else (socket.AF_INET, "192.0.2.1")
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            try:
                sock.connect((probe, 9))  # picks an interface, sends nothing
                host = sock.getsockname()[0]
            except OSError:
                host = socket.gethostname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a server on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def find_folder() -> Path:
    """Return the course that lies beside this file: in `site`, as in the offline zip, or right here."""
    here = Path(__file__).resolve().parent
    return here / "site" if (here / "site" / "index.html").is_file() else here


def read_command_line() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(
        description="Serve the course. Open the address that it prints in a browser; Ctrl-C stops it.",
        epilog="""examples:
  python serve.py                        the course beside this file, for this machine only
  python serve.py --host 0.0.0.0         for everyone in the same network (a classroom)
  python serve.py build/site --open      another folder, and open a browser on it

Over plain http from another machine a browser keeps no offline copy of the course (its service workers need https or the machine
itself); lessons and labs work all the same, as long as this server runs.""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", nargs="?", type=Path, help="the folder to serve (default: the course beside this file)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1, this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default: 8000; 0 takes a free one)")
    parser.add_argument("--open", action="store_true", help="open the course in the browser of this machine")
    return parser.parse_args()


def make_server(folder: Path, host: str, port: int, handler: type[Handler] = Handler) -> Server:
    """Return a server of `folder` that is listening; `serve_forever` starts it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    kind = type("Server", (Server,), {"address_family": family})
    return kind((host, port), partial(handler, Library(folder)))


def explain(error: OSError, host: str, port: int) -> str:
    """Return what went wrong, and what helps."""
    if error.errno == errno.EADDRINUSE or getattr(error, "winerror", None) == 10048:
        return f"port {port} is taken, perhaps by a server that is still running; stop it, or choose another: --port {port + 1}"
    if error.errno == errno.EACCES:
        return f"port {port} is not allowed; choose one above 1023: --port 8000"
    return f"cannot listen on {host}, port {port}: {error.strerror or error}"


def main() -> None:
    """Serve until Ctrl-C."""
    wanted = read_command_line()
    folder = wanted.folder or find_folder()
    if not folder.is_dir():
        sys.exit(f"there is no folder {folder}")
    if not (folder / "index.html").is_file():
        sys.exit(f"{folder} holds no index.html, so it is not the course; name its folder: python serve.py FOLDER")
    if not 0 <= wanted.port <= 65535:
        sys.exit(f"{wanted.port} is no port; choose one from 1024 to 65535")
    try:
        server = make_server(folder, wanted.host, wanted.port)
    except OSError as error:
        sys.exit(explain(error, wanted.host, wanted.port))
    with server:
        try:
            announce(get_address(wanted.host, server.server_address[1]), wanted)
            server.serve_forever()
        except KeyboardInterrupt:
            print("\nStopped.")


def announce(address: str, wanted: argparse.Namespace) -> None:
    """Say where the course is, and open it if asked."""
    print(f"The course is at {address}")
    if not is_loopback(wanted.host):
        print("Learners in the same network type this address. This machine must stay on, and its firewall must let them in.")
    print("Ctrl-C stops it.", flush=True)
    if wanted.open:
        webbrowser.open(address)


if __name__ == "__main__":
    main()
