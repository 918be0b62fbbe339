"""`minichain chain`: begin a chain, look at it, check every byte of it, carry it elsewhere in one file, archive its old blocks."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from minichain.cli.chain_words import count, describe_block, describe_store, list_block_lines, list_store_lines
from minichain.cli.files import CommandError, read_bytes
from minichain.cli.options import Json
from minichain.contracts.engines import find_engine_or_keyvalue
from minichain.crypto.suites import SUITE_NAMES
from minichain.identity.access import AccessControl, ResourcePolicy
from minichain.identity.bundle import parse_bundle
from minichain.identity.policy import Policy
from minichain.identity.roles import Mode, parse_role
from minichain.ledger.archive import archive_blocks, restore_blocks
from minichain.ledger.block import Block
from minichain.ledger.chain import Chain
from minichain.ledger.chain_file import ChainFile, Heading, write_chain_file
from minichain.ledger.configuration import Limits
from minichain.ledger.database import create_store
from minichain.ledger.genesis import get_genesis_suite, make_genesis
from minichain.ledger.rules import InvalidError
from minichain.ledger.sqlite_store import SqliteStore
from minichain.ledger.store import Archive, Committed, MemoryStore
from minichain.ledger.verify import Damage, OnProgress, read_all, verify_store

app = typer.Typer(
    help="Begin a chain, look at it, check every byte of it, carry it elsewhere in one file, archive its old blocks.\n\n"
    "A chain lives in a folder. One process at a time may have it open; a command that changes it ends with the change on the disk.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Folder = Annotated[Path, typer.Argument(help="The chain's folder.", show_default=False)]
NewFolder = Annotated[Path, typer.Argument(help="A folder that does not exist yet.", show_default=False)]
FileName = Annotated[Path, typer.Argument(help="The file.", show_default=False)]

DAMAGED: Final = 1
"""The exit code of `verify` when something is not as it was written."""

SHOWN_DAMAGES: Final = 20


def report(content: dict[str, Any], lines: list[str], as_json: bool) -> None:
    """Print what was done, for programs or for people."""
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else "\n".join(lines))


@contextmanager
def showing_progress(as_json: bool) -> Iterator[OnProgress]:
    """Show a bar on stderr while something long goes on, if somebody is there to see it."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=as_json or not console.is_terminal) as progress:
        tasks = {}

        def on_progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield on_progress


@contextmanager
def opening(folder: Path) -> Iterator[SqliteStore]:
    """Open a chain's store, which has at least its genesis block."""
    with SqliteStore(folder) as store:
        if store.height < 0:
            raise CommandError(f"{folder} has no genesis block: `chain init` was stopped halfway; delete the folder and begin again")
        yield store


def get_genesis(store: SqliteStore) -> Block:
    """Return the block that the chain begins with."""
    return store.get_committed(0).block


# Beginning


def parse_policy(text: str) -> ResourcePolicy:
    """Return the policy that is written as RESOURCE=RULE[:ORGANISATIONS[:ROLES]].

    >>> parse_policy("kv-put=2/3:org1,org2:client").policy
    Policy(rule='2/3', organisations=('org1', 'org2'), roles=(<Role.CLIENT: 3>,))
    """
    resource, equals, rest = text.partition("=")
    rule, organisations, roles, *more = [*rest.split(":"), "", ""]
    if not equals or not resource or any(more):
        raise CommandError(f"--policy {text!r}: it reads RESOURCE=RULE[:ORGANISATIONS[:ROLES]], for example kv-put=MAJORITY")
    names = tuple(filter(None, organisations.split(",")))
    return ResourcePolicy(resource, Policy(rule, names, tuple(parse_role(role) for role in roles.split(",") if role)))


@app.command("init")
def init(
    folder: NewFolder,
    organisation: Annotated[
        list[str], typer.Option("--organisation", "-o", help="An organisation's bundle; give it once for each.", show_default=False)
    ],
    chain_id: Annotated[str | None, typer.Option("--id", help="What the chain is called; default: the folder's name.")] = None,
    suite: Annotated[
        str | None, typer.Option(help=f"{' or '.join(SUITE_NAMES)}; default: what the organisations sign with.", show_default=False)
    ] = None,
    policy: Annotated[
        list[str] | None, typer.Option("--policy", help="RESOURCE=RULE[:ORGANISATIONS[:ROLES]]; may be given again.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Begin a chain: write its genesis block.

    The genesis block says by which hash and signature the chain works, which organisations it trusts, and who may do what. Everybody who
    joins compares its hash. A policy is for CONTRACT-METHOD: how many organisations must sign, and with whom.

    \b
    minichain identity create org1 && minichain identity export org1 > org1.json
    minichain chain init mychain -o org1.json
    minichain chain init mychain -o org1.json -o org2.json --policy "kv-put=MAJORITY" --policy "kv-add=2/3:org1,org2:client"
    """
    bundles = [parse_bundle(read_bytes(name)) for name in organisation]
    suites = {bundle.suite_name for bundle in bundles} | ({suite} if suite else set())
    if len(suites) != 1:
        raise CommandError(f"all organisations of a chain sign with its suite; these are {' and '.join(sorted(suites))}")
    (suite_name,) = suites
    lists = tuple(each.encoded for bundle in bundles for each in bundle.signing.lists)
    roots = tuple(bundle.make_trust_root() for bundle in bundles)
    policies = tuple(parse_policy(text) for text in policy or ())
    access = AccessControl(Mode.CERTIFICATE, suite_name, roots, lists=lists, policies=policies)
    genesis = make_genesis(chain_id or folder.name, Limits(suite=suite_name), access, time.time_ns() // 1_000_000)
    create_store(folder)
    with SqliteStore(folder) as store:
        chain = Chain(store, genesis, find_engine_or_keyvalue)
        genesis_hash = chain.get_hash(genesis.header).hex()
    names = [bundle.org_id for bundle in bundles]
    lines = [
        f"Began the chain {genesis.header.chain_id} in {folder}, which works with the suite {suite_name}.",
        "",
        f"  genesis block   {genesis_hash}",
        f"  organisations   {', '.join(names)}",
        f"  policies        {len(policies)} besides the usual ones",
        "",
        "Whoever joins must have the same genesis block: compare its hash on the telephone.",
        f"Next: minichain chain show {folder}",
    ]
    content = {"chain_id": genesis.header.chain_id, "suite": suite_name, "genesis_hash": genesis_hash, "organisations": names}
    report({**content, "folder": str(folder)}, lines, as_json)


# Looking


@app.command("show")
def show(
    folder: Folder,
    block: Annotated[int | None, typer.Option("--block", "-b", help="Show one block: its height.", min=0)] = None,
    transaction: Annotated[str | None, typer.Option("--tx", help="Show the block that holds the transaction with this id.")] = None,
    as_json: Json = False,
) -> None:
    """Show what a chain is and what its last blocks hold, or one block.

    \b
    minichain chain show mychain
    minichain chain show mychain --block 3
    minichain chain show mychain --tx 5f3a… --json
    """
    with opening(folder) as store:
        height = block
        if transaction is not None:
            found = store.find_transaction(validate_id(transaction))
            if found is None:
                raise CommandError(f"no transaction on this chain has the id {transaction}")
            height = found.height
        if height is None:
            content = describe_store(store)
            lines = list_store_lines(content)
        else:
            content = describe_block(store, height)
            lines = list_block_lines(content)
    report(content, lines, as_json)


def validate_id(text: str) -> str:
    """Return a transaction id that was typed in."""
    if len(text) != 64 or not all(digit in "0123456789abcdef" for digit in text.lower()):
        raise CommandError(f"a transaction id is 64 hexadecimal digits, not {text[:80]!r}")
    return text.lower()


# Checking


@app.command("verify")
def verify(
    folder: Folder,
    is_replay: Annotated[bool, typer.Option("--replay", help="Also validate and execute every block again, from the first.")] = False,
    as_json: Json = False,
) -> None:
    """Check that everything is as it was written: every byte of the files, every hash, every value of the state.

    Names each damaged file and place, and ends with 1 if there is any. What was damaged can be fetched from another node, or come back
    from an export. With --replay it also finds blocks that were wrong from the beginning: signatures, policies, results.

    \b
    minichain chain verify mychain
    minichain chain verify mychain --replay --json
    """
    if not folder.is_dir():
        raise CommandError(f"{folder} is no folder, so there is no chain in it")
    started = time.perf_counter()
    with showing_progress(as_json) as on_progress:
        damages = list(verify_store(folder, on_progress))
        blocks = 0
        if not damages:
            with opening(folder) as store:
                blocks = store.height + 1
                wrong = find_wrong_block(store, on_progress) if is_replay else None
            damages = [] if wrong is None else [wrong]
    content = {"folder": str(folder), "blocks": blocks, "damages": [asdict(damage) for damage in damages]}
    seconds = time.perf_counter() - started
    if damages:
        shown = [f"  {damage.place}: {damage.message}" for damage in damages[:SHOWN_DAMAGES]]
        more = [f"  … and {len(damages) - SHOWN_DAMAGES} more"] if len(damages) > SHOWN_DAMAGES else []
        report(content, [f"{folder} is damaged:", "", *shown, *more], as_json)
        raise typer.Exit(DAMAGED)
    lines = [f"{folder} is as it was written: {count(blocks, 'block')}, checked in {seconds:.1f} s."]
    report(content, lines, as_json)


def find_wrong_block(store: SqliteStore, on_progress: OnProgress) -> Damage | None:
    """Return the first block that is not valid, when all are validated and executed again, or None."""
    chain = Chain(MemoryStore(), get_genesis(store), find_engine_or_keyvalue)
    for committed in read_all(store):
        if committed.block.height:
            try:
                chain.apply_block(committed.block)
            except InvalidError as error:
                return Damage(f"block {committed.block.height}", str(error))
        on_progress("blocks executed again", committed.block.height + 1, store.height + 1)
    return None


# Carrying


@app.command("export")
def export(folder: Folder, file: FileName, as_json: Json = False) -> None:
    """Write the whole chain into one file.

    Whoever imports it validates and executes every block, so the file may come from anybody; compare the genesis hash.

    \b
    minichain chain export mychain mychain.blocks
    """
    if file.exists():
        raise CommandError(f"{file} exists; choose a new name")
    with opening(folder) as store, showing_progress(as_json) as on_progress:

        def read() -> Iterator[Committed]:
            for committed in read_all(store):
                yield committed
                on_progress("blocks", committed.block.height + 1, store.height + 1)

        digest = write_chain_file(file, Heading(0, store.height, store.final_height + 1), read())
        height = store.height
        content = {"file": str(file), "blocks": height + 1, "digest": digest.hex(), "genesis_hash": store.get_hash(0).hex()}
    size = file.stat().st_size
    lines = [f"Wrote {count(height + 1, 'block')}, {size:,} bytes, into {file}.", "", f"  genesis block   {content['genesis_hash']}"]
    report({**content, "bytes": size}, lines, as_json)


@app.command("import")
def import_(
    file: FileName,
    folder: NewFolder,
    genesis: Annotated[str | None, typer.Option("--genesis", help="Take only a chain whose genesis block has this hash.")] = None,
    as_json: Json = False,
) -> None:
    """Make a chain from a file that `export` wrote, validating and executing every block.

    \b
    minichain chain import mychain.blocks copy --genesis 9c1f…
    """
    with ChainFile(file) as source, showing_progress(as_json) as on_progress:
        if source.heading.first != 0:
            raise CommandError(f"{file} begins with block {source.heading.first}: it is an archive, and a chain begins with block 0")
        blocks = source.read()
        first = next(blocks).block
        genesis_hash = get_genesis_suite(first).hash(first.header.encoded).hex()
        if genesis is not None and genesis.lower() != genesis_hash:
            raise CommandError(f"the genesis block in {file} has the hash {genesis_hash}, not {genesis}")
        building = folder.with_name(f".{folder.name}.importing")
        if folder.exists():
            raise CommandError(f"{folder} exists; choose a new name")
        discard(building)
        create_store(building)
        try:
            with SqliteStore(building, is_synced=False) as store:
                chain = Chain(store, first, find_engine_or_keyvalue)
                for committed in blocks:
                    chain.apply_block(committed.block)
                    on_progress("blocks", committed.block.height + 1, source.heading.last + 1)
                chain.finalise(max(0, min(source.heading.final_count - 1, chain.height)))
                height = chain.height
            building.rename(folder)
        except BaseException:
            discard(building)
            raise
    content = {"folder": str(folder), "blocks": height + 1, "genesis_hash": genesis_hash}
    lines = [f"Imported {count(height + 1, 'block')} into {folder}; all of them are valid.", "", f"  genesis block   {genesis_hash}"]
    report(content, lines, as_json)


def discard(folder: Path) -> None:
    """Delete a half-made chain."""
    if folder.exists():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


# Archiving


@app.command("archive")
def archive(
    folder: Folder,
    to: Annotated[int, typer.Option("--to", help="The height of the last block to archive.", min=1, show_default=False)],
    as_json: Json = False,
) -> None:
    """Move old blocks out of the database into a file below the chain's folder.

    Only final blocks can go. Headers and state stay, so the chain goes on as before, and what is in the file can still be proved.

    \b
    minichain chain archive mychain --to 99999
    """
    with opening(folder) as store:
        made = archive_blocks(store, to)
    lines = [f"Archived the blocks {made.first} to {made.last} in {folder / made.name}.", f"Back: minichain chain restore {folder}"]
    report(describe_archive(made), lines, as_json)


@app.command("restore")
def restore(
    folder: Folder,
    source: Annotated[Path | None, typer.Option("--from", help="A copy of the archive, if it is not where it was.")] = None,
    as_json: Json = False,
) -> None:
    """Bring the blocks of the latest archive back into the database. Each is compared with its header; the file stays.

    \b
    minichain chain restore mychain
    """
    with opening(folder) as store:
        archives = store.get_archives()
        if not archives:
            raise CommandError(f"{folder} has no archived blocks")
        restore_blocks(store, archives[-1], get_genesis_suite(get_genesis(store)).hash, source)
    report(describe_archive(archives[-1]), [f"Restored the blocks {archives[-1].first} to {archives[-1].last}."], as_json)


def describe_archive(made: Archive) -> dict[str, Any]:
    """Return what a program may want to know about an archive."""
    return {"first": made.first, "last": made.last, "file": made.name, "digest": made.digest.hex()}
