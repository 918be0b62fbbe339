"""What a lab's notebook turns on in its kernel: the progress table and the time limit of cells.

Both hang on IPython's events `pre_run_cell` and `post_run_cell`, which every Jupyter front end triggers: JupyterLab, VS Code, the classic
notebook and, in a browser, Pyodide's kernel. The table is one display with an id (Jupyter messaging protocol, `update_display_data`), so
it changes where it stands. Beside HTML and text it carries its data as `application/vnd.minichain.progress+json`, for a page around the
notebook.

Simplifications: what a kernel knows is gone when it restarts; the tests tell it again. A cell with a top-level `await` is not reported by
Pyodide's kernel when it ends, so a test cell has none.
"""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from minichain.learn.progress import LANGUAGES, Progress, apply_result, judge, parse_header, parse_tests, to_data
from minichain.learn.progress_table import describe_table, draw_table
from minichain.learn.time_limit import SECONDS, TimeLimit

MIME_TYPE: Final = "application/vnd.minichain.progress+json"
_DISPLAY_ID: Final = "minichain-progress"
_ATTRIBUTE: Final = "minichain_watch"
"""The watch hangs on IPython's shell, not on this module: there is one a kernel, even if the module is imported twice."""

_COLUMNS: Final = ("lab", "version", "lang", "test", "status", "points", "max_points", "message", "saved_at")
_FORMULA_STARTS: Final = ("=", "+", "-", "@")


class Watch:
    """The hooks of one kernel, and what they have seen."""

    def __init__(self, shell: Any, progress: Progress, seconds: float) -> None:
        """Prepare the hooks; `start` sets them."""
        self.shell, self.progress = shell, progress
        self.limit = TimeLimit(seconds, progress.lang, shell.user_ns)

    def start(self) -> None:
        """Set the hooks and show the table."""
        self.shell.events.register("pre_run_cell", self.on_start)
        self.shell.events.register("post_run_cell", self.on_end)
        self.show()

    def stop(self) -> None:
        """Take the hooks away."""
        self.limit.stop()
        self.shell.events.unregister("pre_run_cell", self.on_start)
        self.shell.events.unregister("post_run_cell", self.on_end)

    def on_start(self, _info: Any) -> None:
        """Limit the time of a cell."""
        self.limit.stop()  # a cell that runs another one, or whose end was not reported
        self.limit.start()

    def on_end(self, result: Any) -> None:
        """Note what became of a cell, if it is a test."""
        self.limit.stop()
        test = parse_header(result.info.raw_cell) if result is not None else None
        if test is not None:
            error = result.error_before_exec or result.error_in_exec
            judged = judge(test, error, self.progress.lang)
            if error is not None and judged.status == "not run":
                print(judged.message)  # beside a bare NameError, where one looks
            self.progress = apply_result(self.progress, judged)
            self.show(update=True)

    def show(self, update: bool = False) -> None:
        """Show the table below this cell, or change it where it stands."""
        data = {
            "text/html": draw_table(self.progress),
            "text/plain": describe_table(self.progress),
            MIME_TYPE: to_data(self.progress),
        }
        self.shell.display_pub.publish(data=data, metadata={}, transient={"display_id": _DISPLAY_ID}, update=update)


def watch_progress(tests: str, *, lang: str = "en", lab: str = "", version: str = "", seconds: float = SECONDS) -> None:
    """Show a table of the lab's tests that keeps itself up to date, and stop each cell that works for longer than `seconds`.

    `tests` lists what there is to pass, `"hashing 3, root 4"`, in the order of the notebook. Calling it again shows the table again, with
    the results that the kernel knows. Raises RuntimeError outside a notebook, and ValueError for a list or a language that it cannot read.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang is {lang!r}; the table speaks {' and '.join(LANGUAGES)}")
    progress = Progress(lab, version, lang, parse_tests(tests))
    shell = _get_shell("watch_progress")
    earlier = getattr(shell, _ATTRIBUTE, None)
    if earlier is not None:
        earlier.stop()
        if earlier.progress.lab == lab:
            for result in earlier.progress.results:
                if result.status != "not run":
                    progress = apply_result(progress, result)
    watch = Watch(shell, progress, seconds)
    setattr(shell, _ATTRIBUTE, watch)
    watch.start()


def save_progress(path: str | Path) -> Path:
    """Write the progress table to a file, as JSON or CSV by its suffix, with the time; return its path.

    A convenience: who can write a file can write another one, so it proves nothing. Only the autograder's own run of the notebook counts.
    Raises ValueError for another suffix, RuntimeError where no table is watched and OSError if the file cannot be written.
    """
    path = Path(path)
    if path.suffix not in (".json", ".csv"):
        raise ValueError(f"{path.name!r} ends in {path.suffix!r}; progress is saved as .json or .csv")
    watch = getattr(_get_shell("save_progress"), _ATTRIBUTE, None)
    if watch is None:
        raise RuntimeError("there is no progress yet: run the cell with watch_progress first")
    data = {**to_data(watch.progress), "saved_at": datetime.now(UTC).isoformat(timespec="seconds")}
    content = _to_csv(data).encode("utf-8-sig") if path.suffix == ".csv" else json.dumps(data, ensure_ascii=False, indent=1).encode()
    part = path.with_name(f".{path.name}.part")  # first beside it, then renamed: a reader sees the old file or the new one
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _to_csv(data: dict[str, Any]) -> str:
    """Return one line for each test. A message that a spreadsheet would run as a formula has an apostrophe before it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for test in data["tests"]:
        message = f"'{test['message']}" if test["message"].startswith(_FORMULA_STARTS) else test["message"]
        earned = test["points"] if test["status"] == "passed" else 0
        which = [data["lab"], data["version"], data["lang"], test["id"]]
        writer.writerow([*which, test["status"], earned, test["points"], message, data["saved_at"]])
    return text.getvalue()


def _get_shell(what: str) -> Any:
    """Return the shell of this kernel."""
    try:
        from IPython import get_ipython
    except ImportError:
        get_ipython = None
    shell = get_ipython() if get_ipython else None
    if shell is None:
        raise RuntimeError(f"{what} works in a notebook only (JupyterLab, VS Code, the browser): there is no IPython here")
    return shell
