"""Supply-chain finance: whatever anybody calls, the parts add up, only who may does, and nothing is financed or settled twice."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from minichain.contracts.kit import RefusedError, make_kit_chain
from minichain.contracts.kit.checks import check_contract
from minichain.industry.receivables import get_source
from minichain.industry.receivables.invariants import compute_totals, find_violations
from minichain.ledger.execution import Code
from tests.contracts.members import refused

NAME = "receivables"
DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def actors():
    """A chain with the contract on it: bank, rival bank, maker, supplier."""
    chain = make_kit_chain("bank", "rival", "maker", "supplier")
    chain.install(NAME, get_source())
    return chain, *chain.organisations


def register(chain, maker, supplier, id="R", amount=1000, invoice="I-1", days=90):
    """Have the supplier claim that the maker owes it this."""
    due = chain.now_ms + days * DAY_MS
    return chain.invoke(supplier, NAME, "register", id=id, debtor=maker.name, amount_fen=amount, due_ms=due, invoice=invoice)


def confirm(chain, maker, supplier, **fields):
    """Have it confirmed as well."""
    register(chain, maker, supplier, **fields)
    return chain.invoke(maker, NAME, "confirm", id=fields.get("id", "R"))


def get(chain, id="R"):
    return chain.query(chain.organisations[0], NAME, "get", id=id)


def get_records(chain):
    return {value.id: value for value in chain.list_state(NAME) if getattr(getattr(value, "kind", None), "name", "") == "Receivable"}


# One method after the other


def test_a_claim_is_worth_something_once_the_debtor_confirms_it(actors):
    chain, bank, _, maker, supplier = actors
    register(chain, maker, supplier)
    with refused("only what is confirmed"):
        chain.invoke(supplier, NAME, "offer", id="R", bank=bank.name)
    for stranger in (supplier, bank):
        with refused("only maker, who is said to owe it, confirms"):
            chain.invoke(stranger, NAME, "confirm", id="R")
    result = chain.invoke(maker, NAME, "confirm", id="R")
    assert [(event.topic, event.values) for event in result.events] == [("confirmed", ("R", "maker", 1000))]
    with refused("R is confirmed; what is registered is confirmed, once"):
        chain.invoke(maker, NAME, "confirm", id="R")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"id": ""}, "an id has"),
        ({"id": "R.1"}, "no dot"),
        ({"id": "x" * 61}, "an id has"),
        ({"debtor": "supplier"}, "the debtor is another organisation"),
        ({"amount_fen": 0}, "above 0 fen"),
        ({"amount_fen": -1}, "above 0 fen"),
        ({"due_ms": 1}, "due in the future"),
        ({"invoice": ""}, "an invoice has a number"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(actors, fields, words):
    chain, _, _, _, supplier = actors
    good = {"id": "R", "debtor": "maker", "amount_fen": 1, "due_ms": chain.now_ms + DAY_MS, "invoice": "I"}
    with refused(words):
        chain.invoke(supplier, NAME, "register", **good | fields)
    assert chain.list_state(NAME) == []


def test_an_invoice_is_registered_once_and_nobody_can_take_anothers_number(actors):
    chain, bank, _, maker, supplier = actors
    register(chain, maker, supplier)
    with refused("the id R is taken"):
        register(chain, maker, supplier, invoice="I-2")
    with refused("the invoice I-1 is registered already"):
        register(chain, maker, supplier, id="R-2")
    register(chain, maker, bank, id="R-3")  # another supplier counts its own invoices


def test_parts_add_up_or_there_are_none(actors):
    chain, bank, _, maker, supplier = actors
    confirm(chain, maker, supplier)
    for parts, words in (
        ([600, 399], "the parts add up to 999"),
        ([600, 401], "the parts add up to 1001"),
        ([1100, -100], "each part is above 0"),
        ([1000, 0], "each part is above 0"),
        ([1000], "2 to 20 parts"),
        ([50] * 21, "2 to 20 parts"),
    ):
        with refused(words):
            chain.invoke(supplier, NAME, "split", id="R", parts=parts)
    with refused("supplier holds R, and not bank"):
        chain.invoke(bank, NAME, "split", id="R", parts=[600, 400])
    assert chain.invoke(supplier, NAME, "split", id="R", parts=[600, 400]).value == ["R.1", "R.2"]
    assert [(part.id, part.amount_fen, part.parent, part.debtor) for part in chain.query(bank, NAME, "parts_of", id="R")] == [
        ("R.1", 600, "R", "maker"),
        ("R.2", 400, "R", "maker"),
    ]
    assert chain.query(bank, NAME, "held_by", org="supplier") == ["R.1", "R.2"]
    with refused("R is split"):
        chain.invoke(supplier, NAME, "assign", id="R", to=bank.name)


def test_only_the_holder_passes_it_on_and_an_offer_lapses_with_that(actors):
    chain, bank, rival, maker, supplier = actors
    confirm(chain, maker, supplier)
    chain.invoke(supplier, NAME, "offer", id="R", bank=bank.name)
    with refused("supplier holds R, and not rival"):
        chain.invoke(rival, NAME, "assign", id="R", to="rival")
    with refused("other than holder and debtor"):
        chain.invoke(supplier, NAME, "assign", id="R", to="maker")
    chain.invoke(supplier, NAME, "assign", id="R", to="rival")
    with refused("R was not offered to bank"):
        chain.invoke(bank, NAME, "finance", id="R")
    assert get(chain).holder == "rival"


def test_it_is_financed_once_by_the_bank_that_was_named(actors):
    chain, bank, rival, maker, supplier = actors
    confirm(chain, maker, supplier)
    chain.invoke(supplier, NAME, "offer", id="R", bank=bank.name)
    with refused("R was not offered to rival"):
        chain.invoke(rival, NAME, "finance", id="R")
    chain.invoke(bank, NAME, "finance", id="R")
    assert (get(chain).holder, get(chain).financed_by, get(chain).status) == ("bank", "bank", "financed")
    for sender in (bank, rival):
        with refused("R is financed"):
            chain.invoke(sender, NAME, "finance", id="R")
    for method, parameters in (("assign", {"to": "rival"}), ("split", {"parts": [500, 500]}), ("offer", {"bank": "rival"})):
        with refused("R is financed"):
            chain.invoke(bank, NAME, method, id="R", **parameters)
        with refused("bank holds R, and not supplier"):
            chain.invoke(supplier, NAME, method, id="R", **parameters)


def test_two_banks_in_one_block_cannot_both_finance(actors):
    """Double financing is a race: whichever comes first, the other fails, and the DAG says why they may not run at once."""
    chain, bank, rival, maker, supplier = actors
    confirm(chain, maker, supplier)
    chain.invoke(supplier, NAME, "offer", id="R", bank=bank.name)
    block = chain.seal(
        chain.ask(bank, NAME, "finance", id="R"),
        chain.ask(rival, NAME, "finance", id="R"),
        chain.ask(bank, NAME, "finance", id="R"),
        chain.ask(supplier, NAME, "split", id="R", parts=[500, 500]),
    )
    assert sum(result.is_success for result in block.results) == 1
    assert find_violations(get_records(chain).values()) == []


def test_settling_takes_both_sides_and_the_due_date(actors):
    chain, bank, _, maker, supplier = actors
    confirm(chain, maker, supplier, days=90)
    with refused("R is due at"):
        chain.invoke(maker, NAME, "settle", id="R", payment="P-1")
    chain.advance(days=90)
    with refused("the debtor says first"):
        chain.invoke(supplier, NAME, "settle", id="R", payment="P-1")
    with refused("only maker, who owes it, and supplier, who holds it"):
        chain.invoke(bank, NAME, "settle", id="R", payment="P-1")
    assert chain.invoke(maker, NAME, "settle", id="R", payment="P-1").value == "paid"
    with refused("R is paid"):
        chain.invoke(supplier, NAME, "assign", id="R", to="bank")
    with refused("has named another payment"):
        chain.invoke(supplier, NAME, "settle", id="R", payment="P-2")
    assert chain.invoke(supplier, NAME, "settle", id="R", payment="P-1").value == "settled"
    final = get(chain)
    for sender, method, parameters in (
        (maker, "settle", {"payment": "P-3"}),
        (supplier, "settle", {"payment": "P-1"}),
        (supplier, "assign", {"to": "bank"}),
        (maker, "confirm", {}),
    ):
        with refused("R is settled"):
            chain.invoke(sender, NAME, method, id="R", **parameters)
    assert get(chain) == final


def test_it_is_due_at_the_millisecond(actors):
    chain, _, _, maker, supplier = actors
    confirm(chain, maker, supplier)
    due = get(chain).due_ms
    chain.now_ms = due - 1001  # a block comes a second later
    with refused("R is due at"):
        chain.invoke(maker, NAME, "settle", id="R", payment="P")
    chain.now_ms = due - 1000
    assert chain.invoke(maker, NAME, "settle", id="R", payment="P").value == "paid"


LURE = """
def help(id: str) -> None:
    call("receivables", "assign", None, id=id, to="rival")
"""


def test_a_contract_cannot_act_for_an_organisation_that_calls_it(actors):
    chain, _, _, maker, supplier = actors
    confirm(chain, maker, supplier)
    chain.install("lure", LURE)
    with refused("not through another contract"):
        chain.invoke(supplier, "lure", "help", id="R")


def test_what_touches_different_receivables_runs_at_once(actors):
    chain, bank, _, maker, supplier = actors
    for number in range(3):
        confirm(chain, maker, supplier, id=f"R{number}", invoice=f"I{number}")
    block = chain.seal(*[chain.ask(supplier, NAME, "offer", id=f"R{number}", bank=bank.name) for number in range(3)])
    assert block.block.dag.neighbours == ((), (), ())


def test_the_checks_have_nothing_to_ask_the_author():
    assert [str(finding) for finding in check_contract(get_source())] == []


# The invariants find what they should


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"R.1": {"amount_fen": 601}}, "add up to 1001"),
        ({"R.1": {"debtor": "bank"}}, "another debtor"),
        ({"R.2": {"due_ms": 1}}, "another due date"),
        ({"R": {"status": "confirmed"}}, "has parts, and is confirmed"),
        ({"R.1": {"status": "financed"}}, "nobody has financed it"),
        ({"R.1": {"financed_by": "bank"}}, "bank has financed it"),
        ({"R.1": {"holder": "maker"}}, "held by its debtor"),
        ({"R.2": {"parent": "Q"}}, "a part of Q, which is not there"),
        ({"R.1": {"parent": ""}, "R.2": {"parent": ""}}, "is split and has no parts"),
        ({"R.1": {"amount_fen": 1000}, "R.2": {"amount_fen": 0}}, "has 0 fen"),
        ({"R.1": {"status": "registered"}}, "not confirmed"),
    ],
)
def test_the_invariants_notice_what_is_wrong(actors, changes, words):
    chain, _, _, maker, supplier = actors
    confirm(chain, maker, supplier)
    chain.invoke(supplier, NAME, "split", id="R", parts=[600, 400])
    records = get_records(chain)
    assert find_violations(records.values()) == []
    for id, fields in changes.items():
        kind = type(records[id])
        values = dict(zip(records[id].kind.fields, records[id].values, strict=True)) | fields
        records[id] = kind(records[id].kind, tuple(values.values()))
    assert any(words in sentence for sentence in find_violations(records.values()))


# Whatever anybody calls

ORGS = st.integers(0, 3)


class Claims(RuleBasedStateMachine):
    """Four organisations that call whatever they like, in any order, alone or in one block, and let time pass."""

    ids = Bundle("ids")

    @initialize()
    def begin(self):
        self.chain = make_kit_chain("bank", "rival", "maker", "supplier")
        self.chain.install(NAME, get_source())
        self.orgs = self.chain.organisations
        self.confirmed = {}
        self.final = {}
        self.before = {}

    def take(self, org, method, **parameters):
        """Call, and return whether it did what was asked; one that was refused changes nothing."""
        self.before = get_records(self.chain)
        try:
            self.chain.invoke(self.orgs[org], NAME, method, **parameters)
        except RefusedError as error:
            if error.code is not Code.FAILED:
                raise
            assert get_records(self.chain) == self.before
            return False
        return True

    @rule(target=ids, org=ORGS, debtor=ORGS, amount=st.integers(-1, 1000), days=st.integers(-1, 5))
    def register(self, org, debtor, amount, days):
        id = f"R{len(self.before)}x{self.chain.ledger.height}"
        due = self.chain.now_ms + days * DAY_MS
        claim = {"id": id, "debtor": self.orgs[debtor].name, "amount_fen": amount, "due_ms": due, "invoice": id}
        return id if self.take(org, "register", **claim) else multiple()

    @rule(org=ORGS, id=ids)
    def confirm(self, org, id):
        if self.take(org, "confirm", id=id):
            assert self.orgs[org].name == self.before[id].debtor
            self.confirmed[id] = self.before[id].amount_fen

    @rule(target=ids, org=ORGS, id=ids, share=st.integers(-1, 1001), rest=st.integers(-1, 1))
    def split(self, org, id, share, rest):
        amount = get_records(self.chain)[id].amount_fen
        if self.take(org, "split", id=id, parts=[share, amount - share + (rest if rest < 0 else 0)]):
            assert self.before[id].holder == self.orgs[org].name
            return multiple(f"{id}.1", f"{id}.2")
        return multiple()

    @rule(org=ORGS, id=ids, to=ORGS, method=st.sampled_from([("assign", "to"), ("offer", "bank")]))
    def pass_on(self, org, id, to, method):
        if self.take(org, method[0], id=id, **{method[1]: self.orgs[to].name}):
            assert (self.before[id].holder, self.before[id].status) == (self.orgs[org].name, "confirmed")

    @rule(org=ORGS, id=ids)
    def finance(self, org, id):
        if self.take(org, "finance", id=id):
            assert (self.before[id].status, self.before[id].financed_by) == ("confirmed", "")

    @rule(org=ORGS, id=ids, payment=st.sampled_from("PQ"))
    def settle(self, org, id, payment):
        if self.take(org, "settle", id=id, payment=payment):
            after = get_records(self.chain)[id]
            assert self.chain.ledger.head.timestamp_ms >= after.due_ms
            if after.status == "settled":
                self.final[id] = after

    @rule(days=st.integers(1, 3))
    def wait(self, days):
        self.chain.advance(days=days)

    @rule(first=ORGS, second=ORGS, id=ids)
    def race(self, first, second, id):
        calls = [self.chain.ask(self.orgs[org], NAME, "finance", id=id) for org in (first, second)]
        assert sum(result.is_success for result in self.chain.seal(*calls).results) <= 1

    @invariant()
    def rules_hold(self):
        records = get_records(self.chain) if hasattr(self, "chain") else {}
        assert find_violations(records.values()) == []
        totals = compute_totals(records)
        assert {id: totals[id] for id in getattr(self, "confirmed", {})} == getattr(self, "confirmed", {})
        assert {id: records[id] for id in getattr(self, "final", {})} == getattr(self, "final", {})


SLOW = [HealthCheck.too_slow]


class TestClaims(Claims.TestCase):
    settings = settings(max_examples=10, stateful_step_count=20, suppress_health_check=SLOW)


@pytest.mark.long
class TestClaimsLong(Claims.TestCase):
    settings = settings(max_examples=150, stateful_step_count=60, suppress_health_check=SLOW, derandomize=False)
