"""`minichain key`: make a key pair, look at a key, sign a file, verify a signature. No private key is ever printed."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from minichain.cli.files import CommandError, read_bytes
from minichain.cli.options import Json
from minichain.crypto.hashing import sha256
from minichain.crypto.key_encoding import compute_public_key, encode_public_key
from minichain.crypto.key_files import (
    is_encrypted,
    is_private,
    parse_private_key,
    parse_public_key,
    read_text,
    write_private_key,
    write_public_key,
)
from minichain.crypto.keys import PrivateKey, PublicKey
from minichain.crypto.signing import SCHEME_NAMES, get_scheme

app = typer.Typer(
    help="Make a key pair, look at a key, sign a file, verify a signature. Key files are PEM, as OpenSSL reads and writes them.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

PASSWORD: Final = "MINICHAIN_KEY_PASSWORD"
"""The environment variable that scripts set. A command line would show the password to everybody on the machine."""

Context = Annotated[
    str, typer.Option(help="What kind of message this is, and where it counts: a signature is worth nothing elsewhere.", show_default=False)
]
Message = Annotated[str, typer.Argument(help="The file; - is standard input.", show_default=False)]


@app.command("new")
def make_pair(
    name: Annotated[Path, typer.Argument(help="NAME.key gets the private key, NAME.pub the public one.", show_default=False)],
    scheme: Annotated[str, typer.Option(help=f"What the key signs with: {', '.join(SCHEME_NAMES)}.")] = "ed25519",
    encrypt: Annotated[bool, typer.Option("--encrypt", help="Ask for a password, and encrypt the private key with it.")] = False,
    as_json: Json = False,
) -> None:
    """Make a new key pair.

    Whoever has the private key can sign in your name: only you can read its file, and no file is ever overwritten.
    Give the public key to everybody. Scripts set the password in the environment variable MINICHAIN_KEY_PASSWORD.

    \b
    minichain key new alice
    minichain key new alice --scheme sm2 --encrypt
    """
    key = get_scheme(scheme).generate_key()
    private_path, public_path = name.with_name(name.name + ".key"), name.with_name(name.name + ".pub")
    password = ask_password("Password for the new key", twice=True) if encrypt else None
    with refusals():
        write_public_key(public_path, compute_public_key(key))
        try:
            write_private_key(private_path, key, password)
        except BaseException:
            public_path.unlink()
            raise
    told = {"private_file": str(private_path), "public_file": str(public_path), **describe(compute_public_key(key))}
    lines = [
        f"Made {private_path}, the private key, which is yours alone,",
        f"and  {public_path}, the public key, for everybody.",
        f"Scheme {scheme}, fingerprint {told['fingerprint']}",
    ]
    typer.echo(json.dumps(told) if as_json else "\n".join(lines))


@app.command("show")
def show_key(
    file: Annotated[str, typer.Argument(help="A key file, private or public.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Show what a key is, and its fingerprint. Of a private key, show the public one that belongs to it.

    Read the fingerprint to each other, and you know that you mean the same key. It is the SHA-256 of what the public key's file holds.

    \b
    minichain key show alice.pub
    """
    told = describe(load_public_key(file))
    typer.echo(json.dumps(told) if as_json else "\n".join(f"{name.replace('_', ' '):12} {value}" for name, value in told.items()))


@app.command("sign")
def sign_file(
    key_file: Annotated[str, typer.Argument(help="The private key.", show_default=False)],
    message: Message,
    context: Context,
    as_json: Json = False,
) -> None:
    """Sign a file, and print the signature in hexadecimal.

    The same file with the same key gives the same signature: no random number is involved that could go wrong.

    \b
    minichain key sign alice.key deal.pdf --context deals > deal.sig
    """
    key = load_private_key(key_file)
    signature = get_scheme(key.scheme).sign(key, read_bytes(message), context=context).hex()
    typer.echo(json.dumps({"scheme": key.scheme, "context": context, "signature": signature}) if as_json else signature)


@app.command("verify")
def verify_signature(
    key_file: Annotated[str, typer.Argument(help="The signer's public key, from a source that you trust.", show_default=False)],
    message: Message,
    context: Context,
    signature: Annotated[str, typer.Option(help="The file with the signature, as `sign` printed it.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Verify the signature of a file. Exits with 0 if it is right, 1 if not.

    Right means: whoever has the private key signed exactly these bytes, in exactly this context.

    \b
    minichain key verify alice.pub deal.pdf --context deals --signature deal.sig
    """
    key = load_public_key(key_file)
    try:
        data = bytes.fromhex(read_bytes(signature).decode("ascii"))
    except ValueError:
        raise CommandError(f"{signature} is not a signature in hexadecimal, as `minichain key sign` prints it") from None
    is_right = get_scheme(key.scheme).verify(key, read_bytes(message), data, context=context)
    words = "the signature is right" if is_right else "the signature is not right: another key, file or context, or it was changed"
    typer.echo(json.dumps({"right": is_right, "scheme": key.scheme, "context": context}) if as_json else words)
    raise typer.Exit(0 if is_right else 1)


def describe(key: PublicKey) -> dict[str, str]:
    """Return what can be told about a key."""
    return {"scheme": key.scheme, "public_key": key.data.hex(), "fingerprint": f"sha256:{sha256(encode_public_key(key)).hex()}"}


# Files and passwords


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Turn what the system refuses into one line."""
    try:
        yield
    except OSError as error:
        raise CommandError(f"cannot use {error.filename}: {error.strerror}") from None


def load_private_key(name: str) -> PrivateKey:
    """Return the private key in a file, and ask for its password if it has one."""
    with refusals():
        text = read_text(name)
    return parse_private_key(text, ask_password(f"Password of {name}") if is_encrypted(text) else None)


def load_public_key(name: str) -> PublicKey:
    """Return the public key in a file, or the one of the private key in it."""
    with refusals():
        text = read_text(name)
    return compute_public_key(load_private_key(name)) if is_private(text) else parse_public_key(text)


def ask_password(prompt: str, *, twice: bool = False) -> bytes:
    """Return the password: from the environment, or typed without being shown. Bytes that are no text are kept as they are."""
    password = os.environ.get(PASSWORD)
    if not password:
        if not sys.stdin.isatty():
            raise CommandError(f"a password is wanted, and nobody is there to type it; set {PASSWORD}")
        password = str(typer.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True))
    return password.encode("utf-8", "surrogateescape")
