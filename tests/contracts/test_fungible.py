"""CMDFA: nothing comes from nowhere, nobody takes what is another's, and only permitted accounts hold anything."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from minichain.contracts.kit import RefusedError
from minichain.ledger.execution import Code
from tests.contracts.members import make_chain_with, refused

ASSET = {"name": "Allowance", "symbol": "ALW", "decimals": 2, "issuer": "bank", "metadata": "one ton each"}


@pytest.fixture
def actors():
    """A chain on which maker and supplier may hold the asset, and maker has 100."""
    chain, bank, maker, supplier = make_chain_with("fungible", **ASSET)
    for each in (maker, supplier):
        chain.invoke(bank.admin, "fungible", "Allow", account=each.address)
    chain.invoke(bank.admin, "fungible", "Mint", account=maker.address, amount=100)
    return chain, bank, maker, supplier


def get_balances(chain, *actors):
    return [chain.query(actors[0], "fungible", "BalanceOf", account=each.address) for each in actors]


def test_it_says_what_it_is(actors):
    chain, bank, _, _ = actors
    answers = [chain.query(bank, "fungible", name) for name in ("Name", "Symbol", "Decimals", "TotalSupply", "Metadata")]
    assert answers == ["Allowance", "ALW", 2, 100, "one ton each"]
    assert chain.query(bank, "fungible", "SupportStandard", standardName="CMDFA")
    assert chain.query(bank, "fungible", "Standards") == ["CMDFA", "CMBC"]


def test_a_transfer_moves_and_says_so(actors):
    chain, _, maker, supplier = actors
    result = chain.invoke(maker, "fungible", "Transfer", to=supplier.address, amount=30)
    assert get_balances(chain, maker, supplier) == [70, 30]
    assert [event.values for event in result.events] == [(maker.address, supplier.address, 30)]


def test_who_pays_themselves_has_what_they_had(actors):
    chain, _, maker, _ = actors
    chain.invoke(maker, "fungible", "Transfer", to=maker.address, amount=60)
    assert get_balances(chain, maker) == [100]


@pytest.mark.parametrize(("amount", "words"), [(0, "above 0"), (-5, "above 0"), (101, "the account holds 100")])
def test_no_amount_takes_or_makes(actors, amount, words):
    chain, _, maker, supplier = actors
    with refused(words):
        chain.invoke(maker, "fungible", "Transfer", to=supplier.address, amount=amount)
    assert get_balances(chain, maker, supplier) == [100, 0]


def test_what_is_burnt_is_gone_from_the_account_and_from_the_sum(actors):
    chain, bank, maker, _ = actors
    result = chain.invoke(maker, "fungible", "Burn", amount=30)
    assert [(event.topic, event.values) for event in result.events] == [("burn", (maker.address, 30))]
    assert get_balances(chain, maker) == [70] and chain.query(bank, "fungible", "TotalSupply") == 70
    for amount, words in ((0, "above 0"), (-1, "above 0"), (71, "the account holds 70")):
        with refused(words):
            chain.invoke(maker, "fungible", "Burn", amount=amount)
    chain.invoke(bank.admin, "fungible", "Disallow", account=maker.address)
    with refused("not on the list"):
        chain.invoke(maker, "fungible", "Burn", amount=1)


def test_an_allowance_is_used_up_and_changed_through_zero(actors):
    chain, bank, maker, supplier = actors
    chain.invoke(maker, "fungible", "Approve", spender=supplier.address, amount=50)
    chain.invoke(supplier, "fungible", "TransferFrom", owner=maker.address, to=supplier.address, amount=20)
    assert chain.query(bank, "fungible", "Allowance", owner=maker.address, spender=supplier.address) == 30
    with refused("the allowance is 30"):
        chain.invoke(supplier, "fungible", "TransferFrom", owner=maker.address, to=supplier.address, amount=31)
    with refused("an allowance of 30 is left"):
        chain.invoke(maker, "fungible", "Approve", spender=supplier.address, amount=10)
    chain.invoke(maker, "fungible", "Approve", spender=supplier.address, amount=0)
    chain.invoke(maker, "fungible", "Approve", spender=supplier.address, amount=10)
    chain.invoke(supplier, "fungible", "BurnFrom", owner=maker.address, amount=10)
    assert (get_balances(chain, maker, supplier), chain.query(bank, "fungible", "TotalSupply")) == ([70, 20], 90)


def test_only_the_issuers_administrators_mint_and_keep_the_list(actors):
    chain, bank, maker, _ = actors
    for sender in (bank.client, maker.admin, maker.client):
        for method, parameters in (("Mint", {"amount": 1}), ("Allow", {}), ("Disallow", {})):
            with refused("only an administrator of the issuing organisation"):
                chain.invoke(sender, "fungible", method, account=maker.address, **parameters)


def test_an_account_off_the_list_neither_gives_nor_gets_nor_is_minted_to(actors):
    chain, bank, maker, supplier = actors
    with refused("not on the list"):
        chain.invoke(maker, "fungible", "Transfer", to=bank.address, amount=1)
    chain.invoke(maker, "fungible", "Approve", spender=supplier.address, amount=50)
    chain.invoke(bank.admin, "fungible", "Disallow", account=supplier.address)
    with refused("not on the list"):
        chain.invoke(maker, "fungible", "Transfer", to=supplier.address, amount=1)
    with refused("not on the list"):
        chain.invoke(supplier, "fungible", "TransferFrom", owner=maker.address, to=maker.address, amount=1)
    with refused("not on the list"):
        chain.invoke(bank.admin, "fungible", "Mint", account=supplier.address, amount=1)
    assert not chain.query(bank, "fungible", "IsAllowed", account=supplier.address)


def test_a_batch_is_all_or_nothing(actors):
    chain, _, maker, supplier = actors
    with refused("the account holds 40"):
        chain.invoke(maker, "fungible", "BatchTransfer", accounts=[supplier.address] * 2, amounts=[60, 41])
    with refused("each account has an amount"):
        chain.invoke(maker, "fungible", "BatchTransfer", accounts=[supplier.address], amounts=[])
    assert get_balances(chain, maker, supplier) == [100, 0]


def test_the_supply_cannot_pass_the_largest_number(actors):
    chain, bank, maker, _ = actors
    with refused("the number is not below 2"):
        chain.invoke(bank.admin, "fungible", "Mint", account=maker.address, amount=2**256 - 1)
    assert chain.query(bank, "fungible", "TotalSupply") == 100


LURE = '''
"""A contract that offers a gift, and takes."""

def gift(thief: str) -> None:
    call("fungible", "Transfer", None, to=thief, amount=100)
'''


def test_a_contract_that_one_is_lured_into_calling_takes_nothing(actors):
    chain, _, maker, supplier = actors
    chain.install("lure", LURE)
    with refused("contract lure is not on the list"):
        chain.invoke(maker, "lure", "gift", thief=supplier.address)
    assert get_balances(chain, maker, supplier) == [100, 0]


def test_transfers_of_different_accounts_run_at_once(actors):
    chain, bank, maker, supplier = actors
    others = [bank.client, bank.admin]
    for each in others:
        chain.invoke(bank.admin, "fungible", "Allow", account=each.address)
    chain.invoke(bank.admin, "fungible", "Mint", account=bank.address, amount=10)
    block = chain.seal(
        chain.ask(maker, "fungible", "Transfer", to=supplier.address, amount=1),
        chain.ask(bank, "fungible", "Transfer", to=bank.admin.address, amount=1),
    )
    assert all(result.is_success for result in block.results)
    assert block.block.dag.neighbours == ((), ())


class Holdings(RuleBasedStateMachine):
    """Whatever anybody calls, with whatever numbers: what the accounts hold is what was minted and not burnt."""

    @initialize()
    def begin(self):
        self.chain, self.bank, self.maker, self.supplier = make_chain_with("fungible", **ASSET)
        self.accounts = [self.maker, self.supplier, self.bank]
        self.supply = 0
        for each in self.accounts:
            self.chain.invoke(self.bank.admin, "fungible", "Allow", account=each.address)

    def try_to(self, sender, method, **parameters):
        """Call, and return whether it did what was asked."""
        before = self.chain.list_state("fungible")
        try:
            self.chain.invoke(sender, "fungible", method, **parameters)
        except RefusedError as error:
            if error.code is not Code.FAILED:
                raise
            assert self.chain.list_state("fungible") == before
            return False
        return True

    @rule(to=st.integers(0, 2), amount=st.integers(-2, 50))
    def mint(self, to, amount):
        if self.try_to(self.bank.admin, "Mint", account=self.accounts[to].address, amount=amount):
            self.supply += amount

    @rule(who=st.integers(0, 2), amount=st.integers(-2, 50))
    def burn(self, who, amount):
        if self.try_to(self.accounts[who], "Burn", amount=amount):
            self.supply -= amount

    @rule(who=st.integers(0, 2), to=st.integers(0, 2), amount=st.integers(-2, 50))
    def transfer(self, who, to, amount):
        before = get_balances(self.chain, *self.accounts)
        if self.try_to(self.accounts[who], "Transfer", to=self.accounts[to].address, amount=amount):
            expected = list(before)
            expected[who] -= amount
            expected[to] += amount
            assert get_balances(self.chain, *self.accounts) == expected

    @rule(who=st.integers(0, 2), spender=st.integers(0, 2), amount=st.integers(-2, 50))
    def approve(self, who, spender, amount):
        self.try_to(self.accounts[who], "Approve", spender=self.accounts[spender].address, amount=amount)

    @rule(who=st.integers(0, 2), owner=st.integers(0, 2), to=st.integers(0, 2), amount=st.integers(-2, 50))
    def transfer_from(self, who, owner, to, amount):
        accounts = {"owner": self.accounts[owner].address, "to": self.accounts[to].address}
        left = self.chain.query(self.bank, "fungible", "Allowance", owner=accounts["owner"], spender=self.accounts[who].address)
        if self.try_to(self.accounts[who], "TransferFrom", **accounts, amount=amount):
            assert amount <= left

    @rule(who=st.integers(0, 2), is_allowed=st.booleans())
    def change_list(self, who, is_allowed):
        self.try_to(self.bank.admin, "Allow" if is_allowed else "Disallow", account=self.accounts[who].address)

    @invariant()
    def nothing_comes_from_nowhere(self):
        if hasattr(self, "chain"):
            balances = get_balances(self.chain, *self.accounts)
            assert min(balances) >= 0
            assert sum(balances) == self.supply == self.chain.query(self.bank, "fungible", "TotalSupply")


SHORT = settings(max_examples=10, stateful_step_count=15, suppress_health_check=[HealthCheck.too_slow])
LONG = settings(max_examples=150, stateful_step_count=50, suppress_health_check=[HealthCheck.too_slow], derandomize=False)


class TestHoldings(Holdings.TestCase):
    settings = SHORT


@pytest.mark.long
class TestHoldingsLong(Holdings.TestCase):
    settings = LONG
