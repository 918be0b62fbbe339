"""Sealing: what was recorded since the last seal gets one of its own, and the seals are written where they can be published.

Results that wait to be graded again (a void) are not sealed: they are no verdicts. What was sealed and has changed is sealed anew only for
the results that somebody says were graded again, with a reason; nothing else that differs is touched, so that sealing never covers up what
an audit would find.

A batch of many results gets several seals: a seal is one transaction, and others have to wait for it.
"""

import json
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from autograder.errors import AuditError
from autograder.files import write_atomically
from autograder.records.log import Build, Leaf, Sealed, SealLog, StoredSeal
from autograder.sealing.entries import SALT_SIZE, compute_entry, compute_leaf, get_record
from autograder.sealing.seals import Seal, compute_link, format_seal, parse_seal, read_json, read_seal, sign_seal
from minichain.crypto.key_encoding import compute_public_key
from minichain.crypto.keys import PrivateKey
from minichain.crypto.merkle import compute_root

LARGEST_SEAL: Final = 50_000
"""Results under one seal: some seconds of a database's time."""


def seal_new(log: SealLog, key: PrivateKey, on_seal: Callable[[StoredSeal], None] = lambda seal: None) -> list[StoredSeal]:
    """Seal all final results that no seal vouches for, and return the seals."""
    made = []
    while stored := log.append_new(_build(key), LARGEST_SEAL):
        made.append(stored)
        on_seal(stored)
    return made


def seal_regraded(log: SealLog, key: PrivateKey, ids: Collection[str], reason: str) -> list[StoredSeal]:
    """Seal those of these results anew that are not as they were sealed; `reason` is told in each."""
    wanted = sorted(ids)
    chunks = (wanted[start : start + LARGEST_SEAL] for start in range(0, len(wanted), LARGEST_SEAL))
    return [stored for chunk in chunks if (stored := log.append_again(_build(key, reason), chunk))]


def find_changed(log: SealLog) -> list[str]:
    """Return the ids of all results that are not as they were sealed. Reads all records."""
    return [each.row.id for each in log.iterate_results() if each.leaves and is_changed(each)]


def is_changed(sealed: Sealed) -> bool:
    """Answer whether a result is another than its last leaf says."""
    return get_record(sealed.leaves[-1].entry) != get_record(compute_entry(sealed.row))


def publish(log: SealLog, folder: Path) -> list[Path]:
    """Write each seal that has no file yet to `folder`, and return the new files. Raises `AuditError` if the last file is another seal."""
    here = sorted(int(path.stem) for path in folder.glob("*.json") if path.stem.isdigit())
    last = here[-1] if here else 0
    stored = {seal.number: seal for seal in log.get_seals(max(last, 1))}
    if last and (last not in stored or parse_seal(read_json(_place(folder, last))) != stored[last]):
        raise AuditError(f"{_place(folder, last)}: not the seal {last} of {log.name}; run autograder audit before you seal anything")
    new = [seal for number, seal in stored.items() if number > last]
    for seal in new:
        write_atomically(_place(folder, seal.number), (json.dumps(format_seal(seal), indent=2) + "\n").encode())
    return [_place(folder, seal.number) for seal in new]


def _place(folder: Path, number: int) -> Path:
    return folder / f"{number:06}.json"


def _build(key: PrivateKey, reason: str = "") -> Build:
    public_key = compute_public_key(key)

    def build(last: StoredSeal | None, found: Sequence[Sealed]) -> tuple[StoredSeal, list[Leaf]] | None:
        if last is not None and (signer := read_seal(last)).public_key != public_key.data.hex():
            raise AuditError(f"the seals so far are signed with another key ({signer.scheme}); go on with that one")
        number = last.number + 1 if last else 1
        told = [each for each in found if not each.leaves or is_changed(each)]
        leaves = [Leaf(number, place, each.row.id, secrets.token_bytes(SALT_SIZE), _tell(each, reason)) for place, each in enumerate(told)]
        if not leaves:
            return None
        seal = Seal(
            number=number,
            previous=compute_link(last),
            time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            records=len(leaves),
            regrades=sum(bool(each.leaves) for each in told),
            root=compute_root([compute_leaf(leaf.salt, leaf.entry) for leaf in leaves]).hex(),
            scheme=public_key.scheme,
            public_key=public_key.data.hex(),
        )
        return sign_seal(seal, key), leaves

    return build


def _tell(sealed: Sealed, reason: str) -> str:
    last = sealed.leaves[-1] if sealed.leaves else None
    return compute_entry(sealed.row, (last.seal, last.position) if last else None, reason)
