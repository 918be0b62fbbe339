"""One namespace over two processes: the last writer of a name owns it.

T's side of it is this dictionary. It holds what the tests and the lab's own cells bound, and finds the rest in S when a test asks for
it. A test's writes and deletions go to S before S is next asked to do anything.

Nobody passes a test by replacing its tools. Functions, classes and modules that the lab's own cells define stay the lab's, whatever the
learner rebinds; so do Python's built-in names, the lab's constants and what a test has bound, unless the lab's own solution binds the
name too (a function under test may be called `sum`, a test may reset a counter that the function under test counts up).
"""

import builtins
import re
import types
from collections.abc import Callable, Iterator, KeysView
from typing import Any, Final

_BUILT_IN: Final = frozenset(dir(builtins))
_DEFINED: Final = (types.FunctionType, type, types.ModuleType, types.BuiltinFunctionType)
_GLOBAL: Final = re.compile(r"^\s+global\s", re.MULTILINE)

Fetch = Callable[[str], Any]
"""Returns the value that S has under a name; raises KeyError if it has none."""


class Namespace(dict[str, Any]):
    """The global names of the cells that T runs.

    `answers` are the names that the lab's solution binds. `theirs` are the names that S owns, with the module's name where one is bound
    to a module. While `pushing` is "all", writes are noted for S; while it is "own", only names that S has had are, and only with S's
    own objects (a hidden test must not show its names and values); else nothing is. `changing` are the names whose values the running
    test changes in place.
    """

    def __init__(self, fetch: Fetch, is_theirs: Callable[[Any], bool], answers: frozenset[str] = frozenset()) -> None:
        """Begin with Python's own names. `fetch` asks S for a value, `is_theirs` tells S's own objects."""
        super().__init__(__name__="__main__", __builtins__=builtins)
        self._fetch = fetch
        self._is_theirs = is_theirs
        self._answers = answers
        self._ever_theirs: set[str] = set()
        self.theirs: dict[str, str | None] = {}
        self.locked: set[str] = set()
        self.pushing = "none"
        self.changing: frozenset[str] = frozenset()
        self._pushed: set[str] = set()
        self._watches = False
        self._watched: dict[str, Any] | None = None
        self._fetched: dict[str, Any] = {}
        self._written: dict[str, Any] = {}
        self._deleted: set[str] = set()

    def __missing__(self, name: str) -> Any:
        if name not in self.theirs:
            raise KeyError(name)
        value = self._fetch(name)
        super().__setitem__(name, value)
        self._fetched[name] = value
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self._fetched.pop(name, None)
        if self.pushing == "all" or (self.pushing == "own" and name in self._ever_theirs and self._is_theirs(value)):
            self._written[name] = value
            self._deleted.discard(name)
            self.theirs.pop(name, None)

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        super().pop(name, None)
        self._fetched.pop(name, None)
        was_theirs = name in self.theirs or name in self._written
        self.theirs.pop(name, None)
        if self.pushing == "all" or (self.pushing == "own" and was_theirs):
            self._written.pop(name, None)
            self._deleted.add(name)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self.theirs

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(super().keys()), **self.theirs})

    def keys(self) -> KeysView[str]:  # type: ignore[override]  # a view of both sides, made when asked for
        """Return the names of both sides, as `dir()` shows them."""
        return {**dict.fromkeys(super().keys()), **self.theirs}.keys()

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a name of either side."""
        return self[name] if name in self else default  # noqa: SIM401  # dict.get itself never asks S

    def lock_definitions(self, before: set[str], changed: frozenset[str]) -> None:
        """Keep the functions, classes and modules that the lab's own cells bound since `before` was taken. Data that the lab's solution
        changes in place (`changed`) is S's, where its own run of the cell made it."""
        for name in dict.keys(self) - before:
            if isinstance(dict.get(self, name), _DEFINED):
                self.locked.add(name)
            elif name in changed and name in self.theirs:
                super().pop(name)

    def hand_over(self, changed: frozenset[str]) -> None:
        """Let S own the data that the lab's solution changes in place (`changed`), as far as S has it: its cell may do so too."""
        for name in changed:
            if name in self._pushed and super().__contains__(name) and not isinstance(dict.get(self, name), _DEFINED):
                super().pop(name)
                self.theirs[name] = None

    def begin_test(self, source: str, changing: frozenset[str]) -> None:
        """Begin a test that changes the values of these names in place. Once one has a `global` statement, look out for the names that
        functions bind by it: they pass by this dictionary's methods."""
        self.forget_fetched()
        self.changing = changing
        self._watches = self._watches or _GLOBAL.search(source) is not None

    def begin_part(self, pushing: str) -> None:
        """Begin a part of a test, visible or hidden; what was bound before it is no news."""
        self.pushing = pushing
        self._watched = dict(dict.items(self)) if self._watches and pushing == "all" else None

    def on_student_changes(self, written: dict[str, str | None], deleted: list[str]) -> None:
        """Let S own what learner code bound, and forget what it deleted, but for the names that stay T's."""
        for name, module in written.items():
            if not self._stays(name):
                self.theirs[name] = module
                self._ever_theirs.add(name)
                super().pop(name, None)
        for name in deleted:
            if not self._stays(name):
                self.theirs.pop(name, None)
                super().pop(name, None)

    def _stays(self, name: str) -> bool:
        """Answer whether a name is T's, whatever learner code does with it."""
        if name in self.locked:
            return True
        is_bound = super().__contains__(name) and name not in self._fetched
        if name in self._answers:
            return is_bound and self.pushing == "own"  # S has never heard of what a hidden test binds
        return is_bound or name in _BUILT_IN

    def forget_fetched(self) -> None:
        """Drop the snapshots of the last cell: the next one asks S anew."""
        for name in self._fetched:
            super().pop(name, None)
        self._fetched.clear()

    def take_changes(self) -> tuple[dict[str, Any], list[str]] | None:
        """Return what S has to hear of (values by name, deleted names), and note that it has; None if there is nothing."""
        if self.pushing == "all" and self.changing:
            self._written |= {name: dict.__getitem__(self, name) for name in self.changing & self._fetched.keys() & dict.keys(self)}
        if self._watched is not None:
            self._find_passed_by(self._watched)
        if not self._written and not self._deleted:
            return None
        self._pushed |= self._written.keys()
        changes = (self._written, sorted(self._deleted))
        self._written, self._deleted = {}, set()
        return changes

    def _find_passed_by(self, watched: dict[str, Any]) -> None:
        """Note the names that were bound without this dictionary's noticing."""
        for name, value in dict.items(self):
            if value is not self._fetched.get(name, watched.get(name, self)) and not name.startswith("__"):
                self[name] = value
        self._watched = dict(dict.items(self))
