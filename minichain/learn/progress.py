"""Progress in a lab: which of its tests passed, failed or have not run, and the points so far.

A test cell is known by its first line, `# root · 3 points` or `# root · 3 分`: what is left of the dot is its name, the number right of
it, up to the next blank, its points. So nothing has to be registered, and a test that is in no list counts too.

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
_HEADER: Final = re.compile(r"# ([A-Za-z0-9_-]{1,64}) · (\d{1,6}(?:\.\d{1,6})?)(?=\s|$)")
_WORDS: Final = {
    "en": {
        "unwritten": "{name} is not written yet.",
        "unknown": "{name} is not there yet: run the cells above first, from the top.",
        "interrupted": "This was interrupted.",
    },
    "zh": {
        "unwritten": "{name} 还没有写。",
        "unknown": "还没有 {name}：请先从头依次运行上面的单元格。",
        "interrupted": "运行被中断。",
    },
}


@dataclass(frozen=True, slots=True)
class TestResult:
    """What became of one test cell: `message` says why it did not pass, in a line."""

    __test__ = False  # pytest collects classes of such a name

    id: str
    points: float
    status: Status = "not run"
    message: str = ""

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
    """Return the tests of a list, none of which has run.

    >>> [(test.id, test.points) for test in parse_tests("hashing 3, root 4.5")]
    [('hashing', 3.0), ('root', 4.5)]
    """
    parts = [part.strip() for part in tests.split(",") if part.strip()]
    headers = [_HEADER.fullmatch("# " + " · ".join(part.split())) for part in parts]
    if None in headers:
        raise ValueError(f"{parts[headers.index(None)]!r} is no test: a list of tests looks like 'hashing 3, root 4'")
    return tuple(TestResult(header[1], float(header[2])) for header in headers if header)[:MAX_TESTS]


def parse_header(source: str) -> TestResult | None:
    """Return the test that a cell's first line announces, or None if the cell is none.

    >>> parse_header("# root · 3 分")
    TestResult(id='root', points=3.0, status='not run', message='')
    """
    header = _HEADER.match(source)
    return TestResult(header[1], float(header[2])) if header else None


def apply_result(progress: Progress, result: TestResult) -> Progress:
    """Return the progress after a test cell ran; a test that was in no list comes last."""
    ids = [known.id for known in progress.results]
    if result.id in ids:
        place = ids.index(result.id)
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
            {"id": result.id, "points": to_number(result.points), "status": result.status, "message": result.message}
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
        return "failed", words["unknown"].format(name=error.name)  # the test itself misses it: no cell has defined it yet
    if isinstance(error, AssertionError):
        return "failed", _read(error) or find_line(error.__traceback__)[1]
    return "error", f"{type(error).__name__}: {_read(error)}".removesuffix(": ")


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


def _shorten(text: str) -> str:
    """Return the first line of a text, cut to what fits a table, without what no table can show."""
    line = next((line for line in text.splitlines() if line.strip()), "").strip()
    line = "".join(character if character.isprintable() else "\ufffd" for character in line[: _MAX_MESSAGE + 1])
    return line if len(line) <= _MAX_MESSAGE else line[: _MAX_MESSAGE - 1] + "…"
