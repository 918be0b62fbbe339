"""Non-fungible assets: single things, each with one holder, in categories. Implements CMNFA and CMBC.

The standard (CM-CS-221221-NFA) asks for:

    Mint(to, tokenId, categoryName, metadata), MintBatch(tokens)          event mint(to, tokenId, categoryName)
    SetApproval(to, tokenId, isApproval)                let somebody hand over one token
    SetApprovalForAll(to, isApproval)                   let somebody hand over all of one's own
    TransferFrom(owner, to, tokenId), TransferFromBatch(owner, to, tokenIds)      ("from" is a word of Python's)
    OwnerOf(tokenId), TokenURI(tokenId)
    SetApprovalByCategory(to, categoryName, isApproval), CreateOrSetCategory(categoryName, categoryURI), Burn(tokenId),
    TotalSupply(), TotalSupplyOfCategory(categoryName), BalanceOf(account), AccountTokens(account), TokenMetadata(tokenId),
    GetCategoryByName(categoryName), GetCategoryByTokenId(tokenId)                optional, and here

It is a right under permission, such as the title to a bill of lading or an exhibition piece: there is no price and no exchange. As in
`fungible`, administrators of the issuing organisation keep the list of accounts (Allow, Disallow, IsAllowed) and mint.

Attacks it meets. A second original: a tokenId is minted once, and one that was burnt never again. An approval that outlives its owner:
approvals are kept by the owner's name, and that of one token goes with the token, so who buys something finds no old permissions on
it. Handing over what somebody else holds by naming them as owner: `owner` must be who holds it. A category whose address is changed
under those who hold its tokens: once a token of it is minted, the address stays. A contract that somebody calls in good faith and that
hands over their tokens behind their back: what a contract calls for, it calls for in its own name, as in `fungible`.

Simplifications: AccountTokens gives the first 100. A category has no roles of its own, and the issuer alone mints.
"""

STANDARDS = ("CMNFA", "CMBC")

MOST_AT_ONCE = 50
MOST_METADATA = 1_000
PAGE = 100


@record
class NFA:
    """A token, as MintBatch takes it."""

    to: str
    tokenId: str
    categoryName: str
    metadata: str


@record
class Category:
    categoryName: str
    categoryURI: str
    supply: int


@record
class Token:
    owner: str
    categoryName: str
    metadata: str
    approved: str


def init(issuer: str) -> None:
    assert issuer != "", "an organisation issues the assets"
    state["issuer"] = issuer
    state["supply"] = 0


@query
def Standards() -> list[str]:
    return list(STANDARDS)


@query
def SupportStandard(standardName: str) -> bool:
    return standardName in STANDARDS


# Who may hold them


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


# Categories


def CreateOrSetCategory(categoryName: str, categoryURI: str) -> None:
    _require_issuer()
    assert 1 <= len(categoryName) <= 100, "a category's name has 1 to 100 characters"
    found = state.get(("category", categoryName))
    assert found is None or found.supply == 0, "tokens of this category are held: its address stays"
    state["category", categoryName] = Category(categoryName, categoryURI, 0)
    emit("createOrSetCategory", categoryName, categoryURI)


@query
def GetCategoryByName(categoryName: str) -> Category:
    return _get_category(categoryName)


@query
def GetCategoryByTokenId(tokenId: str) -> Category:
    return _get_category(_get_token(tokenId).categoryName)


# Making and destroying


def Mint(to: str, tokenId: str, categoryName: str, metadata: str) -> None:
    _require_issuer()
    _mint(to, tokenId, categoryName, metadata)


def MintBatch(tokens: list[NFA]) -> None:
    _require_issuer()
    assert 1 <= len(tokens) <= MOST_AT_ONCE, f"a batch has 1 to {MOST_AT_ONCE} tokens"
    for token in tokens:
        _mint(token.to, token.tokenId, token.categoryName, token.metadata)


def Burn(tokenId: str) -> None:
    token = _get_token(tokenId)
    assert token.owner == _get_account(), "only who holds a token may destroy it"
    _require_allowed(token.owner)
    state["burnt", tokenId] = True
    del state["token", tokenId]
    del state["held", token.owner, tokenId]
    _count(token.owner, token.categoryName, -1)
    emit("burn", tokenId)


# Approvals


def SetApproval(to: str, tokenId: str, isApproval: bool) -> None:
    token = _get_token(tokenId)
    assert token.owner == _get_account(), "only who holds a token may let somebody hand it over"
    _require_allowed(to)
    state["token", tokenId] = Token(token.owner, token.categoryName, token.metadata, to if isApproval else "")
    emit("setApproval", token.owner, to, tokenId, isApproval)


def SetApprovalForAll(to: str, isApproval: bool) -> None:
    _require_allowed(to)
    state["all", _get_account(), to] = isApproval
    emit("setApprovalForAll", _get_account(), to, isApproval)


def SetApprovalByCategory(to: str, categoryName: str, isApproval: bool) -> None:
    _require_allowed(to)
    state["in category", _get_account(), to, categoryName] = isApproval
    emit("setApprovalByCategory", _get_account(), to, categoryName, isApproval)


# Handing over


def TransferFrom(owner: str, to: str, tokenId: str) -> None:
    _move(owner, to, tokenId)


def TransferFromBatch(owner: str, to: str, tokenIds: list[str]) -> None:
    assert 1 <= len(tokenIds) <= MOST_AT_ONCE, f"a batch has 1 to {MOST_AT_ONCE} tokens"
    for tokenId in tokenIds:
        _move(owner, to, tokenId)


# What there is


@query
def OwnerOf(tokenId: str) -> str:
    return _get_token(tokenId).owner


@query
def TokenURI(tokenId: str) -> str:
    uri = _get_category(_get_token(tokenId).categoryName).categoryURI
    return f"{uri}/{tokenId}"


@query
def TokenMetadata(tokenId: str) -> str:
    return _get_token(tokenId).metadata


@query
def TotalSupply() -> int:
    return state["supply"]


@query
def TotalSupplyOfCategory(categoryName: str) -> int:
    return _get_category(categoryName).supply


@query
def BalanceOf(account: str) -> int:
    return state.get(("balance", account), 0)


@query
def AccountTokens(account: str) -> list[str]:
    return [key[2] for key, value in state.items(("held", account), limit=PAGE)]


def _mint(to: str, tokenId: str, categoryName: str, metadata: str) -> None:
    _require_allowed(to)
    assert 1 <= len(tokenId) <= 100, "a tokenId has 1 to 100 characters"
    assert len(metadata) <= MOST_METADATA, f"metadata has at most {MOST_METADATA} characters"
    assert ("token", tokenId) not in state, f"the token {tokenId} is there already"
    assert ("burnt", tokenId) not in state, f"the token {tokenId} was destroyed, and nothing takes its name"
    state["token", tokenId] = Token(to, categoryName, metadata, "")
    state["held", to, tokenId] = True
    _count(to, categoryName, 1)
    emit("mint", to, tokenId, categoryName)


def _count(owner: str, categoryName: str, change: int) -> None:
    category = _get_category(categoryName)
    state["category", categoryName] = Category(categoryName, category.categoryURI, category.supply + change)
    state["balance", owner] = state.get(("balance", owner), 0) + change
    state["supply"] = state["supply"] + change


def _move(owner: str, to: str, tokenId: str) -> None:
    token = _get_token(tokenId)
    assert token.owner == owner, f"{owner} does not hold the token {tokenId}"
    assert _may_move(token), "whoever hands over a token holds it, or was approved by who does"
    _require_allowed(_get_account())
    _require_allowed(owner)
    _require_allowed(to)
    del state["held", owner, tokenId]
    state["balance", owner] = state["balance", owner] - 1
    # Read only now: who hands a token to themselves must find what was taken.
    state["balance", to] = state.get(("balance", to), 0) + 1
    state["held", to, tokenId] = True
    state["token", tokenId] = Token(to, token.categoryName, token.metadata, "")
    emit("transfer", owner, to, tokenId)


def _may_move(token: Token) -> bool:
    who = _get_account()
    if who in (token.owner, token.approved):
        return True
    return state.get(("all", token.owner, who), False) or state.get(("in category", token.owner, who, token.categoryName), False)


def _get_token(tokenId: str) -> Token:
    assert ("token", tokenId) in state, f"there is no token {tokenId}"
    return state["token", tokenId]


def _get_category(categoryName: str) -> Category:
    assert ("category", categoryName) in state, f"there is no category {categoryName}"
    return state["category", categoryName]


def _require_allowed(account: str) -> None:
    assert ("allowed", account) in state, f"{account} is not on the list of permitted accounts"


def _require_issuer() -> None:
    assert caller is None, "an administrator calls this directly, and not through another contract"
    assert sender.org == state["issuer"] and sender.role == "admin", "only an administrator of the issuing organisation may do this"


def _get_account() -> str:
    # Not simply `sender`: that is who signed the transaction, whichever contract they were lured into calling.
    return sender.address if caller is None else f"contract {caller}"
