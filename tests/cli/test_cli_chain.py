"""`minichain chain` as somebody at a shell meets it."""

import contextlib
import io
import json
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace

import pytest

from minichain.cli import main
from minichain.contracts.engines import find_engine_or_keyvalue
from minichain.ledger.sqlite_store import SqliteStore
from tests.contracts.system import consortium
from tests.identity.conftest import hash_of
from tests.ledger.small_chain import extend, make_chain, make_transaction
from tests.ledger.test_store import make_store


def run(*arguments, cwd, code=0):
    """Run a command in a folder; return what it printed, on stderr if it was to fail."""
    out, err, argv = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["minichain", *map(str, arguments)]
    try:
        with contextlib.chdir(cwd), redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ending:
            main()
    finally:
        sys.argv = argv
    assert (ending.value.code or 0) == code, out.getvalue() + err.getvalue()
    return out.getvalue() if code != 2 else err.getvalue()


@pytest.fixture(scope="module")
def organisations(tmp_path_factory):
    folder = tmp_path_factory.mktemp("organisations")
    for name in ("org1", "org2"):
        run("identity", "create", name, cwd=folder)
        (folder / f"{name}.json").write_text(run("identity", "export", name, cwd=folder))
    run("identity", "create", "guomi", "--suite", "national", cwd=folder)
    (folder / "guomi.json").write_text(run("identity", "export", "guomi", cwd=folder))
    return folder


@pytest.fixture
def filled(tmp_path):
    """A folder with a chain of some blocks."""
    with make_store(tmp_path / "mychain") as store:
        chain = make_chain(store)
        for number in range(5):
            extend(chain, make_transaction(2 * number), make_transaction(2 * number + 1, method="get", key=b"missing"))
        chain.finalise(4)
    return tmp_path


def test_a_chain_is_begun_from_bundles(organisations, tmp_path):
    arguments = ["-o", organisations / "org1.json", "-o", organisations / "org2.json", "--policy", "kv-put=2/3:org1,org2:client"]
    made = json.loads(run("chain", "init", "mychain", *arguments, "--json", cwd=tmp_path))
    assert made["organisations"] == ["org1", "org2"] and made["suite"] == "international"
    shown = json.loads(run("chain", "show", "mychain", "--json", cwd=tmp_path))
    assert shown["genesis_hash"] == made["genesis_hash"] == shown["hash"] and shown["height"] == 0
    assert shown["policies"] == {"kv-put": "2/3 of client of org1, org2"}
    text = run("chain", "show", "mychain", cwd=tmp_path)
    assert made["genesis_hash"] in text and "policy kv-put" in text
    assert "as it was written" in run("chain", "verify", "mychain", "--replay", cwd=tmp_path)


def test_a_chain_of_the_national_suite(organisations, tmp_path):
    made = json.loads(run("chain", "init", "mychain", "-o", organisations / "guomi.json", "--json", cwd=tmp_path))
    assert made["suite"] == "national"
    assert "as it was written" in run("chain", "verify", "mychain", cwd=tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "org1.json", "-o", "guomi.json"], "all organisations of a chain sign with its suite"),
        (["-o", "org1.json", "--suite", "national"], "all organisations of a chain sign with its suite"),
        (["-o", "org1.json", "-o", "org1.json"], "an organisation is there twice"),
        (["-o", "org1.json", "--policy", "kv-put"], "reads RESOURCE=RULE"),
        (["-o", "org1.json", "--policy", "kv-put=MOST"], "is none of ANY, ALL"),
        (["-o", "org1.json", "--policy", "kv-put=ANY:org9"], "org9"),
        (["-o", "org1.json", "--policy", "kv-put=ANY::king"], "no role is called"),
        (["-o", "org1.json", "--id", "two words"], "without blanks"),
        (["-o", "nowhere.json"], "cannot read"),
        (["-o", "org1/organisation.json"], "cannot read|bundle"),
    ],
)
def test_what_cannot_begin_a_chain_is_told_in_one_line_and_leaves_nothing(organisations, tmp_path, arguments, message):
    error = run("chain", "init", tmp_path / "mychain", *arguments, cwd=organisations, code=2)
    assert re.search(message, error) and error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_blocks_and_transactions_are_shown(filled):
    shown = json.loads(run("chain", "show", "mychain", "--json", cwd=filled))
    assert shown["height"] == 5 and shown["final_height"] == 4
    assert [block["height"] for block in shown["last_blocks"]] == [0, 1, 2, 3, 4, 5]
    block = json.loads(run("chain", "show", "mychain", "--block", 3, "--json", cwd=filled))
    assert block["height"] == 3 and [one["outcome"] for one in block["transactions"]] == ["OK", "FAILED"]
    assert json.loads(run("chain", "show", "mychain", "--tx", f"{4:064x}", "--json", cwd=filled)) == block
    assert block["hash"] in run("chain", "show", "mychain", "-b", 3, cwd=filled)
    assert "no block at height 9" in run("chain", "show", "mychain", "-b", 9, cwd=filled, code=2)
    assert "64 hexadecimal digits" in run("chain", "show", "mychain", "--tx", "12", cwd=filled, code=2)
    assert "no transaction" in run("chain", "show", "mychain", "--tx", "f" * 64, cwd=filled, code=2)
    assert "holds no ledger" in run("chain", "show", "nowhere", cwd=filled, code=2)


def test_damage_is_named_and_ends_with_1(filled):
    path = filled / "mychain" / "ledger.db"
    content = bytearray(path.read_bytes())
    content[9000] ^= 4
    path.write_bytes(content)
    found = json.loads(run("chain", "verify", "mychain", "--json", cwd=filled, code=1))
    assert [damage["place"] for damage in found["damages"]] == ["ledger.db"]
    assert "page 3" in run("chain", "verify", "mychain", cwd=filled, code=1)
    assert "is no folder" in run("chain", "verify", "nowhere", cwd=filled, code=2)
    (filled / "empty").mkdir()
    assert "ledger.db: is missing" in run("chain", "verify", "empty", cwd=filled, code=1)


def test_replay_finds_a_block_that_was_wrong_from_the_beginning(filled):
    """Somebody with a program of their own puts a block into the store that nobody would have taken."""
    with SqliteStore(filled / "mychain") as store:
        honest = make_chain()
        for height in range(1, 6):
            honest.apply_block(store.get_committed(height).block)
        extend(honest, make_transaction(50, "Bob"))
        forged = honest.store.get_committed(6)
        store.commit(replace(forged, block=replace(forged.block, signature=bytes(64))), {})
    found = json.loads(run("chain", "verify", "mychain", "--replay", "--json", cwd=filled, code=1))
    assert "BLOCK_BAD_SIGNATURE" in found["damages"][0]["message"]


def test_a_chain_travels_in_one_file(filled):
    exported = json.loads(run("chain", "export", "mychain", "file", "--json", cwd=filled))
    assert exported["blocks"] == 6
    assert "exists" in run("chain", "export", "mychain", "file", cwd=filled, code=2)
    imported = json.loads(run("chain", "import", "file", "copy", "--genesis", exported["genesis_hash"], "--json", cwd=filled))
    assert imported["blocks"] == 6
    original, copy = (json.loads(run("chain", "show", name, "--json", cwd=filled)) for name in ("mychain", "copy"))
    assert {**copy, "bytes": 0} == {**original, "bytes": 0}
    assert "as it was written" in run("chain", "verify", "copy", "--replay", cwd=filled)
    assert "exists" in run("chain", "import", "file", "copy", cwd=filled, code=2)
    assert "has the hash" in run("chain", "import", "file", "other", "--genesis", "00", cwd=filled, code=2)
    content = bytearray((filled / "file").read_bytes())
    content[len(content) // 2] ^= 1
    (filled / "file").write_bytes(content)
    assert "is not what was written" in run("chain", "import", "file", "other", cwd=filled, code=2)
    assert sorted(path.name for path in filled.iterdir()) == ["copy", "file", "mychain"]


def test_old_blocks_go_to_an_archive_and_come_back(filled):
    made = json.loads(run("chain", "archive", "mychain", "--to", 3, "--json", cwd=filled))
    assert made["file"] == "archive/blocks-1-3"
    shown = json.loads(run("chain", "show", "mychain", "-b", 2, "--json", cwd=filled))
    assert shown["archived"] and "archive/blocks-1-3" in shown["note"]
    assert "archive/blocks-1-3" in run("chain", "show", "mychain", cwd=filled)
    assert "as it was written" in run("chain", "verify", "mychain", "--replay", cwd=filled)
    run("chain", "export", "mychain", "file", cwd=filled)
    assert "it is an archive" in run("chain", "import", "mychain/archive/blocks-1-3", "other", cwd=filled, code=2)
    run("chain", "restore", "mychain", cwd=filled)
    assert not json.loads(run("chain", "show", "mychain", "-b", 2, "--json", cwd=filled))["archived"]
    assert "no archived blocks" in run("chain", "restore", "mychain", cwd=filled, code=2)


def test_a_chain_that_governed_itself_is_executed_again_with_its_system_contracts(tmp_path):
    frozen = hash_of(consortium.sign_as("org1 client")[0]).hex()
    with make_store(tmp_path / "mychain") as store:
        chain = consortium.make_chain(store=store, find_engine=find_engine_or_keyvalue)
        receipt = consortium.invoke(chain, "CERT_MANAGE", "CERTS_FREEZE", "org2 admin", cert_hashes=frozen)
        assert receipt.is_success
        assert consortium.invoke(chain, "kv", "put", "org2 client", key="a", value="b").is_success
    assert "as it was written" in run("chain", "verify", "mychain", "--replay", cwd=tmp_path)
    run("chain", "export", "mychain", "mychain.blocks", cwd=tmp_path)
    assert "3 blocks" in run("chain", "import", "mychain.blocks", "copy", cwd=tmp_path)
