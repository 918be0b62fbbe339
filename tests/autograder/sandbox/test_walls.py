"""The walls, attacked and lived behind, in each set-up: as root and as an ordinary user, with bubblewrap and without, and where a user
may make no namespaces."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.labs.model import Limits
from autograder.sandbox import places, walls
from autograder.sandbox.bubblewrap import Bubblewrap, find_bubblewrap
from tests.autograder.labs_for_tests import Bench

may_skip = pytest.mark.may_skip("a set-up needs root, or a machine that lets this user make namespaces")

EXAMINE = """
import json
from dataclasses import asdict
from autograder.sandbox import doctor
report = doctor.examine(True, lambda finding: None)
print(json.dumps({"sound": report.is_sound, "walls": report.walls, "findings": [asdict(finding) for finding in report.findings]}))
"""
OPEN = {
    "root, bubblewrap": set(),
    "user, bubblewrap": set(),
    "root, alone": {"learn size and owner of a file that it cannot read", "fill the disk with many files"},
    "user, alone": {"learn size and owner of a file that it cannot read", "fill the disk with many files"},
    "user, no namespaces": {"learn size and owner of a file that it cannot read", "fill the disk with many files"},
}
"""What no wall of a set-up covers: the residue that the documentation names."""
STANDING = {
    "root, bubblewrap": ["namespaces", "user", "landlock", "seccomp", "rlimits", "session"],
    "root, alone": ["user", "landlock", "seccomp", "rlimits", "session"],
    "user, bubblewrap": ["namespaces", "landlock", "seccomp", "rlimits", "session"],
    "user, alone": ["landlock", "seccomp", "rlimits", "session"],
    "user, no namespaces": ["landlock", "seccomp", "rlimits", "session"],
}


@may_skip
def test_every_attack_is_held_off(set_up):
    report = set_up.run(EXAMINE)
    assert report["walls"] == STANDING[set_up.name]
    assert [finding for finding in report["findings"] if finding["state"] == "broken"] == []
    assert {finding["name"] for finding in report["findings"] if finding["state"] == "open"} == OPEN[set_up.name]
    assert report["sound"] and len(report["findings"]) > 20


LIVE = """
import json, os, tempfile
from pathlib import Path
from tests.autograder.labs_for_tests import Bench
data = Path(tempfile.mkdtemp())
(data / "sub").mkdir()
(data / "sub" / "numbers.txt").write_text("1 2 3")
(data / "sub" / "numbers.txt").chmod(0o600)
with Bench(folder=data) as bench:
    result = bench.grade("def f(x):\\n    return x", "assert f(3) == 3", "assert f(3) == 4")
    bench.grade("import os\\nos.mkdir('shut')\\nopen('shut/file', 'w').close()\\nos.chmod('shut', 0)\\nos.chmod('.', 0)", "pass")
    grader, pids = bench.grader, [bench.grader._nursery.pid, bench.grader._tester.pid]
    answers = {}
    def ask(name, answer, test, **options):
        answers[name] = bench.get_verdicts(answer, test, **options)
    ask("files", "import os\\nx = open('sub/numbers.txt').read()\\nopen('sub/numbers.txt', 'w').write('mine')\\nnames = os.listdir()",
        "assert x == '1 2 3' and names == ['sub'] and open('sub/numbers.txt').read() == '1 2 3'")
    ask("temporary", "import tempfile\\nwith tempfile.TemporaryFile() as file:\\n    file.write(b'x')\\nx = 1", "assert x == 1")
    ask("library", "import statistics, xml.dom.minidom, zoneinfo\\nx = statistics.mean([1, 3])", "assert x == 2")
    ask("threads", "import threading\\nx = []\\nt = threading.Thread(target=x.append, args=(1,))\\nt.start(); t.join()", "assert x == [1]")
    ask("asyncio", "import asyncio\\nasync def g():\\n    await asyncio.sleep(0.01)\\n    return 5\\nx = asyncio.run(g())", "assert x == 5")
    ask("fork", "import os\\nos.fork()\\nx = 1", "assert x == 1")
    ask("exit", "import os\\nos._exit(0)", "x")
    ask("memory", "def f():\\n    return len(bytearray(10**9))", "f()")
    ask("endless", "def f():\\n    while True: pass", "f()")
    ask("sleeper", "import time\\ndef f():\\n    time.sleep(1e6)", "f()")
    ask("well", "def f(x):\\n    return x", "assert f(3) == 3")
print(json.dumps({"first": [cell.status for cell in result.cells], "walls": result.walls, "answers": answers,
    "left": [pid for pid in pids if os.path.exists(f"/proc/{pid}")], "folder": grader.scratch.exists()}))
"""


@may_skip
def test_right_and_wrong_get_their_due_behind_the_walls(set_up):
    said = set_up.run(LIVE)
    assert said["first"] == ["passed", "failed"]
    assert said["walls"] == STANDING[set_up.name]
    fine = {name: ["passed"] for name in ("files", "temporary", "library", "threads", "asyncio", "well")}
    bad = {"fork": ["error"], "exit": ["killed"], "memory": ["memory"], "endless": ["timeout"], "sleeper": ["timeout"]}
    assert said["answers"] == fine | bad
    assert said["left"] == [] and not said["folder"]


@pytest.mark.long
@pytest.mark.may_skip("only root can become somebody else")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_root_whose_python_nobody_else_can_read_keeps_its_name_and_loses_its_rights(make_set_up, place):
    closed = place / "closed"
    shutil.copytree(place / "here", closed / "here")
    closed.chmod(0o700)
    set_up = make_set_up("root, alone", PYTHONPATH=str(closed / "here"))
    report = set_up.run(EXAMINE)
    assert "user" not in report["walls"]
    assert [finding for finding in report["findings"] if finding["state"] == "broken"] == []
    assert set_up.run(LIVE)["answers"]["well"] == ["passed"]


# The attacks are attacks


UNFENCED = """
import json, subprocess, sys, tempfile
from pathlib import Path
from autograder.sandbox import doctor, probes
from autograder.sandbox.home import Home
reached = {}
for probe in probes.PROBES:
    scratch = Path(tempfile.mkdtemp()) / "scratch"
    scratch.mkdir()
    (scratch / "nursery.log").write_text("words")
    with doctor._lay_out(Home(scratch)) as outside:
        source = f"import json\\n{probes.PRELUDE}\\noutside = {outside!r}\\n{probe.source}\\nprint(json.dumps(got))"
        run = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60, cwd=scratch / "student")
        reached[probe.name] = json.loads(run.stdout.splitlines()[-1]) if run.stdout else [f"ended with {run.returncode}"]
print(json.dumps(reached))
"""
HARMLESS = {"become somebody else", "open doors into the kernel", "make a namespace, mount, change its root"}
"""What an ordinary user's kernel may refuse by itself; that the calls are made at all is seen in the filter's own test."""


def test_every_attack_reaches_something_where_no_walls_are(make_set_up):
    reached = make_set_up("user, alone").run(UNFENCED)
    assert {name for name, what in reached.items() if not what} <= HARMLESS


# What the list of readable places leaves out


def test_a_checkout_is_not_readable_as_a_whole():
    checkout = Path(walls.__file__).parents[2]
    readable = places.list_python(["hashlib", "minichain.crypto", "no_such_package"])
    assert checkout / "autograder" in readable or any(checkout.is_relative_to(path) for path in readable if "site-packages" in str(path))
    assert not any((checkout / "labs").is_relative_to(path) for path in (*readable, *places.SYSTEM))
    assert not any(Path(forbidden).is_relative_to(path) for path in (*readable, *places.SYSTEM) for forbidden in ("/etc", "/home", "/proc"))


# Where there are no walls


def test_without_landlock_and_seccomp_nothing_is_graded_unless_a_person_says_so(monkeypatch, tmp_path):
    refusing = "import autograder.sandbox.landlock as l, autograder.sandbox.seccomp as s\n"
    refusing += "l.get_version = lambda: 0\ns.is_available = lambda: False\n"
    (tmp_path / "sitecustomize.py").write_text(refusing)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]))
    monkeypatch.setattr("autograder.sandbox.bubblewrap.find_bubblewrap", _find_none)
    with Bench() as bench, pytest.raises(GraderError, match=r"no Landlock and no seccomp.*--unsafe-local"):
        bench.is_well()
    monkeypatch.setenv(walls.UNSAFE_LOCAL, "1")
    with Bench() as bench:
        result = bench.grade("def f(x):\n    return x", "assert f(3) == 3", "assert f(3) == 4")
    assert [cell.status for cell in result.cells] == ["passed", "failed"]
    assert (result.walls, result.is_forgeable) == (("none",), True)


def _find_none():
    return Bubblewrap(problem="left out")


def test_a_wall_that_does_not_stand_is_the_graders_trouble_and_no_learners(monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import autograder.sandbox.landlock as l\ndef fail(ruleset):\n    raise OSError(22, 'no')\nl.restrict_self = fail\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]))
    monkeypatch.setattr("autograder.sandbox.bubblewrap.find_bubblewrap", _find_none)
    with Bench() as bench, pytest.raises(GraderError, match=r"do not stand: OSError: \[Errno 22\] no"):
        bench.is_well()


def test_numpy_and_pandas_work_behind_the_walls():
    pytest.importorskip("pandas")
    limits = Limits(cpu_seconds=5, memory_bytes=512 * 2**20)
    answer = "import numpy as np\nimport pandas as pd\nimport numpy.linalg, numpy.fft, numpy.random\n"
    answer += "def f():\n    m = np.random.default_rng(0).random((200, 200))\n    return float((m @ np.linalg.inv(m)).trace())\n"
    answer += "def g():\n    pd.DataFrame({'a': [1, 2, 2]}).to_csv('t.csv')\n    return int(pd.read_csv('t.csv').groupby('a').size()[2])"
    with Bench(uses=("numpy", "pandas"), limits=limits) as bench:
        assert bench.get_verdicts(answer, "assert round(f()) == 200", "assert g() == 2") == ["passed", "passed"]


@pytest.mark.skipif(sys.platform != "linux", reason="the proportional size is Linux's")
def test_the_warm_processes_of_two_workers_are_small():
    with Bench() as first, Bench() as second:
        assert first.is_well() and second.is_well()
        pids = [process.pid for bench in (first, second) for process in (bench.grader._nursery, bench.grader._tester)]
        sizes = [_get_proportional_size(pid) for pid in pids]
    assert all(size > 2**20 for size in sizes)
    assert sum(sizes) < 100 * 2**20


def _get_proportional_size(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


def test_a_trial_of_bubblewrap_that_somebody_kills_takes_no_wall_away(monkeypatch, tmp_path):
    program, killed = tmp_path / "bwrap", tmp_path / "killed"
    program.write_text(f"#!/bin/sh\n[ $1 = --help ] && exit 0\n[ -e {killed} ] && exit 0\ntouch {killed}\nkill -9 $$\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    found = find_bubblewrap.__wrapped__()
    assert (found.program, found.problem, killed.exists()) == (str(program), "", True)


def test_a_nursery_wakes_whatever_descriptors_it_is_given(tmp_path):
    script = "import os, sys, tempfile\nfrom pathlib import Path\nfrom autograder.sandbox.home import Home\n"
    script += "while os.open(os.devnull, os.O_RDONLY) < int(sys.argv[1]): pass\n"
    script += "Home(Path(tempfile.mkdtemp(dir=sys.argv[2]))).start_nursery({'uses': [], 'hides': [], 'restricts': False}).end(1.0)"
    for last in (17, 18, 19, 20, 200):  # the line to the nursery is then one of the descriptors that it moves things to
        subprocess.run([sys.executable, "-c", script, str(last), str(tmp_path)], check=True, timeout=60)
