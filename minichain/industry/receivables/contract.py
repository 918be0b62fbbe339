"""Receivables: what a debtor has confirmed to owe, and who holds which part of it.

    registered --confirm--> confirmed --split--> split               (its parts are confirmed receivables)
                            confirmed --offer, finance--> financed
                            confirmed or financed --settle by the debtor--> paid --settle by the holder--> settled

Amounts are in fen, so there are no fractions to round; a split that does not add up fails. Every organisation acts through its own
members, and directly: a contract that somebody is lured into calling cannot act for them.
"""

STANDARDS = ("CMBC",)

REGISTERED = "registered"
CONFIRMED = "confirmed"
SPLIT = "split"
FINANCED = "financed"
PAID = "paid"
SETTLED = "settled"

MOST_PARTS = 20
LONGEST_ID = 60
PAGE = 100


@record
class Receivable:
    id: str
    debtor: str
    holder: str
    amount_fen: int
    due_ms: int
    status: str
    parent: str
    financed_by: str


@query
def Standards() -> list[str]:
    return list(STANDARDS)


@query
def SupportStandard(standardName: str) -> bool:
    return standardName in STANDARDS


def register(id: str, debtor: str, amount_fen: int, due_ms: int, invoice: str) -> None:
    """The supplier claims that `debtor` owes it this amount, by its invoice of that number."""
    org = _get_org()
    assert 1 <= len(id) <= LONGEST_ID and "." not in id, f"an id has 1 to {LONGEST_ID} characters and no dot, which marks parts"
    assert ("receivable", id) not in state, f"the id {id} is taken"
    assert debtor != "" and debtor != org, "the debtor is another organisation"
    assert amount_fen > 0, "an amount is above 0 fen"
    assert due_ms > block.timestamp_ms, "a receivable is due in the future"
    assert 1 <= len(invoice) <= 100, "an invoice has a number of 1 to 100 characters"
    assert ("invoice", org, debtor, invoice) not in state, f"the invoice {invoice} is registered already"
    state["invoice", org, debtor, invoice] = id
    _put(Receivable(id, debtor, org, amount_fen, due_ms, REGISTERED, "", ""))
    emit("registered", id, org, debtor, amount_fen)


def confirm(id: str) -> None:
    """The debtor owes it."""
    found = _get(id)
    assert found.status == REGISTERED, f"{id} is {found.status}; what is registered is confirmed, once"
    assert _get_org() == found.debtor, f"only {found.debtor}, who is said to owe it, confirms"
    _put(_change(found, found.holder, CONFIRMED, ""))
    emit("confirmed", id, found.debtor, found.amount_fen)


def split(id: str, parts: list[int]) -> list[str]:
    """The holder makes several of one. Return their ids."""
    found = _get_own(id)
    assert 2 <= len(parts) <= MOST_PARTS, f"it is split into 2 to {MOST_PARTS} parts"
    assert all(part > 0 for part in parts), "each part is above 0 fen"
    assert sum(parts) == found.amount_fen, f"the parts add up to {sum(parts)} fen, and {id} is {found.amount_fen}"
    assert len(id) < LONGEST_ID + 30, f"{id} was split often enough"
    _put(_change(found, found.holder, SPLIT, ""))
    ids = [f"{id}.{number}" for number in range(1, len(parts) + 1)]
    for part_id, part in zip(ids, parts):
        _put(Receivable(part_id, found.debtor, found.holder, part, found.due_ms, CONFIRMED, id, ""))
    emit("split", id, ids)
    return ids


def assign(id: str, to: str) -> None:
    """The holder passes it on."""
    found = _get_own(id)
    assert to not in ("", found.holder, found.debtor), "it is passed on to an organisation other than holder and debtor"
    del state["held", found.holder, id]
    del state["offer", id]  # an offer was the old holder's
    _put(_change(found, to, CONFIRMED, ""))
    emit("assigned", id, found.holder, to)


def offer(id: str, bank: str) -> None:
    """The holder offers it to one bank at a time."""
    found = _get_own(id)
    assert bank not in ("", found.holder, found.debtor), "a bank is an organisation other than holder and debtor"
    state["offer", id] = bank
    emit("offered", id, found.holder, bank)


def finance(id: str) -> None:
    """The bank to which it was offered has advanced the money, and holds it now."""
    bank = _get_org()
    found = _get(id)
    assert found.status == CONFIRMED, f"{id} is {found.status}; what is confirmed can be financed, once"
    assert state.get(("offer", id)) == bank, f"{id} was not offered to {bank}"
    del state["offer", id]
    del state["held", found.holder, id]
    _put(_change(found, bank, FINANCED, bank))
    emit("financed", id, found.holder, bank, found.amount_fen)


def settle(id: str, payment: str) -> str:
    """The debtor names its payment, then the holder says that this one has arrived. Return the new status."""
    org = _get_org()
    found = _get(id)
    assert block.timestamp_ms >= found.due_ms, f"{id} is due at {found.due_ms}, and it is {block.timestamp_ms}"
    assert 1 <= len(payment) <= 100, "a payment has a name of 1 to 100 characters"
    if org == found.debtor:
        assert found.status in (CONFIRMED, FINANCED, PAID), f"{id} is {found.status}"
        state["payment", id] = payment
        status = PAID
    else:
        assert org == found.holder, f"only {found.debtor}, who owes it, and {found.holder}, who holds it, settle"
        assert found.status == PAID, f"{id} is {found.status}; the debtor says first what it has paid"
        assert state["payment", id] == payment, f"{found.debtor} has named another payment"
        status = SETTLED
    _put(_change(found, found.holder, status, found.financed_by))
    emit(status, id, org, payment)
    return status


@query
def get(id: str) -> Receivable:
    return _get(id)


@query
def held_by(org: str) -> list[str]:
    """Return the ids of what an organisation holds: the first 100, without what was split."""
    return [key[2] for key, value in state.items(("held", org), limit=PAGE)]


@query
def parts_of(id: str) -> list[Receivable]:
    found = _get(id)
    numbers = range(1, MOST_PARTS + 1) if found.status == SPLIT else range(0)
    keys = [("receivable", f"{id}.{number}") for number in numbers]
    return [state[key] for key in keys if key in state]


def _get_org() -> str:
    assert caller is None, "an organisation acts through its own members, and not through another contract"
    return sender.org


def _get(id: str) -> Receivable:
    assert ("receivable", id) in state, f"there is no receivable {id}"
    return state["receivable", id]


def _get_own(id: str) -> Receivable:
    # What may still be passed on: confirmed, and neither split, financed nor paid.
    found = _get(id)
    org = _get_org()
    assert org == found.holder, f"{found.holder} holds {id}, and not {org}"
    assert found.status == CONFIRMED, f"{id} is {found.status}; only what is confirmed can be split, passed on or offered"
    return found


def _change(found: Receivable, holder: str, status: str, bank: str) -> Receivable:
    # Amount, debtor and due date are never changed, by any call.
    return Receivable(found.id, found.debtor, holder, found.amount_fen, found.due_ms, status, found.parent, bank)


def _put(changed: Receivable) -> None:
    state["receivable", changed.id] = changed
    if changed.status == SPLIT:
        del state["held", changed.holder, changed.id]
    else:
        state["held", changed.holder, changed.id] = True
