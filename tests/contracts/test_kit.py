"""The kit: what an author sees is what happens on the chain, and a proof convinces a stranger of nothing but that."""

from dataclasses import replace

import pytest

from minichain.contracts.kit import RefusedError, get_proven_receipt, get_proven_value, make_kit_chain
from minichain.contracts.kit.chain import START_MS
from minichain.contracts.kit.coverage import format_coverage
from minichain.contracts.kit.gas_report import format_gas_report
from minichain.crypto.errors import InvalidProofError
from minichain.crypto.suites import SUITE_NAMES
from minichain.ledger.encoding import decode, encode
from minichain.ledger.execution import Code
from minichain.ledger.runners import InProcessRunner
from minichain.ledger.system_names import CONTRACT_MANAGE
from minichain.ledger.workers import WorkerPool
from tests.contracts.members import refused

COUNTER = '''
"""Counts, each organisation for itself."""

def init(start: int) -> None:
    state["start"] = start

def add(amount: int) -> int:
    assert amount > 0, "count upwards"
    state["count", sender.org] = state.get(("count", sender.org), 0) + amount
    emit("added", sender.org, amount)
    return state["count", sender.org]

@query
def get(org: str) -> int:
    return state["start"] + state.get(("count", org), 0)

@query
def now() -> int:
    return block.timestamp_ms

@query
def who() -> str:
    return sender.address
'''


@pytest.fixture
def actors():
    chain = make_kit_chain("bank", "maker", "supplier")
    chain.install("counter", COUNTER, start=100)
    return chain, *chain.organisations


def test_a_result_is_what_the_receipt_says_in_plain_values(actors):
    chain, _, maker, _ = actors
    result = chain.invoke(maker, "counter", "add", amount=3)
    assert (result.value, result.code, result.is_success) == (3, Code.OK, True)
    assert (result.gas, result.receipt.gas_used) == (result.receipt.gas_used, result.gas)
    assert [(event.contract, event.topic, event.values) for event in result.events] == [("counter", "added", ("maker", 3))]
    assert chain.ledger.store.get_committed(result.height).receipts[result.index] == result.receipt
    assert chain.get_state("counter", ("count", "maker")) == 3


def test_a_call_that_fails_raises_and_stands_in_its_block(actors):
    chain, _, maker, _ = actors
    with pytest.raises(RefusedError, match="count upwards") as found:
        chain.invoke(maker, "counter", "add", amount=0)
    assert found.value.result.receipt in chain.ledger.store.get_committed(chain.ledger.height).receipts
    assert chain.get_state("counter", ("count", "maker")) is None


@pytest.mark.parametrize("parameters", [{}, {"amount": "x"}, {"amount": 1, "more": 2}])
def test_parameters_that_do_not_fit_are_refused(actors, parameters):
    chain, _, maker, _ = actors
    with refused("", Code.BAD_PARAMETER):
        chain.invoke(maker, "counter", "add", **parameters)


def test_a_query_changes_nothing_and_may_not_try(actors):
    chain, _, maker, _ = actors
    height = chain.ledger.height
    assert chain.query(maker, "counter", "get", org="maker") == 100
    with pytest.raises(RefusedError):
        chain.query(maker, "counter", "add", amount=1)
    assert (chain.ledger.height, chain.get_state("counter", ("count", "maker"))) == (height, None)


def test_time_passes_when_the_author_says_so_and_the_past_can_be_read(actors):
    chain, _, maker, _ = actors
    first = chain.invoke(maker, "counter", "add", amount=1)
    chain.advance(days=2, hours=3, seconds=4)
    second = chain.invoke(maker, "counter", "add", amount=1)
    times = [chain.ledger.store.get_header(result.height).timestamp_ms for result in (first, second)]
    assert times[1] - times[0] == ((2 * 24 + 3) * 3600 + 4) * 1000 + 1000
    assert chain.query(maker, "counter", "get", org="maker", height=first.height) == 101
    assert chain.query(maker, "counter", "now", height=first.height) == times[0] > START_MS
    assert chain.query(maker, "counter", "get", org="maker") == 102
    with pytest.raises(RefusedError, match="forward only"):
        chain.advance(days=-1)


def test_a_block_of_several_calls_tells_what_each_came_to_and_who_waits_for_whom(actors):
    chain, bank, maker, supplier = actors
    calls = [
        chain.ask(org, "counter", "add", amount=amount) for org, amount in ((bank, 1), (maker, 2), (maker, 0), (maker, 3), (supplier, 4))
    ]
    sealed = chain.seal(*calls)
    assert [result.is_success for result in sealed.results] == [True, True, False, True, True]
    assert [result.invocation for result in sealed.results] == calls
    assert chain.get_state("counter", ("count", "maker")) == 5
    places = [result.index for result in sealed.results]
    edges = {(later, earlier) for later, all_earlier in enumerate(sealed.block.dag.neighbours) for earlier in all_earlier}
    same = sorted((places[1], places[3]), reverse=True)
    assert edges == {tuple(same)}
    assert len(sealed.events) == 4
    assert "5 transactions" in sealed.describe_dag()


def test_the_same_script_gives_the_same_chain():
    hashes = set()
    for _ in range(2):
        chain = make_kit_chain("bank", "maker")
        chain.install("counter", COUNTER, start=1)
        chain.seal(*[chain.ask(org, "counter", "add", amount=1) for org in chain.organisations * 3])
        hashes.add(chain.get_block_hash())
    assert len(hashes) == 1


def test_real_cores_come_to_the_same_state():
    states = []
    for make_runner in (None, lambda find_engine: WorkerPool(find_engine, 2)):
        chain = make_kit_chain("bank", "maker", make_runner=make_runner)
        try:
            chain.install("counter", COUNTER, start=1)
            chain.seal(*[chain.ask(org, "counter", "add", amount=number) for org in chain.organisations for number in range(1, 20)])
            states.append(chain.list_state("counter"))
        finally:
            if make_runner:
                chain.ledger.runner.close()
    assert states[0] == states[1] == [1, 190, 190]


@pytest.mark.parametrize("suite", SUITE_NAMES)
def test_an_address_is_what_contracts_call_somebody(suite):
    chain = make_kit_chain("bank", suite=suite)
    chain.install("counter", COUNTER, start=1)
    (bank,) = chain.organisations
    for actor in (bank.client, bank.admin):
        assert chain.query(actor, "counter", "who") == actor.address


# Members who decide


def test_installing_takes_administrators_of_most_organisations():
    chain = make_kit_chain("bank", "maker", "supplier")
    bank, maker, _ = chain.organisations
    for signers in ([bank.admin], [bank.admin, maker.client], [bank.admin, bank.client]):
        with pytest.raises(RefusedError, match="MAJORITY: administrators of 2 of all 3"):
            chain.install("counter", COUNTER, signers=signers, start=1)
    chain.install("counter", COUNTER, signers=[bank.admin, maker.admin], start=1)


def test_an_upgrade_keeps_the_state(actors):
    chain, _, maker, _ = actors
    chain.invoke(maker, "counter", "add", amount=3)
    chain.upgrade("counter", COUNTER.replace('state["start"] + ', "1000 + "), version="2")
    assert chain.query(maker, "counter", "get", org="maker") == 1003


def test_a_change_is_made_when_most_have_voted_for_it(actors):
    chain, bank, maker, supplier = actors
    request = chain.request(supplier.admin, CONTRACT_MANAGE, "FREEZE_CONTRACT", CONTRACT_NAME="counter")
    assert chain.vote(bank.admin, request, is_agreed=False) == "OPEN"
    assert chain.vote(maker.admin, request) == "OPEN"
    chain.invoke(maker, "counter", "add", amount=1)
    assert chain.vote(supplier.admin, request) == "ADOPTED"
    with refused("frozen", Code.FROZEN):
        chain.invoke(maker, "counter", "add", amount=1)


def test_source_that_leaves_the_subset_is_not_installed():
    chain = make_kit_chain("bank")
    with refused("import", Code.BAD_PARAMETER):
        chain.install("bad", "import os\n")


# Proofs


def test_a_proof_shows_a_stranger_one_value_or_that_there_is_none(actors):
    chain, _, maker, _ = actors
    chain.invoke(maker, "counter", "add", amount=3)
    proof, trusted = chain.prove_state("counter", ("count", "maker")), chain.get_block_hash()
    received = decode(type(proof), encode(proof))  # it travels as bytes
    assert (received.contract, received.plain_key) == ("counter", ("count", "maker"))
    assert get_proven_value(received, trusted, chain.suite) == 3
    assert get_proven_value(chain.prove_state("counter", ("count", "bank")), trusted, chain.suite) is None


def test_a_proof_that_was_touched_shows_nothing(actors):
    chain, _, maker, _ = actors
    chain.invoke(maker, "counter", "add", amount=3)
    proof, trusted = chain.prove_state("counter", ("count", "maker")), chain.get_block_hash()
    other = chain.prove_state("counter", "start")
    for wrong in (
        replace(proof, key=other.key),
        replace(proof, contract="other"),
        replace(proof, proof=other.proof),
        replace(proof, header=replace(proof.header, state_root=bytes(32))),
    ):
        with pytest.raises(InvalidProofError):
            get_proven_value(wrong, trusted, chain.suite)
    chain.invoke(maker, "counter", "add", amount=1)
    with pytest.raises(InvalidProofError, match="is trusted"):
        get_proven_value(proof, chain.get_block_hash(), chain.suite)


def test_a_receipt_can_be_proven_and_no_other_one_in_its_place(actors):
    chain, bank, maker, _ = actors
    sealed = chain.seal(*[chain.ask(org, "counter", "add", amount=3) for org in (bank, maker)])
    for result in sealed.results:
        assert get_proven_receipt(chain.prove_result(result), sealed.hash, chain.suite) == result.receipt
    first, second = (chain.prove_result(result) for result in sealed.results)
    with pytest.raises(InvalidProofError):
        get_proven_receipt(replace(first, proof=replace(first.proof, entry=second.proof.entry)), sealed.hash, chain.suite)


# What it costs


def test_the_gas_report_adds_up(actors):
    chain, _, maker, _ = actors
    gas = [chain.invoke(maker, "counter", "add", amount=amount).gas for amount in (1, 10**6)]
    (row,) = [row for row in chain.report_gas() if row.method == "add"]
    assert (row.calls, row.least, row.mean, row.most) == (2, min(gas), sum(gas) // 2, max(gas))
    assert "counter.add" in format_gas_report(chain.report_gas())


# What was run


def test_coverage_tells_the_lines_that_were_never_run(actors):
    chain, _, maker, _ = actors
    source = COUNTER.splitlines()
    texts = [source[line - 1].strip() for line in chain.report_coverage("counter").missed]
    assert len(texts) == 7 and 'state["start"] = start' not in texts
    gas = chain.invoke(maker, "counter", "add", amount=3).gas
    with pytest.raises(RefusedError):
        chain.invoke(maker, "counter", "add", amount=0)
    coverage = chain.report_coverage("counter")
    assert [source[line - 1].strip() for line in coverage.missed] == [
        'return state["start"] + state.get(("count", org), 0)',
        "return block.timestamp_ms",
        "return sender.address",
    ]
    assert coverage.percent == 100 * 5 // 8
    marked = [line for line in format_coverage(coverage, COUNTER).splitlines() if line.startswith("!")]
    assert marked == [f"! {source[line - 1]}" for line in coverage.missed]
    plain = make_kit_chain("bank", "maker", "supplier", make_runner=InProcessRunner)
    plain.install("counter", COUNTER, start=100)
    assert plain.invoke(plain.organisations[1], "counter", "add", amount=3).gas == gas
    chain.query(maker, "counter", "get", org="maker")
    chain.query(maker, "counter", "now")
    chain.query(maker, "counter", "who")
    assert (chain.report_coverage("counter").missed, chain.report_coverage("counter").percent) == ((), 100)


def test_coverage_of_branches_and_loops():
    chain = make_kit_chain("bank")
    (bank,) = chain.organisations
    lines = [
        "def run(n: int) -> int:",
        '    """Doc."""',
        "    total = 0",
        "    for i in range(n):",
        "        if i == 3:",
        "            total += 1",
    ]
    source = "\n".join([*lines, "            break", "        else:", "            continue", "    return total", ""])
    chain.install("loops", source)
    for n, missed in ((0, (5, 6, 7, 9)), (2, (6, 7)), (9, ())):
        chain.invoke(bank, "loops", "run", n=n)
        assert chain.report_coverage("loops").missed == missed
    with pytest.raises(RefusedError, match="no contract 'nothing'"):
        chain.report_coverage("nothing")
