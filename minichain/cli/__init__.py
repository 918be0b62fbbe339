"""Part 13, the command line: what the book computes, at a shell.

Read `hashes`, `merkle`, `keys` and `identity` (the commands), then `heads_and_proofs` (how a tree head and a proof are written down) and
`identity_folder` (how an organisation lies on a disk).

A command ends with 0 when it did what it was asked, 1 when `verify` finds a proof wrong, 2 when it was given something that it cannot
use; then one line on stderr says what.
"""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from minichain.cli import chain, hashes, identity, keys, learn, merkle, simulate
from minichain.cli.files import CommandError
from minichain.crypto.errors import CryptoError
from minichain.identity.errors import IdentityError
from minichain.ledger.errors import LedgerError

app = typer.Typer(
    help="MiniChain at a shell: hashes, trees and proofs, keys, organisations and their certificates, chains, consensus in a network "
    "that fails, and the labs.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command("hash")(hashes.print_hashes)
app.add_typer(merkle.app, name="merkle")
app.add_typer(keys.app, name="key")
app.add_typer(chain.app, name="chain")
app.add_typer(identity.app, name="identity")
app.command("simulate")(simulate.simulate)
app.command("learn")(learn.learn)


def print_version(wanted: bool) -> None:
    """Print the version and end, if that was asked."""
    if wanted:
        typer.echo(f"minichain {version('minichain')}")
        raise typer.Exit


@app.callback()
def accept_options(
    _: Annotated[bool, typer.Option("--version", help="Print the version and exit.", callback=print_version, is_eager=True)] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line: the entry point of `minichain`."""
    try:
        app()
    except (CommandError, CryptoError, IdentityError, LedgerError) as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)
