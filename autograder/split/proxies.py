"""What stands in T for the learner's functions, classes and objects: it asks S, and never pretends to be plain data.

`==`, `!=`, `bool` and `hash` of a stand-in never ask S: an object that claims to equal everything equals nothing here. They are T's own,
by identity, as they are in S for every object whose class does not say otherwise. Where it does (an `__eq__`, a `__len__` …) only its
author's code knows the answer, and either answer of ours could pass a test that it should fail (`assert a != b`, `assert stack`): the
cell ends, undecided. The classes of an object are told when it first crosses; `isinstance` and `type` answer from that. Everything else
(calls, attributes, order, length, indexing, iteration) asks S, and is as trustworthy as the learner: a claim about its own object.

No class in T that has values of its own (numbers, text, lists, arrays, frames) is ever the class of a stand-in, so `isinstance(x, list)`
holds for T's lists alone, not for a subclass of the learner that answers for itself.
"""

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, Final, Protocol

from autograder.split.operators import CALL, JUDGING, OF_METACLASS, SPECIAL
from autograder.split.raised import build_exception, make_exception_class
from autograder.split.values import make_named_tuple


class Asker(Protocol):
    """What a stand-in needs of the session: a way to ask S."""

    def ask(self, *request: Any) -> Any:
        """Send a request to S and return its answer, or raise what it raised."""

    def call(self, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Have S call a function or class of its own."""

    def leave(self, context: Any, error: BaseException | None) -> bool:
        """Have S end a `with` block; answer whether its error is dealt with."""

    def claim(self, what: str = "") -> None:
        """Note that the test rests on what S says of its own object; `what` is how that could decide it, if it could."""

    def leave_undecided(self, what: str) -> BaseException:
        """Note that the cell asks what nobody can say, and return the exception that ends it."""

    def is_building(self) -> bool:
        """Answer whether an answer of S is being put together: its sets and dictionaries hash what they hold."""


READABLE: Final = frozenset(
    "__name__ __qualname__ __doc__ __module__ __dict__ __annotations__ __defaults__ __kwdefaults__ __code__ __closure__ __wrapped__ "
    "__func__ __self__ __slots__ __cause__ __context__ __notes__".split()
)
"""Names with two underscores that a test may read of a learner's object."""


def _get_class(self: Any) -> type:
    """Return T's own class that is nearest to an object's in S, for `isinstance`; its class here, if it has none."""
    kind = type(self)
    if type(kind) is not StudentClass:
        return kind
    self._handle_asker.claim()
    return kind._class_own or kind


class StudentObject:
    """An object of the learner; its class in T is a stand-in for its class in S."""

    __slots__ = ("_handle_asker", "_handle_name", "_handle_number")
    __class__ = property(_get_class)
    if TYPE_CHECKING:
        _handle_asker: Asker
        _handle_name: str
        _handle_number: int

    def __eq__(self, other: object) -> Any:
        return True if self is other else NotImplemented  # the other's class may have a say

    def __ne__(self, other: object) -> Any:
        return False if self is other else NotImplemented

    def __hash__(self) -> int:
        return hash(self._handle_number)

    def __bool__(self) -> bool:
        return True

    def __getattr__(self, name: str) -> Any:
        if name == "__signature__":
            return _ask_signature(self._handle_asker, self)
        if name.startswith("__") and name not in READABLE:
            raise AttributeError(f"the learner's {type(self).__name__} object has no attribute {name!r} here")
        return self._handle_asker.ask("attr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._handle_asker.ask("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._handle_asker.ask("delattr", self, name)

    def __repr__(self) -> str:
        return str(self._handle_asker.ask("op", "repr", [self]))

    def __str__(self) -> str:
        return str(self._handle_asker.ask("op", "str", [self]))

    def __format__(self, how: str) -> str:
        return str(self._handle_asker.ask("op", "format", [self, how]))

    def __dir__(self) -> list[str]:
        return [name for name in self._handle_asker.ask("op", "dir", [self]) if type(name) is str]

    def __copy__(self) -> Any:
        return self._handle_asker.ask("op", "copy", [self])

    def __deepcopy__(self, _: Any) -> Any:
        return self._handle_asker.ask("op", "deepcopy", [self])


def _ask_signature(asker: Asker, function: Any) -> Signature:
    """Return the signature of a learner's function, as S tells it."""
    parameters, returned = asker.ask("signature", function)
    made = [Parameter(name, _KINDS[kind], **_keep_given(default=default, annotation=note)) for name, kind, default, note in parameters]
    return Signature(made, **_keep_given(return_annotation=returned))


def _keep_given(**parts: list[Any]) -> dict[str, Any]:
    """Return those parts that are there: each is a list of one or none."""
    return {name: part[0] for name, part in parts.items() if part}


_KINDS: Final = (
    Parameter.POSITIONAL_ONLY,
    Parameter.POSITIONAL_OR_KEYWORD,
    Parameter.VAR_POSITIONAL,
    Parameter.KEYWORD_ONLY,
    Parameter.VAR_KEYWORD,
)


def _ask_for(name: str) -> property:
    return property(lambda self: self._handle_asker.ask("attr", self, name))


def _call(self: StudentObject, *args: Any, **kwargs: Any) -> Any:
    return self._handle_asker.call(self, args, kwargs)


def _exit(self: StudentObject, kind: Any, error: BaseException | None, trace: Any) -> bool:
    return self._handle_asker.leave(self, error)


def _await(self: StudentObject) -> Any:
    yield from ()  # what it waits for, S waits for
    return self._handle_asker.ask("op", "await", [self])


def _contains(self: StudentObject, item: Any) -> bool:
    return self._handle_asker.ask("op", "contains", [self, item]) is True


def _answer_by_asking(operator: str, swapped: bool = False) -> Callable[..., Any]:
    def ask(self: StudentObject, *operands: Any) -> Any:
        return self._handle_asker.ask("op", operator, [*operands, self] if swapped else [self, *operands])

    return ask


def _equal(self: StudentObject, other: object) -> bool:
    if self._handle_asker.is_building():  # S has told the members of its set apart already
        return self is other
    raise self._handle_asker.leave_undecided(f"== or != on an object of the learner's class {type(self).__name__}, which has its own")


def _hash(self: StudentObject) -> int:
    """Return one number for all, so that sets and dictionaries that arrived are compared by `==` of what they hold: undecided, too."""
    if self._handle_asker.is_building():
        return 0
    raise self._handle_asker.leave_undecided(f"the place in a set or dict of an object of the learner's class {type(self).__name__}")


def _be_true(self: StudentObject) -> bool:
    raise self._handle_asker.leave_undecided(f"bool() of an object of the learner's class {type(self).__name__}, which has its own")


def _find_methods(special: list[str]) -> dict[str, Callable[..., Any]]:
    """Return the methods of a stand-in for a class with these special methods."""
    methods = {name: _METHODS[name] for name in special if name not in (*JUDGING, OF_METACLASS)}
    if "__eq__" in special or "__ne__" in special:
        methods |= {"__eq__": _equal, "__ne__": _equal, "__hash__": _hash}
    return methods | ({"__bool__": _be_true} if "__bool__" in special or "__len__" in special else {})


_METHODS: Final[dict[str, Callable[..., Any]]] = {
    **{name: _answer_by_asking(operator, swapped) for name, (operator, swapped) in SPECIAL.items()},
    CALL: _call,
    "__exit__": _exit,
    "__await__": _await,
    "__contains__": _contains,
}


class StudentClass(type):
    """The class of stand-ins for the learner's classes: calling one asks S for an object. A class that T has too equals T's own."""

    _class_number: int
    _class_asker: Asker
    _class_own: type | None
    _class_is_odd: bool

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> "StudentClass":
        """Refuse what a `class` statement of a test asks for: the learner's class is in S, and its methods with it."""
        raise TypeError(f"a test cannot derive {name} from a class of the learner")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls._class_asker.call(cls, args, kwargs)

    def __eq__(cls, other: object) -> bool:
        for kind in (cls, other):
            if type(kind) is StudentClass:
                kind._validate_plain()
        return cls is other or (other is cls._class_own and other is not None)

    def __ne__(cls, other: object) -> bool:
        return not cls == other

    __hash__ = type.__hash__

    def __getattr__(cls, name: str) -> Any:
        if name == "__signature__":
            return _ask_signature(cls._class_asker, cls)
        if name.startswith("__") and name not in READABLE:
            raise AttributeError(f"the learner's class {cls.__name__} has no attribute {name!r} here")
        return cls._class_asker.ask("attr", cls, name)

    def __setattr__(cls, name: str, value: Any) -> None:
        cls._class_asker.ask("setattr", cls, name, value)

    def __delattr__(cls, name: str) -> None:
        cls._class_asker.ask("delattr", cls, name)

    def __iter__(cls) -> Any:
        return cls._class_asker.ask("op", "iter", [cls])

    def __len__(cls) -> Any:
        return cls._class_asker.ask("op", "len", [cls])

    def __getitem__(cls, key: Any) -> Any:
        return cls._class_asker.ask("op", "getitem", [cls, key])

    def __contains__(cls, item: Any) -> bool:
        return cls._class_asker.ask("op", "contains", [cls, item]) is True

    def __bool__(cls) -> bool:
        cls._validate_plain()
        return True

    def _validate_plain(cls) -> None:
        """End the cell if the learner's metaclass has a say in what the class equals, and whether it is true."""
        if cls._class_is_odd:
            raise cls._class_asker.leave_undecided(f"== or bool() of the learner's class {cls.__name__}, whose metaclass is the learner's")

    def __dir__(cls) -> list[str]:
        return [name for name in cls._class_asker.ask("op", "dir", [cls]) if type(name) is str]


def _ask_class(name: str) -> Any:
    return property(lambda cls: cls._class_asker.ask("attr", cls, name))


_OF_EVERY_CLASS: Final = ("__doc__", "__annotations__")
"""What every class has, in T too, and which only S can tell of the learner's."""
for _name in _OF_EVERY_CLASS:
    type.__setattr__(StudentClass, _name, _ask_class(_name))

FindOwn = Callable[[str, str], type | None]
_MAX_OBJECTS: Final = 100_000
_MAX_CLASSES: Final = 10_000
_MAX_BASES: Final = 100
_MAX_FIELDS: Final = 256


class Proxies:
    """The stand-ins of one session, one for each object of S that T has met."""

    def __init__(self, asker: Asker, find_own: FindOwn, find_value_type: FindOwn) -> None:
        """Begin with none. `find_own` returns T's own class for (module, name) if it has one that may be a stand-in's, `find_value_type`
        if it has one whose values are plain or cross by value."""
        self._asker = asker
        self._find_own = find_own
        self._find_value_type = find_value_type
        self._classes: dict[int, type] = {}
        self._objects: dict[int, Any] = {}
        self._tuples: dict[type, int] = {}

    def get(self, content: Any) -> Any:
        """Return the stand-in for the object of S that a handle names. Raises TypeError or ValueError for a handle that makes no sense."""
        if type(content) is not list or [type(part) for part in content[:3]] != [int, str, str] or len(content) != 4:
            raise TypeError("an object is named by number, kind, name and class")
        number, kind, name, described = content
        if kind == "class":
            return self.get_class(described, itself=True)
        stand_in = self.get_class(described)
        if number in self._objects:
            return self._objects[number]
        if len(self._objects) >= _MAX_OBJECTS:
            raise ValueError(f"more than {_MAX_OBJECTS:,} objects")
        if not isinstance(stand_in, StudentClass):  # an exception, or a value that does not say what it is made of
            stand_in = self._make_class(_NOT_A_CLASS, "__main__", stand_in.__name__, [], (), own=stand_in)
        found: Any = object.__new__(stand_in)
        for slot, value in (("asker", self._asker), ("name", name), ("number", number)):
            object.__setattr__(found, f"_handle_{slot}", value)
        self._objects[number] = found
        return found

    def get_number(self, value: Any) -> int | None:
        """Return the number by which S knows a stand-in, or None for anything else."""
        kind = type(value)
        if type(kind) is StudentClass:
            return int(value._handle_number)
        if kind is StudentClass:
            return int(value._class_number)
        if isinstance(value, BaseException):
            number = vars(value).get("_handle_number")
        elif isinstance(value, type):
            number = self._tuples.get(value) if issubclass(value, tuple) else value.__dict__.get("_class_number")
        else:
            return None
        return number if type(number) is int else None

    def make_exception(self, described: Any, args: Any, text: str, attributes: Any, number: Any) -> BaseException:
        """Return an exception as S raised it. A library's exception class that T has imported only since it first came is T's own now."""
        kind = self.get_class(described)
        if "_class_number" in kind.__dict__:
            own = self._find_own(kind.__module__, kind.__qualname__)
            kind = own if own is not None and issubclass(own, BaseException) else kind
        error = build_exception(kind, args, text, attributes)
        if type(number) is int:
            vars(error)["_handle_number"] = number
        return error

    def get_class(self, described: Any, itself: bool = False) -> type:
        """Return the class in T for a class of S, by its number or its description. `itself`: the class is what a test asked for; if its
        values cross by value, it is T's own class of that name."""
        if type(described) is not int:
            self._meet(described)
            described = described[0]
        kind = self._classes.get(described)
        if kind is None:
            raise ValueError(f"class {described} has never been described")
        return (itself and self._find_value_type(kind.__module__, kind.__qualname__)) or kind

    def make_named_tuple(self, number: Any, module: str, name: str, fields: list[Any]) -> type:
        """Return the class in T for a named tuple of S: T's own making, a tuple with these fields and nothing else."""
        if type(number) is int and number in self._classes:
            return self._classes[number]
        if len(fields) > _MAX_FIELDS or not all(type(field) is str for field in fields):
            raise TypeError("a named tuple has names")
        own = self._find_value_type(module, name)
        is_own = own is not None and issubclass(own, tuple) and getattr(own, "_fields", None) == tuple(fields)
        made: Any = own if is_own else make_named_tuple(name, fields)
        if type(number) is int:
            self._classes[number] = made
            self._tuples[made] = number
        kind: type = made
        return kind

    def _meet(self, described: Any, nested: int = 0) -> type:
        """Return the class for a description, made if it is new. Raises TypeError or ValueError for one that makes no sense."""
        if type(described) is int and described in self._classes:
            return self._classes[described]
        if type(described) is not list or len(described) != 5 or nested > _MAX_BASES or len(self._classes) >= _MAX_CLASSES:
            raise TypeError("a class is described by number, module, name, special methods and bases")
        number, module, name, special, bases = described
        if [type(part) for part in (number, module, name, bases)] != [int, str, str, list] or len(bases) > _MAX_BASES:
            raise TypeError("a class is described by number, module, name, special methods and bases")
        if isinstance(special, list):
            return self.make_named_tuple(number, module, name, special)
        if type(special) is not str:
            raise TypeError("the special methods of a class are told by name")
        met = [self._meet(base, nested + 1) for base in bases]
        if number not in self._classes:
            own = self._find_own(module, name)
            if own is not None and issubclass(own, BaseException):
                self._classes[number] = own
            elif errors := tuple(base for base in met if issubclass(base, BaseException)):
                judging = {method: made for method, made in _find_methods(special.split()).items() if method in (*JUDGING, "__hash__")}
                self._classes[number] = make_exception_class(self._asker, number, module, name, errors, judging)
            else:
                self._classes[number] = self._make_class(number, module, name, special.split(), tuple(met), own)
        return self._classes[number]

    def _make_class(self, number: int, module: str, name: str, special: list[str], bases: tuple[type, ...], own: type | None) -> type:
        stand_ins = tuple(base for base in bases if isinstance(base, StudentClass)) or (StudentObject,)
        body = {"__module__": module, "__qualname__": name, "__slots__": (), **{asked: _ask_for(asked) for asked in _OF_EVERY_CLASS}}
        stand_in = type.__new__(StudentClass, name.rpartition(".")[2], stand_ins, {**body, **_find_methods(special)})
        inherited = next((base._class_own for base in bases if isinstance(base, StudentClass) and base._class_own), None)
        parts = {"number": number, "asker": self._asker, "own": own or inherited, "is_odd": OF_METACLASS in special}
        for part, value in parts.items():
            type.__setattr__(stand_in, f"_class_{part}", value)
        return stand_in


_NOT_A_CLASS: Final = -1
