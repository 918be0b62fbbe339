"""The set-ups in which walls have to stand: as root and as an ordinary user, with bubblewrap, without, and where it cannot work."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NOBODY = 65534
SET_UPS = ("root, bubblewrap", "root, alone", "user, bubblewrap", "user, alone", "user, no namespaces")
WITHOUT = "from autograder.sandbox import bubblewrap\nbubblewrap.find_bubblewrap = lambda: bubblewrap.Bubblewrap(problem='left out')\n"
FORBID_NAMESPACES = """
import ctypes, os, sys
uid, gid = os.getuid(), os.getgid()
if ctypes.CDLL(None, use_errno=True).unshare(0x10000000):
    sys.exit("this machine forbids user namespaces by itself")
for name, content in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
    open(f"/proc/self/{name}", "w").write(content)
open("/proc/sys/user/max_user_namespaces", "w").write("0")
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs a program in a user namespace below which there can be no other: bubblewrap is there, and its every attempt fails."""


@dataclass(frozen=True)
class SetUp:
    """A way to run Python: who runs it, with which interpreter, and whether it may find bubblewrap."""

    name: str
    python: list[str]
    environment: dict[str, str]
    identity: dict[str, object] = field(default_factory=dict)

    def run(self, script: str, timeout: float = 120) -> dict:
        """Run a script, and return the JSON object that it prints last."""
        script = (WITHOUT if self.name.endswith("alone") else "") + script
        command = [*self.python, "-c", script]
        run = subprocess.run(
            command, env=self.environment, cwd="/", capture_output=True, text=True, timeout=timeout, check=False, **self.identity
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout.splitlines()[-1])

    @property
    def has_bubblewrap(self) -> bool:
        return self.name.endswith("bubblewrap")

    @property
    def is_root(self) -> bool:
        return self.name.startswith("root")


@pytest.fixture(scope="session")
def place():
    """A folder that everybody can enter, with one in it in which everybody may write."""
    folder = Path(tempfile.mkdtemp(prefix="walls-test-"))
    folder.chmod(0o755)
    (folder / "tmp").mkdir()
    (folder / "tmp").chmod(0o1777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def everybodys_python(place):
    """Command and environment of a Python that every user can run, with this package: the one that runs us, if it is so, else a copy."""
    environment = {"PATH": os.defpath, "TMPDIR": str(place / "tmp"), "HOME": str(place / "tmp"), "PYTHONPATH": str(place / "here")}
    shutil.copytree(ROOT / "autograder", place / "here" / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    (place / "here" / "tests" / "autograder").mkdir(parents=True)
    for module in ("labs_for_tests.py", "processes.py"):
        shutil.copy(ROOT / "tests" / "autograder" / module, place / "here" / "tests" / "autograder")
    shutil.copytree(ROOT / "tests" / "hostile", place / "here" / "tests" / "hostile", ignore=shutil.ignore_patterns("__pycache__"))
    _open(place / "here")
    if os.geteuid() != 0:
        return [sys.executable], environment
    command = [sys.executable, "-c", "import msgpack"]
    try:
        subprocess.run(command, env=environment, cwd="/", user=NOBODY, group=NOBODY, extra_groups=[], stderr=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.CalledProcessError):
        return _copy_python(place / "python", environment)
    return [sys.executable], environment


def _copy_python(target: Path, environment: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """Copy the interpreter, its library and the one package that grading needs."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base, lib = Path(sys.base_prefix), target / "lib"
    left_out = shutil.ignore_patterns("test", "tests", "idlelib", "tkinter", "ensurepip", "config-*", "site-packages", "dist-packages")
    shutil.copytree(base / "lib" / version, lib / version, ignore=left_out)
    for library in (base / "lib").glob("libpython*"):
        shutil.copy(library, lib)
    (target / "bin").mkdir()
    shutil.copy(Path(sys.executable).resolve(), target / "bin" / version)
    shutil.copytree(Path(sysconfig.get_path("platlib")) / "msgpack", lib / version / "site-packages" / "msgpack")
    _open(target)
    return [str(target / "bin" / version)], {**environment, "LD_LIBRARY_PATH": str(lib)}


def _open(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


@pytest.fixture
def make_set_up(everybodys_python):
    """Return a function that makes a set-up by its name, with changes to its environment; it skips one that this machine forbids."""

    def make(name: str, **changes: str) -> SetUp:
        python, environment = everybodys_python
        is_root = os.geteuid() == 0
        if name.startswith("root") and not is_root:
            pytest.skip("only root can test what root gets")
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if is_root and name.startswith("user") else {}
        set_up = SetUp(name, python, environment | changes, identity)
        if name.endswith("no namespaces"):
            set_up = replace(set_up, python=[*python, "-c", FORBID_NAMESPACES, *python])
            trial = [*set_up.python, "-c", ""]
            if subprocess.run(trial, env=environment, cwd="/", stderr=subprocess.DEVNULL, check=False, **identity).returncode:
                pytest.skip("this machine forbids user namespaces by itself")
        if set_up.has_bubblewrap:
            script = (
                "import json\nfrom autograder.sandbox.bubblewrap import find_bubblewrap\nprint(json.dumps([find_bubblewrap().problem]))"
            )
            (problem,) = set_up.run(script)
            if problem:
                pytest.skip(f"no bubblewrap for {name.split(',')[0]} here: {problem}")
        return set_up

    return make


@pytest.fixture(params=SET_UPS)
def set_up(request, make_set_up):
    """Each of the set-ups that this machine allows."""
    return make_set_up(request.param)
