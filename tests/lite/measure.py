"""A server of the built site that writes down every request as it leaves, and that can be killed like one that has crashed.

    with measure.serve(folder) as site:
        ...                       # drive a browser to site.url
        site.read()               # the requests so far: path, status, bytes as sent (headers and body), host asked for
        site.kill()               # from here on nothing answers

Counted is what the server sends, whoever asks: page, worker or service worker.
"""

import importlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

SERVE = Path(__file__).parents[2] / "site" / "serve.py"


@dataclass(frozen=True)
class Request:
    """One request, the seconds on a clock when it was answered, and the size of its response in bytes as sent."""

    at: float
    method: str
    path: str
    host: str
    status: int
    sent: int


@dataclass(frozen=True)
class Site:
    """A running server, and the file that it writes its requests to."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    def read(self) -> list[Request]:
        """Return the requests so far."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        return [Request(**json.loads(line)) for line in lines]

    def clear(self) -> None:
        """Forget the requests so far."""
        self.log.write_text("", "utf-8")

    def kill(self) -> None:
        """End the server at once, with every connection that it holds."""
        self.process.kill()
        self.process.wait()


def load(path: Path) -> ModuleType:
    """Return a script of site/ as a module: `site` itself is a name of the standard library."""
    sys.path.insert(0, str(path.parent))
    try:
        return importlib.import_module(path.stem)
    finally:
        sys.path.remove(str(path.parent))


@contextmanager
def serve(folder: Path, port: int = 0) -> Iterator[Site]:
    """Serve `folder` on a loopback port until the block ends; `port` 0 takes a free one."""
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "requests"
        command = [sys.executable, __file__, str(folder), str(port), str(log)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            yield Site(process.stdout.readline().strip(), process, log)
            process.kill()


def main(folder: Path, port: int, log: Path) -> None:
    """Serve and write down; the first line on standard output is the address."""
    serving = load(SERVE)
    lock = threading.Lock()

    class Counting(serving.Handler):  # type: ignore[misc, name-defined]
        """Counts what goes out."""

        def send_response(self, status: int, message: str | None = None) -> None:
            self.sent = 0
            super().send_response(status, message)
            self.status = int(status)

        def flush_headers(self) -> None:
            self.sent += sum(map(len, getattr(self, "_headers_buffer", [])))
            super().flush_headers()

        def answer(self, status: Any, headers: dict[str, str], body: bytes = b"") -> None:
            super().answer(status, headers, body)
            sent = self.sent + (0 if self.command == "HEAD" else len(body))
            request = Request(time.monotonic(), self.command, self.path, self.headers.get("Host", ""), self.status, sent)
            with lock, log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(vars(request)) + "\n")

    server = serving.make_server(folder, "127.0.0.1", port, Counting)
    print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
