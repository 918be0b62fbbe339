"""T runs no text of a learner's as a program, and unpickles nothing, whatever a test asks for.

Attack: `eval(repr(p)) == p` is a test that many courses have, and `repr` is the learner's to write; a doctest runs what the learner's
docstring says; `np.load("answer.npy", allow_pickle=True)` unpickles a file of the learner's. T has all rights of the grader. So a test
can run only text that stands in the lab's own cells word for word (`eval("f(2)")`). The release check names the cells that do otherwise.

Simplification: a library that runs text behind a function of its own (`sympy.sympify`, `DataFrame.query`) is not stopped; such a function
is not for what a learner returns.
"""

import ast
import builtins
import inspect
import pickle
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

from autograder.split.cells import read_cell

_RUNNERS: Final = frozenset({"doctest", "code", "codeop", "runpy"})
"""Modules that run text for those who call them; other libraries run text of their own making."""


class Programs:
    """The texts that the cells of a session may run, and how one that does otherwise ends."""

    def __init__(self, refuse: Callable[[str], BaseException]) -> None:
        """Begin with none. `refuse` returns the exception that ends the cell."""
        self._known: set[str] = set()
        self.refuse = refuse

    def add(self, source: str) -> None:
        """Let a cell of the lab run the texts that stand in it."""
        self._known |= _find_texts(source)

    def is_known(self, program: Any) -> bool:
        """Answer whether a text stands in the lab's cells; what is compiled already has been asked about before."""
        return inspect.iscode(program) or (type(program) is str and inspect.cleandoc(program) in self._known)


_serving: list[Programs] = []


def serve_programs(programs: Programs) -> None:
    """Hold what tests run in this process to these programs, from now on."""
    _serving[:] = [programs]
    if hasattr(builtins.eval, "_asks"):
        return
    for name in ("eval", "exec", "compile"):
        setattr(builtins, name, _ask_first(name, getattr(builtins, name)))
    for holder, name in ((pickle, "load"), (pickle, "loads"), (pickle, "Unpickler"), (pickle._Unpickler, "load")):
        setattr(holder, name, _refuse_pickle)


def _ask_first(name: str, run: Callable[..., Any]) -> Callable[..., Any]:
    def ask(program: Any, *places: Any, **more: Any) -> Any:
        frame = sys._getframe(1)
        is_tests = "__builtins__" in frame.f_globals and type(frame.f_globals) is not dict
        if (is_tests or frame.f_globals.get("__name__") in _RUNNERS) and not _serving[0].is_known(program):
            raise _serving[0].refuse(f"{name}() of a text that does not stand in the lab's own cells")
        if name == "compile":
            return run(program, *places, **more)
        if not places or places[0] is None:
            places = (frame.f_globals, frame.f_locals if len(places) < 2 else places[1])
        return run(program, *places, **more)

    ask._asks = True  # type: ignore[attr-defined]
    return ask


def _refuse_pickle(*_: Any, **__: Any) -> Any:
    raise _serving[0].refuse("unpickling")


@lru_cache(maxsize=2048)
def _find_texts(source: str) -> frozenset[str]:
    return frozenset(inspect.cleandoc(node.value) for node in _walk(source) if isinstance(node, ast.Constant) and type(node.value) is str)


def _walk(source: str) -> Iterator[ast.AST]:
    try:
        yield from ast.walk(read_cell(source))
    except (SyntaxError, ValueError, RecursionError):
        return
