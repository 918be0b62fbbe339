"""Records: what was graded, once and for all, in SQLite or PostgreSQL."""

from autograder.records.rows import Key, LabProgress, Outline, Score
from autograder.records.store import Records

__all__ = ["Key", "LabProgress", "Outline", "Records", "Score"]
