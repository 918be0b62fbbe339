"""S: the process in which the learner's code runs. It executes cells when told and answers questions about what they defined.

Nothing here is a defence: learner code shares the interpreter and may change all of it. What S says is a claim, which T checks by type
and which can only ever be an answer to a question; the walls around the process are in `autograder.sandbox`.

Requests are lists: ["run", cell, source] · ["get", name] · ["call", callee, args, kwargs] · ["call-changing", callee, args, kwargs, keys
of arguments] · ["op", operator, operands] · ["attr", object, name] · ["setattr", object, name, value] · ["delattr", object, name] ·
["leave", context, error] · ["signature", function] · ["files", files, names of the lab's files]. Answers are [kind, content, printed
text, {name: module or None}, [deleted names]] with kind one of value, raised, absent, limit, large, unsendable. No answer have ["sync",
{name: value}, [deleted names]], ["cell", number], ["types", [[module, name]]] and ["seed", library, arguments].
"""

import builtins
import contextlib
import dataclasses
import inspect
import itertools
import linecache
import operator
import os
import signal
import sys
import traceback
import types
import weakref
from _thread import RLock
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any, Final

from autograder.split import mirror
from autograder.split.borrowed import Borrowed, borrow
from autograder.split.cells import compile_cell
from autograder.split.naming import Naming, bounded, get_member_name, is_at_its_name, is_named_tuple
from autograder.split.operators import OPERATORS, run_code
from autograder.split.printing import MAX_TEXT, BoundedOutput, display, represent
from autograder.split.raised import PLAIN, get_plain_attributes
from autograder.split.values import get_sent_fields, make_named_tuple
from autograder.split.wire import CALLBACK, HANDLE, MAX_FRAME, NAMEDTUPLE, PATH, VALUE, Channel, ClosedError, Codec, WireError
from autograder.split.workspace import Files, Workspace

EXIT_MEMORY: Final = 72
"""The exit code of an S that learner code has left no memory to answer with."""
EXIT_WIRE: Final = 70
_REFIRE_SECONDS: Final = 0.5
_MAX_DEPTH: Final = 60
_MAX_IDENTITIES: Final = 10_000
_THROWN: Final = "_thrown_by_the_test"
_INPUT: Final = 0
"""The number of T's function that reads a line."""


class CpuLimitError(BaseException):
    """The cell has used up its processor time; raised by a timer in the middle of whatever runs."""


class Unavailable:
    """A function or module of a library that T has and S has not."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        raise ImportError(f"{self._name} is not available here")


class Student:
    """The state of one learner's notebook in S: its namespace, the objects that T knows by number, and what was printed."""

    def __init__(self, channel: Channel, cpu_seconds: float, output_bytes: int) -> None:
        self.channel = channel
        self.codec = Codec(self.export, self.resolve, self.identify)
        self.cpu_seconds = cpu_seconds
        self.output = BoundedOutput(output_bytes)
        self.module = types.ModuleType("__main__")
        self.names = self.module.__dict__
        self.naming = Naming()
        self.workspace: Workspace | None = None
        self.seen: dict[str, Any] = dict(self.names)
        self.value_types: set[tuple[str, str]] = set()
        self.identities: dict[int, tuple[weakref.ref[Any], int]] = {}
        self.counter = itertools.count()
        self.borrowed: dict[int, Borrowed] = {}
        self.depth = 0
        self.turn = RLock()  # learner code may ask from several threads; `threading` itself would make each fork dearer
        self.busy = False

    def prepare(self) -> None:
        """Make this process ready for a notebook. Before the fork, once: each child would else do it, in pages of memory of its own."""
        sys.modules["__main__"] = self.module
        builtins.display = display  # type: ignore[attr-defined]  # notebooks have it
        builtins.input = lambda prompt="": self.ask_tester(_INPUT, "call", [str(prompt)], {})
        signal.signal(signal.SIGPROF, self._on_timer)

    def serve(self) -> None:
        """Answer requests until T closes the channel. The lab's own modules are found here first, and only by a child: learner code can
        write into the folder, and its parent is to import nothing from there."""
        sys.path.insert(0, os.getcwd())  # noqa: PTH109  # pathlib would touch many pages
        sys.stdout = sys.stderr = self.output
        mirror.seed_numpy_anew()
        with contextlib.suppress(ClosedError):
            while True:
                self._serve_one(self._receive())

    def ask_tester(self, number: int, how: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Ask T to do something with what it lent, and serve what T asks in the meantime. The timer must not come between question and
        answer: the answer would be taken for the next request."""
        if self.depth >= _MAX_DEPTH:
            raise RecursionError("calls from the test to this code and back are nested too deep")
        with self.turn:
            message = self._exchange(["callback", number, how, args, kwargs])
        if message[0] == "returned":
            return message[1]
        _, name, text, thrown = message
        kind = self.names.get(name, getattr(builtins, name, None))
        error = kind(text) if isinstance(kind, type) and issubclass(kind, Exception) else RuntimeError(f"{name}: {text}")
        vars(error)[_THROWN] = thrown
        raise error

    def _exchange(self, question: list[Any]) -> list[Any]:
        frame = self.codec.pack([*question, self.output.take(), *self._find_changes()])
        if len(frame) > MAX_FRAME:
            raise ValueError(f"{len(frame):,} bytes are too much to hand to a function of the test")
        was_busy, self.busy, self.depth = self.busy, False, self.depth + 1
        try:
            self.channel.send(frame)
            self.naming.on_sent()
            while (message := self._receive())[0] not in ("returned", "threw"):
                self._serve_one(message)
        finally:
            self.depth -= 1
            self.busy = was_busy
        return message

    def _receive(self) -> list[Any]:
        message: list[Any] = self.codec.unpack(self.channel.receive())
        return message

    def _serve_one(self, request: list[Any]) -> None:
        kind, *content = request
        if kind == "cell":
            signal.setitimer(signal.ITIMER_PROF, self.cpu_seconds, _REFIRE_SECONDS)
            self.output.size = 0
        elif kind == "sync":
            self._apply_sync(*content)
        elif kind == "types":
            self.value_types = {(module, name) for module, name in content[0]}
        elif kind == "seed":
            with contextlib.suppress(Exception):
                mirror.seed(*content)
        else:
            was_busy = self.busy
            try:
                frame = self._answer(kind, content)
            except CpuLimitError:
                self.naming.on_not_sent()
                frame = self.codec.pack(["limit", None, self.output.take(), {}, []])
            finally:
                self.busy = was_busy
            self.channel.send(frame)
            self.naming.on_sent()

    def _answer(self, kind: str, content: list[Any]) -> bytes:
        """Do what is asked with learner code allowed to run, and return the frame of the answer."""
        self.busy = True
        try:
            answer = [*self._requests[kind](self, *content)]
        except CpuLimitError:
            answer = ["limit", None]
        except BaseException as error:  # whatever learner code raises is an answer, SystemExit too
            answer = ["raised", self._describe_error(error)]
        self.busy = False
        rest = [self.output.take(), *self._find_changes()]
        self.busy = True  # naming an object can run learner code: a property, a __getattr__
        try:
            frame = self.codec.pack([*answer, *rest])
            if len(frame) <= MAX_FRAME:
                return frame
            reason: list[Any] = ["large", len(frame)]
        except CpuLimitError:
            reason = ["limit", None]
        except MemoryError:
            reason = ["large", None]
        except Exception as error:
            reason = ["unsendable", bounded(partial(str, error), CpuLimitError) or type(error).__name__]
        finally:
            self.busy = False
        self.naming.on_not_sent()
        return self.codec.pack([*reason, *rest])

    # Requests

    def _run(self, number: int, source: str) -> tuple[str, Any]:
        """Run a cell; its value is the text of its last expression, or None."""
        filename = f"<cell {number}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        code, last = compile_cell(source, filename)
        run_code(code, self.names)
        value = None if last is None else run_code(last, self.names)
        return "value", None if value is None else represent(value)

    def _get(self, name: str) -> tuple[str, Any]:
        return ("value", self.names[name]) if name in self.names else ("absent", None)

    def _call(self, callee: Any, args: list[Any], kwargs: dict[str, Any]) -> tuple[str, Any]:
        named = {name: _intern(value) for name, value in kwargs.items()} if kwargs else kwargs
        return "value", callee(*map(_intern, args), **named)

    def _call_changing(self, callee: Any, args: list[Any], kwargs: dict[str, Any], keys: list[int | str]) -> tuple[str, Any]:
        """Call a function and tell what became of some arguments: [result, {key: changed argument}, key of the argument it returned]."""
        passed = {str(key): args[key] if isinstance(key, int) else kwargs[key] for key in keys}
        before = {key: self.codec.pack(value) for key, value in passed.items()}
        result = self._call(callee, args, kwargs)[1]
        changed = {key: value for key, value in passed.items() if self.codec.pack(value) != before[key]}
        same = next((key for key, value in passed.items() if value is result), None)
        return "value", [None if same is not None else result, changed, same]

    def _operate(self, name: str, operands: list[Any]) -> tuple[str, Any]:
        return "value", OPERATORS[name](*operands)

    def _get_attribute(self, holder: Any, name: str) -> tuple[str, Any]:
        return "value", getattr(holder, name)

    def _set_attribute(self, holder: Any, name: str, value: Any) -> tuple[str, Any]:
        setattr(holder, name, value)
        return "value", None

    def _delete_attribute(self, holder: Any, name: str) -> tuple[str, Any]:
        delattr(holder, name)
        return "value", None

    def _leave(self, context: Any, error: list[str] | None) -> tuple[str, Any]:
        """End a `with` block of the test; answer whether its error is dealt with."""
        raised = None
        if error is not None:
            kind = self.names.get(error[0], getattr(builtins, error[0], Exception))
            raised = kind(error[1]) if isinstance(kind, type) and issubclass(kind, BaseException) else Exception(error[1])
        return "value", bool(OPERATORS["exit"](context, raised))

    def _sign(self, function: Any) -> tuple[str, Any]:
        """Return [[name, kind, [default], [annotation]], …] and [annotation of the result] of a function."""
        signature = inspect.signature(function)
        empty = inspect.Parameter.empty
        parameters = [
            [p.name, int(p.kind), [] if p.default is empty else [p.default], [] if p.annotation is empty else [p.annotation]]
            for p in signature.parameters.values()
        ]
        return "value", [parameters, [] if signature.return_annotation is empty else [signature.return_annotation]]

    def _swap_files(self, files: Files, labs: list[str]) -> tuple[str, Any]:
        self.workspace = self.workspace or Workspace(labs)
        self.workspace.put(files)
        return "value", self.workspace.find_new()

    _requests: Final[dict[str, Callable[..., tuple[str, Any]]]] = {
        "run": _run,
        "get": _get,
        "call": _call,
        "call-changing": _call_changing,
        "op": _operate,
        "attr": _get_attribute,
        "setattr": _set_attribute,
        "delattr": _delete_attribute,
        "leave": _leave,
        "signature": _sign,
        "files": _swap_files,
    }

    # Names

    def _apply_sync(self, values: dict[str, Any], deleted: list[str]) -> None:
        """Take over what a test wrote and deleted; it is no news that T has to hear again."""
        for name in deleted:
            self.names.pop(name, None)
            self.seen.pop(name, None)
        values = {name: _intern(value) for name, value in values.items() if type(value) is not Unavailable}
        self.names.update(values)
        self.seen.update(values)

    def _find_changes(self) -> tuple[dict[str, str | None], list[str]]:
        """Return the names that learner code bound since the last look (to a module: with its name), and those it deleted."""
        names, seen = self.names, self.seen
        if len(names) == len(seen) and all(map(operator.is_, names, seen)) and all(map(operator.is_, names.values(), seen.values())):
            return {}, []  # as after almost every call
        written = {
            name: value.__name__ if type(value) is types.ModuleType else None
            for name, value in names.items()
            if type(name) is str and (name not in seen or seen[name] is not value)
        }
        deleted = [name for name in seen if name not in names]
        self.seen = dict(names)
        return written, deleted

    # Values

    def export(self, value: Any) -> Any:
        """Name an object: a value by its type and fields, what T lent by T's number, anything else by a number of ours."""
        kind = type(value)
        if issubclass(kind, Borrowed):
            return self.codec.pack_extension(CALLBACK, object.__getattribute__(value, "_borrowed_number"))
        key = (kind.__module__, kind.__qualname__)
        if key in self.value_types and (kind.__module__ == "__main__" or is_at_its_name(kind)):
            member = get_member_name(value)
            if member is not None:
                return self.codec.pack_extension(VALUE, [*key, [member]])
            if dataclasses.is_dataclass(kind):
                return self.codec.pack_extension(VALUE, [*key, [getattr(value, name) for name in get_sent_fields(kind)]])
        if is_named_tuple(kind):
            return self.codec.pack_extension(NAMEDTUPLE, [*key, self.naming.get_number(kind), list(kind._fields), list(value)])
        return self.codec.pack_extension(HANDLE, self.naming.describe(value))

    def identify(self, value: Any) -> int:
        """Return a number that an object has as long as it lives, and no other one has while it does."""
        known = self.identities.get(id(value))
        if known is None or known[0]() is not value:
            if len(self.identities) >= _MAX_IDENTITIES:
                self.identities = {key: known for key, known in self.identities.items() if known[0]() is not None}
            known = self.identities[id(value)] = (weakref.ref(value), next(self.counter))
        return known[1]

    def resolve(self, code: int, content: Any) -> Any:
        """Return the object that T names: one of ours by its number, one of T's, or a value."""
        if code == HANDLE:
            return self.naming.get(content)
        if code == CALLBACK:
            return self._borrow(*content)
        if code == PATH:
            return self._find(*content)
        if code == VALUE:
            return self._build_value(*content)
        if code == NAMEDTUPLE:
            return self._build_named_tuple(*content)
        raise WireError(f"extension type {code} is unknown here")

    def _build_value(self, module: str, name: str, fields: list[Any]) -> Any:
        kind: Any = self.names.get(name) if module == "__main__" else getattr(__import__(module, fromlist=[name]), name)
        if issubclass(kind, Enum):
            return kind[fields[0]]
        return kind(**dict(zip(get_sent_fields(kind), fields, strict=True)))

    def _build_named_tuple(self, module: str, name: str, number: int | None, fields: list[str], values: list[Any]) -> Any:
        kind: Any = self.naming.get(number) if number is not None else self._find(module, name, None)
        if getattr(kind, "_fields", None) != tuple(fields):
            kind = make_named_tuple(name, fields)
        return kind._make(values)

    def _borrow(self, number: int, *what: Any) -> Borrowed:
        if number not in self.borrowed:
            self.borrowed[number] = borrow(self, number, *what)
        return self.borrowed[number]

    def _find(self, module: str, name: str, lent: list[Any] | None) -> Any:
        """Return our own function, class or module of that name; failing that, what T lends instead of it."""
        if module == "__main__":
            found = self.names.get(name)
            found = found if isinstance(found, type) else None
        else:
            with contextlib.suppress(ImportError):
                __import__(module)
            found = sys.modules.get(module)
            for part in filter(None, name.split(".")):
                found = getattr(found, part, None)
        if found is not None:
            return found
        return self._borrow(*lent) if lent else Unavailable(f"{module}.{name}")

    def _describe_error(self, error: BaseException) -> list[Any]:
        """Return [class, arguments, text, lines of the learner's code that led there, number, T's own number of it, attributes]."""
        text = bounded(partial(str, error), CpuLimitError)
        args = [arg if type(arg) in PLAIN else bounded(partial(str, arg), CpuLimitError) for arg in error.args[:5]]
        frames = traceback.extract_tb(error.__traceback__)[-50:]
        lines = [[frame.filename, frame.lineno or 0, (frame.line or "")[:200]] for frame in frames if frame.filename.startswith("<cell ")]
        if isinstance(error, SyntaxError) and (error.filename or "").startswith("<cell "):
            lines.append([error.filename or "", error.lineno or 0, (error.text or "").strip()[:200]])
        state = {name: value for name, value in vars(error).items() if name != _THROWN}
        number = self.naming.get_number(error.with_traceback(None)) if state else None
        shown = [arg[:MAX_TEXT] if isinstance(arg, str) else arg for arg in args]
        thrown = vars(error).get(_THROWN)
        return [self.naming.describe_class(type(error)), shown, text, lines[-3:], number, thrown, get_plain_attributes(error)]

    def _on_timer(self, *_: object) -> None:
        if self.busy:
            raise CpuLimitError


def _intern(value: Any) -> Any:
    """Return the one object for a text: learner code may compare texts by `is`, as it can where constants are shared."""
    return sys.intern(value) if type(value) is str else value


def run_student(student: Student) -> None:
    """Be S until the channel closes, then end the process without any of learner code's farewells (atexit, finalizers)."""
    try:
        student.serve()
    except WireError:
        os._exit(EXIT_WIRE)
    except MemoryError:
        os._exit(EXIT_MEMORY)
    os._exit(0)
