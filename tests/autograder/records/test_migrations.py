"""Migrations: records that an older version wrote are read, others are refused, and nothing is left half done."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from autograder.errors import RecordsError
from autograder.records import Records, migrations
from autograder.records.tables import SCHEMA_VERSION
from autograder.results import CellResult
from tests.autograder.records.conftest import make_result

OLD = Path(__file__).with_name("schema_1.sql").read_text()
UNREADABLE = replace(make_result("cy", score=None), cells=(), status="unreadable")
REGRADED = make_result(version="v2", score=0.0, status="failed")
LATEST = [
    make_result(arrived=5.0, content="c2", score=1.0),
    make_result("bo", status="void", score=None),
    UNREADABLE,
    make_result("李雷", lab="M"),
]
"""What schema_1.sql holds: it was written by the version that had schema 1, from these results."""


@pytest.fixture
def old(tmp_path):
    """A SQLite file as schema 1 left it."""
    path = tmp_path / "records.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(OLD)
    connection.close()
    return path


def get_schema(place):
    """Return tables, columns, indexes and defaults as the database tells them."""
    engine = create_engine(place if "://" in str(place) else f"sqlite:///{place}")
    look = inspect(engine)
    found = {
        table: (
            sorted((column["name"], str(column["type"]), column["nullable"]) for column in look.get_columns(table)),
            look.get_pk_constraint(table)["constrained_columns"],
            sorted((index["name"], index["column_names"]) for index in look.get_indexes(table)),
        )
        for table in look.get_table_names()
    }
    engine.dispose()
    return found


def check(place):
    with Records(place) as records:
        assert list(records.iterate_latest()) == LATEST
        assert records.get_attempts("L", "ada") == [make_result(), REGRADED, LATEST[0]]
        assert {key[2] for key in records.get_done_keys(["L", "M"])} == {"ada", "cy", "李雷"}
        records.save([make_result("new"), LATEST[0]])
        assert len(list(records.iterate_latest())) == 5
    Records(place).close()


def test_a_database_of_schema_1_is_migrated_with_all_that_is_in_it(old, tmp_path, caplog):
    check(old)
    assert [record.getMessage() for record in caplog.records] == [f"{old}: bringing the records from schema 1 to {SCHEMA_VERSION}"]
    Records(tmp_path / "fresh.db").close()
    assert get_schema(old) == get_schema(tmp_path / "fresh.db")


def test_a_postgresql_database_of_schema_1_is_migrated_too(postgresql):
    place = postgresql.create_database("old")
    statements = OLD.partition("BEGIN TRANSACTION;")[2].replace("BLOB", "BYTEA").replace("X'", "'\\x").split(";\n")
    statements = [statement.strip() for statement in statements if statement.strip() not in ("", "COMMIT")]
    order = sorted(statements, key=lambda each: ("CREATE TABLE result" not in each, "CREATE TABLE" not in each, 'INTO "cell"' in each))
    engine = create_engine(place.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for statement in order:
            connection.exec_driver_sql(statement)
    engine.dispose()
    check(place)
    fresh = postgresql.create_database("fresh")
    Records(fresh).close()
    driver = "postgresql+psycopg:"
    assert get_schema(place.replace("postgresql:", driver)) == get_schema(fresh.replace("postgresql:", driver))


def test_more_than_a_page_of_results_is_migrated(old, monkeypatch):
    monkeypatch.setattr(migrations, "_PAGE_OF_IDS", migrations._PAGE_OF_IDS.replace("1000", "2"))
    check(old)


def test_a_migration_that_fails_leaves_the_old_records(old, monkeypatch):
    before = "\n".join(sqlite3.connect(old).iterdump())
    monkeypatch.setitem(
        migrations._STEPS, 1, lambda connection: [migrations._to_2(connection), connection.execute(text("SELECT absent FROM result"))]
    )
    with pytest.raises(RecordsError, match="no such column: absent"):
        Records(old)
    assert "\n".join(sqlite3.connect(old).iterdump()) == before
    monkeypatch.undo()
    check(old)


def test_a_migration_that_is_killed_leaves_the_old_records(old):
    script = (
        "import os, sys; from pathlib import Path; from autograder.records import Records, migrations\n"
        "step = migrations._STEPS[1]\n"
        "migrations._STEPS[1] = lambda connection: [step(connection), os.kill(os.getpid(), 9)]\n"
        "Records(Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(old)], check=False, timeout=60, stderr=subprocess.DEVNULL)
    assert done.returncode == -9
    with sqlite3.connect(old) as connection:
        assert connection.execute("SELECT value FROM meta").fetchone() == ("1",)
        assert connection.execute("SELECT count(*) FROM cell").fetchone() == (10,)
    check(old)


def test_two_who_open_old_records_at_once_migrate_them_once(old, caplog):
    with ThreadPoolExecutor(4) as threads:
        for records in list(threads.map(Records, [old] * 4)):
            records.close()
    assert len([record for record in caplog.records if "bringing" in record.getMessage()]) == 1
    check(old)


def test_many_who_open_new_records_at_once_make_them_once(place):
    with ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(Records, [place] * 6))
    for number, store in enumerate(stores):
        store.save([make_result(f"learner-{number}")])
        store.close()
    with Records(place) as records:
        assert len(list(records.iterate_scores())) == 6


@pytest.mark.parametrize(
    ("version", "words"),
    [("99", f"schema 99, this program reads schema {SCHEMA_VERSION}; install a newer one"), ("x", "is 'x', which is no number")],
)
def test_records_of_a_schema_that_we_do_not_know_are_left_alone(place, version, words):
    Records(place).close()
    engine = create_engine(place.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = :version"), {"version": version})
    with pytest.raises(RecordsError, match=words):
        Records(place)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT value FROM meta")).scalar() == version
    engine.dispose()


def test_cells_can_be_asked_for_in_sql(records):
    records.save([make_result(), replace(make_result("bo"), cells=(CellResult("n", "b", "failed", 0.0, 2.0),))])
    sqlite = "SELECT json_extract(value, '$[2]'), count(*) FROM result, json_each(cells) GROUP BY 1 ORDER BY 1"
    postgresql = "SELECT value ->> 2, count(*) FROM result, jsonb_array_elements(cells::jsonb) AS value GROUP BY 1 ORDER BY 1"
    query = text(postgresql if records._database.is_postgresql else sqlite)
    found = records._database.read(lambda connection: [tuple(row) for row in connection.execute(query)])
    assert found == [("failed", 1), ("manual", 1), ("passed", 1)]
