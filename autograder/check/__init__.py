"""The release check: what each test cell of a course is worth, and whether it runs split. `run` finds out, `show` tells a person."""

from autograder.check.run import CellCheck, Difference, NotebookCheck, plan_check, run_check, to_public
from autograder.check.show import show_check, show_summary

__all__ = ["CellCheck", "Difference", "NotebookCheck", "plan_check", "run_check", "show_check", "show_summary", "to_public"]
