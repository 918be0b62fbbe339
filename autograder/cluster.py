"""Grading on the workers of a Dask cluster (distributed.dask.org), which Slurm, Kubernetes or SSH has started.

Only what is needed of it is used: a client's executor, to which orders go. The scheduler's state is in memory, and nothing of ours
depends on it: when it is lost, what was under way goes to the next one. A worker that dies is none of our business until Dask has given
up on its chunk; then the chunk is suspect, as with local processes.

Dask runs whatever reaches it, as the user who started it. So off this machine it has to be TLS with certificates that both ends check,
and a scheduler that listens to others without it is refused.

Simplification: how many workers there are is the cluster's business; a site that wants them to come and go lets Dask scale (adapt).
"""

import ipaddress
import logging
import socket
import ssl
import sys
import time
import warnings
from collections.abc import Iterable
from concurrent.futures import CancelledError, Executor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from distributed import Client, KilledWorker, Security

from autograder import worker
from autograder.crews import Ending
from autograder.errors import ClusterError

_FIRST_SECONDS: Final = 15
_PATIENCE_SECONDS: Final = 300
"""How long to look for a scheduler: at the beginning, where a wrong address is likely, and when it was there before."""
_REFRESH_SECONDS: Final = 5.0
_COMPLAIN_SECONDS: Final = 30.0
_GOODBYE_SECONDS: Final = 5
_SHOWN: Final = 3
"""How many workers a complaint names."""

Tls = tuple[Path | None, Path | None, Path | None]
"""The authority's certificate, ours, and our key; None where Dask's own settings say it."""


class DaskCrew:
    """The workers of one scheduler. `probe` is a folder that they must see as this machine does, if they are to read submissions there."""

    def __init__(self, address: str, tls: Tls = (None, None, None), probe: Path | None = None) -> None:
        """Connect. Raises `ClusterError` in one line if the address is unsafe, nobody answers, or a worker cannot grade."""
        self.address = address
        self.sends_files = probe is None
        self._probe = probe
        self._security = _build_security(address, tls)
        for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what a person should know of it is said by us
        warnings.filterwarnings("ignore", message="Sending large graph", module="distributed")
        self._checked: set[str] = set()
        self._refreshed, self._complained = 0.0, time.monotonic()
        self._client: Client | None = self._connect(_FIRST_SECONDS)
        self._connection: object = None

    def count(self) -> int:
        """Return how many workers there were lately."""
        return max(1, len(self._checked))

    def start(self, most: int) -> Executor:
        """Return an executor of the scheduler, waiting for one that was lost to come back."""
        if self._client is None:
            self._client = self._connect(_PATIENCE_SECONDS)
        self._connection = self._client.scheduler_comm
        executor: Executor = self._client.get_executor(pure=False)
        return executor

    def explain(self, error: BaseException) -> tuple[Ending, int]:
        """Return what an error says; whatever a worker raises is the fault of its machine."""
        if isinstance(error, KilledWorker):
            return "died", error.allowed_failures + 1
        if isinstance(error, CancelledError) or self._client is None or self._client.status != "running":
            return "lost", 0
        return ("faulty", 0) if isinstance(error, Exception) else ("", 0)

    def look(self) -> Ending:
        """Count the workers now and then, look at new ones, and say so if there is none.

        A client that lost its connection makes a new one by itself, but a result that was on its way then is never told of: its future
        does not end. So whatever went out over the old connection counts as lost.
        """
        if self._client is None or self._client.status == "closed" or self._client.scheduler_comm is not self._connection:
            return "lost"
        now = time.monotonic()
        if now - self._refreshed > _REFRESH_SECONDS and self._client.status == "running":
            self._refreshed = now
            with suppress(OSError, TimeoutError):
                self._refresh(self._client)
            if self._checked:
                self._complained = now
            elif now - self._complained > _COMPLAIN_SECONDS:
                self._complained = now
                print(f"no worker at {self.address}; waiting for one (Ctrl-C twice stops)", file=sys.stderr, flush=True)
        return ""

    def recall(self) -> None:
        """Nothing: what the workers have is graded. A cancelled chunk would be lost even if it is nearly done, and Dask does not say."""

    def end(self, executor: Executor, at_once: bool) -> None:
        """Let go of the scheduler; the workers let go of what they kept warm."""
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(Exception):  # whatever state it is in
            if client.status == "running" and not at_once:
                for future in [client.submit(worker.stop, workers=[each], pure=False) for each in self._checked]:
                    future.result(timeout=_GOODBYE_SECONDS)
        with suppress(Exception):
            client.close(timeout=_GOODBYE_SECONDS)

    def close(self) -> None:
        """Let go of a scheduler that was never used."""
        if self._client is not None:
            self._client.close(timeout=_GOODBYE_SECONDS)
            self._client = None

    def _connect(self, patience: float) -> Client:
        """Return a client of the scheduler. Raises `ClusterError` if none answers in time."""
        deadline = time.monotonic() + patience
        while True:
            try:
                client = Client(self.address, timeout=_FIRST_SECONDS, set_as_default=False, security=self._security, name="autograder")
            except (OSError, TimeoutError, ssl.SSLError) as error:
                if time.monotonic() > deadline or patience == _FIRST_SECONDS:
                    raise ClusterError(f"{self.address}: no scheduler answers: {_get_reason(error)}") from None
                time.sleep(1)
                continue
            try:
                self._checked.clear()
                self._refresh(client)
            except (OSError, TimeoutError):
                client.close(timeout=_GOODBYE_SECONDS)
                if time.monotonic() > deadline:
                    raise ClusterError(f"{self.address}: the scheduler is lost again and again") from None
            except BaseException:
                client.close(timeout=_GOODBYE_SECONDS)
                raise
            else:
                return client

    def _refresh(self, client: Client) -> None:
        """Learn which workers there are, and look at those that are new. Raises `ClusterError` if they cannot grade as we need it."""
        info = client.scheduler_info(n_workers=-1)
        workers = {str(address): about for address, about in info["workers"].items()}
        _validate_addresses([str(info["address"]), *workers])
        new = workers.keys() - self._checked
        if new:
            answers = client.run(worker.describe, self._probe, workers=sorted(new), on_error="return")
            _validate_workers(answers, worker.describe(self._probe), self._probe)
            if crowded := [address for address in sorted(new) if workers[address].get("nthreads", 1) > 1]:
                words = "a worker grades one submission at a time; start it with --nthreads 1, and as many workers as processors"
                print(f"{_shorten(crowded)} has more than one thread: {words}", file=sys.stderr, flush=True)
        self._checked = set(workers)


def _validate_workers(answers: dict[str, Any], ours: tuple[str, str, str], probe: Path | None) -> None:
    """Raise `ClusterError` unless every worker has our version of everything and finds in `probe` what we find."""
    for address, answer in answers.items():
        if isinstance(answer, ModuleNotFoundError):
            raise ClusterError(f"{address}: this worker has no module {answer.name}; install 'minichain[dask]' where it runs")
        if isinstance(answer, OSError):
            continue  # it is gone again
        if isinstance(answer, BaseException):
            raise ClusterError(f"{address}: this worker cannot grade: {type(answer).__name__}: {answer}")
        for name, theirs, here in zip(("minichain", "Python"), answer, ours, strict=False):
            if theirs != here:
                raise ClusterError(f"{address}: this worker has {name} {theirs}, the coordinator {here}; both have to have the same")
        if answer[2] != ours[2]:
            raise ClusterError(f"{address}: this worker finds other files in {probe} than are there; without --shared-folder they are sent")


def _build_security(address: str, tls: Tls) -> Security:
    """Return how to connect. Raises `ClusterError` for an address off this machine without TLS, or TLS without certificates."""
    _validate_addresses([address])
    files = {name: str(path) for name, path in zip(("tls_ca_file", "tls_client_cert", "tls_client_key"), tls, strict=True) if path}
    if not address.startswith("tls://"):
        if files:
            raise ClusterError(f"{address}: certificates are for an address that begins with tls://")
        return Security()
    security = Security(require_encryption=True, **files)
    if missing := [name for name in ("tls_ca_file", "tls_client_cert", "tls_client_key") if not getattr(security, name)]:
        option = {"tls_ca_file": "--tls-ca", "tls_client_cert": "--tls-cert", "tls_client_key": "--tls-key"}[missing[0]]
        raise ClusterError(f"{address}: TLS needs three files, and {option} is missing (autograder grade --help names them)")
    try:
        security.get_connection_args("client")
    except (OSError, ssl.SSLError) as error:
        named = ", ".join(str(getattr(security, name)) for name in ("tls_ca_file", "tls_client_cert", "tls_client_key"))
        raise ClusterError(f"{address}: the certificates cannot be used ({named}): {_get_reason(error)}") from None
    return security


def _validate_addresses(addresses: Iterable[str]) -> None:
    """Raise `ClusterError` for what would carry submissions and tests across a network in the clear, or let anybody run programs."""
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme == "tls" and parts.hostname:
            continue
        if parts.scheme != "tcp" or not parts.hostname:
            raise ClusterError(f"{address}: no address of a Dask scheduler; write tls://host:8786, or tcp://127.0.0.1:8786 on this machine")
        if not _is_loopback(parts.hostname):
            raise ClusterError(
                f"{address}: without TLS anybody who reaches this address can run programs there and read tests and submissions; "
                "use tls:// with certificates, or keep it to this machine (--host 127.0.0.1)"
            )


def _is_loopback(host: str) -> bool:
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(each.partition("%")[0]).is_loopback for each in found)


def _get_reason(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error) or type(error).__name__).splitlines()[0]


def _shorten(addresses: list[str]) -> str:
    more = f" and {len(addresses) - _SHOWN} more" if len(addresses) > _SHOWN else ""
    return ", ".join(addresses[:_SHOWN]) + more
