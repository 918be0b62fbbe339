"""The options that several commands share."""

from typing import Annotated

import typer

from minichain.crypto.hashing import HASH_NAMES

Algorithm = Annotated[str, typer.Option("--algorithm", "-a", help=f"The hash function: {', '.join(HASH_NAMES)}.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Lines = Annotated[bool, typer.Option("--lines", help="Each line of the files is an entry, instead of each file.")]
