"""Fungible assets: rights that are alike, counted and handed over among permitted accounts. Implements CMDFA and CMBC.

The standard (CM-CS-221221-DFA) asks for:

    Name(), Symbol(), Decimals(), TotalSupply()
    BalanceOf(account)               what an account holds
    Transfer(to, amount)             hand over what is one's own; event transfer(from, to, amount)
    Approve(spender, amount)         let somebody hand over so much of it; event approve(owner, spender, amount)
    Allowance(owner, spender)        how much of that is left
    TransferFrom(owner, to, amount)  use it ("from" is a word of Python's)
    Mint(account, amount), Burn(amount), BurnFrom(owner, amount), BatchTransfer(accounts, amounts), Metadata()      optional, and here

It is a right under permission, such as an emission allowance or points of a member bank: there is no price and no exchange. So there
is a list of accounts, kept by administrators of the issuing organisation (Allow, Disallow, IsAllowed), and whoever gives or gets
stands on it. Whoever is taken off keeps the balance, and it rests until they are on it again. They also mint, and nobody else does.

Attacks it meets. Spending an allowance twice: an owner changes it from 5 to 3, and the spender quickly uses the 5 and then the 3
(ERC-20's best-known flaw); here it goes through 0 first, where both see what has been used. Paying oneself, so that a balance read too
early would be written back: the second balance is read after the first is written. A negative amount, which would take instead of give.
Overflow: numbers fail at 2^256 (SafeUint256). A batch that fails half-way: a call is all or nothing. Going around the list by means of
an allowance: all three, spender, owner and receiver, are looked up. A contract that somebody calls in good faith and that hands over
their assets behind their back (phishing by tx.origin): what a contract calls for, it calls for in its own name, `contract NAME`.

Why transfers of different accounts run in parallel: a transfer touches the two balances and no sum. TotalSupply changes only when minting.

Simplifications: the issuer may take somebody off the list, but cannot take what they hold; a regulated register could be ordered to.
"""

STANDARDS = ("CMDFA", "CMBC")

MOST_AT_ONCE = 50


def init(name: str, symbol: str, decimals: int, issuer: str, metadata: str) -> None:
    assert 0 <= decimals <= 18, "decimals are 0 to 18"
    assert issuer != "", "an organisation issues the asset"
    state["name"] = name
    state["symbol"] = symbol
    state["decimals"] = decimals
    state["issuer"] = issuer
    state["metadata"] = metadata
    state["supply"] = 0


@query
def Standards() -> list[str]:
    return list(STANDARDS)


@query
def SupportStandard(standardName: str) -> bool:
    return standardName in STANDARDS


# What it is


@query
def Name() -> str:
    return state["name"]


@query
def Symbol() -> str:
    return state["symbol"]


@query
def Decimals() -> int:
    return state["decimals"]


@query
def Metadata() -> str:
    return state["metadata"]


@query
def TotalSupply() -> int:
    return state["supply"]


@query
def BalanceOf(account: str) -> int:
    return state.get(("balance", account), 0)


@query
def Allowance(owner: str, spender: str) -> int:
    return state.get(("allowance", owner, spender), 0)


# Who may hold it


def Allow(account: str) -> None:
    _require_issuer()
    assert 1 <= len(account) <= 200, "an account has 1 to 200 characters"
    state["allowed", account] = True
    emit("allow", account)


def Disallow(account: str) -> None:
    _require_issuer()
    del state["allowed", account]
    emit("disallow", account)


@query
def IsAllowed(account: str) -> bool:
    return ("allowed", account) in state


# Handing over


def Transfer(to: str, amount: int) -> None:
    _move(_get_account(), to, amount)


def BatchTransfer(accounts: list[str], amounts: list[int]) -> None:
    assert len(accounts) == len(amounts), "each account has an amount"
    assert 1 <= len(accounts) <= MOST_AT_ONCE, f"a batch has 1 to {MOST_AT_ONCE} transfers"
    for to, amount in zip(accounts, amounts):
        _move(_get_account(), to, amount)


def Approve(spender: str, amount: int) -> None:
    owner = _get_account()
    _require_allowed(owner)
    _require_allowed(spender)
    assert amount >= 0, "an allowance is not negative"
    left = state.get(("allowance", owner, spender), 0)
    assert amount == 0 or left == 0, f"an allowance of {left} is left: set it to 0 first, and see what has been used"
    state["allowance", owner, spender] = amount
    emit("approve", owner, spender, amount)


def TransferFrom(owner: str, to: str, amount: int) -> None:
    _require_allowed(_get_account())
    _use_allowance(owner, amount)
    _move(owner, to, amount)


# Making and destroying


def Mint(account: str, amount: int) -> None:
    _require_issuer()
    _require_allowed(account)
    _require_positive(amount)
    state["supply"] = state["supply"] + amount
    state["balance", account] = state.get(("balance", account), 0) + amount
    emit("mint", account, amount)


def Burn(amount: int) -> None:
    _require_allowed(_get_account())
    _burn(_get_account(), amount)


def BurnFrom(owner: str, amount: int) -> None:
    _require_allowed(_get_account())
    _require_allowed(owner)
    _use_allowance(owner, amount)
    _burn(owner, amount)


def _move(owner: str, to: str, amount: int) -> None:
    _require_allowed(owner)
    _require_allowed(to)
    _require_positive(amount)
    _take(owner, amount)
    # Read only now: who pays themselves must find what was taken.
    state["balance", to] = state.get(("balance", to), 0) + amount
    emit("transfer", owner, to, amount)


def _burn(owner: str, amount: int) -> None:
    _require_positive(amount)
    _take(owner, amount)
    state["supply"] = state["supply"] - amount
    emit("burn", owner, amount)


def _take(owner: str, amount: int) -> None:
    held = state.get(("balance", owner), 0)
    assert held >= amount, f"the account holds {held}, and {amount} is wanted"
    state["balance", owner] = held - amount


def _use_allowance(owner: str, amount: int) -> None:
    _require_positive(amount)
    spender = _get_account()
    left = state.get(("allowance", owner, spender), 0)
    assert left >= amount, f"the allowance is {left}, and {amount} is wanted"
    state["allowance", owner, spender] = left - amount


def _require_positive(amount: int) -> None:
    assert amount > 0, "an amount is above 0"


def _require_allowed(account: str) -> None:
    assert ("allowed", account) in state, f"{account} is not on the list of permitted accounts"


def _require_issuer() -> None:
    assert caller is None, "an administrator calls this directly, and not through another contract"
    assert sender.org == state["issuer"] and sender.role == "admin", "only an administrator of the issuing organisation may do this"


def _get_account() -> str:
    # Not simply `sender`: that is who signed the transaction, whichever contract they were lured into calling.
    return sender.address if caller is None else f"contract {caller}"
