"""Random programs against the engine, for as long as it is told (`make soak`); `test_fuzz.py` runs a few.

    python -m tests.contracts.python.fuzz 10              ten minutes, from a seed that is printed
    python -m tests.contracts.python.fuzz 10 --seed 5     the same again
    python -m tests.contracts.python.fuzz --digest 0 200  what comes of these seeds, in one hash: another process must say the same

Of each program it is asked: nothing but SourceError and typed outcomes; the same twice; no write and no event after a failure; never more
gas than the limit, and all of it where one unit is missing; time in proportion to gas; and if the program is plain, the events that Python
itself comes to. Python runs only what `programs` wrote, and only if the engine came to an end first, within its gas.
"""

import argparse
import hashlib
import sys
import time
import traceback
import warnings
from collections import Counter

from minichain.contracts.python.engine import PythonEngine, SourceError, compile_contract
from minichain.contracts.stored import encode_value
from minichain.contracts.values import Record, RecordKind, encode_parameters
from minichain.ledger.execution import Call, Code, execute_transaction
from minichain.ledger.rwset import Write
from minichain.ledger.state import MemoryState
from tests.contracts.python.programs import make_program, spoil
from tests.ledger.keyvalue_calls import BLOCK, SENDER

GAS = 300_000
MICROSECONDS = 5.0
"""Of processor time for a unit of gas, at most, besides a tenth of a second: ten to twenty times what it usually takes."""
INPUTS = [(3, "b a"), (0, ""), (-4, "1 2 x"), (17, "a b,c é")]
OTHER = compile_contract("def echo(n: int) -> int:\n    state['n'] = n\n    emit('echo', n)\n    assert n % 2, 'even'\n    return n\n")
LIMITS = ("2**256", "at most", "2**60", "2**62", "have no order", "is sorted", "A-Z", "digits", "1000", "names get", "has no value yet")
"""Words of failures that Python does not know: bounds, and what the subset says that it leaves out."""


class FindingError(AssertionError):
    """Something that must not be."""


def make_state():
    """Return a state with a few keys."""
    state = MemoryState()
    state.apply(0, [[Write("c", b"sa\0", encode_value([1, "x"])), Write("c", b"tsk\0i\1\1", encode_value({"a": None}))]])
    return state


def call(program, number, text, gas=GAS):
    """Return the record of a call, and the seconds of processor time that it took."""
    engines = {"c": PythonEngine(program), "other": PythonEngine(OTHER)}
    parameters = encode_parameters({"n": number, "text": text})
    began = time.process_time()
    record = execute_transaction(
        Call("c", "main", parameters, SENDER, "ab" * 32, BLOCK, gas), make_state(), lambda name, view: engines.get(name)
    )
    return record, time.process_time() - began


def compile_or_refuse(source):
    """Return the program, or None if it was refused as it should be."""
    try:
        return compile_contract(source)
    except SourceError as error:
        if not all(problem.line >= 1 and problem.column >= 1 and problem.sentence and problem.rule for problem in error.problems):
            raise FindingError(f"a problem without a place: {error.problems}") from None
        return None


def make_python_names():
    """Return a list that gets the events, and what a plain program needs to be run as Python."""
    events = []

    def record(cls):
        kind = RecordKind(cls.__name__, tuple(cls.__annotations__))
        defaults = {name: vars(cls)[name] for name in kind.fields if name in vars(cls)}

        class Kind(type):
            def __instancecheck__(cls, value):
                return type(value) is Record and value.kind == kind

            def __call__(cls, *values, **named):
                given = {**defaults, **dict(zip(kind.fields, values, strict=False)), **named}
                return Record(kind, tuple(given[name] for name in kind.fields))

        return Kind(cls.__name__, (), {})

    def emit(topic, *values):
        events.append((topic, tuple(encode_value(value) for value in values)))

    return events, {"record": record, "emit": emit}


def run_python(source, number, text):
    """Run a plain program as Python, and return its events and its result; raise what it raises."""
    events, names = make_python_names()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(source, "program", "exec"), names)
    return events, names["main"](number, text)


def examine(source, is_plain, number, text):
    """Run a program; raise FindingError if something is wrong. Return what came of it: "refused", or the name of a code, and the record."""
    program = compile_or_refuse(source)
    if program is None or "main" not in program.methods:
        return "refused", None
    record, seconds = call(program, number, text)
    outcome = record.outcome
    if seconds > 0.1 + outcome.gas_used * MICROSECONDS / 1e6:
        raise FindingError(f"{seconds:.3f} s for {outcome.gas_used} gas")
    if (record, "surprised" in outcome.message, outcome.gas_used > GAS) != (call(program, number, text)[0], False, False):
        raise FindingError(f"not the same twice, or a surprise: {outcome}")
    if outcome.code != Code.OK and (record.rwset.writes or record.events):
        raise FindingError(f"a failure left something: {record}")
    if outcome.code == Code.OK and "try_call" not in source:
        less = call(program, number, text, outcome.gas_used - 1)[0].outcome
        if less.code != Code.OUT_OF_GAS or less.gas_used > outcome.gas_used - 1:
            raise FindingError(f"{outcome.gas_used} gas were used, and one less was enough: {less}")
    if is_plain:
        compare(source, number, text, record)
    return outcome.code.name, record


def compare(source, number, text, record):
    """Raise FindingError unless Python says the same."""
    outcome = record.outcome
    if outcome.code not in (Code.OK, Code.FAILED) or any(words in outcome.message for words in LIMITS):
        return
    try:
        events, result = run_python(source, number, text)
    except Exception as error:
        if outcome.code == Code.OK:
            raise FindingError(f"Python: {type(error).__name__}: {error}") from error
        return
    if outcome.code != Code.OK:
        raise FindingError(f"Python comes to {result!r}, the engine: {outcome}")
    ours = [(event.topic, event.data) for event in record.events]
    if (ours, outcome.result) != (events, result.encode()):
        raise FindingError(f"Python: {events} {result!r}; the engine: {ours} {outcome.result!r}")


def examine_seed(seed):
    """Examine what a seed gives: a plain program, or one with the host, or a spoilt one. Return what came of it and its record."""
    is_plain = seed % 3 == 0
    source = make_program(seed, is_plain)
    is_spoilt = seed % 3 == 2 and seed % 2 == 0
    if is_spoilt:
        source = spoil(source, seed)
    try:
        return examine(source, is_plain and not is_spoilt, *INPUTS[seed % len(INPUTS)])
    except FindingError as finding:
        raise FindingError(f"seed {seed}: {finding}\n{source}") from finding.__cause__
    except Exception as error:
        raise FindingError(f"seed {seed}: {traceback.format_exc()}\n{source}") from error


def digest_seeds(first, count):
    """Return one hash of what comes of these seeds."""
    hasher = hashlib.sha256()
    for seed in range(first, first + count):
        hasher.update(repr(examine_seed(seed)).encode(errors="backslashreplace"))
    return hasher.hexdigest()


def main():
    """Run until the time is over, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minutes", nargs="?", type=float, default=10)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--digest", nargs=2, type=int, metavar=("FIRST", "COUNT"))
    arguments = parser.parse_args()
    if arguments.digest:
        print(digest_seeds(*arguments.digest))
        return 0
    seed = int(time.time()) * 1000 if arguments.seed is None else arguments.seed
    print(f"from seed {seed}", flush=True)
    counts, findings, end = Counter(), 0, time.monotonic() + 60 * arguments.minutes
    while time.monotonic() < end:
        try:
            counts[examine_seed(seed)[0]] += 1
        except FindingError as finding:
            findings += 1
            print(finding, flush=True)
        seed += 1
    print(f"{counts.total()} programs: {', '.join(f'{name} {count}' for name, count in counts.most_common())}; {findings} findings")
    return findings > 0


if __name__ == "__main__":
    sys.exit(main())
