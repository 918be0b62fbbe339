"""Testing the tests of a lab: whether they pass what is right, fail what is wrong, and notice small faults.

All of it goes through the real grader. The model solution and every file of answers/ must get full marks; every file of mistakes/ must
fail the test cells that its first lines name, and no other; the notebooks as released, in every language, must get nothing; of the
mutants of the model solution (`autograder.mutate`) at least 95 in a hundred must lose a point.

    # fails: root prove                  the head of a file in mistakes/: test ids as in lab.py

Some mutants cannot be caught, because they do what the original does. The author lists them, with a reason, in equivalent.toml beside
lab.toml; they are counted apart, and may be one in twenty.

    [[mutant]]
    task = "proof"
    before = "while size > 1:"
    after = "while size >= 1:"
    reason = "size 1 has returned before"

Where a task has the same line twice, a comment on one of them tells the two apart.

Simplifications: a mutant has about three times the processor time of the model solution, so one that is right but much slower counts as
caught; all runs have SEED = 0.
"""

import re
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, Literal

from autograder.errors import LabError
from autograder.labs.model import Lab, LabCell
from autograder.labs.source import load_lab, load_solutions
from autograder.mutate import Mutant, build_mutants
from autograder.results import Result
from autograder.trials import Advance, Graders, build_submission

LEAST_CAUGHT: Final = 0.95
MOST_EQUIVALENT: Final = 0.05
_LANG: Final = "en"
"""The language in which everything but the blank notebooks is graded; what differs between languages is no code."""
_STRUCTURE: Final = {
    "headings": re.compile(r"^#{1,6}(?= )", re.MULTILINE),
    "links": re.compile(r"\]\((\S+?)\)"),
    "code blocks": re.compile(r"^```\w*$", re.MULTILINE),
}
_FAILS: Final = re.compile(r"^# fails:(.*)$", re.MULTILINE)

CheckKind = Literal["model", "answers", "mistakes", "blank"]


@dataclass(frozen=True, slots=True)
class Check:
    """A submission whose right result is known: the answers in it, and the test cells that must fail. A blank one fails everywhere."""

    kind: CheckKind
    name: str
    lang: str | None
    answers: Mapping[str, str]
    fails: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant that no test can catch, as the author describes it."""

    task: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to grade for a lab. `mutants` is None where none are wanted."""

    lab: Lab
    checks: tuple[Check, ...]
    mutants: tuple[Mutant, ...] | None
    equivalents: tuple[Equivalent, ...]

    @property
    def size(self) -> int:
        """How many submissions will be graded."""
        return len(self.checks) + len(self.mutants or ())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a check: nothing to complain of, or what is wrong."""

    kind: CheckKind
    name: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MutantReport:
    """What came of the mutants. Survivors that the author explained are `equivalent`, all others `survivors`."""

    total: int
    survivors: tuple[Mutant, ...]
    equivalent: tuple[Mutant, ...]
    problems: tuple[str, ...]

    @property
    def caught(self) -> int:
        """How many mutants lost a point."""
        return self.total - len(self.survivors) - len(self.equivalent)

    @property
    def caught_share(self) -> float:
        """The share of caught mutants among those that can be caught, 0 to 1; where there is nothing to catch, 1."""
        catchable = self.total - len(self.equivalent)
        return self.caught / catchable if catchable else 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the validation of a lab found. `mutants` is None where none were graded."""

    lab: str
    points: float
    seconds: float
    model_cpu_seconds: float
    language_problems: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    mutants: MutantReport | None

    @property
    def is_valid(self) -> bool:
        """Answer whether the lab may be released: nothing that was looked at is wrong."""
        return not self.problems

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong, a line each, with the file that it is about."""
        found = list(self.language_problems)
        for verdict in self.verdicts:
            where = verdict.name if verdict.kind == "model" else f"{verdict.kind}/{verdict.name}"
            found += [f"{where}: {problem}" for problem in verdict.problems]
        return (*found, *(self.mutants.problems if self.mutants else ()))


# What there is to grade


def plan_validation(folder: Path, mutants: bool = True) -> Plan:
    """Read a lab with its answers and mistakes. Raises `LabError` for the first file that cannot be what it should be."""
    lab = load_lab(folder)
    cells = _get_cells(lab, _LANG)
    model = {cell.grade_id or "": cell.source for cell in cells if cell.is_answer}
    tasks = {cell.grade_id or "": cell.source for cell in cells if cell.is_answer and not cell.is_graded}
    tests = [_to_name(grade_id) for grade_id in _get_tests(lab)]
    checks = [Check("model", "lab.py", _LANG, model)]
    for path in sorted((folder / "answers").glob("*.py")):
        answers = _load_tasks(path, tasks)
        if missing := [task for task in tasks if task not in answers]:
            raise LabError(f"{path}: no cell for the task {missing[0]!r}; an answer solves the whole lab: {', '.join(tasks)}")
        checks.append(Check("answers", path.name, _LANG, {**model, **answers}))
    for path in sorted((folder / "mistakes").glob("*.py")):
        checks.append(Check("mistakes", path.name, _LANG, {**model, **_load_tasks(path, tasks)}, _read_fails(path, tests)))
    checks += [Check("blank", str(lang), lang, {}) for lang in lab.languages]
    equivalents = _load_equivalents(folder / "equivalent.toml")
    return Plan(lab, tuple(checks), tuple(build_mutants(tasks)) if mutants else None, equivalents)


def _get_cells(lab: Lab, lang: str | None) -> list[LabCell]:
    return [cell for notebook in lab.get_notebooks(lang) for cell in notebook.cells]


def _get_tests(lab: Lab) -> list[str]:
    return [cell.grade_id or "" for cell in _get_cells(lab, _LANG) if cell.is_test]


def _to_name(grade_id: str) -> str:
    """Return the id of a graded cell as lab.py writes it."""
    return grade_id.removeprefix("test-")


def _load_tasks(path: Path, tasks: Mapping[str, str]) -> dict[str, str]:
    found = load_solutions(path)
    if unknown := [task for task in found if task not in tasks]:
        raise LabError(f"{path}: the lab has no task {unknown[0]!r}; it has {', '.join(tasks)}")
    if not found:
        raise LabError(f'{path}: no cell with task="..." in it; the lab has the tasks {", ".join(tasks)}')
    return found


def _read_fails(path: Path, tests: Sequence[str]) -> frozenset[str]:
    """Return the tests that the head of a mistake names."""
    match = _FAILS.search(path.read_text("utf-8").partition("# %%")[0])
    names = match[1].replace(",", " ").split() if match else []
    if not names:
        raise LabError(f"{path}: its first lines need `# fails:` and the tests that must fail, out of {', '.join(tests)}")
    if unknown := [name for name in names if name not in tests]:
        raise LabError(f"{path}: fails names {unknown[0]!r}, but the lab has the tests {', '.join(tests)}")
    return frozenset(names)


def _load_equivalents(path: Path) -> tuple[Equivalent, ...]:
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("mutant", []) if path.is_file() else []
        equivalents = tuple(Equivalent(**{name: str(value) for name, value in entry.items()}) for entry in entries)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise LabError(f"{path}: must hold [[mutant]] tables with task, before, after and reason: {error}") from None
    if silent := [entry for entry in equivalents if not entry.reason.strip()]:
        raise LabError(f"{path}: {silent[0].before!r} -> {silent[0].after!r} needs a reason why no test can catch it")
    return equivalents


# Grading it


def run_validation(plan: Plan, advance: Advance = lambda: None) -> Report:
    """Grade everything in a plan; `advance` hears of each submission that is done."""
    started = time.monotonic()
    lab, mutants = plan.lab, None
    jobs = [(lab, build_submission(lab, check.lang, check.answers)) for check in plan.checks]
    with Graders(lab) as graders:
        results = [trial.result for trial in graders.grade_all(jobs, advance)]
        judged = zip(plan.checks, results, strict=True)
        verdicts = tuple(Verdict(check.kind, check.name, tuple(_find_problems(check, result, lab))) for check, result in judged)
        cpu_seconds = results[0].cpu_seconds
        if plan.mutants is not None and not verdicts[0].problems:
            limited = graders.limit_cpu(lab, jobs[0][1], results[0])
            caught = _try_mutants(graders, limited, plan.mutants, plan.checks[0].answers, advance)
            mutants = _judge_mutants(plan.mutants, caught, plan.equivalents)
    seconds = round(time.monotonic() - started, 1)
    return Report(lab.id, lab.max_score, seconds, cpu_seconds, tuple(_compare_languages(lab)), verdicts, mutants)


def _try_mutants(graders: Graders, lab: Lab, mutants: Sequence[Mutant], model: Mapping[str, str], advance: Advance) -> list[bool]:
    """Return for each mutant whether a test took points.

    The tests above a task run too early to notice a fault in it, so they are left out, unless the model solution then fails others.
    """
    shorter = {task: _drop_tests_above(lab, task) for task in model}
    trials = graders.grade_all([(shorter[task], build_submission(shorter[task], _LANG, model)) for task in shorter])
    labs = {task: lab if _is_caught(trial.result, lab) else shorter[task] for task, trial in zip(shorter, trials, strict=True)}
    jobs = []
    for mutant in mutants:
        used = labs[mutant.task]
        jobs.append((used, build_submission(used, _LANG, {**model, mutant.task: mutant.source})))
    return [_is_caught(trial.result, lab) for trial in graders.grade_all(jobs, advance)]


def _drop_tests_above(lab: Lab, task: str) -> Lab:
    notebooks = []
    for notebook in lab.get_notebooks(_LANG):
        place = next((number for number, cell in enumerate(notebook.cells) if cell.grade_id == task), 0)
        cells = (cell for number, cell in enumerate(notebook.cells) if number > place or not cell.is_test)
        notebooks.append(replace(notebook, cells=tuple(cells)))
    return replace(lab, notebooks=tuple(notebooks))


# Judging


def _find_problems(check: Check, result: Result, lab: Lab) -> Iterator[str]:
    tests = _get_tests(lab)
    for cell in result.cells:
        name, passed = _to_name(cell.grade_id), cell.status == "passed"
        if cell.status == "void":
            yield f"{name} could not be graded: {cell.message}"
        elif check.kind == "blank":
            if cell.score:
                yield f"{name} gives {cell.score:g} of {cell.max_score:g} points where nothing was written"
        elif cell.grade_id in tests and passed and name in check.fails:
            yield f"{name} should fail, but passes"
        elif cell.grade_id in tests and not passed and name not in check.fails:
            yield f"{name} should pass, but ends with {cell.status}: {cell.message}"


def _is_caught(result: Result, lab: Lab) -> bool:
    """Answer whether a test took points. A void verdict takes none."""
    tests = _get_tests(lab)
    return any(cell.score is not None and cell.score < cell.max_score for cell in result.cells if cell.grade_id in tests)


def _compare_languages(lab: Lab) -> Iterator[str]:
    """Yield where one language has a graded cell that another lacks, or text of another structure: cells, headings, links, code."""
    graded = {lang: [(cell.grade_id, cell.points) for cell in _get_cells(lab, lang) if cell.is_graded] for lang in lab.languages}
    first, *others = graded
    for lang in others:
        if different := [ours or theirs for ours, theirs in zip_longest(graded[first], graded[lang]) if ours != theirs]:
            grade_id, points = different[0]
            yield f"{first} and {lang} have different graded cells, from {grade_id} ({points:g} points) on"
            continue
        pairs = zip_longest(_get_cells(lab, first), _get_cells(lab, lang))
        yield from (f"{first} and {lang} differ in {what}" for what in (_find_difference(*pair) for pair in pairs) if what)


def _find_difference(ours: LabCell | None, theirs: LabCell | None) -> str:
    """Return in what the structure of two cells differs, or nothing. What the languages do not share is the text."""
    if ours is None or theirs is None or ours.kind != theirs.kind:
        cell = ours or theirs
        return f"the kinds of their cells, from {_shorten(cell.source)!r} on" if cell else ""
    if ours.kind == "markdown":
        for name, mark in _STRUCTURE.items():
            if sorted(mark.findall(ours.source)) != sorted(mark.findall(theirs.source)):
                return f"the {name} of {_shorten(ours.source)!r}"
    return ""


def _shorten(source: str) -> str:
    return source.split("\n", 1)[0][:60]


def _judge_mutants(mutants: Sequence[Mutant], caught: Sequence[bool], equivalents: Iterable[Equivalent]) -> MutantReport:
    survivors = [mutant for mutant, was_caught in zip(mutants, caught, strict=True) if not was_caught]
    explained: list[Mutant] = []
    problems: list[str] = []
    for entry in equivalents:
        described = [mutant for mutant in mutants if (mutant.task, mutant.before, mutant.after) == (entry.task, entry.before, entry.after)]
        words = f"equivalent.toml: task {entry.task!r}, {entry.before!r} -> {entry.after!r}"
        if len(described) != 1:
            problems.append(f"{words}: describes {len(described)} mutants; it must be exactly one")
        elif described[0] not in survivors:
            problems.append(f"{words}: the tests catch this mutant, so it is not equivalent")
        elif described[0] not in explained:
            explained.append(described[0])
    left = tuple(mutant for mutant in survivors if mutant not in explained)
    report = MutantReport(len(mutants), left, tuple(explained), ())
    if report.caught_share < LEAST_CAUGHT:
        problems.append(f"{len(left)} mutants survive; at least {LEAST_CAUGHT:.0%} must be caught")
    if len(explained) > MOST_EQUIVALENT * len(mutants):
        problems.append(f"{len(explained)} of {len(mutants)} mutants are listed as equivalent; at most {MOST_EQUIVALENT:.0%} may be")
    return replace(report, problems=tuple(problems))


# Telling it


def to_public(report: Report) -> dict[str, Any]:
    """Return what `autograder validate --json` prints of a lab."""
    public = {"lab": report.lab, "valid": report.is_valid, **asdict(report)}
    if report.mutants is not None:
        rates = {"caught": report.mutants.caught, "caught_share": round(report.mutants.caught_share, 4)}
        public["mutants"] = rates | public["mutants"]
        for mutant in (*public["mutants"]["survivors"], *public["mutants"]["equivalent"]):
            del mutant["source"]
    return public


def format_report(report: Report) -> str:
    """Return what a person reads: a line for each rule, then what is wrong, then the mutants that no test caught."""
    head = f"{report.lab}: {report.points:g} points; the model solution takes {report.model_cpu_seconds:.2f} s"
    lines = [f"{head}, this validation took {report.seconds:.0f} s"]
    lines += [f"  {'ok' if is_right else 'WRONG':6}{title:11}{words}" for title, words, is_right in _list_rules(report)]
    lines += [f"  {problem}" for problem in report.problems]
    for mutant in report.mutants.survivors if report.mutants else ():
        lines.append(f"  survivor: task {mutant.task}, line {mutant.line}")
        lines += [f"    - {line}" for line in mutant.before.split("\n")]
        lines += [f"    + {line}" for line in mutant.after.split("\n")]
    return "\n".join(lines)


def _list_rules(report: Report) -> Iterator[tuple[str, str, bool]]:
    """Yield what was looked at, what was found, and whether that is right."""
    yield "languages", "the same cells, headings, links and code", not report.language_problems
    promises = {"model": "full marks", "answers": "full marks", "mistakes": "fail the tests they name, and no other", "blank": "no points"}
    for kind, promise in promises.items():
        verdicts = [verdict for verdict in report.verdicts if verdict.kind == kind]
        right = sum(not verdict.problems for verdict in verdicts)
        yield kind, f"{right} of {len(verdicts)}: {promise}", right == len(verdicts)
    if report.mutants is not None:
        total, equivalent = report.mutants.total, len(report.mutants.equivalent)
        words = f"{report.mutants.caught} of {total - equivalent} caught = {report.mutants.caught_share:.1%}"
        yield "mutants", f"{words}; {equivalent} equivalent", not report.mutants.problems
