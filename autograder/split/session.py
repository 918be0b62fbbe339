"""T's side of the line to S: questions and answers, what T lends to S, and what comes back, checked by type before it is used.

When S breaks a rule, uses up its time or is gone, the cell ends by an exception that no `except Exception` stops, and the verdict does
not depend on what the test made of it.
"""

import importlib
import sys
import threading
from contextlib import suppress
from typing import Any, Final

from autograder.split import mirror
from autograder.split.copyback import UnlikeError, change, find_arguments
from autograder.split.exchange import Exchange, is_answer, is_news
from autograder.split.lending import Lending
from autograder.split.library import RefusedValueError
from autograder.split.namespace import Namespace
from autograder.split.operators import COMPARING
from autograder.split.solution import Solution
from autograder.split.source import Sources
from autograder.split.values import Registry
from autograder.split.wire import (
    MAX_FRAME,
    Channel,
    ClosedError,
    FrameTooLargeError,
    WireError,
)
from autograder.split.workspace import Workspace, find_texts

MAX_TEXT: Final = 2_000
MAX_CALLBACKS: Final = 50
"""How deep calls may go from the test to the learner's code, back, and so on."""
_NEVER_IMPORTED: Final = frozenset({"antigravity", "this", "turtle", "idlelib"})
_CLAIMS: Final = frozenset({"attr", "op", "signature"})
"""Questions about an object of the learner, which only that object can answer."""
_MAX_THROWN: Final = 1_000
_MAX_CLAIMS, _MAX_NAME = 1_000, 200


class EndOfCellError(BaseException):
    """The cell cannot go on: S is gone or has used up its time, or T itself has. Not for tests to catch."""


class Session:
    """One notebook's session on the T side: the namespace, the stand-ins, and the channel to S."""

    def __init__(self, channel: Channel, registry: Registry, solution: Solution, output_bytes: int) -> None:
        self.channel = channel
        self.solution = solution
        self.output_bytes = output_bytes
        self.names = Namespace(self._fetch, lambda value: self.proxies.get_number(value) is not None, solution.names)
        self.lending = Lending(self._read_line)
        self.exchange = Exchange(self, self.names, registry, self.lending)
        self.codec, self.proxies = self.exchange.codec, self.exchange.proxies
        self.sources = Sources()
        self.workspace: Workspace | None = None
        self.fetched: dict[int, str] = {}
        self.ended = ""
        self.undecided = ""
        self.gone = ""
        self.answered = False
        self.claims: set[str] = set()
        self.uses_secret = False
        self.is_waiting = False
        self.printed = 0
        self.raised: tuple[BaseException, list[Any]] | None = None
        self._thrown: list[BaseException] = []
        self._changing: list[bool] = []
        self._is_building = False
        self._turn = threading.RLock()  # a test may ask from several threads
        self._told_types: set[tuple[str, str]] = set()

    def begin_cell(self, number: int) -> None:
        """Forget what belonged to the cell before, and tell S that another begins."""
        self.ended = self.gone
        self.raised, self.answered, self.printed = None, False, 0
        self._thrown, self._changing, self.claims = [], [], set()
        self.codec.forget_shared()
        if not self.gone:
            self._send(["cell", number])

    # Asking S

    def ask(self, *request: Any) -> Any:
        """Send a request to S and return its answer, or raise what it raised. Tells S first what the test wrote, deleted and seeded."""
        kind = request[0]
        if kind in _CLAIMS:
            is_judge = (kind == "attr" and not request[2].startswith("__")) or (kind == "op" and request[1] in COMPARING)
            self.claim(str(request[2 if kind == "attr" else 1]) if is_judge else "")
        try:
            value = self._ask(list(request))
        except (StopIteration, StopAsyncIteration) as error:
            if kind == "op" and request[1] == "next":
                raise
            # It must not look like the end of the test's own `map` or `filter` (PEP 479 has the same rule for generators):
            # `all(map(answer, cases))` would hold for an answer that only raises it.
            raise RuntimeError(f"the learner's code raised {type(error).__name__}") from error
        if kind == "attr":
            self._note_name(value, request[2])
        return value

    def call(self, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Have S call one of its functions, and let it change those arguments that the lab's own solution changes."""
        allowed = self._find_mutated(callee)
        if allowed is None:
            return self.ask("call", callee, list(args), kwargs)
        keys = find_arguments(allowed, args, kwargs)
        self._changing.append(True)
        try:
            answer = self.ask("call-changing", callee, list(args), kwargs, keys)
        finally:
            self._changing.pop()
        return self._take_changes({str(key): args[key] if isinstance(key, int) else kwargs[key] for key in keys}, answer)

    def leave(self, context: Any, error: BaseException | None) -> bool:
        """Have S end a `with` block. Only an error that S raised can be dealt with there: else a learner's object would swallow the
        test's assertions."""
        is_theirs = error is not None and self.raised is not None and self.raised[0] is error
        described = None if error is None else [type(error).__name__, str(error)[:MAX_TEXT]]
        answer = self.ask("leave", context, described)
        return answer is True and is_theirs

    def claim(self, what: str = "") -> None:
        """Note that the test rests on what S says of its own object; `what` is how that could decide it, if it could."""
        self.answered = True
        if what and len(self.claims) < _MAX_CLAIMS:
            self.claims.add(what[:_MAX_NAME])

    def leave_undecided(self, what: str) -> BaseException:
        """End the cell: the test asks about an object of the learner what only its own code could say. What the test would make of an
        exception that it can catch, or of either answer, is no verdict."""
        self.ended, self.undecided = "undecided", what
        return EndOfCellError()

    def refuse_program(self, what: str) -> BaseException:
        """End the cell: the test would run text that may be the learner's as a program."""
        self.ended, self.undecided = "program", what
        return EndOfCellError()

    def is_building(self) -> bool:
        """Answer whether an answer is being put together."""
        return self._is_building

    def _ask(self, request: list[Any]) -> Any:
        if self.ended:
            raise EndOfCellError
        self.send_news()
        if self.workspace is None:
            return self._question(request)
        self._exchange_files(self.workspace, request)
        try:
            return self._question(request)
        finally:
            if not self.ended:
                self._exchange_files(self.workspace, [])

    def _question(self, request: list[Any]) -> Any:
        with self._turn:
            frame = self.codec.pack(request)
            while True:
                message = self._exchange(frame)
                if message[0] != "callback":
                    return self._take_answer(message)
                frame = self._serve_callback(message)

    def send_news(self) -> None:
        """Tell S what the test wrote, deleted and seeded, and which values go by value, since it was last asked."""
        changes = self.names.take_changes()
        if changes is not None:
            self._send(["sync", self._keep_sendable(changes[0]), changes[1]])
        if mirror.noted:
            self._send_seeds(mirror.take_noted())
        if len(self.exchange.registry) != len(self._told_types):
            self._told_types = set(self.exchange.registry)
            self._send(["types", sorted(map(list, self._told_types))])

    def _send_seeds(self, seeds: list[mirror.Call]) -> None:
        """Seed S too, unless the lab has made use of its secret SEED: these may be made of it."""
        if self.uses_secret:
            return
        for library, arguments in seeds:
            with suppress(TypeError, ValueError, OverflowError):
                self._send(["seed", library, arguments])

    def _take_answer(self, message: list[Any]) -> Any:
        if not is_answer(message):
            raise self.end("protocol")
        kind, content = message[:2]
        self._take_news(*message[2:])
        if kind == "value":
            return content
        if kind == "absent":
            raise KeyError
        if kind == "limit":
            self.ended = "timeout"
            raise EndOfCellError
        if kind == "large":
            self.ended = "large"
            raise EndOfCellError
        if kind == "unsendable":
            raise TypeError(str(content)[:MAX_TEXT])
        raise self._build_raised(content)

    def _take_news(self, printed: str, written: dict[str, str | None], deleted: list[str]) -> None:
        """Take in what learner code printed, where the test now prints, and which names it bound and deleted."""
        if printed and self.printed < self.output_bytes:
            printed = printed[: self.output_bytes - self.printed]
            self.printed += len(printed)
            sys.stdout.write(printed)
        if written or deleted:
            self.names.on_student_changes(written, deleted)

    def _build_raised(self, content: Any) -> BaseException:
        """Return what S says its code raised, as an exception that a test can catch by its class. One that a function of the test threw
        comes back as it was."""
        try:
            described, args, text, lines, number, thrown, attributes = content
            if type(text) is not str or not all(type(w) is str and type(n) is int and type(c) is str for w, n, c in lines):
                raise TypeError
            if type(thrown) is int and thrown >= 0:
                return self._thrown[thrown]
            error = self.proxies.make_exception(described, args, text[:MAX_TEXT], attributes, number)
            checked = [[where[:50], min(max(line, 0), 10**6), code[:200]] for where, line, code in lines[:3]]
        except (TypeError, ValueError, IndexError, KeyError, AttributeError, RecursionError):
            return self.end("protocol")
        self.raised = (error, checked)
        return error

    def _find_mutated(self, callee: Any) -> frozenset[str] | None:
        """Return the arguments that a function may change: those that the lab's function of that name does, if it has only that name."""
        if not self.solution.mutators:
            return None
        number = self.proxies.get_number(callee)
        return self.solution.mutators.get(self.fetched.get(number, "")) if number is not None else None

    def _take_changes(self, ours: dict[str, Any], answer: Any) -> Any:
        """Make the test's own arguments what S says they became, and return what S returned: the argument itself, if it is that."""
        if type(answer) is not list or len(answer) != 3 or type(answer[1]) is not dict or not answer[1].keys() <= ours.keys():
            raise self.end("protocol")
        value, changes, same = answer
        self._is_building = True
        try:
            for key, theirs in changes.items():
                change(ours[key], theirs)
        except UnlikeError as error:
            raise TypeError(f"an argument was changed: {error}") from None
        finally:
            self._is_building = False
        return ours[same] if type(same) is str and same in ours else value

    # What S may ask

    def _serve_callback(self, message: list[Any]) -> bytes:
        """Do for S what it asks of a function or object of the test; return what to tell S of it: the value, or the class and text of an
        exception, no more."""
        try:
            _, number, how, args, kwargs, *news = message
            if type(how) is not str or type(args) is not list or type(kwargs) is not dict or not is_news(news):
                raise TypeError
            lent = self.lending.get(number)
        except (ValueError, TypeError, IndexError):
            raise self.end("protocol") from None
        self._take_news(*news)
        may_change = bool(self._changing and self._changing[-1])
        self._changing.append(may_change)
        try:
            if len(self._changing) > MAX_CALLBACKS:
                raise RecursionError(f"calls from test to learner's code and back are more than {MAX_CALLBACKS} deep")
            frame = self.codec.pack(["returned", self.lending.operate(lent, how, args, kwargs, may_change)])
            if len(frame) > MAX_FRAME:
                raise ValueError(f"what the test returns is too large to be sent: {len(frame):,} bytes")
        except Exception as error:
            if len(self._thrown) < _MAX_THROWN:
                self._thrown.append(error)
            text = error.args[0] if [type(arg) for arg in error.args] == [str] else str(error)
            frame = self.codec.pack(["threw", type(error).__name__, text[:MAX_TEXT], len(self._thrown) - 1])
        finally:
            self._changing.pop()
        self.send_news()
        return frame

    def _read_line(self, prompt: str = "") -> str:
        """Be S's `input`: the test's own, if it has put something in its place."""
        shown = str(prompt)[: max(0, self.output_bytes - self.printed)]
        self.printed += len(shown)
        read = dict.get(self.names, "input") or input
        return str(read(shown))

    def _exchange_files(self, workspace: Workspace, request: list[Any]) -> None:
        """Send S the test's new files and take in the learner's. In a hidden part only the files that a question names are sent."""
        named = None if self.names.pushing == "all" else set(find_texts(request))
        try:
            workspace.put(self._question(["files", workspace.find_new(named), sorted(workspace.labs)]))
        except TypeError:
            raise self.end("protocol") from None

    # Names

    def _fetch(self, name: str) -> Any:
        """Return the value of a name that S owns: T's own import, for a module and for what the lab's solution only imports."""
        origin = self.solution.imports.get(name)
        if origin is not None:
            module = importlib.import_module(origin[0])
            return module if origin[1] is None else getattr(module, origin[1])
        claimed = self.names.theirs.get(name)
        if claimed is not None and self._may_import(claimed):
            return importlib.import_module(claimed)
        value = self._ask(["get", name])
        self._note_name(value, name)
        return value

    def _note_name(self, value: Any, name: str) -> None:
        """Remember the name under which a test got a function; one that it got under two names is none that the solution knows."""
        number = self.proxies.get_number(value)
        if number is not None:
            self.fetched[number] = name if self.fetched.get(number, name) == name else ""

    def _may_import(self, module: str) -> bool:
        """Answer whether T may have its own import of a module that the learner named: it is loaded here, or of the standard library."""
        root = module.partition(".")[0]
        if root == "autograder" or "__main__" in module.split("."):  # ours is no learner's, and `x.__main__` is a program
            return False
        return module in sys.modules or (root in sys.stdlib_module_names and root not in _NEVER_IMPORTED)

    def _keep_sendable(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return those of a test's new names that S can have: data that fits into a frame, S's own objects, functions and classes.

        Not iterators and objects of the test: S would exhaust the one and change the other behind the test's back.
        """
        kept, room = {}, MAX_FRAME // 2
        self.exchange.lends_objects = False
        try:
            for name, value in values.items():
                with suppress(TypeError, ValueError, OverflowError, RecursionError):
                    size = len(self.codec.pack(value))
                    if size <= room:
                        room -= size
                        kept[name] = value
        finally:
            self.exchange.lends_objects = True
        return kept

    # The wire

    def _send(self, message: list[Any]) -> None:
        """Send what has no answer."""
        self._transfer(self.codec.pack(message), answers=False)

    def _exchange(self, frame: bytes) -> list[Any]:
        """Send a question, or the reply to a callback, and return what S says next. Raises TypeError for a value that may not cross."""
        if len(frame) > MAX_FRAME:
            raise TypeError(f"the test sends too much to the learner's code: {len(frame):,} bytes; at most {MAX_FRAME:,} can be sent")
        answer = self._transfer(frame, answers=True)
        self._is_building = True
        try:
            message = self.codec.unpack(answer)
        except RefusedValueError as error:
            raise TypeError(str(error)) from None
        except WireError:
            raise self.end("protocol") from None
        finally:
            self._is_building = False
        if type(message) is not list or not message:
            raise self.end("protocol")
        return message

    def _transfer(self, frame: bytes, answers: bool) -> bytes:
        """Send a frame and return the one that comes back. The timer is put off in the meantime, and the end of the line is the end of the
        cell."""
        self.is_waiting = True
        try:
            self.channel.send(frame)
            answer = self.channel.receive() if answers else b""
        except FrameTooLargeError:  # an honest S says that an answer is too large, and does not send it
            raise self.end("protocol") from None
        except ClosedError:
            raise self.end("gone") from None
        finally:
            self.is_waiting = False
        if self.ended:
            raise EndOfCellError
        return answer

    def end(self, ending: str) -> BaseException:
        """Note that nothing more comes from S, and why; return the exception that ends the cell."""
        self.ended = self.gone = ending
        return EndOfCellError()
