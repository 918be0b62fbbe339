"""Progress on standard error: a bar with rate and time left in a terminal, a plain line every few seconds elsewhere."""

import sys
import time
from types import TracebackType
from typing import Any, Final

_FIRST_LINE_SECONDS: Final = 2.0
_LINE_SECONDS: Final = 5.0


class Progress:
    """Counts what is done of a known total. Nothing is shown for what ends within two seconds and has no terminal."""

    def __init__(self, title: str, total: int) -> None:
        self.title, self.total, self.done = title, total, 0
        self._started = time.monotonic()
        self._next_line = self._started + _FIRST_LINE_SECONDS
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            rate = TextColumn("{task.fields[rate]}")
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
            self._bar = Bar(*columns, console=Console(stderr=True))
            self._bar.start()
            self._task = self._bar.add_task(self.title, total=self.total, rate="")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, count: int = 1) -> None:
        """Note that `count` more are done."""
        self.done += count
        now = time.monotonic()
        rate = self.done / max(now - self._started, 1e-9)
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done, rate=f"{rate:,.1f} a second")
        elif now >= self._next_line:
            self._next_line = now + _LINE_SECONDS
            left = (self.total - self.done) / rate
            print(f"{self.title}: {self.done} of {self.total}, {rate:,.1f} a second, {left:,.0f} s left", file=sys.stderr, flush=True)
