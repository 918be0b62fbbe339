"""Contracts in Python on a whole chain: how they come, change, stop and go, what that costs, and what they never reach."""

import ast
import pickle
from pathlib import Path

import pytest

from minichain.contracts.engines import find_engine, find_engine_or_keyvalue, load_python
from minichain.contracts.kit import make_kit_chain
from minichain.contracts.python.engine import SourceError, compile_contract, load_program
from minichain.contracts.system.contract_manage import BYTE_GAS, PART_GAS
from minichain.contracts.system.find import FindInstalled
from minichain.ledger.execution import Code, ContractError
from minichain.ledger.state import MemoryState
from minichain.ledger.system_names import RESERVED
from minichain.ledger.view import View
from tests.contracts.members import refused

NOTES = """
def init(first: str) -> None:
    assert first != "", "say something"
    state["note"] = first

def write(text: str) -> None:
    state["note"] = text

@query
def read() -> str:
    return state["note"]
"""

SECOND = """
def upgrade(suffix: str) -> None:
    assert suffix != "", "add something"
    state["note"] = state["note"] + suffix

@query
def read() -> str:
    return "second: " + state["note"]
"""

CALLER = """
@query
def ask(name: str) -> str:
    return call(name, "read", str)

@query
def try_to_ask(name: str) -> int:
    return try_call(name, "read").code
"""


@pytest.fixture
def chain():
    chain = make_kit_chain("bank", "maker", "supplier")
    chain.install("notes", NOTES, first="hello")
    return chain


@pytest.fixture
def bank(chain):
    return chain.organisations[0]


# The life of a contract


def test_a_contract_is_upgraded_frozen_unfrozen_and_revoked(chain, bank):
    chain.install("other", CALLER)
    assert chain.query(bank, "other", "ask", name="notes") == "hello"
    chain.upgrade("notes", SECOND, version="2", suffix=", world")
    assert chain.query(bank, "other", "ask", name="notes") == "second: hello, world"
    for method, code in (("FREEZE_CONTRACT", Code.FROZEN), ("UNFREEZE_CONTRACT", Code.OK), ("REVOKE_CONTRACT", Code.REVOKED)):
        chain.govern("CONTRACT_MANAGE", method, CONTRACT_NAME="notes")
        assert chain.query(bank, "other", "try_to_ask", name="notes") == code
    with refused("notes", Code.REVOKED):
        chain.query(bank, "other", "ask", name="notes")
    with refused("there is a contract 'notes' already"):
        chain.install("notes", NOTES, first="again")
    assert chain.get_state("notes", "note") == "hello, world"


def test_a_hook_that_fails_leaves_what_was_there(chain, bank):
    with refused("say something"):
        chain.install("more", NOTES, first="")
    with refused("", Code.NO_CONTRACT):
        chain.query(bank, "more", "read")
    with refused("add something"):
        chain.upgrade("notes", SECOND, version="2", suffix="")
    assert chain.query(bank, "notes", "read") == "hello"
    chain.install("more", NOTES, first="the name is still free")


def test_nobody_but_contract_management_calls_a_hook(chain, bank):
    chain.install("other", 'def run() -> int:\n    return try_call("notes", "init", first="mine").code\n')
    with refused("", Code.NO_METHOD):
        chain.invoke(bank, "notes", "init", first="mine")
    assert chain.invoke(bank, "other", "run").value == Code.NO_METHOD
    assert chain.query(bank, "notes", "read") == "hello"


def test_a_source_that_is_none_is_refused_with_every_line_and_rule(chain):
    with refused("line 1", Code.BAD_PARAMETER) as found:
        chain.install("bad", "import os\n\ndef run() -> int:\n    x = lambda: 1\n    return 2\n")
    assert all(words in str(found.found.value) for words in ("[import]", "line 4", "[lambda]"))
    assert load_python(NOTES.encode()).hooks == {"init"}
    for code in (b"\xff", b"def f(:\n", b"x = 1\n" * 100_000):
        with pytest.raises(ContractError) as error:
            load_python(code)
        assert error.value.code is Code.BAD_PARAMETER


# What it costs


def test_a_deployment_is_paid_for_once_by_the_byte_and_by_the_node(chain):
    plain = "def run() -> int:\n    return 1\n"
    gas = {}
    for name, source in {"a": plain, "b": plain + "# ten bytes", "c": plain.replace("1", "1 + 2 + 3")}.items():
        gas[name] = chain.install(name, source).gas
    assert gas["b"] - gas["a"] == BYTE_GAS * len("# ten bytes")
    nodes = load_program(plain.replace("1", "1 + 2 + 3")).nodes - load_program(plain).nodes
    assert nodes == 4
    assert gas["c"] - gas["a"] == BYTE_GAS * len(" + 2 + 3") + PART_GAS * nodes


# What they never reach


def test_the_engine_has_no_word_for_calls_in_the_name_of_others():
    """`Host.call_for` and `Call.request` are for system contracts: no line of the engine that runs contracts names them."""
    package = Path(__file__).parents[2] / "minichain/contracts/python"
    files = sorted(package.glob("*.py"))
    assert len(files) > 15
    used = {}
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                used.setdefault(node.attr, []).append(f"{file.name}:{node.lineno}")
                if isinstance(node.value, ast.Attribute) and node.value.attr == "host":
                    assert node.attr == "call_contract", f"{file.name}:{node.lineno}"
    assert "call_contract" in used
    assert not {"call_for", "request", "callers", "_call", "_find_engine"} & used.keys()


@pytest.mark.parametrize(
    "expression",
    [
        "tx.request",
        "tx.call_for('a', 'b')",
        "sender.request",
        "caller.request",
        "call.request",
        "call.call_for",
        "state.call_for('a')",
        "host.call_for('a')",
        "host",
        "block.host",
        "call_for('CHAIN_CONFIG', 'CORE_UPDATE')",
        "getattr(tx, 'request')",
        "call('a', 'b', str, request='x').request",
        "(1).__class__",
        "sender.__dict__",
    ],
)
def test_no_contract_is_compiled_that_would_name_them(expression):
    with pytest.raises(SourceError):
        compile_contract(f"def run() -> str:\n    return {expression}\n")


CLIMBER = '''
"""Tries from its hook, which members voted for, to change more than they voted for."""

def init() -> None:
    codes = [try_call(name, method, native_contract_name="MULTI_SIGN", resource_name="x", TX_ID="0").code for name, method in TARGETS]
    state["codes"] = codes
    state["who"] = [sender.org, sender.role, caller]

TARGETS = (
    ("CHAIN_CONFIG", "PERMISSION_DELETE"),
    ("CHAIN_CONFIG", "GET_CHAIN_CONFIG"),
    ("CERT_MANAGE", "CERTS_FREEZE"),
    ("PUBKEY_MANAGE", "PUBKEY_DELETE"),
    ("CONTRACT_MANAGE", "REVOKE_CONTRACT_ACCESS"),
    ("CONTRACT_MANAGE", "GET_CONTRACT_LIST"),
    ("MULTI_SIGN", "VOTE"),
    ("CHAIN_QUERY", "GET_LAST_BLOCK"),
)
'''


def test_a_hook_that_members_voted_for_reaches_no_system_contract(chain, bank):
    _, maker, supplier = chain.organisations
    code = {"CONTRACT_NAME": "climber", "CONTRACT_VERSION": "1", "CONTRACT_RUNTIME_TYPE": "PYTHON", "CONTRACT_BYTECODE": CLIMBER.encode()}
    request = chain.request(supplier.client, "CONTRACT_MANAGE", "INIT_CONTRACT", **code)
    before = chain.ledger.configuration
    assert [chain.vote(who, request) for who in (bank.admin, maker.admin)] == ["OPEN", "ADOPTED"]
    codes = chain.get_state("climber", "codes")
    assert set(codes) <= {Code.NO_CONTRACT, Code.RE_ENTERED} and len(codes) == 8
    assert chain.get_state("climber", "who") == ["supplier", "client", "CONTRACT_MANAGE"]
    assert chain.ledger.configuration == before


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_no_contract_takes_the_name_of_a_system_contract(chain, name):
    with refused("system contract", Code.BAD_PARAMETER):
        chain.install(name, CALLER)


# Finding


def test_what_finds_engines_travels_to_other_processes():
    found = pickle.loads(pickle.dumps(find_engine_or_keyvalue))
    assert found.find_installed == find_engine and isinstance(found.find_installed, FindInstalled)
    assert found("kv", View(MemoryState())) is not None
    assert found("nothing", View(MemoryState())) is None
