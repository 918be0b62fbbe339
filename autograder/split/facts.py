"""What T reports of a cell: facts, no words and no points; those are made of them elsewhere."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Facts:
    """How one cell ended. `ending` is one of passed, assertion, error, undecided (the test asks about an object of the learner what only
    that could say), program (the test would run text of the learner's as a program), timeout, test-timeout, idle, large, protocol, gone.

    `hidden`: it ended in a hidden part, so nothing of it may be told. `student_answered`: the test asked an object of the learner about
    itself, so that its verdict rests on the learner's word in part; `claims` are the attributes and operators by which that object could
    decide it.
    """

    ending: str = "passed"
    value: str | None = None
    error: str = ""
    is_builtin_error: bool = False
    text: str = ""
    test_line: str = ""
    student_lines: list[list[Any]] = field(default_factory=list)
    hidden: bool = False
    printed: str = ""
    print_error: str = ""
    student_answered: bool = False
    claims: list[str] = field(default_factory=list)
