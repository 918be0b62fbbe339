"""Progress in a lab: which of its tests passed, failed or have not run, and the points so far.

A test cell is known by its first line, `# root · 3 points` or `# root · 3 分`: what is left of the dot is its name, the number right of
it, up to the next blank, its points. So nothing has to be registered, and a test that is in no list counts too. The number of the task
that it belongs to is in the list alone.

Simplifications: a result is that of the last run. Who changes a solution after its test passed keeps the points until the test runs
again. Points here are those of the visible tests, all or nothing; the autograder's run has hidden tests too, and alone counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import FrameType, TracebackType
from typing import Any, Final, Literal

from minichain.learn.time_limit import TimeIsUp, find_line

Status = Literal["passed", "failed", "error", "timeout", "not run"]

LANGUAGES: Final = ("en", "zh")
MAX_TESTS: Final = 200
_MAX_MESSAGE: Final = 200
_MAX_ERROR: Final = 120
"""What of a message goes to an exception's own text, where the line that raised it is told as well."""

_NAME: Final = r"([A-Za-z0-9_-]{1,64})"
_POINTS: Final = r"(\d{1,6}(?:\.\d{1,6})?)"
_HEADER: Final = re.compile(rf"# {_NAME} · {_POINTS}(?=\s|$)")
_LISTED: Final = re.compile(rf"(?:(\d{{1,3}})\s+)?{_NAME}\s+{_POINTS}")
_WORDS: Final = {
    "en": {
        "unwritten": "{name} is not written yet.",
        "unknown": "{name} is not there yet: run the cells above first, from the top. If you have, look whether its cell shows an error.",
        "interrupted": "This was interrupted.",
        "place": "{error} · in this line: {code}",
    },
    "zh": {
        "unwritten": "{name} 还没有写。",
        "unknown": "还没有 {name}：请先从头依次运行上面的单元格；如果运行过，看看那个单元格有没有报错。",
        "interrupted": "运行被中断。",
        "place": "{error} · 出错的那一行：{code}",
    },
}


@dataclass(frozen=True, slots=True)
class TestResult:
    """What became of one test cell: `message` says why it did not pass, in a line; `task` is the number of its task, if that is known."""

    __test__ = False  # pytest collects classes of such a name

    id: str
    points: float
    status: Status = "not run"
    message: str = ""
    task: int | None = None

    @property
    def label(self) -> str:
        """Its name, after the number of its task."""
        return self.id if self.task is None else f"{self.task} {self.id}"

    @property
    def earned(self) -> float:
        """The points that it gives now."""
        return self.points if self.status == "passed" else 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """The tests of one lab in their order, each with its latest result."""

    lab: str
    version: str
    lang: str
    results: tuple[TestResult, ...]

    @property
    def points(self) -> float:
        """The points so far."""
        return sum(result.earned for result in self.results)

    @property
    def max_points(self) -> float:
        """The points of all tests."""
        return sum(result.points for result in self.results)

    @property
    def is_complete(self) -> bool:
        """Answer whether every test passed, and there is one."""
        return bool(self.results) and all(result.status == "passed" for result in self.results)


def parse_tests(tests: str) -> tuple[TestResult, ...]:
    """Return the tests of a list, none of which has run. The number of a task may stand before the name of a test.

    >>> [(test.label, test.points) for test in parse_tests("1 hashing 3, 1 more 4.5, root 2")]
    [('1 hashing', 3.0), ('1 more', 4.5), ('root', 2.0)]
    """
    parts = [part.strip() for part in tests.split(",") if part.strip()]
    found = [_LISTED.fullmatch(part) for part in parts]
    if None in found:
        raise ValueError(f"{parts[found.index(None)]!r} is no test: a list of tests looks like 'hashing 3, root 4'")
    return tuple(TestResult(test[2], float(test[3]), task=int(test[1]) if test[1] else None) for test in found if test)[:MAX_TESTS]


def parse_header(source: str) -> TestResult | None:
    """Return the test that a cell's first line announces, or None if the cell is none.

    >>> parse_header("# root · 3 分")
    TestResult(id='root', points=3.0, status='not run', message='', task=None)
    """
    header = _HEADER.match(source)
    return TestResult(header[1], float(header[2])) if header else None


def apply_result(progress: Progress, result: TestResult) -> Progress:
    """Return the progress after a test cell ran; a test that was in no list comes last."""
    ids = [known.id for known in progress.results]
    if result.id in ids:
        place = ids.index(result.id)
        result = replace(result, task=progress.results[place].task)
        return replace(progress, results=(*progress.results[:place], result, *progress.results[place + 1 :]))
    return replace(progress, results=(*progress.results, result)[:MAX_TESTS])


def judge(test: TestResult, error: BaseException | None, lang: str) -> TestResult:
    """Return the result of a test whose cell ended with this error, or None, and say why in the learner's language."""
    if error is None:
        return replace(test, status="passed", message="")
    status, message = _explain(error, _WORDS[lang])
    return replace(test, status=status, message=_shorten(message))


def to_data(progress: Progress) -> dict[str, Any]:
    """Return the progress as plain JSON values: what a web page around the notebook listens for, and what is saved."""
    return {
        "lab": progress.lab,
        "version": progress.version,
        "lang": progress.lang,
        "tests": [
            {
                "id": result.id,
                "task": result.task,
                "points": to_number(result.points),
                "status": result.status,
                "message": result.message,
            }
            for result in progress.results
        ],
        "points": to_number(progress.points),
        "max_points": to_number(progress.max_points),
    }


def to_number(points: float) -> float | int:
    """Return 3 for 3.0."""
    return int(points) if points.is_integer() else points


def _explain(error: BaseException, words: dict[str, str]) -> tuple[Status, str]:
    """Return how a test ended and why, in words of the task where that is possible."""
    frames = [frame for frame in _walk(error.__traceback__) if frame.f_globals.get("__name__") == "__main__"]
    if isinstance(error, TimeIsUp):
        return "timeout", str(error)
    if isinstance(error, KeyboardInterrupt):
        return "error", words["interrupted"]
    if isinstance(error, NotImplementedError) and frames and frames[-1].f_code.co_name.isidentifier():
        return "failed", words["unwritten"].format(name=frames[-1].f_code.co_name)
    if isinstance(error, NameError) and frames and frames[0].f_code.co_filename == frames[-1].f_code.co_filename:
        return "not run", words["unknown"].format(name=error.name)  # the test itself misses it: no cell has defined it yet
    if isinstance(error, AssertionError):
        return "failed", _read(error) or find_line(error.__traceback__)[1]
    text, code = f"{type(error).__name__}: {_read(error)}".removesuffix(": "), find_line(error.__traceback__)[1]
    return "error", words["place"].format(error=_shorten(text, _MAX_ERROR), code=code) if code else text


def _walk(traceback: TracebackType | None) -> Iterator[FrameType]:
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next


def _read(error: BaseException) -> str:
    """Return the text of an exception; one of a learner's own class may have none to give."""
    try:
        return str(error)
    except Exception as second:
        return type(second).__name__


def _shorten(text: str, size: int = _MAX_MESSAGE) -> str:
    """Return the first line of a text, cut to what fits a table, without what no table can show."""
    line = next((line for line in text.splitlines() if line.strip()), "").strip()
    line = "".join(character if character.isprintable() else "\ufffd" for character in line[: size + 1])
    return line if len(line) <= size else line[: size - 1] + "…"
