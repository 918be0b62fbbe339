"""A real Dask cluster on this machine, in processes that a test may kill: a scheduler and workers, started as an operator starts them."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
_START_SECONDS = 60


def find_free_port() -> int:
    """Return a port that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Cluster:
    """A scheduler and its workers. `keep` starts again whatever ended, as Slurm and Kubernetes do."""

    folder: Path
    workers: int = 2
    nanny: bool = True
    tls: tuple[Path, Path, Path] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = field(default_factory=find_free_port)
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)
    starts: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"{'tls' if self.tls else 'tcp'}://{self.host}:{self.port}"

    def start(self, name: str) -> None:
        """Start the scheduler or a worker, unless it runs."""
        if name in self.processes and self.processes[name].poll() is None:
            return
        nanny = ["--nanny" if self.nanny else "--no-nanny"]
        place = ["--local-directory", str(self.folder), "--nthreads", "1", *nanny, "--no-dashboard", "--death-timeout", "600"]
        tls = zip(("--tls-ca-file", "--tls-cert", "--tls-key"), map(str, self.tls or ()), strict=False)
        more = [word for pair in tls for word in pair]
        if name == "scheduler":
            command = ["scheduler", "--host", f"{'tls' if self.tls else 'tcp'}://{self.host}", "--port", str(self.port), "--no-dashboard"]
        else:
            command = ["worker", self.address, "--host", self.host, "--name", f"{name}-{self.starts}", *place]
        environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), **self.environment}
        with (self.folder / f"{name}.log").open("ab") as log:
            quiet = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            program = [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:], *more]
            self.processes[name] = subprocess.Popen(program, env=environment, cwd=self.folder, start_new_session=True, **quiet)
        self.starts += 1

    def names(self) -> list[str]:
        return ["scheduler", *(f"worker-{number}" for number in range(self.workers))]

    def start_all(self) -> None:
        """Start what does not run."""
        with self.lock:
            for name in self.names():
                self.start(name)

    def wait(self, count: int | None = None) -> None:
        """Wait until the scheduler knows its workers."""
        from distributed import Client, Security

        from autograder.cluster import _build_security

        security = _build_security(self.address, self.tls) if self.tls else Security()
        with Client(self.address, timeout=_START_SECONDS, set_as_default=False, security=security) as client:
            client.wait_for_workers(count or self.workers, timeout=_START_SECONDS)

    def stop(self) -> None:
        """End everything; workers first, so that they need not wonder where their scheduler is."""
        with self.lock:
            for name in reversed(self.names()):
                if name in self.processes:
                    self.processes[name].terminate()
            deadline = time.monotonic() + 15
            for process in self.processes.values():
                try:
                    process.wait(max(0.1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Start again whatever ends, until it is over."""
        over = threading.Event()

        def keep() -> None:
            while not over.wait(0.5):
                self.start_all()

        thread = threading.Thread(target=keep)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@contextmanager
def cluster(folder: Path, **options) -> Iterator[Cluster]:
    """Have a cluster up and running."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Cluster(folder, **options)
    try:
        made.start_all()
        made.wait()
        yield made
    finally:
        made.stop()
