"""Every way in which a submission can end is a result, its cause is explained, and the next submission never notices."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from autograder import grade as grading
from autograder.errors import GraderError
from autograder.grade import Grader
from autograder.labs.model import Lab, LabCell, LabNotebook
from autograder.labs.source import load_lab
from autograder.read import Submission, SubmittedCell, SubmittedNotebook, read_submission
from autograder.sandbox.folders import empty_folder
from autograder.sandbox.walls import compute_total_cpu
from autograder.sandbox.watch import get_spent
from tests.autograder.labs_for_tests import ADD, HIDDEN, LIMITS, MUL, Bench, build_lab, hand_in, write_lab


@pytest.fixture(scope="module")
def bench():
    with Bench(hides=("minichain.crypto.merkle",)) as bench:
        yield bench


@pytest.fixture(scope="module")
def sums(tmp_path_factory):
    """The small lab and a warm grader for it."""
    lab = load_lab(write_lab(tmp_path_factory.mktemp("labs")))
    with Grader(lab) as grader:
        yield grader


@pytest.fixture
def grade_sums(sums, tmp_path):
    """Return a function that grades answers to the small lab."""

    def run(answers, lang="en"):
        path = hand_in(tmp_path, sums.lab, "ada", answers, lang)
        return sums.grade(read_submission(path.parent, sums.lab, "ada"))

    return run


def get_statuses(result):
    return [cell.status for cell in result.cells]


# Right, wrong, blank


def test_a_right_answer_gets_all_points_and_what_a_person_grades_waits(grade_sums):
    result = grade_sums({"add": ADD, "mul": MUL, "why": "Because I say so."})
    assert (result.status, result.score, result.max_score) == ("partial", 5.0, 6.0)
    assert [(cell.grade_id, cell.status, cell.score) for cell in result.cells] == [
        ("test-add", "passed", 2.0),
        ("test-mul", "passed", 3.0),
        ("why", "manual", None),
    ]
    assert result.findings == ()


@pytest.mark.parametrize(("lang", "word"), [("en", "There is no answer yet"), ("zh", "这里还没有作答")])
def test_a_blank_notebook_gets_nothing_and_a_kind_word_in_its_own_language(grade_sums, lang, word):
    result = grade_sums({}, lang)
    assert (result.status, result.score, result.lang) == ("graded", 0.0, lang)
    assert get_statuses(result) == ["error", "error", "failed"]
    assert result.cells[0].message.startswith(word)


def test_a_failed_assertion_says_what_does_not_hold_and_a_hidden_one_only_its_hint(grade_sums):
    assert grade_sums({"add": "def add(a, b): return 4"}).cells[0].message == "the sum of 1 and 2 is 3"
    hidden = grade_sums({"add": "def add(a, b): return abs(a) + b"}).cells[0]
    assert (hidden.status, hidden.message) == ("failed", "A hidden test did not pass. Hint: Think of negative numbers.")
    assert "负数" in grade_sums({"add": "def add(a, b): return abs(a) + b"}, "zh").cells[0].message


def test_an_unknown_language_gets_the_labs_first_and_keeps_no_trace(sums):
    cells = (SubmittedCell("code", ADD, "add"),)
    notebook = SubmittedNotebook("00-sums", "x" * 5000, cells)
    assert sums.grade(Submission("00-sums", "ada", (notebook,), (), "h", 0.0)).lang == "en"


def test_a_lab_without_a_single_cell_to_run_is_graded_too(bench):
    lab = Lab("bench", (LabNotebook("bench", (LabCell("markdown", "?", "why", grade=True, solution=True, points=1.0),)),), "v")
    bench.grader.lab = lab
    notebook = SubmittedNotebook("bench", None, (SubmittedCell("markdown", "!", "why"),))
    assert get_statuses(bench.grader.grade(Submission("bench", "ada", (notebook,), (), "h", 0.0))) == ["manual"]


# Points, by nbgrader's rules


@pytest.mark.parametrize(
    ("last", "score", "status"),
    [
        ("1.5", 1.5, "partial"),
        ("0", 0.0, "partial"),
        ("2", 2.0, "passed"),
        ("5", 2.0, "passed"),
        ("-1", 2.0, "passed"),
        ("None", 2.0, "passed"),
        ("'1'", 2.0, "passed"),
        ("[1]", 2.0, "passed"),
        ("True", 2.0, "passed"),
        ("float('nan')", 2.0, "passed"),
        ("1;", 2.0, "passed"),
        ("x = 1", 2.0, "passed"),
        ("import sys; print('careful', file=sys.stderr)", 2.0, "passed"),
        ("import warnings; warnings.warn('careful')", 2.0, "passed"),
        ("print(1)", 2.0, "passed"),
        ("f(1)", 1.0, "partial"),
    ],
)
def test_the_last_value_of_a_test_is_its_points(bench, last, score, status):
    (cell,) = bench.grade("def f(x):\n    return x", f"assert f(1) == 1\n{last}").cells
    assert (cell.score, cell.status) == (score, status)
    assert (cell.message == f"The test gave {score:g} of 2 points.") == (status == "partial")


def test_an_object_of_the_learner_is_worth_no_points_of_its_own_choice(bench):
    (cell,) = bench.grade("class A:\n    def __repr__(s): return '900'\na = A()", "a").cells
    assert cell.score == 2.0
    (cell,) = bench.grade("class A(float):\n    def __repr__(s): return '0.5'\na = A()", HIDDEN.format("a")).cells
    assert cell.score == 0.5


# Limits and kills


RIGHT = "\ndef g(x):\n    return x"


@pytest.mark.parametrize(
    ("body", "verdicts", "word"),
    [
        ("while True: pass", "timeout passed", "longer than 0.4 s"),
        ("while True:\n        try:\n            while True: pass\n        except BaseException: pass", "timeout passed", "longer than"),
        ("10 ** 10**9", "timeout passed", "longer than"),
        ("import re; re.match('(a*)*b', 'a' * 40)", "timeout passed", "longer than"),
        ("import time; time.sleep(1e6)", "timeout passed", "did nothing for 0.7 s"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "timeout passed", "did nothing"),
        ("return len([0] * 10**9)", "memory passed", "more memory than this lab allows (134 MB)"),
        ("return bytearray(10**12)", "memory passed", "more memory"),
        ("return b'x' * 9_000_000", "output passed", "too large"),
        ("return f(x)", "error passed", "RecursionError"),
        ("import sys; sys.exit(0)", "error passed", "SystemExit: 0 (in your code: import sys; sys.exit(0))"),
        ("raise KeyboardInterrupt", "error passed", "KeyboardInterrupt"),
        ("raise NotImplementedError", "error passed", "no answer yet"),
        ("return input('?')", "error passed", "EOFError"),
        ("import os; os._exit(0)", "killed killed", "ended the Python process here (exit code 0)"),
        ("import ctypes; ctypes.string_at(0)", "killed killed", "(signal SIGSEGV)"),
        ("import os; os.abort()", "killed killed", "(signal SIGABRT)"),
        ("import os; [os.close(fd) for fd in (3, 4)]", "killed killed", "ended the Python process"),
        ("import os; os.write(4, b'\\0\\0\\0\\5hello')", "killed killed", "interfered"),
        ("import os; os.write(4, b'\\xff\\xff\\xff\\xff')", "killed killed", "interfered"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "void void", "could not tell why"),
    ],
)
def test_a_cell_that_ends_badly_is_told_apart_and_the_rest_is_graded(bench, body, verdicts, word):
    result = bench.grade(f"def f(x):\n    {body}{RIGHT}", "assert f(1) == 1", "assert g(1) == 1")
    assert " ".join(get_statuses(result)) == verdicts
    assert word in result.cells[0].message
    assert result.status == ("void" if "void" in verdicts else "graded")
    assert bench.is_well()


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("while True: pass", "longer than 0.4 s"),
        ("import time; time.sleep(1e6)", "did nothing for 0.7 s"),
        ("x = [0] * 10**9", "more memory"),
        ("def f(x) return", "SyntaxError"),
        ("!rm -rf /", "Only Python runs when a notebook is graded. Take this line out"),
        ("import minichain.crypto.merkle", "what you write yourself"),
        ("import numpy", "not available in this lab"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_learners_cell_that_ends_badly_is_named_by_the_test_that_misses_it(bench, cell, word):
    result = bench.grade(f"{cell}\ndef f(x):\n    return x", "assert f(1) == 1", "assert 1 == 1")
    assert get_statuses(result) == ["error", "passed"]
    assert "NameError: name 'f' is not defined" in result.cells[0].message
    assert word in result.cells[0].message
    assert bench.is_well()


@pytest.mark.long
def test_sleeping_again_and_again_ends_too(bench):
    limits = replace(LIMITS, idle_seconds=0.3)
    sleeper = "import time\ndef f(x):\n    time.sleep(1e6)\ndef g(x):\n    return x"
    tests = ("f(1)", "assert g(1) == 1", "f(1)")
    assert bench.get_verdicts(sleeper, *tests, "f(1)", "f(1)", "assert g(1) == 1", limits=limits) == ["timeout", "passed", *["timeout"] * 4]
    short = ["import time\ntime.sleep(0.2)"] * 100
    (cell,) = bench.grade("def f(x):\n    return x", "assert f(1) == 1", before=short, limits=limits).cells
    assert (cell.status, "waited or slept too often" in cell.message) == ("timeout", True)
    assert bench.is_well()


def test_a_test_that_learner_code_ties_up_is_ended_and_the_rest_is_graded(bench, monkeypatch):
    monkeypatch.setattr(grading, "_HANG_SECONDS", 0.3)
    tie_up = (
        "import msgpack, os, struct\ndef tie(x):\n"
        "    same_hash = (msgpack.packb(msgpack.ExtType(4, (n * (2**61 - 1)).to_bytes(16, 'big'))) for n in range(1, 50_000))\n"
        "    items = b'\\xdd' + struct.pack('>I', 49_999) + b''.join(same_hash)\n"
        "    body = b'\\x95' + msgpack.packb('value') + msgpack.packb(msgpack.ExtType(2, items))\n"
        "    frame = struct.pack('>I', len(body) + 3) + body + msgpack.packb('') + b'\\x80\\x90'\n"
        "    while frame: frame = frame[os.write(4, frame):]\n"
    )
    assert bench.get_verdicts(f"{tie_up}def f(x):\n    return x", "tie(1)", "assert f(1) == 1") == ["timeout", "passed"]
    assert bench.get_verdicts("def f(x):\n    return x", "assert f(1) == 1", before=[f"{tie_up}tie(1)"]) == ["passed"]
    assert bench.is_well()


def test_a_test_that_runs_out_of_time_leaves_no_answer_behind_for_the_next(bench):
    answer = "def f(x):\n    return x\ndef call(g):\n    while True:\n        g()"
    answer += "\ndef burn(g):\n    import time\n    while time.process_time() < 0.15: pass\n    call(g)"
    limits = replace(LIMITS, cpu_seconds=0.2)
    for endless in ("while True: f(1)", "call(lambda: f(1))", "call(lambda: call(lambda: f(1)))", "burn(lambda: 1)"):
        verdicts = bench.get_verdicts(answer, endless, "assert f(2) == 2", "assert f([3]) == [3]", limits=limits)
        assert verdicts == ["timeout", "passed", "passed"], endless


def test_learner_code_that_swallows_everything_in_a_callback_ends_too(bench):
    answer = "def f(g):\n    while True:\n        try: g()\n        except BaseException: pass\ndef g(x):\n    return x"
    limits = replace(LIMITS, cpu_seconds=0.2)
    assert bench.get_verdicts(answer, "def fail(): raise ValueError\nf(fail)", "assert g(1) == 1", limits=limits) == ["timeout", "passed"]


def test_memory_that_is_kept_is_no_ended_process(bench):
    keep = "kept = []\ndef f(x):\n    try:\n        while True: kept.append(bytearray(10**5))\n    except MemoryError:\n        try:\n"
    keep += "            while True: kept.append([0])\n        except MemoryError: return x"
    result = bench.grade(keep, "assert f(1) == 1", "assert f(1) == 1")
    assert get_statuses(result)[1] == "memory"
    assert "exit" not in result.cells[1].message


@pytest.mark.parametrize(
    "answer",
    [
        "import builtins\nbuiltins.len = lambda x: 3\nbuiltins.isinstance = None",
        "import sys\nsys.modules.clear()",
        "import sys\nsys.setrecursionlimit(60)",
        "globals()[5] = 1\nglobals()[None] = 2",
        "import sys\nsys.stdout = sys.stderr = None",
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nsignal.alarm(1000)",
        "import threading\nthreading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()",
        "import atexit, os\natexit.register(os.abort)",
        "import gc\ngc.disable()\ngc.set_debug(gc.DEBUG_STATS)",
        "import os\nos.environ.clear()\nos.chdir('/')\nos.nice(5)",
        "class A:\n    def __call__(s): return 1\n    def __getattr__(s, name): return {}[name]\na = A()",
    ],
)
def test_an_odd_submission_has_a_verdict_and_the_next_is_untouched(bench, answer):
    result = bench.grade(f"{answer}\ndef f(x):\n    return x", "assert f(1) == 1", "assert f(1) == 2")
    assert result.status == "graded"
    assert get_statuses(result) in (["passed", "failed"], ["killed", "killed"])
    assert bench.is_well()


# What nobody may learn


@pytest.mark.parametrize(
    "hidden",
    [
        "assert f(77_777) == 1",
        "assert f(77_777) == 1, 'expected 77_777'",
        "raise ValueError('77_777')",
        "f(77_777)\nprint('77_777')\nimport sys\nprint('77_777', file=sys.stderr)",
        "import warnings\nwarnings.warn('77_777')",
        "f(77_777).bit_length('77_777')",
        "undefined_77_777",
        "f(77_777)\n'77_777'",
        "fail(77_777)",
        "endless(77_777)",
        "loud(77_777)",
        "{}[77_777]",
    ],
)
def test_nothing_of_a_hidden_test_is_in_a_result(bench, hidden):
    answer = (
        "def f(x):\n    return x\ndef fail(x):\n    raise ValueError(f'{x:_}')\n"
        "def loud(x):\n    print(f'{x:_}')\n    return x\ndef endless(x):\n    while True: pass"
    )
    result = bench.grade(answer, f"print('seen')\n{HIDDEN.format(hidden)}\nprint('too')", "assert f(1) == 1")
    assert "77_777" not in repr(result)
    assert "seen" in repr(result.outputs)
    assert result.cells[1].status == "passed"


def test_messages_and_outputs_are_plain_text_of_bounded_length(bench):
    text = "'\\ud800\\x1b[31mred\\u202e' + 'x' * 5000"
    answer = f"print('\\ud800\\x1b[31m')\ndef f():\n    print('\\udfff')\n    raise ValueError({text})\nf.__name__"
    result = bench.grade(answer, "f()", before=["'\\udc80'", "print('x' * 10**6)"] * 40)
    assert "\x1b" not in result.cells[0].message and "\u202e" not in result.cells[0].message
    assert len(result.cells[0].message) <= 600
    assert len(str(result.outputs)) < 20 * LIMITS.output_bytes
    assert json.dumps(asdict(result), ensure_ascii=False).encode("utf-8")


# Who is to blame


def find_student(grader):
    """Return the process id of S: the only child of the nursery."""
    nursery = grader._nursery.pid
    children = Path(f"/proc/{nursery}/task/{nursery}/children").read_text().split()
    return int(children[0]) if children else None


def kill_soon(grader, whom, after=0.15):
    def run():
        time.sleep(after)
        pid = {"student": find_student, "nursery": lambda g: g._nursery.pid, "tester": lambda g: g._tester.pid}[whom](grader)
        os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize("whom", ["student", "nursery", "tester"])
def test_a_process_that_somebody_else_killed_is_held_against_nobody(bench, whom):
    answer = "import time\ndef f(x):\n    time.sleep(0.3)\n    return x"
    assert bench.is_well()
    killer = kill_soon(bench.grader, whom)
    assert bench.get_verdicts(answer, "assert f(1) == 1", "assert f(2) == 3") == ["passed", "failed"]
    killer.join()


@pytest.mark.long
def test_who_is_killed_near_the_end_of_his_time_has_used_it_up_only_if_it_happens_again(bench):
    answer = "import time\ndef f():\n    end = time.process_time() + 0.25\n    while time.process_time() < end: pass\n    return 1"
    limits, killed = replace(LIMITS, cpu_seconds=0.4), []
    assert bench.is_well()

    def kill_late():
        while not killed:
            pid = find_student(bench.grader)
            spent = get_spent(pid) if pid else None
            if spent and spent.running > 0.65 * compute_total_cpu(limits):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
            time.sleep(0.005)

    thread = threading.Thread(target=kill_late)
    thread.start()
    verdicts = bench.get_verdicts(answer, *["assert f() == 1"] * 9, limits=limits)
    killed.append(None)
    thread.join()
    assert killed[0] is not None and verdicts == ["passed"] * 9
    ignores = "import signal, time\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
    loop = f"{ignores}def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass"
    assert bench.get_verdicts(loop, "f()", "f()", limits=replace(LIMITS, cpu_seconds=0.1)) == ["timeout", "timeout"]


DIE_SLOWLY = """import os, signal, time
if not os.path.exists("{mark}"):
    open("{mark}", "w").close()
    links = {{fd: os.readlink(f"/proc/self/fd/{{fd}}") for fd in range(3, 64) if os.path.exists(f"/proc/self/fd/{{fd}}")}}
    for fd in [fd for fd, link in links.items() if link.startswith("pipe:")]:
        os.close(fd)
    time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGKILL)
assert f(1) == 1"""
"""A test cell that ends T in two steps, once: its pipes to S first, so that S has ended, by itself, when T dies."""


def test_an_end_of_s_that_the_death_of_t_brought_about_is_held_against_nobody(bench, tmp_path):
    answer, test = "def f(x):\n    return x", DIE_SLOWLY.format(mark=tmp_path / "died")
    assert bench.get_verdicts(answer, "assert f(1) == 1", test, "assert f(2) == 3") == ["passed", "passed", "failed"]
    assert (tmp_path / "died").exists()


@pytest.mark.parametrize("whom", ["nursery", "tester"])
def test_processes_that_died_between_two_submissions_are_replaced_and_leave_no_descriptors(bench, whom):
    assert bench.is_well()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        kill_soon(bench.grader, whom, after=0).join()
        assert bench.is_well()
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_process_that_ends_while_nobody_asks_it_is_still_explained(bench):
    answer = (
        "import os, threading, time\ndef f(x):\n    threading.Thread(target=lambda: (time.sleep(0.05), os._exit(3))).start()\n    return x"
    )
    test = "assert f(1) == 1\nimport time\ntime.sleep(0.2)"
    assert bench.is_well()
    tester = bench.grader._tester.pid
    assert bench.get_verdicts(answer, test, "assert f(1) == 1") == ["passed", "killed"]
    assert bench.grader._tester.pid == tester


def test_an_object_of_the_learner_in_a_failure_message_cannot_hurt_the_test_process(bench):
    answer = "import os\nclass A:\n    def __str__(s):\n        {}\ndef f():\n    return A()\ndef g():\n    return 1"
    assert bench.is_well()
    tester = bench.grader._tester.pid
    for body, verdicts in (("os._exit(4)", "killed killed"), ("while True: pass", "timeout passed"), ("return 'said'", "failed passed")):
        assert " ".join(bench.get_verdicts(answer.format(body), "assert 1 == 2, f()", "assert g() == 1")) == verdicts
    assert bench.grader._tester.pid == tester


def test_no_process_survives_its_grader(tmp_path):
    grader = Grader(build_lab("", ("pass",)), scratch=tmp_path)
    notebook = SubmittedNotebook("bench", "en", ())
    assert get_statuses(grader.grade(Submission("bench", "ada", (notebook,), (), "h", 0.0))) == ["passed"]
    pids = [grader._nursery.pid, grader._tester.pid]
    grader.close()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert list(tmp_path.iterdir()) == []


def test_a_library_that_the_lab_uses_and_that_is_not_there_is_one_line(tmp_path):
    with Bench(uses=("no_such_library",)) as bench, pytest.raises(GraderError, match="No module named 'no_such_library'"):
        bench.grade("", "pass")


# Files


def test_each_submission_finds_the_labs_files_as_they_were(bench, tmp_path):
    (tmp_path / "data.txt").write_text("of the lab")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "more.txt").write_text("more")
    spoil = "import os, shutil\nwith open('data.txt', 'w') as file: file.write('mine')\nshutil.rmtree('sub')\nos.mkdir('left')\n"
    spoil += "def f():\n    return os.listdir()"
    test = "assert sorted(f()) == ['data.txt', 'left'] and open('data.txt').read() == 'of the lab'"
    assert bench.passes(spoil, test, folder=tmp_path)
    look = "import os\nseen = sorted(os.listdir())\ntext = open('data.txt').read() + open('sub/more.txt').read()"
    test = "assert seen == ['data.txt', 'sub'] and text == 'of the labmore'\nopen('by the test', 'w').close()"
    assert bench.passes(look, test, folder=tmp_path)
    assert bench.passes(look, "import os\nassert seen == sorted(os.listdir()) == ['data.txt', 'sub']", folder=tmp_path)
    assert (tmp_path / "data.txt").read_text() == "of the lab"
    assert bench.passes("import os", "assert os.listdir() == []")


@pytest.mark.parametrize(
    "mess",
    [
        "for _ in range(1100):\n    os.mkdir('deep')\n    os.chdir('deep')",
        "os.mkdir('shut')\nopen('shut/file', 'w').close()\nos.chmod('shut', 0)\nos.chmod('.', 0)",
        "os.symlink('/', 'root')\nos.symlink('nowhere', 'broken')\nos.mkfifo('fifo')",
        "os.mkdir('a' * 255)\nos.mkdir(b'\\xff\\xfe')\nopen('new\\nline', 'w').close()",
    ],
)
def test_what_a_submission_leaves_in_its_folder_hinders_nobody(bench, mess):
    assert bench.passes(f"import os\n{mess}\nx = 1", "assert x == 1")
    assert bench.passes("import os\nleft = os.listdir()\nopen('mine', 'w').close()", "assert left == []")


@pytest.mark.may_skip("only root can become somebody else")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_was_shut_is_emptied_by_its_owner_too():
    script = "import os, sys; from pathlib import Path; from autograder.sandbox.folders import empty_folder; os.setuid(65534)\n"
    script += "top = Path(sys.argv[1]); (top / 'a' / 'b').mkdir(parents=True); (top / 'a' / 'b' / 'c').touch()\n"
    script += "(top / 'a' / 'b').chmod(0); (top / 'a').chmod(0); top.chmod(0); empty_folder(top); assert os.listdir(top) == []"
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, 65534, 65534)
        subprocess.run([sys.executable, "-c", script, folder], check=True, timeout=60)


def test_a_folder_that_became_a_link_or_a_file_is_a_folder_again(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / "work").symlink_to(tmp_path / "kept")
    empty_folder(tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == [] and not (tmp_path / "work").is_symlink()
    assert (tmp_path / "kept" / "file").exists()
