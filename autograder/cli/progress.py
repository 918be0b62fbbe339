"""Progress on standard error: a bar with rate and time left in a terminal, a line every few seconds elsewhere, JSON for machines."""

import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

_FIRST_LINE_SECONDS: Final = 2.0
_LINE_SECONDS: Final = 5.0


class Progress:
    """Counts what is done of a known total. Nothing is shown for what ends within two seconds and has no terminal."""

    def __init__(self, title: str, total: int, as_json: bool = False) -> None:
        self.title, self.total, self.as_json = title, total, as_json
        self.done = self.passed_over = 0
        self.failures: Counter[str] = Counter()
        self._started = time.monotonic()
        self._next_line = self._started + _FIRST_LINE_SECONDS
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty() and not self.as_json:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[more]}"))
            self._bar = Bar(*columns, console=Console(stderr=True))
            self._bar.start()
            self._task = self._bar.add_task(self.title, total=self.total, more="")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, count: int = 1, failures: Mapping[str, int] | None = None) -> None:
        """Note that `count` more are done, and how many of them failed in which way."""
        self.done += count
        self.failures.update(failures or {})
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done, more=self._describe(now))
        elif now >= self._next_line:
            self._next_line = now + _LINE_SECONDS
            text = self._to_json(now) if self.as_json else f"{self.title}: {self.done:,} of {self.total:,}, {self._describe(now)}"
            print(text, file=sys.stderr, flush=True)

    def pass_over(self, count: int) -> None:
        """Note that `count` were done before: they count as done, not for the rate."""
        self.done += count
        self.passed_over += count

    def _get_rate(self, now: float) -> float:
        return (self.done - self.passed_over) / max(now - self._started, 1e-9)

    def _describe(self, now: float) -> str:
        rate = self._get_rate(now)
        left = f"{rate:,.1f} a second, {format_seconds(self._get_seconds_left(rate))} left"
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.failures.most_common())
        return f"{left}; {kinds}" if kinds else left

    def _get_seconds_left(self, rate: float) -> float:
        return max(0, self.total - self.done) / rate if rate else 0.0

    def _to_json(self, now: float) -> str:
        rate = self._get_rate(now)
        seconds = round(self._get_seconds_left(rate), 1)
        known = {"done": self.done, "total": self.total, "rate": round(rate, 2), "seconds_left": seconds, "failures": dict(self.failures)}
        return json.dumps({"progress": self.title, **known})


def format_seconds(seconds: float) -> str:
    """Return a duration as people say it.

    >>> format_seconds(42), format_seconds(620), format_seconds(86_000), format_seconds(400_000)
    ('42 s', '10 min 20 s', '23 h 53 min', '4 d 15 h')
    """
    whole = round(seconds)
    for unit, size, below, smaller in (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1)):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // smaller} {below}"
    return f"{whole} s"
