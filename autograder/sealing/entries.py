"""Entries: what a seal says of one result, as text, and the leaf of the Merkle tree that hides it.

An entry is JSON in one spelling (keys in order, no blanks, ASCII, numbers as Python writes them), kept as it was sealed, so that nobody who
checks it has to spell anything. A leaf is a salt of 32 random bytes and the entry behind it. The salt is what keeps a hash from being
guessed: learners and scores are few, and whoever sees a neighbour's hash in a proof could otherwise try them all.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from minichain.crypto.merkle import compute_leaf_hash, compute_node_hash, compute_root, compute_split

SALT_SIZE: Final = 32

Record = dict[str, Any]


def compute_entry(row: Any, replaced: tuple[int, int] | None = None, reason: str = "") -> str:
    """Return the entry of a result. `replaced` names seal and position of the leaf that it takes the place of: a regrade has a `reason`."""
    record = {
        "lab": row.lab,
        "lab_version": row.lab_version,
        "learner": row.learner,
        "content_hash": row.content_hash,
        "arrived": row.arrived,
        "graded": row.graded,
        "mode": row.mode,
        "walls": json.loads(row.walls),
        "status": row.status,
        "score": row.score,
        "max_score": row.max_score,
        "cells": [cell[:5] for cell in json.loads(row.cells)],
    }
    entry: dict[str, Any] = {"record": record}
    if replaced is not None:
        entry |= {"replaces": list(replaced), "reason": reason}
    return spell(entry)


def spell(value: Any) -> str:
    """Return a value as JSON in the one spelling that is hashed and signed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def get_record(entry: str) -> Record:
    """Return the record in an entry; an empty one if the entry is none, which its seal then does not vouch for."""
    try:
        record = json.loads(entry)["record"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def get_replaced(entry: str) -> tuple[int, int] | None:
    """Return seal and position of the leaf that an entry replaces, if it is a regrade."""
    try:
        seal, position = json.loads(entry)["replaces"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return seal, position


def get_reason(entry: str) -> str:
    """Return why an entry replaces another one."""
    try:
        return str(json.loads(entry)["reason"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def compute_leaf(salt: bytes, entry: str) -> bytes:
    """Return what the Merkle tree is made over: the salt, then the entry."""
    return salt + entry.encode()


def compute_leaf_digest(salt: bytes, entry: str) -> bytes:
    """Return the hash of a leaf. Of a person who was forgotten it is all that was kept, in the place of the salt, beside no entry."""
    return compute_leaf_hash(compute_leaf(salt, entry)) if entry else salt


def fold_digests(digests: Sequence[bytes]) -> bytes:
    """Return the root of the tree over leaves with these hashes (RFC 9162, section 2.1.1)."""
    if not digests:
        return compute_root(())
    if len(digests) == 1:
        return digests[0]
    split = compute_split(len(digests))
    return compute_node_hash(fold_digests(digests[:split]), fold_digests(digests[split:]))


def list_changes(old: Record, new: Record) -> list[str]:
    """Return what differs between two records of the same result, in words.

    >>> list_changes({"score": 3.0, "cells": []}, {"score": 4.0, "cells": []})
    ['score 3.0 -> 4.0']
    """
    changes = [f"{name} {old.get(name)} -> {new[name]}" for name in new if name != "cells" and old.get(name) != new[name]]
    cells = {tuple(cell[:2]): cell[2:] for cell in old.get("cells", ())}
    seen = {tuple(cell[:2]): cell[2:] for cell in new["cells"]}
    different = [cell[1] for cell in {**cells, **seen} if cells.get(cell) != seen.get(cell)]
    return [*changes, *([f"cells {', '.join(different)}"] if different else [])]
