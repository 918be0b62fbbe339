"""Grading one submission: read, restored, run in two processes, scored. Every way in which it can end is a result.

The grader sits between S and T and belongs to neither: it hands each its ends of two pipes, listens to T for what each cell came to,
and to the nursery for how S ended. When S is gone it decides whether the learner's code explains that; if not, nothing counts and the
notebook is run again, three times at most. A cell that was stuck (it slept, or it tied up T) has its verdict, and the notebook is run
again without it: what comes after it is graded on its own merits.
"""

import os
import select
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from autograder.claims import Claims
from autograder.compat import build_compat_steps, read_facts
from autograder.labs.model import Lab, LabNotebook, Mode
from autograder.limits import Limits
from autograder.messages import describe_end, describe_facts, get_text, mend
from autograder.read import Submission, SubmittedNotebook
from autograder.restore import RestoredNotebook, restore_notebook
from autograder.results import CellResult, Result, compute_score, compute_status
from autograder.sandbox import walls
from autograder.sandbox.control import DisconnectedError
from autograder.sandbox.folders import prepare_folder, remove_folder
from autograder.sandbox.home import Home
from autograder.sandbox.warm import WarmProcess
from autograder.sandbox.watch import Spent, compute_idle, get_pid, get_spent
from autograder.score import score_answer, score_test
from autograder.split.facts import Facts
from autograder.split.student import EXIT_MEMORY
from autograder.steps import Step, build_steps, get_solution

ATTEMPTS: Final = 3
_TICK_SECONDS: Final = 0.25
_HANG_SECONDS: Final = 5.0
_END_SECONDS: Final = 1.0
_MAX_STUCK: Final = 3
"""How many cells of a notebook may be stuck before the rest is not run any more."""
_OUTPUT_CELLS: Final = 16
"""How many cells may print as much as a cell may, before the rest of a notebook's output is left out."""
_SURE: Final = 0.6
"""From this share of its processor time on, a learner's process that was killed twice is taken to have used it up. The kernel ends it by
counting ticks, and on a machine that shares its processors they run ahead of the time measured by up to a third."""
_CRASHES: Final = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT, signal.SIGSYS, signal.SIGXFSZ})
"""Signals that a process brings upon itself."""


@dataclass(slots=True)
class _Run:
    """What is known of one run of a notebook while it goes on.

    `begun` and `first` are of the whole run, `started` and `before` of the step, each measured at its first tick: most end before it.
    `stuck` is how step `stuck_at` was found to be stuck, `rested` whether the run as a whole has idled too long. `overspent`
    counts the runs, this one included, in which S was killed when it may have used up its time: the kernel kills who ignores SIGXCPU,
    but so may somebody else, and only the kernel does it again.
    """

    facts: list[Facts | None]
    begun: float = 0.0
    first: tuple[Spent, Spent] | None = None
    ticked: float = 0.0
    step: int = 0
    started: float = 0.0
    before: tuple[Spent, Spent] | None = None
    exit: tuple[int, float] | None = None
    stuck: Literal["", "idle", "test-timeout"] = ""
    stuck_at: int = -1
    rested: bool = False
    overspent: int = 0
    cpu_seconds: float = 0.0


@dataclass(slots=True)
class _Outcome:
    """What one notebook came to."""

    cells: dict[str, CellResult] = field(default_factory=dict)
    outputs: list[list[Any]] = field(default_factory=list)
    printed: int = 0
    cpu_seconds: float = 0.0


class Grader:
    """Grades submissions of one lab, one after another, with processes that stay warm between them."""

    def __init__(self, lab: Lab, scratch: Path | None = None, core: int | None = None) -> None:
        """Prepare to grade a lab; its processes start with the first submission, and work in a new folder below `scratch`.

        S and T take turns, so they lose nothing by sharing the processor `core`, and their many short messages need not wake another:
        that halves the time of a lab whose tests ask a lot.
        """
        self.lab = lab
        self.core = core
        self.scratch = Path(tempfile.mkdtemp(prefix="autograder-", dir=scratch))
        self.facts: dict[tuple[str, str], Facts | None] = {}
        """What the verdicts of the last submission rest on, by notebook and grade id: for authors, with all that is hidden in it."""
        self._claims = Claims(self._grade_solution)
        self._home = Home(self.scratch)
        self._walls: tuple[str, ...] = ()
        self._nursery: WarmProcess | None = None
        self._tester: WarmProcess | None = None

    def close(self) -> None:
        """End the processes and remove what they left."""
        for process in (self._nursery, self._tester):
            if process is not None:
                process.end(_END_SECONDS)
        self._nursery = self._tester = None
        remove_folder(self.scratch)

    def __enter__(self) -> "Grader":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def grade(self, submission: Submission, seed: int = 0) -> Result:
        """Return the result of a submission, whatever is in it. `seed` is what its tests see as SEED."""
        self.facts = {}
        submitted = {notebook.name: notebook for notebook in submission.notebooks}
        lang = next((notebook.lang for notebook in submission.notebooks if notebook.lang in self.lab.languages), self.lab.languages[0])
        findings = list(submission.findings)
        cells: list[CellResult] = []
        outputs: dict[str, list[list[Any]]] = {}
        cpu_seconds = 0.0
        for master in self.lab.get_notebooks(lang):
            if master.name not in submitted:
                cells += _list_unread(master, submission.unreadable, lang)
                continue
            outcome, restored = self._grade_notebook(master, submitted[master.name], seed)
            cells += [outcome.cells[cell.grade_id or ""] for cell in master.cells if cell.is_graded]
            findings += restored.findings
            outputs[master.name] = outcome.outputs
            cpu_seconds += outcome.cpu_seconds
        verdicts = tuple(cells)
        return Result(
            lab=self.lab.id,
            lab_version=self.lab.version,
            learner=submission.learner,
            content_hash=submission.content_hash,
            arrived=submission.arrived,
            mode=self.lab.mode,
            status=compute_status(verdicts) if submitted else "unreadable",
            score=compute_score(verdicts),
            max_score=self.lab.max_score,
            cells=verdicts,
            findings=tuple(findings),
            outputs=outputs,
            lang=lang,
            walls=self._walls,
            cpu_seconds=round(cpu_seconds, 4),
        )

    def _grade_notebook(self, master: LabNotebook, submitted: SubmittedNotebook, seed: int) -> tuple[_Outcome, RestoredNotebook]:
        restored = restore_notebook(master, replace(submitted, lang=master.lang))
        steps = build_compat_steps(restored) if master.mode == "compat" else build_steps(restored, master, seed)
        answers = get_solution(master).to_plain()
        outcome = _Outcome()
        stuck: dict[int, Facts] = {}
        attempts = overspent = 0
        while steps and attempts < ATTEMPTS:
            run = self._run(steps, answers, stuck)
            run.overspent = overspent = overspent + self._may_have_overspent(run)
            outcome.cpu_seconds += run.cpu_seconds
            self._claims.review(master, steps, run.facts)
            if run.stuck:
                stuck[run.stuck_at] = run.facts[run.stuck_at] = Facts(ending=run.stuck)
                if len(stuck) <= _MAX_STUCK and not run.rested:
                    continue
            self._judge(outcome, run, steps, restored, master.mode)
            if all(cell.status != "void" for cell in outcome.cells.values()):
                break
            attempts += 1
        self._add_answers(outcome, master, restored)
        return outcome, restored

    def _grade_solution(self, master: LabNotebook, solved: SubmittedNotebook) -> dict[str, Facts | None]:
        """Return how each test of a notebook ends with the lab's own solution."""
        steps = build_steps(restore_notebook(master, solved), master, 0)
        run = self._run(steps, get_solution(master).to_plain(), {})
        idle = Facts(ending=run.stuck) if run.stuck else None
        return {_get_id(step): facts or idle for step, facts in zip(steps, run.facts, strict=True) if step.is_test}

    # Running

    def _run(self, steps: list[Step], answers: dict[str, Any], stuck: dict[int, Facts]) -> _Run:
        """Run the steps once, but for those that were stuck before. Whatever dies meanwhile is replaced; what it left has no facts."""
        run = _Run([None] * len(steps))
        try:
            nursery, tester = self._get_nursery(), self._get_tester()
        except DisconnectedError:
            return run
        self._home.put_in(self.lab.folder)
        tester_folder = self.scratch / "tester"
        prepare_folder(tester_folder, self.lab.folder)
        limits = _to_plain(self.lab.limits)
        orders = [
            {"kind": "skip", "source": ""} if number in stuck else {"kind": step.kind, "source": step.source}
            for number, step in enumerate(steps)
        ]
        job = {"folder": str(tester_folder), "limits": limits, "answers": answers, "steps": orders}
        to_student, to_tester = os.pipe(), os.pipe()
        try:
            try:
                nursery.control.send(["fork", limits], (to_student[0], to_tester[1]))
                tester.control.send(["run", job], (to_tester[0], to_student[1]))
            finally:
                for fd in (*to_student, *to_tester):
                    os.close(fd)
            self._follow(run, nursery, tester)
        except DisconnectedError:
            run.exit = None  # S ends when T is gone: an exit beside the death of one of ours explains nothing
            self._drop_processes()
        for number, facts in stuck.items():
            run.facts[number] = facts
        return run

    def _follow(self, run: _Run, nursery: WarmProcess, tester: WarmProcess) -> None:
        """Listen to both processes until T has ended the run and S is gone."""
        _, fds = nursery.control.receive()
        try:
            self._follow_born(run, nursery, tester, fds[0] if fds else None)
        finally:
            for fd in fds:
                os.close(fd)

    def _follow_born(self, run: _Run, nursery: WarmProcess, tester: WarmProcess, student: int | None) -> None:
        """Listen on, with the descriptor of S at hand if the system has such."""
        run.ticked = time.monotonic()
        tester_done = False
        while not tester_done:
            ready = select.select([tester.control.socket, *([] if run.exit else [nursery.control.socket])], [], [], _TICK_SECONDS)[0]
            if nursery.control.socket in ready:
                self._on_exit(run, nursery)
            if tester.control.socket in ready:
                tester_done = self._on_report(run, tester)
            if time.monotonic() - run.ticked >= _TICK_SECONDS and not tester_done:
                run.ticked = time.monotonic()
                self._check_progress(run, nursery, tester, student)
        if run.stuck != "idle":
            nursery.control.send(["end"])
        if run.exit is None:
            self._on_exit(run, nursery)

    def _on_exit(self, run: _Run, nursery: WarmProcess) -> None:
        (_, status, cpu_seconds, _), _ = nursery.control.receive()
        run.exit = (status, cpu_seconds)
        run.cpu_seconds = cpu_seconds

    def _on_report(self, run: _Run, tester: WarmProcess) -> bool:
        """Take in one report of T; answer whether it was the last."""
        (word, *content), _ = tester.control.receive()
        if word == "done":
            run.facts[content[0]] = Facts(**content[1])
            run.step, run.before = min(content[0] + 1, len(run.facts) - 1), None
        return bool(word == "end")

    def _check_progress(self, run: _Run, nursery: WarmProcess, tester: WarmProcess, pidfd: int | None) -> None:
        """End a cell that does nothing, a notebook that does nothing again and again, and a test that is stuck in T."""
        student_pid = get_pid(pidfd) if pidfd is not None else None
        student, ours, now = get_spent(student_pid) if student_pid else None, get_spent(tester.pid), time.monotonic()
        if student is None or ours is None or run.stuck:
            return
        if run.first is None:
            run.begun, run.first = now, (student, ours)
        if run.before is None:
            run.started, run.before = now, (student, ours)
        limits = self.lab.limits
        run.rested = compute_idle(now - run.begun, (run.first[0], student), (run.first[1], ours)) > _MAX_STUCK * limits.idle_seconds
        idle = compute_idle(now - run.started, (run.before[0], student), (run.before[1], ours))
        if (run.rested or idle > limits.idle_seconds) and run.exit is None:
            run.stuck, run.stuck_at = "idle", run.step
            nursery.control.send(["end"])
        elif ours.running - run.before[1].running > limits.cpu_seconds + _HANG_SECONDS:
            run.stuck, run.stuck_at = "test-timeout", run.step
            raise DisconnectedError  # T cannot be stopped from inside: it is replaced

    def _get_nursery(self) -> WarmProcess:
        if self._nursery is None:
            restricts = self.lab.languages != (None,)
            settings = {"uses": list(self.lab.uses), "hides": list(self.lab.hides), "restricts": restricts}
            self._nursery = self._home.start_nursery(settings, self.core)
            self._walls = tuple(self._nursery.answer[0])
        return self._nursery

    def _get_tester(self) -> WarmProcess:
        if self._tester is None:
            self._tester = WarmProcess("autograder.split.service", {"uses": list(self.lab.uses)}, self.scratch / "tester.log", self.core)
        return self._tester

    def _drop_processes(self) -> None:
        """Replace both processes: one of them is gone, and the other may be in the middle of something."""
        for process in (self._nursery, self._tester):
            if process is not None:
                process.end()
        self._nursery = self._tester = None

    # Judging

    def _judge(self, outcome: _Outcome, run: _Run, steps: list[Step], restored: RestoredNotebook, mode: Mode) -> None:
        """Turn facts into verdicts. A test without facts, or whose S was gone, gets the verdict that the end of S explains."""
        lang, name = restored.lang, restored.name
        places = [step.place for step in steps]
        outcome.cells.clear()
        outcome.outputs.clear()
        outcome.printed = 0
        cause, ended_at = "", ""
        told = read_facts(steps, run.facts) if mode == "compat" else run.facts
        self.facts |= {(name, _get_id(step)): facts for step, facts in zip(steps, run.facts, strict=True) if step.is_test}
        for step, facts in zip(steps, told, strict=True):
            if facts is not None and facts.ending == "gone":
                ended_at = ended_at or (_get_id(step) or "?")
            if not step.is_test and step.kind == "student" and facts is not None:
                cause = self._describe_cause(facts, lang) or cause
                self._add_output(outcome, step.place, facts, lang, places)
            if step.is_test and step.cell is not None:
                if facts is None or facts.ending == "gone":
                    is_first = facts is not None and ended_at == _get_id(step)
                    outcome.cells[_get_id(step)] = self._explain_end(run, step, name, lang, is_first)
                else:
                    outcome.cells[_get_id(step)] = score_test(step.cell, facts, self.lab, name, lang, cause)
                    self._add_output(outcome, step.place, facts, lang, places)

    def _describe_cause(self, facts: Facts, lang: str | None) -> str:
        """Return why one of the learner's own cells did not run to its end, or nothing if it did."""
        return "" if facts.ending in ("passed", "gone") else describe_facts(facts, self.lab, lang)

    def _explain_end(self, run: _Run, step: Step, notebook: str, lang: str | None, is_first: bool) -> CellResult:
        """Return the verdict on a test that could not be run because S was gone: what ended S, if it is known; else void."""
        grade_id, points = _get_id(step), step.cell.points if step.cell else 0.0
        failed = CellResult(notebook, grade_id, "killed", 0.0, points)
        total = walls.compute_total_cpu(self.lab.limits)
        if run.stuck:
            return replace(failed, status="timeout", message=get_text(lang, "stuck"))
        if run.exit is None:
            return replace(failed, status="void", score=None, message=get_text(lang, "void"))
        status, _ = run.exit
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == walls.EXIT_WALLS:
            return replace(failed, status="void", score=None, message=get_text(lang, "void"))
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == EXIT_MEMORY:
            megabytes = self.lab.limits.memory_bytes / 1e6
            return replace(failed, status="memory", message=get_text(lang, "memory", megabytes=megabytes))
        if os.WIFEXITED(status):
            how = get_text(lang, "exit", code=os.WEXITSTATUS(status))
        elif os.WTERMSIG(status) == signal.SIGXCPU or (run.overspent > 1 and self._may_have_overspent(run)):
            return replace(failed, status="timeout", message=get_text(lang, "submission-timeout", seconds=total))
        elif os.WTERMSIG(status) in _CRASHES:
            how = get_text(lang, "signal", code=signal.Signals(os.WTERMSIG(status)).name)
        else:
            return replace(failed, status="void", score=None, message=get_text(lang, "void"))
        return replace(failed, message=get_text(lang, "killed" if is_first else "killed-before", how=how))

    def _may_have_overspent(self, run: _Run) -> bool:
        """Answer whether S was killed when its processor time may have been used up."""
        if run.exit is None or not os.WIFSIGNALED(run.exit[0]) or os.WTERMSIG(run.exit[0]) != signal.SIGKILL:
            return False
        return run.exit[1] >= _SURE * walls.compute_total_cpu(self.lab.limits)

    def _add_output(self, outcome: _Outcome, place: int, facts: Facts, lang: str | None, places: list[int]) -> None:
        """Note what a cell printed, showed and raised, as nbformat outputs; nothing of it is trusted, all of it is bounded."""
        outputs: list[dict[str, Any]] = []
        room = _OUTPUT_CELLS * self.lab.limits.output_bytes - outcome.printed
        for name, text in (("stdout", facts.printed), ("stderr", facts.print_error)):
            if text and room > 0:
                outputs.append({"output_type": "stream", "name": name, "text": mend(text[:room])})
                outcome.printed += len(text)
        if facts.value is not None and not facts.hidden:
            data = {"text/plain": mend(facts.value)}
            outputs.append({"output_type": "execute_result", "execution_count": None, "data": data, "metadata": {}})
        if facts.ending not in ("passed", "gone") and not facts.test_line and not facts.hidden:
            name, text, lines = describe_end(facts, self.lab, lang, places)
            outputs.append({"output_type": "error", "ename": name, "evalue": text, "traceback": [*lines, f"{name}: {text}"]})
        if outputs:
            outcome.outputs.append([place, outputs])

    def _add_answers(self, outcome: _Outcome, master: LabNotebook, restored: RestoredNotebook) -> None:
        """Add the verdicts on cells that a person grades."""
        found = {cell.cell.grade_id: cell for cell in restored.cells if cell.cell is not None}
        for cell in master.cells:
            if cell.is_manual and cell.grade_id is not None:
                outcome.cells[cell.grade_id] = score_answer(found.get(cell.grade_id), cell, master.name, restored.lang)


@lru_cache(maxsize=16)
def _to_plain(limits: Limits) -> dict[str, Any]:
    return asdict(limits)


def _get_id(step: Step) -> str:
    return step.cell.grade_id or "" if step.cell is not None else ""


def _list_unread(master: LabNotebook, unreadable: tuple[str, ...], lang: str | None) -> Iterator[CellResult]:
    """Yield the verdicts on the cells of a notebook that is not there: no points, unless it may be one that could not be read."""
    message = unreadable[0] if unreadable else get_text(lang, "missing")
    for cell in master.cells:
        if cell.is_graded and cell.grade_id is not None:
            yield CellResult(master.name, cell.grade_id, "missing", None if unreadable else 0.0, cell.points, message)
