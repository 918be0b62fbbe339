"""The audit: do the records say what was sealed, and do the seals lead to the one that was published?

What holds if nothing is found: every result in the records is as its last leaf says; a leaf that took the place of another says so and why;
no leaf is without its result and no result without its leaf; each seal's root is that of its leaves; each seal names the one before and is
signed with one key; and the published seal is one of them. So whoever kept a published seal can be shown nothing else for what lies before
it, not even by the owner of the key.

Simplification: what came after the published seal rests on the key alone. Publish each seal where others keep it (a web page, a newspaper,
a chain), and audit against the latest.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from autograder.errors import AuditError
from autograder.records.log import Sealed, SealLog, StoredSeal
from autograder.records.rows import compute_id
from autograder.sealing.entries import (
    Record,
    compute_entry,
    compute_leaf_digest,
    fold_digests,
    get_reason,
    get_record,
    get_replaced,
    list_changes,
)
from autograder.sealing.seals import Seal, compute_link, read_seal
from minichain.crypto.keys import PublicKey

Kind = Literal["seal", "chain", "root", "changed", "removed", "added", "regrade"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold: what kind, of whom (empty for a seal), and what it is."""

    kind: Kind
    learner: str
    lab: str
    text: str


@dataclass(frozen=True, slots=True)
class Regrade:
    """A score that changed, as it is recorded: in which seal, of whom, what, and why."""

    seal: int
    learner: str
    lab: str
    text: str
    reason: str


@dataclass(slots=True)
class Report:
    """What an audit saw."""

    seals: int = 0
    results: int = 0
    forgotten: int = 0
    """Results of people who were forgotten: of each only a hash is left. Whoever deletes a row and its text is seen here."""
    findings: list[Finding] = field(default_factory=list)
    regrades: list[Regrade] = field(default_factory=list)


def audit_records(
    log: SealLog, published: StoredSeal, signer: PublicKey | None = None, on_result: Callable[[], None] = lambda: None
) -> Report:
    """Hold the records against a published seal. Raises `AuditError` if that itself is not right."""
    trusted = read_seal(published)
    validate_signer(trusted, signer)
    report = Report()
    stored = log.get_seals()
    report.seals = len(stored)
    report.findings += _check_chain(stored, trusted, published)
    numbers = {seal.number for seal in stored}
    for seal in stored:
        report.findings += _check_root(log, seal)
    for sealed in log.iterate_results():
        report.results += 1
        report.findings += _check_result(sealed, numbers, report.regrades)
        on_result()
    for leaf in log.iterate_lost():
        if not leaf.entry:
            report.forgotten += 1
            continue
        record = get_record(leaf.entry)
        text = f"sealed with score {record.get('score')} in seal {leaf.seal}, and not among the final results any more"
        report.findings.append(_tell("removed", record, text))
    return report


def validate_signer(seal: Seal, signer: PublicKey | None) -> None:
    """Raise `AuditError` if a seal is signed by somebody else than expected."""
    if signer is not None and (seal.scheme, seal.public_key) != (signer.scheme, signer.data.hex()):
        raise AuditError(f"seal {seal.number} is signed with another key than the one that was named")


def _check_chain(stored: list[StoredSeal], trusted: Seal, published: StoredSeal) -> Iterator[Finding]:
    """Yield what is wrong with the chain of seals, and with the place of the published one in it."""
    before: StoredSeal | None = None
    for number, each in enumerate(stored, start=1):
        try:
            seal = read_seal(each)
        except AuditError as error:
            yield Finding("seal", "", "", str(error))
        else:
            if seal.number != number or seal.previous != compute_link(before):
                yield Finding("chain", "", "", f"seal {seal.number} does not follow the one before it: a seal was changed or taken out")
            if seal.public_key != trusted.public_key:
                yield Finding("seal", "", "", f"seal {seal.number} is signed with another key than the published one")
        before = each
    if published not in stored:
        there = f"there are {len(stored)}" if len(stored) < trusted.number else f"there is another with the number {trusted.number}"
        yield Finding("chain", "", "", f"the published seal {trusted.number} is not among the seals of these records: {there}")


def _check_root(log: SealLog, stored: StoredSeal) -> Iterator[Finding]:
    """Yield whether the leaves of a seal are those that it was made over, and stand beside the results that they speak of."""
    try:
        seal = read_seal(stored)
    except AuditError:
        return  # told already
    leaves = list(log.iterate_leaves(stored.number))
    root = fold_digests([compute_leaf_digest(leaf.salt, leaf.entry) for leaf in leaves]).hex()
    if (len(leaves), root) != (seal.records, seal.root) or [leaf.position for leaf in leaves] != list(range(len(leaves))):
        yield Finding("root", "", "", f"seal {seal.number}: its {len(leaves)} leaves are not the {seal.records} that it was made over")
    for leaf in leaves:
        if not leaf.entry:
            continue  # a person who was forgotten; what is left of the leaf is in the root
        record = get_record(leaf.entry)
        lab, version, learner, content = (str(record.get(name)) for name in ("lab", "lab_version", "learner", "content_hash"))
        if leaf.result != compute_id((lab, version, learner, content)):
            yield _tell("root", record, f"leaf {leaf.position} of seal {seal.number} stands beside another result")


def _check_result(sealed: Sealed, seals: set[int], regrades: list[Regrade]) -> Iterator[Finding]:
    """Yield what is wrong with one result, and note how its score came about."""
    row, leaves = sealed.row, sealed.leaves
    if not leaves:
        yield Finding("added", row.learner, row.lab, "no seal vouches for this result")
        return
    before: tuple[int, int] | None = None
    for leaf in leaves:
        if get_replaced(leaf.entry) != before:
            yield Finding("regrade", row.learner, row.lab, f"seal {leaf.seal} says it anew without naming what it replaces")
        if leaf.seal not in seals:
            yield Finding("root", row.learner, row.lab, f"its leaf is under seal {leaf.seal}, which is not there")
        before = (leaf.seal, leaf.position)
    for old, new in pairwise(leaves):
        changes = "; ".join(list_changes(get_record(old.entry), get_record(new.entry)))
        regrades.append(Regrade(new.seal, row.learner, row.lab, changes, get_reason(new.entry)))
    try:
        found = get_record(compute_entry(row))
    except (ValueError, TypeError, RecursionError):
        yield Finding("changed", row.learner, row.lab, "its cells or walls are no JSON")
        return
    if found != get_record(leaves[-1].entry):
        yield Finding("changed", row.learner, row.lab, "; ".join(list_changes(get_record(leaves[-1].entry), found)))


def _tell(kind: Kind, record: Record, text: str) -> Finding:
    return Finding(kind, str(record.get("learner", "")), str(record.get("lab", "")), text)
