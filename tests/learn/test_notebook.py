"""The hooks of a notebook, in IPython's own shell: what is run is noted, once, and an endless cell ends."""

import csv
import importlib
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from minichain.learn import notebook, save_progress, watch_progress

TESTS = "add 2, mul 3"


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """Return a shell of IPython that keeps what it displays in `shell.display_pub.outputs`."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    config = Config({"HistoryManager": {"enabled": False}})
    shell = InteractiveShell(config=config, display_pub_class=CapturingDisplayPublisher)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    shell.display_pub.outputs = []
    yield shell
    shell.restore_sys_module_state()


def get_table(shell):
    """Return the data of the last table shown."""
    return shell.display_pub.outputs[-1]["data"]["application/vnd.minichain.progress+json"]


def get_states(shell):
    return {test["id"]: test["status"] for test in get_table(shell)["tests"]}


def count_hooks(shell):
    return [len(shell.events.callbacks[event]) for event in ("pre_run_cell", "post_run_cell")]


def test_the_table_follows_the_tests(shell, capsys):
    shell.run_cell(f"from minichain.learn import watch_progress\nwatch_progress({TESTS!r}, lab='00-sums', version='v1')")
    assert get_table(shell) == {
        "lab": "00-sums",
        "version": "v1",
        "lang": "en",
        "tests": [
            {"id": "add", "task": None, "points": 2, "status": "not run", "message": ""},
            {"id": "mul", "task": None, "points": 3, "status": "not run", "message": ""},
        ],
        "points": 0,
        "max_points": 5,
    }
    shell.run_cell("def add(a, b):\n    raise NotImplementedError()")
    assert len(shell.display_pub.outputs) == 1  # a cell that is no test has no row
    shell.run_cell("# add · 2 points\nassert add(1, 2) == 3")
    assert get_table(shell)["tests"][0] == {
        "id": "add",
        "task": None,
        "points": 2,
        "status": "failed",
        "message": "add is not written yet.",
    }
    shell.run_cell("def add(a, b): return a + b")
    assert get_states(shell)["add"] == "failed"
    shell.run_cell("# add · 2 points\nassert add(1, 2) == 3")
    shell.run_cell("# mul · 3 points\nassert mul(3, 4) == 12")
    assert get_states(shell) == {"add": "passed", "mul": "not run"}
    assert get_table(shell)["tests"][1]["message"].startswith("mul is not there yet: run the cells above first, from the top.")
    assert get_table(shell)["tests"][1]["message"] in capsys.readouterr().out
    shell.run_cell("def mul(a, b): return 1 / 0")
    shell.run_cell("# mul · 3 points\nassert mul(3, 4) == 12")
    message = "ZeroDivisionError: division by zero · in this line: def mul(a, b): return 1 / 0"
    assert get_table(shell)["tests"][1] == {"id": "mul", "task": None, "points": 3, "status": "error", "message": message}
    shell.run_cell("# more · 1 point\n")
    assert get_states(shell) == {"add": "passed", "mul": "error", "more": "passed"}
    assert (get_table(shell)["points"], get_table(shell)["max_points"]) == (3, 6)


def test_an_assertion_without_words_shows_its_line(shell):
    watch_progress(TESTS)
    shell.run_cell("# add · 2 points\nx = 1\nassert x == 2")
    assert get_table(shell)["tests"][0]["message"] == "assert x == 2"


def test_one_display_changes_in_place(shell):
    watch_progress(TESTS)
    shell.run_cell("# add · 2 points\npass")
    first, second = shell.display_pub.outputs
    assert first["transient"] == second["transient"] == {"display_id": "minichain-progress"}
    assert (first["update"], second["update"]) == (False, True)
    assert set(second["data"]) == {"text/html", "text/plain", "application/vnd.minichain.progress+json"}
    assert "add · passed · 2 / 2" in second["data"]["text/plain"]


def test_watching_again_keeps_the_results_and_doubles_no_hook(shell):
    before = count_hooks(shell)
    watch_progress(TESTS, lab="00-sums")
    shell.run_cell("# add · 2 points\npass")
    watch_progress(TESTS, lab="00-sums")
    assert get_states(shell) == {"add": "passed", "mul": "not run"}
    importlib.reload(notebook).watch_progress(TESTS, lab="00-sums", lang="zh")
    assert get_states(shell) == {"add": "passed", "mul": "not run"}
    assert count_hooks(shell) == [number + 1 for number in before]
    shown = len(shell.display_pub.outputs)
    shell.run_cell("# mul · 3 分\npass")
    assert len(shell.display_pub.outputs) == shown + 1
    watch_progress(TESTS, lab="01-more")
    assert get_states(shell) == {"add": "not run", "mul": "not run"}


def test_an_endless_cell_ends_and_the_next_one_runs(shell, capsys):
    watch_progress(TESTS, seconds=0.2)
    shell.run_cell("def spin():\n    while True:\n        pass")
    shell.run_cell("# add · 2 points\nspin()")
    assert get_states(shell)["add"] == "timeout"
    message = "Stopped: this was still running after 0.2 s. Perhaps a loop never ends?"
    assert get_table(shell)["tests"][0]["message"] == message
    shown = capsys.readouterr().out
    assert message in shown
    assert "It was here, in line " in shown
    assert "Traceback" not in shown
    result = shell.run_cell("while True:\n    try:\n        spin()\n    except:\n        pass")
    assert type(result.error_in_exec).__name__ == "TimeIsUp"
    shell.run_cell("# mul · 3 points\nassert 6 * 7 == 42")
    assert get_states(shell)["mul"] == "passed"


def test_each_cell_has_its_own_time(shell):
    watch_progress(TESTS, seconds=0.3)
    for _ in range(3):
        assert shell.run_cell("import time\nend = time.thread_time() + 0.15\nwhile time.thread_time() < end: pass").success


def test_top_level_await_and_interrupting_work_as_before(shell):
    watch_progress(TESTS, seconds=0.3)
    assert shell.run_cell("import asyncio\nawait asyncio.sleep(0.5)\nx = await asyncio.sleep(0, 7)").success
    assert shell.user_ns["x"] == 7
    result = shell.run_cell("import asyncio\nwhile True: await asyncio.sleep(0)")
    assert type(result.error_in_exec).__name__ == "TimeIsUp"
    shell.run_cell("# add · 2 points\nraise KeyboardInterrupt")
    assert get_table(shell)["tests"][0]["message"] == "This was interrupted."


def test_a_syntax_error_leaves_the_hooks_in_order(shell):
    watch_progress(TESTS)
    shell.run_cell("# add · 2 points\n1 +")
    assert get_states(shell)["add"] == "error"
    shell.run_cell("# add · 2 points\npass")
    assert get_states(shell)["add"] == "passed"


@pytest.mark.parametrize("name", ["progress.json", "progress.csv"])
def test_progress_is_saved_with_its_time(shell, tmp_path, name):
    path = tmp_path / name
    path.write_text("old")
    watch_progress(TESTS, lab="00-sums", version="v1", lang="zh")
    shell.run_cell("# add · 2 分\npass")
    shell.run_cell("# mul · 3 分\nassert False, '=1+1，不对'")
    assert save_progress(str(path)) == path
    assert [file.name for file in tmp_path.iterdir() if not file.is_dir()] == [name]
    if path.suffix == ".json":
        saved = json.loads(path.read_text("utf-8"))
        assert {**get_table(shell), "saved_at": saved["saved_at"]} == saved
        assert abs(datetime.fromisoformat(saved["saved_at"]) - datetime.now(UTC)) < timedelta(minutes=1)
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            add, mul = csv.DictReader(file)
        assert (add["lab"], add["test"], add["status"], add["points"], add["max_points"]) == ("00-sums", "add", "passed", "2", "2")
        assert (mul["points"], mul["message"]) == ("0", "'=1+1，不对")  # a spreadsheet shows it, and does not run it


def test_a_file_that_cannot_be_saved_leaves_nothing(shell, tmp_path):
    watch_progress(TESTS)
    with pytest.raises(ValueError, match=r"'progress.txt' ends in '.txt'; progress is saved as .json or .csv"):
        save_progress(tmp_path / "progress.txt")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(OSError, match=r"folder\.json"):
        save_progress(tmp_path / "folder.json")
    assert not [file for file in tmp_path.iterdir() if file.suffix == ".part"]


def test_what_is_asked_for_must_make_sense(shell):
    with pytest.raises(RuntimeError, match="there is no progress yet: run the cell with watch_progress first"):
        save_progress("progress.json")
    with pytest.raises(ValueError, match="lang is 'fr'; the table speaks en and zh"):
        watch_progress(TESTS, lang="fr")


@pytest.mark.parametrize("where", ["", "import sys; sys.modules['IPython'] = None\n"])
def test_outside_a_notebook_one_clear_error_says_so(where):
    code = f"{where}from minichain.learn import watch_progress\nwatch_progress('add 2')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.splitlines()[-1] == (
        "RuntimeError: watch_progress works in a notebook only (JupyterLab, VS Code, the browser): there is no IPython here"
    )
