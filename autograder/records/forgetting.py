"""Forgetting a person: all that the records say of them is deleted in one transaction.

Of what the seals say of them only hashes are left, over which the roots are made; so the seals that were published still hold. A hash tells
nothing: the salt that it was made with is gone.
"""

from hashlib import sha256

from sqlalchemy import Connection, delete, select, update

from autograder.records.tables import decision_table, leaf_table, request_table, result_table


def forget(connection: Connection, learner: str) -> dict[str, int]:
    """Delete what is recorded of a learner; return how many rows of which kind."""
    counts = {"results": 0, "sealed entries": _forget_leaves(connection, learner)}
    for name, table in (("results", result_table), ("decisions", decision_table), ("requests", request_table)):
        counts[name] = connection.execute(delete(table).where(table.c.learner == learner)).rowcount
    return counts


def _forget_leaves(connection: Connection, learner: str) -> int:
    """Put the leaf's hash (RFC 9162, section 2.1.1) in the place of its salt, and nothing in that of its entry."""
    results = select(result_table.c.id).where(result_table.c.learner == learner)
    leaf = leaf_table.c
    rows = connection.execute(select(leaf_table).where(leaf.result.in_(results), leaf.entry != "")).all()
    for row in rows:
        digest = sha256(b"\0" + row.salt + row.entry.encode()).digest()
        connection.execute(update(leaf_table).where(leaf.seal == row.seal, leaf.position == row.position), {"salt": digest, "entry": ""})
    return len(rows)
