"""What comes of many contracts, to the last unit of gas, as it was written down once: prices and messages are the chain's, for good.

    python -m tests.contracts.python.transcripts          write transcripts.json anew, after a change that is meant

Every version of Python that nodes may have must come to the same: nodes that differ would not agree on a block.
"""

import hashlib
import json
from pathlib import Path

from minichain.contracts.python.engine import PythonEngine, SourceError, compile_contract
from minichain.ledger.execution import Call, execute_transaction
from minichain.ledger.rwset import Write
from minichain.ledger.state import MemoryState
from tests.contracts.python import fuzz
from tests.contracts.python.borders import BORDERS, HOST, SOURCE
from tests.contracts.python.features import list_bodies, write_source
from tests.contracts.python.hostile import ENDED, HOLES, SPENT, TOGETHER
from tests.contracts.python.hostile_sources import REFUSED
from tests.contracts.python.programs import make_program, spoil
from tests.contracts.python.refusals import list_refusals
from tests.ledger.keyvalue_calls import BLOCK, SENDER

PATH = Path(__file__).with_name("transcripts.json")
GAS = 20_000
MORE_GAS = 1_000_000
SEEDS = 150


def make_hostile_source(code):
    """Return a whole source; a body becomes that of `main`."""
    return code if code.lstrip("\ufeff#").startswith(("def ", "@", "X", "\n")) else f"def main() -> None:\n    {code}\n"


def describe(record):
    """Return a line about what came of a call."""
    outcome = record.outcome
    left = hashlib.sha256(repr((record.events, record.rwset, outcome.result)).encode()).hexdigest()[:12]
    return f"{int(outcome.code)} {outcome.gas_used} {left} {outcome.message}"


def transcribe(sources, gas=GAS, parameters=()):
    """Return a line about a call of `main`, or about why one of the contracts is refused."""
    try:
        programs = {name: compile_contract(source) for name, source in sources.items()}
    except SourceError as error:
        return str(error)
    state = MemoryState()
    state.apply(0, [[Write("main", b"skept\0", b"N")]])

    def find_engine(name, view):
        return PythonEngine(programs[name]) if name in programs else None

    nodes = sum(program.nodes for program in programs.values())
    return f"{nodes} {describe(execute_transaction(Call('main', 'main', parameters, SENDER, 'ab' * 32, BLOCK, gas), state, find_engine))}"


def transcribe_seed(seed):
    """Return a line about a random program."""
    source = make_program(seed, is_plain=False)
    program = fuzz.compile_or_refuse(source)
    faulty = fuzz.compile_or_refuse(spoil(source, seed))
    return f"{describe(fuzz.call(program, *fuzz.INPUTS[seed % 4])[0])} {faulty is None}"


def list_transcripts():
    """Return a function for each transcript, by name."""
    found = {f"feature {body}": lambda body=body: transcribe({"main": write_source(body)}) for body in list_bodies()}
    found |= {f"refused {name}": lambda code=code: transcribe({"main": make_hostile_source(code)}) for name, (_, code) in REFUSED.items()}
    found |= {
        f"ended {name}": lambda code=code: transcribe({"main": make_hostile_source(code)}, MORE_GAS) for name, (_, _, code) in ENDED.items()
    }
    found |= {
        f"spent {name}": lambda body=body: transcribe({"main": f"def main() -> None:\n    while True:\n        {body}\n"})
        for name, body in SPENT.items()
    }
    found |= {f"refusal {place}": lambda source=source: transcribe({"main": source}) for place, source in enumerate(list_refusals())}
    found |= {
        f"border {kind} {result} {data}": lambda kind=kind, result=result, data=data: transcribe(
            {"main": SOURCE.format(kind=kind, result=result)}, parameters=(("n", data),)
        )
        for kind, result, data in BORDERS
    }
    found["host"] = lambda: transcribe({"main": HOST})
    found |= {f"hole {name}": lambda body=body: transcribe({"main": make_hostile_source(body)}, MORE_GAS) for name, body in HOLES.items()}
    found |= {f"together {name}": lambda sources=sources: transcribe(sources, 100_000) for name, (_, _, sources) in TOGETHER.items()}
    found |= {f"seed {seed}": lambda seed=seed: transcribe_seed(seed) for seed in range(SEEDS)}
    # Mixed, so that the first few have something of everything: a fault is found at once.
    return {name: found[name] for name in sorted(found, key=lambda name: hashlib.sha256(name.encode()).digest())}


def list_differences(names, written):
    """Yield the names of those that come out differently than they were written down."""
    transcripts = list_transcripts()
    for name in names:
        if transcripts[name]() != written[name]:
            yield name


def main():
    """Write the file."""
    lines = {name: transcript() for name, transcript in list_transcripts().items()}
    PATH.write_text(json.dumps(lines, indent=0, ensure_ascii=True) + "\n")
    print(f"{len(lines)} transcripts")


if __name__ == "__main__":
    main()
