"""`minichain merkle`: one hash for a list of files or lines, and proofs about the list (RFC 9162, section 2.1)."""

import json
from typing import Annotated

import typer

from minichain.cli.files import CommandError, read_bytes, read_entries
from minichain.cli.heads_and_proofs import Proof, format_head, format_proof, parse_head, parse_proof
from minichain.cli.options import Algorithm, Json, Lines
from minichain.crypto.errors import InvalidProofError
from minichain.crypto.hashing import HashFunction, get_hash
from minichain.crypto.merkle import (
    ConsistencyProof,
    InclusionProof,
    TreeHead,
    compute_consistency_proof,
    compute_head,
    compute_inclusion_proof,
    validate_consistency,
    validate_inclusion,
)

app = typer.Typer(
    help="Build Merkle trees (RFC 9162), prove that an entry is in one or that one only grew, and verify such proofs.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Files = Annotated[list[str], typer.Argument(help="The entries, in order; - is standard input.", show_default=False)]


@app.command("root")
def print_root(files: Files, lines: Lines = False, algorithm: Algorithm = "sha256", as_json: Json = False) -> None:
    """Print a tree head: how many entries there are, and the root.

    Publish it, and nobody, you included, can change, drop or reorder an entry unnoticed.

    \b
    minichain merkle root --lines names.txt
    """
    head = compute_head(read_entries(files, lines=lines), get_hash(algorithm))
    typer.echo(json.dumps({"algorithm": algorithm, "size": head.size, "root": head.root.hex()}) if as_json else format_head(head))


@app.command("prove")
def print_inclusion_proof(
    index: Annotated[int, typer.Argument(help="Which entry, counted from 0.", show_default=False)],
    files: Files,
    lines: Lines = False,
    algorithm: Algorithm = "sha256",
) -> None:
    """Prove that an entry is in the tree, as JSON.

    The proof holds one hash for each level of the tree; of the other entries it gives away nothing but hashes.

    \b
    minichain merkle prove 2 --lines names.txt > proof.json
    """
    typer.echo(format_proof(compute_inclusion_proof(read_entries(files, lines=lines), index, get_hash(algorithm))))


@app.command("consistency")
def print_consistency_proof(
    old_size: Annotated[int, typer.Argument(help="How many entries the older tree had.", show_default=False)],
    files: Files,
    lines: Lines = False,
    algorithm: Algorithm = "sha256",
) -> None:
    """Prove that a tree only grew, as JSON.

    Whoever kept the older tree head can check that its entries are still there, unchanged and in order, and that new ones follow them.

    \b
    minichain merkle consistency 5 --lines names.txt > proof.json
    """
    typer.echo(format_proof(compute_consistency_proof(read_entries(files, lines=lines), old_size, get_hash(algorithm))))


@app.command("verify")
def verify_proof(
    proof: Annotated[str, typer.Argument(help="What prove or consistency printed.", show_default=False)],
    head: Annotated[str, typer.Option(help="The tree head, SIZE:ROOT, from a source that you trust.", show_default=False)],
    entry: Annotated[str | None, typer.Option(help="Inclusion: the file that is claimed to be in the tree.")] = None,
    line: Annotated[str | None, typer.Option(help="Inclusion: the line that is claimed to be in the tree.")] = None,
    old_head: Annotated[str | None, typer.Option(help="Consistency: the older tree head, which you kept.")] = None,
    algorithm: Algorithm = "sha256",
    as_json: Json = False,
) -> None:
    """Check a proof as a stranger would.

    All that you must trust is the tree head, so it must not come from whoever sent the proof. Exits with 0 if the proof holds, 1 if not.

    \b
    minichain merkle verify proof.json --head 7:8a3f... --line "Ada Lovelace"
    minichain merkle verify proof.json --head 7:8a3f... --old-head 5:04bc...
    """
    claims = {"--entry": entry, "--line": line, "--old-head": old_head}
    given = [option for option, value in claims.items() if value is not None]
    if len(given) != 1:
        raise CommandError(f"give one of --entry, --line (inclusion) or --old-head (consistency), not {' and '.join(given) or 'none'}")
    hash_function = get_hash(algorithm)
    new = parse_head(head, hash_function.digest_size)
    stated = parse_proof(read_bytes(proof), proof, hash_function.digest_size)
    if old_head is not None:
        flaw = find_flaw(stated, parse_head(old_head, hash_function.digest_size), new, hash_function)
    else:
        claimed = read_bytes(entry) if entry is not None else (line or "").encode("utf-8", "surrogateescape")
        flaw = find_flaw(stated, claimed, new, hash_function)
    if as_json:
        typer.echo(json.dumps({"holds": flaw is None, "flaw": flaw}))
    else:
        typer.echo(f"the proof does not hold: {flaw}" if flaw else "the proof holds")
    raise typer.Exit(1 if flaw else 0)


def find_flaw(proof: Proof, subject: bytes | TreeHead, head: TreeHead, hash_function: HashFunction) -> str | None:
    """Return why `proof` does not show that `subject`, an entry or an older head, belongs to the tree of `head`, or None if it does."""
    try:
        match proof, subject:
            case InclusionProof(), bytes():
                validate_inclusion(subject, proof, head, hash_function)
            case ConsistencyProof(), TreeHead():
                validate_consistency(proof, subject, head, hash_function)
            case InclusionProof(), _:
                raise CommandError("this is an inclusion proof; check it with --entry or --line")
            case _:
                raise CommandError("this is a consistency proof; check it with --old-head")
    except InvalidProofError as error:
        return str(error)
    return None
