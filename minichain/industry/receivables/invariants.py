"""What must hold of receivables, whatever anybody has called: for auditors, who read the records, and for tests.

The functions look at records alone, not at how they came about, so they find a mistake of the contract and one of a migration alike.

Simplifications: what needs the history (a settled one that changed again) is for a test that keeps the state before each call.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

FREE = frozenset({"registered", "confirmed", "split"})
"""What no bank has financed, for sure."""


class Receivable(Protocol):
    """A record of the contract, as the engine gives it out."""

    id: str
    debtor: str
    holder: str
    amount_fen: int
    due_ms: int
    status: str
    parent: str
    financed_by: str


def find_violations(receivables: Iterable[Receivable]) -> list[str]:
    """Return a sentence for each rule that the records break: none if all is well."""
    by_id = {each.id: each for each in receivables}
    parts: defaultdict[str, list[Receivable]] = defaultdict(list)
    for each in by_id.values():
        if each.parent:
            parts[each.parent].append(each)
    found = [sentence for each in by_id.values() for sentence in check_alone(each)]
    for parent, children in sorted(parts.items()):
        found += check_family(by_id.get(parent), parent, children)
    found += [f"{each.id} is split and has no parts" for each in by_id.values() if each.status == "split" and each.id not in parts]
    return found


def check_alone(each: Receivable) -> Iterator[str]:
    """Yield what is wrong with a receivable by itself."""
    if each.amount_fen <= 0:
        yield f"{each.id} has {each.amount_fen} fen"
    if each.debtor == each.holder:
        yield f"{each.id} is held by its debtor {each.debtor}"
    if each.financed_by and (each.status in FREE or each.holder != each.financed_by):
        yield f"{each.id} is {each.status} and held by {each.holder}, but {each.financed_by} has financed it"
    if each.status == "financed" and not each.financed_by:
        yield f"{each.id} is financed, and nobody has financed it"


def check_family(parent: Receivable | None, parent_id: str, children: list[Receivable]) -> Iterator[str]:
    """Yield what is wrong with a receivable and its parts."""
    if parent is None:
        yield f"{children[0].id} is a part of {parent_id}, which is not there"
        return
    if parent.status != "split":
        yield f"{parent_id} has parts, and is {parent.status}"
    total = sum(child.amount_fen for child in children)
    if total != parent.amount_fen:
        yield f"the parts of {parent_id} add up to {total} fen, and it is {parent.amount_fen}"
    for child in children:
        if (child.debtor, child.due_ms) != (parent.debtor, parent.due_ms):
            yield f"{child.id} has another debtor or another due date than {parent_id}"
        if child.status == "registered":
            yield f"{child.id} is a part of a confirmed receivable, and not confirmed"


def compute_totals(receivables: Mapping[str, Receivable]) -> dict[str, int]:
    """Return for each receivable that is no part of another what its unsplit parts add up to, however often it was split."""
    totals: defaultdict[str, int] = defaultdict(int)
    for each in receivables.values():
        root = each
        while root.parent:
            root = receivables[root.parent]
        totals[root.id] += 0 if each.status == "split" else each.amount_fen
    return dict(totals)
