"""What is wrong with a contract's source: every problem that was found, each with its place, its rule and what to write instead."""

from dataclasses import dataclass

from minichain.ledger.errors import LedgerError


@dataclass(frozen=True, order=True)
class Problem:
    """One place where the source breaks a rule. Lines and columns are counted from 1."""

    line: int
    column: int
    rule: str
    sentence: str

    def __str__(self) -> str:
        """Return the problem in one line."""
        return f"line {self.line}, column {self.column}: {self.sentence} [{self.rule}]"


class SourceError(LedgerError):
    """A contract that cannot be deployed. Its text is the same on every node; `hint` is in the words of the Python that runs here."""

    def __init__(self, problems: tuple[Problem, ...], hint: str = "") -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
        self.hint = hint

    @property
    def line(self) -> int:
        """The line of the first problem."""
        return self.problems[0].line

    @property
    def column(self) -> int:
        """The column of the first problem."""
        return self.problems[0].column

    @property
    def rule(self) -> str:
        """The rule that the first problem breaks."""
        return self.problems[0].rule

    @property
    def sentence(self) -> str:
        """What is wrong at the first problem, and what to write instead."""
        return self.problems[0].sentence
