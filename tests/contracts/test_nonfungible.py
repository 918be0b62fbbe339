"""CMNFA: each token has one holder, and no old permission, no second original and no stranger moves it."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from minichain.contracts.kit import RefusedError
from minichain.ledger.execution import Code
from tests.contracts.members import make_chain_with, refused

NFA = "nonfungible"


def begin():
    """Return a chain on which all three organisations may hold tokens, of two categories."""
    chain, bank, maker, supplier = make_chain_with(NFA, issuer="bank")
    for each in (bank, maker, supplier):
        chain.invoke(bank.admin, NFA, "Allow", account=each.address)
    for category in ("bill", "warrant"):
        chain.invoke(bank.admin, NFA, "CreateOrSetCategory", categoryName=category, categoryURI=f"chain:{category}")
    return chain, bank, maker, supplier


@pytest.fixture
def actors():
    """The same, and maker holds the bill B1."""
    chain, bank, maker, supplier = begin()
    mint(chain, bank, maker, "B1")
    return chain, bank, maker, supplier


def mint(chain, bank, to, token, category="bill"):
    return chain.invoke(bank.admin, NFA, "Mint", to=to.address, tokenId=token, categoryName=category, metadata=f"about {token}")


def move(chain, sender, owner, to, token="B1"):
    return chain.invoke(sender, NFA, "TransferFrom", owner=owner.address, to=to.address, tokenId=token)


def ask(chain, method, **parameters):
    return chain.query(chain.organisations[0], NFA, method, **parameters)


def test_a_token_says_what_it_is(actors):
    chain, _, maker, _ = actors
    assert ask(chain, "OwnerOf", tokenId="B1") == maker.address
    assert ask(chain, "TokenURI", tokenId="B1") == "chain:bill/B1"
    assert ask(chain, "TokenMetadata", tokenId="B1") == "about B1"
    assert ask(chain, "AccountTokens", account=maker.address) == ["B1"]
    assert ask(chain, "GetCategoryByTokenId", tokenId="B1") == ask(chain, "GetCategoryByName", categoryName="bill")
    assert (ask(chain, "TotalSupply"), ask(chain, "TotalSupplyOfCategory", categoryName="bill")) == (1, 1)


def test_there_is_no_second_original_even_of_one_that_was_destroyed(actors):
    chain, bank, maker, supplier = actors
    with refused("is there already"):
        mint(chain, bank, supplier, "B1")
    with refused("only who holds a token"):
        chain.invoke(supplier, NFA, "Burn", tokenId="B1")
    chain.invoke(maker, NFA, "Burn", tokenId="B1")
    with refused("nothing takes its name"):
        mint(chain, bank, supplier, "B1")
    assert ask(chain, "BalanceOf", account=maker.address) == 0


def test_only_the_issuers_administrators_mint(actors):
    chain, bank, maker, _ = actors
    token = {"to": maker.address, "tokenId": "B2", "categoryName": "bill", "metadata": ""}
    for sender in (bank.client, maker.admin):
        with refused("only an administrator of the issuing organisation"):
            chain.invoke(sender, NFA, "Mint", **token)
        with refused("only an administrator of the issuing organisation"):
            chain.invoke(sender, NFA, "MintBatch", tokens=[token])
    with refused("there is no category"):
        chain.invoke(bank.admin, NFA, "Mint", **token | {"categoryName": "none"})


def test_a_batch_of_new_tokens_is_made_or_none_is(actors):
    chain, bank, maker, supplier = actors
    one = {"to": maker.address, "tokenId": "B2", "categoryName": "bill", "metadata": "two"}
    other = {"to": supplier.address, "tokenId": "W1", "categoryName": "warrant", "metadata": ""}
    with refused("is there already"):
        chain.invoke(bank.admin, NFA, "MintBatch", tokens=[one, other | {"tokenId": "B1"}])
    for tokens in ([], [one | {"tokenId": f"B{number}"} for number in range(100, 151)]):
        with refused("a batch has 1 to 50 tokens"):
            chain.invoke(bank.admin, NFA, "MintBatch", tokens=tokens)
    assert ask(chain, "TotalSupply") == 1
    chain.invoke(bank.admin, NFA, "MintBatch", tokens=[one, other])
    assert (ask(chain, "AccountTokens", account=maker.address), ask(chain, "OwnerOf", tokenId="W1")) == (["B1", "B2"], supplier.address)
    assert ask(chain, "IsAllowed", account=supplier.address) and not ask(chain, "IsAllowed", account="nobody")


def test_a_stranger_moves_nothing_whoever_they_name(actors):
    chain, _, maker, supplier = actors
    with refused("whoever hands over a token holds it"):
        move(chain, supplier, maker, supplier)
    with refused("does not hold the token"):
        move(chain, supplier, supplier, supplier)
    with refused("only who holds a token may let somebody"):
        chain.invoke(supplier, NFA, "SetApproval", to=supplier.address, tokenId="B1", isApproval=True)


def test_an_approval_of_one_token_goes_with_the_token(actors):
    chain, bank, maker, supplier = actors
    chain.invoke(maker, NFA, "SetApproval", to=supplier.address, tokenId="B1", isApproval=True)
    move(chain, supplier, maker, bank)
    with refused("whoever hands over a token holds it"):
        move(chain, supplier, bank, supplier)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [("SetApproval", {"tokenId": "B1"}), ("SetApprovalForAll", {}), ("SetApprovalByCategory", {"categoryName": "bill"})],
)
def test_an_approval_counts_until_it_is_taken_back(actors, method, parameters):
    chain, _, maker, supplier = actors
    chain.invoke(maker, NFA, method, to=supplier.address, isApproval=True, **parameters)
    chain.invoke(maker, NFA, method, to=supplier.address, isApproval=False, **parameters)
    with refused("whoever hands over a token holds it"):
        move(chain, supplier, maker, supplier)
    chain.invoke(maker, NFA, method, to=supplier.address, isApproval=True, **parameters)
    move(chain, supplier, maker, supplier)
    assert ask(chain, "OwnerOf", tokenId="B1") == supplier.address


def test_an_approval_for_a_category_is_for_no_other(actors):
    chain, bank, maker, supplier = actors
    mint(chain, bank, maker, "W1", "warrant")
    chain.invoke(maker, NFA, "SetApprovalByCategory", to=supplier.address, categoryName="bill", isApproval=True)
    with refused("whoever hands over a token holds it"):
        move(chain, supplier, maker, supplier, "W1")


def test_an_account_off_the_list_gets_nothing(actors):
    chain, bank, maker, supplier = actors
    chain.invoke(bank.admin, NFA, "Disallow", account=supplier.address)
    with refused("not on the list"):
        move(chain, maker, maker, supplier)
    with refused("not on the list"):
        mint(chain, bank, supplier, "B2")


def test_the_address_of_a_category_stays_while_its_tokens_are_held(actors):
    chain, bank, maker, _ = actors
    change = {"categoryName": "bill", "categoryURI": "chain:elsewhere"}
    with refused("its address stays"):
        chain.invoke(bank.admin, NFA, "CreateOrSetCategory", **change)
    chain.invoke(maker, NFA, "Burn", tokenId="B1")
    chain.invoke(bank.admin, NFA, "CreateOrSetCategory", **change)


def test_a_batch_is_all_or_nothing(actors):
    chain, bank, maker, supplier = actors
    mint(chain, bank, supplier, "B2")
    with refused("does not hold the token B2"):
        chain.invoke(maker, NFA, "TransferFromBatch", owner=maker.address, to=bank.address, tokenIds=["B1", "B2"])
    assert ask(chain, "OwnerOf", tokenId="B1") == maker.address


class Titles(RuleBasedStateMachine):
    """Whatever anybody calls: every token that was minted and not burnt has one holder, and all counts agree."""

    @initialize()
    def start(self):
        self.chain, self.bank, *_ = begin()
        self.accounts = self.chain.organisations
        self.owners = {}

    def take(self, sender, method, **parameters):
        try:
            self.chain.invoke(sender, NFA, method, **parameters)
        except RefusedError as error:
            if error.code is not Code.FAILED:
                raise
            return False
        return True

    @rule(to=st.integers(0, 2), token=st.sampled_from("abcd"), category=st.sampled_from(["bill", "warrant"]))
    def mint(self, to, token, category):
        account = self.accounts[to].address
        if self.take(self.bank.admin, "Mint", to=account, tokenId=token, categoryName=category, metadata=""):
            assert token not in self.owners
            self.owners[token] = to

    @rule(who=st.integers(0, 2), owner=st.integers(0, 2), to=st.integers(0, 2), token=st.sampled_from("abcd"))
    def move(self, who, owner, to, token):
        accounts = {"owner": self.accounts[owner].address, "to": self.accounts[to].address}
        if self.take(self.accounts[who], "TransferFrom", **accounts, tokenId=token):
            assert self.owners[token] == owner
            self.owners[token] = to

    @rule(who=st.integers(0, 2), to=st.integers(0, 2), token=st.sampled_from("abcd"), yes=st.booleans())
    def approve(self, who, to, token, yes):
        self.take(self.accounts[who], "SetApproval", to=self.accounts[to].address, tokenId=token, isApproval=yes)

    @rule(who=st.integers(0, 2), token=st.sampled_from("abcd"))
    def burn(self, who, token):
        if self.take(self.accounts[who], "Burn", tokenId=token):
            assert self.owners[token] == who
            self.owners[token] = None

    @invariant()
    def counts_agree(self):
        if hasattr(self, "chain"):
            held = [[token for token, owner in sorted(self.owners.items()) if owner == number] for number in range(3)]
            found = [ask(self.chain, "AccountTokens", account=each.address) for each in self.accounts]
            assert found == held
            assert [ask(self.chain, "BalanceOf", account=each.address) for each in self.accounts] == [len(tokens) for tokens in held]
            supplies = [ask(self.chain, "TotalSupplyOfCategory", categoryName=name) for name in ("bill", "warrant")]
            assert ask(self.chain, "TotalSupply") == sum(supplies) == sum(map(len, held))


class TestTitles(Titles.TestCase):
    settings = settings(max_examples=10, stateful_step_count=15, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.long
class TestTitlesLong(Titles.TestCase):
    settings = settings(max_examples=150, stateful_step_count=50, suppress_health_check=[HealthCheck.too_slow], derandomize=False)
