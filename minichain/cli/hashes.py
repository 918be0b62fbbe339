"""`minichain hash`: the digests of files, one a line, as `sha256sum` prints them."""

import json
from typing import Annotated, Final

import typer

from minichain.cli.files import open_file
from minichain.cli.options import Algorithm, Json
from minichain.crypto.hashing import HashFunction, get_hash

CHUNK_BYTES: Final = 1 << 20


def print_hashes(
    files: Annotated[list[str], typer.Argument(help="The files; - is standard input.", show_default=False)],
    algorithm: Algorithm = "sha256",
    as_json: Json = False,
) -> None:
    """Print the digest of each file.

    Change one bit of a file and about half of the digest's bits change. With sha256 the output is what sha256sum prints; keccak256 is
    the function that Ethereum uses, which is not SHA3-256.

    \b
    minichain hash README.md
    printf abc | minichain hash --algorithm sm3 -
    """
    hash_function = get_hash(algorithm)
    digests = [{"file": name, "algorithm": algorithm, "digest": compute_file_digest(name, hash_function)} for name in files]
    if as_json:
        typer.echo(json.dumps(digests))
    else:
        for entry in digests:
            typer.echo(f"{entry['digest']}  {entry['file']}")


def compute_file_digest(name: str, hash_function: HashFunction) -> str:
    """Return the digest of a file in hexadecimal, read in parts: the file may be larger than memory."""
    computation = hash_function.new()
    with open_file(name) as file:
        while chunk := file.read(CHUNK_BYTES):
            computation.update(chunk)
    return computation.digest().hex()
