"""T: the process in which a lab's tests run. It drives S, asks it for what the tests need, and says how each test ended.

T never executes learner code. T reports facts; the words for a learner are made elsewhere (`autograder.messages`).
"""

import builtins
import io
import linecache
import re
import signal
import traceback
import types
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from autograder.split.cells import Segment, compile_segments, read_cell
from autograder.split.facts import Facts
from autograder.split.magics import transform_magics
from autograder.split.operators import run_code
from autograder.split.programs import Programs
from autograder.split.session import MAX_TEXT, EndOfCellError, Session
from autograder.split.solution import Solution, find_changed_in_place
from autograder.split.values import Registry, find_value_types
from autograder.split.wire import Channel
from autograder.split.withholding import withhold
from autograder.split.workspace import Workspace, uses_files

_REFIRE_SECONDS: Final = 0.5
_SECRET: Final = re.compile(r"\bSEED\b")
_compile = lru_cache(maxsize=2048)(compile_segments)


@lru_cache(maxsize=2048)
def _compile_lab_cell(source: str, filename: str) -> types.CodeType:
    return compile(transform_magics(source), filename, "exec", dont_inherit=True)


@lru_cache(maxsize=2048)
def _find_changed(source: str) -> frozenset[str]:
    """Return the names whose values a test changes in place; one that does not compile changes none."""
    try:
        return frozenset(find_changed_in_place(read_cell(source)))
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()


def _list_own(values: Iterable[object]) -> Iterator[object]:
    """Yield the values that the lab's own cells define, and those in a module that lies beside the notebook."""
    folder = Path.cwd()
    for value in values:
        yield value
        file = getattr(value, "__file__", None) if isinstance(value, types.ModuleType) else None
        if file and Path(file).resolve().is_relative_to(folder):
            yield from vars(value).values()


class Tester:
    """Runs the cells of one notebook on the T side."""

    def __init__(
        self, channel: Channel, registry: Registry, cpu_seconds: float, output_bytes: int, solution: Solution | None = None
    ) -> None:
        """Begin a notebook. `solution` is what T knows of the lab's own."""
        self.session = Session(channel, registry, solution or Solution(), output_bytes)
        self.names = self.session.names
        self.cpu_seconds = cpu_seconds
        self.output_bytes = output_bytes
        self.workspace = Workspace()
        self.has_told = False
        """Whether a hidden test has run: from then on the learner's code may know what it asks."""
        self.programs = Programs(self.session.refuse_program)
        self.history = [""]
        dict.__setitem__(self.names, "In", self.history)

    def run_student_cell(self, number: int, source: str) -> Facts:
        """Have S run one of its cells."""
        facts = Facts()
        self._begin_cell(number, source)
        self.session.sources.add(source)
        self.names.forget_fetched()
        self.names.pushing = "none"
        printed = io.StringIO()
        try:
            self.session.send_news()
            self.names.hand_over(self.session.solution.changed)
            with redirect_stdout(printed):
                value = self.session.ask("run", number, source)
            if value is not None and type(value) is not str:
                raise self.session.end("protocol")
            facts.value = value and value[:MAX_TEXT]
        except BaseException as error:
            self._explain(facts, error)
        facts.printed = printed.getvalue()
        if self.has_told:
            facts.printed, facts.value = "", None
            withhold(facts, "", self.history)
        return facts

    def run_lab_cell(self, number: int, source: str, lock_all: bool = False) -> None:
        """Run the lab's own copy of a cell: its definitions stay the lab's. If it fails here, S shows why, or the tests will."""
        before = set(dict.keys(self.names)) if not lock_all else set()
        self._begin_cell(number, None)
        self.programs.add(source)
        self._note_secret("" if lock_all else source)
        self.names.pushing = "none"
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                exec(_compile_lab_cell(source, f"<lab cell {number}>"), self.names)
        except BaseException:
            pass
        self.names.lock_definitions(before, self.session.solution.changed)
        if lock_all:
            self.names.locked.add("SEED")
        self.session.exchange.registry |= find_value_types(_list_own(dict.get(self.names, name) for name in self.names.locked))

    def run_test_cell(self, number: int, source: str) -> Facts:
        """Run a test cell and return how it ended."""
        facts = Facts()
        filename = f"<test {number}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        self._begin_cell(number, source)
        self._note_secret(source)
        self.programs.add(source)
        self.names.begin_test(source, _find_changed(source))
        self.session.workspace = self.workspace if uses_files(source) else None
        try:
            for segment in _compile(source, filename):
                facts.hidden = segment.hidden
                self.has_told = self.has_told or segment.hidden
                self.names.begin_part("own" if segment.hidden else "all")
                self._run_segment(segment, facts)
            facts.hidden = self.has_told and facts.value is not None
        except BaseException as error:
            self._explain(facts, error)
            if self.has_told and not facts.hidden:
                withhold(facts, source, self.history)
        signal.setitimer(signal.ITIMER_PROF, 0)
        facts.ending = self.session.ended or facts.ending
        facts.student_answered, facts.claims = self.session.answered, sorted(self.session.claims)
        return facts

    def _run_segment(self, segment: Segment, facts: Facts) -> None:
        """Run a part of a test. What is printed meanwhile, by the test or by the learner's code, is kept as long as all was visible."""
        printed, complaints = io.StringIO(), io.StringIO()
        try:
            with redirect_stdout(printed), redirect_stderr(complaints):
                value = run_code(segment.code, self.names)
                if segment.is_last_value:
                    facts.value = None if value is None else repr(value)[:MAX_TEXT]
        finally:
            if not self.has_told:
                facts.printed = (facts.printed + printed.getvalue())[: self.output_bytes]
                facts.print_error = (facts.print_error + complaints.getvalue())[: self.output_bytes]

    def _note_secret(self, source: str) -> None:
        self.session.uses_secret = self.session.uses_secret or _SECRET.search(source) is not None

    def _begin_cell(self, number: int, source: str | None) -> None:
        if source is not None:
            self.history.append(source)
        with suppress(EndOfCellError):  # if S is gone, whatever the cell asks of it will say so
            self.session.begin_cell(number)
        signal.setitimer(signal.ITIMER_PROF, self.cpu_seconds, _REFIRE_SECONDS)

    def on_timer(self, *_: object) -> None:
        """End the cell: T itself has used up the processor time of a cell. Not between a question to S and its answer, which would be
        taken for the answer to the next question."""
        self.session.ended = "test-timeout"
        if not self.session.is_waiting:
            raise EndOfCellError

    def _explain(self, facts: Facts, error: BaseException) -> None:
        """Fill in what an exception tells about the end of a cell."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        facts.ending = self.session.ended or ("assertion" if isinstance(error, AssertionError) else "error")
        facts.error = type(error).__name__[:100] if not isinstance(error, EndOfCellError) else ""
        facts.is_builtin_error = vars(builtins).get(facts.error) is type(error)
        try:
            facts.text = str(error)[:MAX_TEXT] if facts.ending not in ("undecided", "program") else self.session.undecided
        except BaseException:  # the text can be an object of the learner, and S be gone by now
            facts.text = ""
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("<test ")]
        facts.test_line = (frames[0].line or "")[:200] if frames else ""
        raised = self.session.raised
        if raised is not None and raised[0] is error:
            facts.student_lines = raised[1]
            if facts.ending == "assertion":
                facts.ending = "error"  # raised by the learner's own code, not by the test
