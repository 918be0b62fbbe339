"""`minichain identity`: organisations, the certificates that they issue, and what others need to trust them."""

import json
import time
import warnings
from pathlib import Path
from typing import Annotated, Final

import typer

from minichain.cli.files import CommandError, read_bytes
from minichain.cli.identity_folder import (
    SIGNING,
    TLS,
    OrganisationFolder,
    making,
    open_organisation,
    read_certificate,
    validate_name,
    write_pair,
)
from minichain.cli.identity_words import describe, list_documents
from minichain.cli.options import Json
from minichain.crypto.key_encoding import compute_public_key
from minichain.crypto.signing import p256
from minichain.crypto.suites import SUITE_NAMES, get_suite, validate_fast
from minichain.identity.bundle import format_bundle, parse_bundle
from minichain.identity.organisations import MEMBER_DAYS, create_intermediate, create_root, issue_for_signing, issue_for_tls, revoke
from minichain.identity.revocation_list import Reason
from minichain.identity.roles import NODE_ROLES, Role, parse_role

app = typer.Typer(
    help="Make an organisation with its own certificate authority, issue certificates to its members, revoke and inspect them.\n\n"
    "An organisation lives in a folder. Private keys stay in it, are never printed, and only you can read them.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

REASONS: Final = {
    reason.name.lower().replace("_", "-"): reason for reason in Reason if reason not in (Reason.CERTIFICATE_HOLD, Reason.REMOVE_FROM_CRL)
}
ROLES: Final = ", ".join(role.name.lower() for role in Role)
Folder = Annotated[Path, typer.Argument(help="The organisation's folder.", show_default=False)]
MemberName = Annotated[str, typer.Argument(help="What the member is called.", show_default=False)]
Days = Annotated[int, typer.Option(help="For how many days the certificates are valid.", min=1, max=36_500)]
Hosts = Annotated[list[str] | None, typer.Option("--host", help="A host name or address at which a node answers; may be given again.")]


def get_time_ms() -> int:
    """Return the time, in milliseconds since 1970. Only who issues looks at a clock; a chain has the time of its blocks."""
    return time.time_ns() // 1_000_000


def report(content: dict[str, object], lines: list[str], as_json: bool) -> None:
    """Print what was done, for programs or for people."""
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else "\n".join(lines))


def warn_of_readable(suite: str) -> None:
    """Refuse our readable implementations where a library has a fast one; where none has, tell so on stderr."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        validate_fast(get_suite(suite))
    for warning in caught:
        typer.echo(f"note: {warning.message}", err=True)


@app.command("create")
def create_organisation(
    folder: Annotated[Path, typer.Argument(help="A new folder; its last part is the organisation's name.", show_default=False)],
    suite: Annotated[str, typer.Option(help=f"What the organisation signs with: {' or '.join(SUITE_NAMES)}.")] = "international",
    as_json: Json = False,
) -> None:
    """Create an organisation: a root and an intermediate authority, for members and for their connections.

    The root signs the intermediate authority once, and is not needed again for years: move ca/root.key and tlsca/root.key to a safe place.
    The suite national signs with SM2; connections use P-256 in both.

    \b
    minichain identity create org1
    minichain identity create banks/org2 --suite national
    """
    org_id, scheme, now_ms = validate_name("an organisation", folder.name), get_suite(suite).signature, get_time_ms()
    warn_of_readable(suite)
    with making(folder) as half:
        for kind, key_scheme in ((SIGNING, scheme), (TLS, p256)):
            root = create_root(org_id, key_scheme.generate_key(), now_ms)
            intermediate = create_intermediate(root, org_id, key_scheme.generate_key(), now_ms)
            write_pair(half / kind, "root", root.certificate, root.key)
            write_pair(half / kind, "intermediate", intermediate.certificate, intermediate.key)
    lines = [
        f"Created {org_id}, which signs with {scheme.name}, in {folder}",
        "",
        f"  {folder / SIGNING}     its authority for members",
        f"  {folder / TLS}  its authority for connections",
        "",
        f"Move {folder / SIGNING / 'root.key'} and {folder / TLS / 'root.key'} to a safe place: nothing here needs them again.",
        f"Next: minichain identity issue {folder} alice --role client",
    ]
    report({"org_id": org_id, "suite": suite, "folder": str(folder)}, lines, as_json)


@app.command("issue")
def issue_to_member(
    folder: Folder,
    name: MemberName,
    role: Annotated[str, typer.Option(help=f"What the member may be: {ROLES}.", show_default=False)],
    host: Hosts = None,
    days: Days = MEMBER_DAYS,
    as_json: Json = False,
) -> None:
    """Issue a pair of certificates to a new member: one to sign with, one for connections.

    The first two roles are those of machines, which others connect to, so they need a --host.

    \b
    minichain identity issue org1 alice --role client
    minichain identity issue org1 node1 --role consensus --host node1.org1.example --host 10.0.0.7
    """
    organisation = open_organisation(folder)
    path = organisation.path / "members" / validate_name("a member", name)
    write_member(organisation, path, name, parse_role(role), tuple(host or ()), days)
    lines = [f"Issued to {name}, {role.lower()} of {organisation.org_id}, for {days} days, in {path}", "", *list_files(path)]
    report({"org_id": organisation.org_id, "name": name, "role": role.lower(), "folder": str(path)}, lines, as_json)


def write_member(organisation: OrganisationFolder, path: Path, name: str, role: Role, hosts: tuple[str, ...], days: int) -> None:
    """Make new keys and certificates for a member, in the new folder `path`."""
    if role in NODE_ROLES and not hosts:
        raise CommandError(f"{role.name.lower()} is a role of machines: give a --host at which others reach it")
    org_id, scheme, now_ms = organisation.org_id, get_suite(organisation.suite_name).signature, get_time_ms()
    sign_key, tls_key = scheme.generate_key(), p256.generate_key()
    signing, tls = organisation.get_authority(SIGNING), organisation.get_authority(TLS)
    with making(path) as half:
        write_pair(half, "sign", issue_for_signing(signing, org_id, name, role, compute_public_key(sign_key), now_ms, days=days), sign_key)
        write_pair(half, "tls", issue_for_tls(tls, org_id, name, role, compute_public_key(tls_key), hosts, now_ms, days=days), tls_key)


def list_files(path: Path) -> list[str]:
    """Return one line for each of a member's files."""
    words = {"sign": "to sign transactions and blocks", "tls": "for connections"}
    return [
        f"  {file.name:9} {words[file.stem]}{', the private key: yours alone' if file.suffix == '.key' else ''}"
        for file in sorted(path.iterdir())
    ]


@app.command("renew")
def renew_member(folder: Folder, name: MemberName, days: Days = MEMBER_DAYS, as_json: Json = False) -> None:
    """Give a member new keys and certificates, with the same role and hosts.

    The old ones stay valid, in a folder beside the new ones, so that nothing stops while the member changes over. Then revoke them.

    \b
    minichain identity renew org1 alice
    """
    organisation = open_organisation(folder)
    path = organisation.get_member(name)
    old = read_certificate(path / "sign.crt")
    _, role, member_name = (attribute.value for attribute in old.subject.attributes)
    hosts = read_certificate(path / "tls.crt").says.alternative_names
    kept, fresh = path.with_name(f"{name[:40]}.{old.serial & 0xFFFFFFFF:08x}"), path.with_name(f"{name}.new")
    write_member(organisation, fresh, member_name, parse_role(role), hosts, days)
    path.rename(kept)
    fresh.rename(path)
    lines = [
        f"Renewed {member_name}, {role} of {organisation.org_id}, for {days} days, in {path}",
        f"The old certificates are in {kept} and still valid. Once they are out of use:",
        f"  minichain identity revoke {folder} {kept.name} --reason superseded",
    ]
    report({"org_id": organisation.org_id, "name": member_name, "folder": str(path), "old_folder": str(kept)}, lines, as_json)


@app.command("revoke")
def revoke_member(
    folder: Folder,
    name: MemberName,
    reason: Annotated[str, typer.Option(help=f"Why: {', '.join(REASONS)}.")] = "unspecified",
    as_json: Json = False,
) -> None:
    """Revoke a member's certificates, both, for good: writes the authorities' next revocation lists.

    Nobody knows until they have the lists. A chain takes them in by a transaction (CERT_MANAGE-CERTS_REVOKE); blocks from before stay
    valid.

    \b
    minichain identity revoke org1 alice --reason key-compromise
    """
    organisation = open_organisation(folder)
    member = organisation.get_member(name)
    if reason not in REASONS:
        raise CommandError(f"{reason!r} is no reason; there are {', '.join(REASONS)}")
    now_ms, written = get_time_ms(), {}
    for kind, stem in ((SIGNING, "sign"), (TLS, "tls")):
        serial = read_certificate(member / f"{stem}.crt").serial
        previous = organisation.get_list(kind)
        if previous is not None and serial in previous.entries:
            continue
        new = revoke(organisation.get_authority(kind), previous, {serial: REASONS[reason]}, now_ms)
        written[str(organisation.replace_list(kind, new))] = new.number
    lines = [
        f"Revoked {name} of {organisation.org_id} ({reason})",
        "",
        *(f"  {path}  list number {number}" for path, number in written.items()),
    ]
    if not written:
        lines = [f"{name} of {organisation.org_id} has been revoked before; nothing was changed"]
    report({"org_id": organisation.org_id, "name": name, "reason": reason, "lists": written}, lines, as_json)


@app.command("inspect")
def inspect_files(
    files: Annotated[
        list[str], typer.Argument(help="Certificates or revocation lists, PEM or DER; - is standard input.", show_default=False)
    ],
    trust: Annotated[str | None, typer.Option(help="A bundle of `export`: say whether it leads to each certificate.")] = None,
    as_json: Json = False,
) -> None:
    """Show what certificates and revocation lists say, and with --trust whether to believe them.

    Exits with 1 if one is not to be believed now: no path to a trusted root, out of its dates, or revoked.

    \b
    minichain identity inspect org1/members/alice/sign.crt
    minichain identity inspect alice.crt --trust org1.json
    """
    bundle = parse_bundle(read_bytes(trust)) if trust is not None else None
    described = [describe(file, document, bundle, get_time_ms()) for file in files for document in list_documents(file)]
    if as_json:
        typer.echo(json.dumps([content for content, _ in described], ensure_ascii=False))
    else:
        typer.echo("\n\n".join("\n".join(lines) for _, lines in described))
    raise typer.Exit(1 if any(content.get("is_trusted") is False for content, _ in described) else 0)


@app.command("export")
def export_bundle(folder: Folder) -> None:
    """Print what others need to trust the organisation's members, as JSON: certificates and revocation lists, no key.

    Who gets it should compare the hash of its root with you by another way, because nothing signs it.

    \b
    minichain identity export org1 > org1.json
    """
    typer.echo(format_bundle(open_organisation(folder).make_bundle()))
