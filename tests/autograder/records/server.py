"""A PostgreSQL server for tests: a real one, in a folder of its own, on a Unix socket alone, run by an ordinary user, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MISSING = "no PostgreSQL server; on Debian and Ubuntu: apt install postgresql"


def find_postgresql() -> Path | None:
    """Return the folder of the server's programs, which Debian keeps off the PATH; None if there are none, or no driver for them."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return None
    on_path = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    folders += [Path(on_path).resolve().parent] if on_path else []
    return next((folder for folder in reversed(folders) if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file()), None)


@dataclass(frozen=True)
class Server:
    """A running server, and how to stop and start it."""

    programs: Path
    folder: Path
    user: str

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs as the user who owns it; root may not."""
        who = pwd.getpwnam(self.user)
        as_user = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        command = [str(self.programs / program), *arguments]
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        log = self.folder / "programs.log"
        with log.open("ab") as output:
            done = subprocess.run(
                command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=120, **as_user
            )
        assert done.returncode == 0, log.read_text()[-2000:]

    def start(self) -> None:
        """Start the server and wait until it answers. Tests may lose what is written: nobody cuts the power here."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c max_connections=20"
        self.run("pg_ctl", "start", "--wait", "-D", str(self.folder / "data"), "-l", str(self.folder / "server.log"), "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is what a crash is like."""
        self.run("pg_ctl", "stop", "--wait", "-D", str(self.folder / "data"), "-m", mode)

    def create_database(self, name: str) -> str:
        """Make an empty database and return its URL."""
        self.run("createdb", "-h", str(self.folder), "-U", "grader", name)
        return self.url(name)

    def url(self, name: str, password: str = "") -> str:
        """Return the URL of a database."""
        secret = f":{password}" if password else ""
        return f"postgresql://grader{secret}@/{name}?host={self.folder}"


@contextmanager
def running_postgresql() -> Iterator[Server]:
    """Run a server for as long as the block lasts."""
    programs = find_postgresql()
    assert programs is not None, MISSING
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has at most 107 characters
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        server = Server(programs, folder, user)
        server.run("initdb", "-D", str(folder / "data"), "-U", "grader", "--auth=trust", "--encoding=UTF8", "--no-sync")
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder)
