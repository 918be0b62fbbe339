"""A chain and a block in words, for `minichain chain show`, and as plain data for programs."""

from datetime import UTC, datetime
from typing import Any, Final

from minichain.identity.member import Member, MemberKind
from minichain.ledger.block import Header
from minichain.ledger.configuration import load_configuration
from minichain.ledger.errors import ArchivedError
from minichain.ledger.execution import Code
from minichain.ledger.receipt import Receipt
from minichain.ledger.sqlite_store import SqliteStore
from minichain.ledger.transaction import Transaction

LAST_BLOCKS: Final = 10
SHOWN_TRANSACTIONS: Final = 50
OUTCOMES: Final = {int(code): code.name for code in Code}
LATEST_MS: Final = 253_402_300_799_000
"""The end of the year 9999: a block may claim any time, a calendar ends there."""


def format_time(time_ms: int) -> str:
    """Return a time as people read it.

    >>> format_time(1_700_000_000_000)
    '2023-11-14 22:13:20 UTC'
    """
    if time_ms > LATEST_MS:
        return f"{time_ms} ms"
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def name_member(member: Member) -> str:
    """Return a member in a few characters."""
    if not member.info:
        return "nobody"
    kind = {MemberKind.CERT: "certificate", MemberKind.CERT_HASH: "certificate hash", MemberKind.PUBLIC_KEY: "key"}[member.kind]
    return f"{member.org_id or 'no organisation'}, {kind} …{member.info[-6:].hex()}"


def count(number: int, thing: str) -> str:
    """Return so many things, in words."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def make_table(rows: list[list[str]]) -> list[str]:
    """Return rows with their columns aligned."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


# The chain


def describe_store(store: SqliteStore) -> dict[str, Any]:
    """Return what the chain is, and its last blocks."""
    configuration = load_configuration(store.state)
    head = store.get_header(store.height)
    access = configuration.access
    return {
        "chain_id": head.chain_id,
        "suite": configuration.suite.name,
        "genesis_hash": store.get_hash(0).hex(),
        "height": store.height,
        "hash": store.get_hash(store.height).hex(),
        "state_root": head.state_root.hex(),
        "timestamp_ms": head.timestamp_ms,
        "final_height": store.final_height,
        "mode": access.mode.name.lower(),
        "organisations": sorted(access.organisations),
        "policies": {each.resource: str(each.policy) for each in access.policies},
        "archives": [{"first": each.first, "last": each.last, "file": each.name} for each in store.get_archives()],
        "bytes": sum(path.stat().st_size for path in store.directory.rglob("*") if path.is_file()),
        "last_blocks": [
            {
                "height": height,
                "hash": store.get_hash(height).hex(),
                "transactions": store.get_header(height).transaction_count,
                "timestamp_ms": store.get_header(height).timestamp_ms,
            }
            for height in range(max(0, store.height - LAST_BLOCKS + 1), store.height + 1)
        ],
    }


def list_store_lines(content: dict[str, Any]) -> list[str]:
    """Return a chain in words."""
    facts = [
        ["suite", content["suite"]],
        ["genesis block", content["genesis_hash"]],
        ["last block", f"{content['height']}, {format_time(content['timestamp_ms'])}"],
        ["  its hash", content["hash"]],
        ["  state root", content["state_root"]],
        ["final", f"up to block {content['final_height']}"],
        ["organisations", ", ".join(content["organisations"])],
        *([f"policy {resource}", policy] for resource, policy in content["policies"].items()),
        *(["archive", f"blocks {one['first']} to {one['last']}, in {one['file']}"] for one in content["archives"]),
        ["on disk", f"{content['bytes']:,} bytes"],
    ]
    blocks = [
        [str(one["height"]), one["hash"][:16] + "…", count(one["transactions"], "transaction"), format_time(one["timestamp_ms"])]
        for one in content["last_blocks"]
    ]
    return [f"The chain {content['chain_id']}", "", *make_table(facts), "", "Its last blocks", "", *make_table(blocks)]


# A block


def describe_block(store: SqliteStore, height: int) -> dict[str, Any]:
    """Return a block; of an archived one, what stayed in the database."""
    header = store.get_header(height)
    content = describe_header(header) | {"hash": store.get_hash(height).hex(), "archived": False}
    try:
        committed = store.get_committed(height)
    except ArchivedError as error:
        return content | {"archived": True, "note": str(error)}
    block = committed.block
    return content | {
        "bytes": len(block.encoded),
        "votes": len(block.votes),
        "dag": [list(earlier) for earlier in block.dag.neighbours],
        "transactions": [
            describe_transaction(transaction, receipt) for transaction, receipt in zip(block.transactions, committed.receipts, strict=True)
        ],
    }


def describe_header(header: Header) -> dict[str, Any]:
    """Return the fields of a header."""
    roots = ("previous_hash", "transaction_root", "receipt_root", "rwset_root", "state_root", "dag_hash", "consensus_arguments")
    return {
        "height": header.height,
        "timestamp_ms": header.timestamp_ms,
        "proposer": name_member(header.proposer),
        "transaction_count": header.transaction_count,
        **{name: getattr(header, name).hex() for name in roots},
    }


def describe_transaction(transaction: Transaction, receipt: Receipt) -> dict[str, Any]:
    """Return what a transaction asked for and what came of it."""
    payload = transaction.payload
    return {
        "tx_id": transaction.tx_id,
        "sender": name_member(transaction.sender.signer),
        "endorsers": [name_member(endorsement.signer) for endorsement in transaction.endorsers],
        "contract": payload.contract,
        "method": payload.method,
        "parameters": {name: value.hex() for name, value in payload.parameters},
        "code": receipt.code,
        "outcome": OUTCOMES.get(receipt.code, str(receipt.code)),
        "message": receipt.message,
        "gas_used": receipt.gas_used,
        "events": [{"contract": event.contract, "topic": event.topic} for event in receipt.events],
    }


def list_block_lines(content: dict[str, Any]) -> list[str]:
    """Return a block in words."""
    shown = ("hash", "previous_hash", "transaction_root", "receipt_root", "rwset_root", "state_root", "dag_hash")
    facts = [["time", format_time(content["timestamp_ms"])], ["proposer", content["proposer"]]]
    facts += [[name.replace("_", " "), content[name]] for name in shown]
    lines = [f"Block {content['height']}, {count(content['transaction_count'], 'transaction')}", "", *make_table(facts), ""]
    if content["archived"]:
        return [*lines, content["note"]]
    rows = [
        [f"{one['tx_id'][:16]}…", f"{one['contract']}.{one['method']}", one["outcome"], f"{one['gas_used']} gas", one["sender"]]
        for one in content["transactions"][:SHOWN_TRANSACTIONS]
    ]
    hidden = content["transaction_count"] - len(rows)
    return [*lines, *(make_table(rows) if rows else ["  no transactions"]), *([f"  … and {hidden} more"] if hidden else [])]
