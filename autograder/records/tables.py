"""The tables of the records: a row for each grading of one submission, its cells within it; and what people decided and asked.

The key of a record is lab, lab version, learner and content hash; its id is derived from these. So a retry finds the row that is there,
and a regrading under a new version of the lab is a row of its own. Results are never deleted.

Cells are JSON: a row for each would be seven times as many rows, and nobody asks for a cell without its submission. A database can still
look into them: json_each(cells) in SQLite, jsonb_array_elements(cells::jsonb) in PostgreSQL; each is [notebook, grade id, status, score,
maximum, message].

A seal vouches for the results that were recorded since the one before; a leaf is what it says of one of them (`autograder.sealing`). Both
are only ever added.

What changes here also needs a new version and a step in `autograder.records.migrations`.
"""

from typing import Final

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

SCHEMA_VERSION: Final = 3

metadata = MetaData()
meta_table = Table("meta", metadata, Column("name", String(32), primary_key=True), Column("value", Text, nullable=False))
result_table = Table(
    "result",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("lab", String(128), nullable=False),
    Column("lab_version", String(64), nullable=False),
    Column("learner", String(255), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("arrived", Float, nullable=False),
    Column("graded", Float, nullable=False),
    Column("mode", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("score", Float),
    Column("max_score", Float, nullable=False),
    Column("lang", String(16)),
    Column("walls", Text, nullable=False),
    Column("cpu_seconds", Float, nullable=False),
    Column("findings", Text, nullable=False),
    Column("outputs", LargeBinary, nullable=False),
    Column("cells", Text, nullable=False, server_default="[]"),
    Column("voids", Integer, nullable=False, server_default="0"),  # how many of the cells have to be graded again
)
decision_table = Table(
    "decision",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # the order in which they were entered
    Column("lab", String(128), nullable=False),
    Column("learner", String(255), nullable=False),
    Column("notebook", String(255), nullable=False),
    Column("grade_id", String(255), nullable=False),
    Column("points", Float),
    Column("extra", Float, nullable=False),
    Column("comment", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("entered", Float, nullable=False),
    Column("entered_by", Text, nullable=False),
)
Index("decision_learner", decision_table.columns.learner, decision_table.columns.lab)
request_table = Table(
    "request",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("lab", String(128), nullable=False),
    Column("learner", String(255), nullable=False),
    Column("grade_id", String(255), nullable=False),
    Column("text", Text, nullable=False),
    Column("made", Float, nullable=False),
    Column("state", String(8), nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered", Float, nullable=False),
    Column("answered_by", Text, nullable=False),
)
_result = result_table.columns
LATEST: Final = (_result.arrived.desc(), _result.graded.desc(), _result.id.desc())
"""Attempts are ranked by arrival, gradings of one attempt by when they were made; the id only makes the order one."""

Index("result_latest", _result.lab, _result.learner, *LATEST, _result.status, _result.score, _result.max_score)
"""Holds all that the questions about scores and progress ask for, in the order in which they ask it: the table is not read for them."""
Index("result_learner", _result.learner, _result.lab)

seal_table = Table(
    "seal",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("signature", String(128), nullable=False),
)
leaf_table = Table(
    "leaf",
    metadata,
    Column("seal", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("result", String(32), nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("entry", Text, nullable=False),
)
Index("leaf_result", leaf_table.columns.result, leaf_table.columns.seal)
