"""How an organisation lies on a disk.

    org1/
      ca/       root.crt  root.key  intermediate.crt  intermediate.key  intermediate.crl    signs members (the suite's algorithm)
      tlsca/    the same                                                                   signs connections (P-256)
      members/alice/   sign.crt  sign.key  tls.crt  tls.key

A folder is made beside its place and then renamed, so that half an organisation or half a member never exists. Private keys can be read
by their owner only, and nothing but a revocation list is ever replaced, by the list that follows it.
"""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from minichain.cli.files import CommandError, read_bytes
from minichain.crypto.errors import CryptoError
from minichain.crypto.key_files import read_private_key, write_new, write_private_key
from minichain.crypto.keys import PrivateKey
from minichain.crypto.pem import decode_pem
from minichain.identity.bundle import CERTIFICATE, LIST, Bundle, format_certificate, format_list
from minichain.identity.certificate import Certificate, decode_certificate
from minichain.identity.names import ORGANISATION, get_only_value
from minichain.identity.organisations import Authority
from minichain.identity.paths import Trust
from minichain.identity.revocation_list import RevocationList, decode_revocation_list

SIGNING: Final = "ca"
TLS: Final = "tlsca"
NAME: Final = re.compile(r"\w[\w.-]{0,53}")
"""What an organisation or a member may be called here: a name that is also one of a folder, on every system."""


@dataclass(frozen=True)
class OrganisationFolder:
    """An organisation on a disk."""

    path: Path

    @property
    def root(self) -> Certificate:
        """The root that signs members."""
        return read_certificate(self.path / SIGNING / "root.crt")

    @property
    def org_id(self) -> str:
        """The organisation's name, as its root has it."""
        return get_only_value(self.root.subject, ORGANISATION)

    @property
    def suite_name(self) -> str:
        """The suite, which the root's key tells."""
        return "national" if self.root.public_key.scheme == "sm2" else "international"

    def get_authority(self, kind: str) -> Authority:
        """Return the intermediate authority that signs members or connections."""
        return Authority(read_certificate(self.path / kind / "intermediate.crt"), read_key(self.path / kind / "intermediate.key"))

    def get_list(self, kind: str) -> RevocationList | None:
        """Return an authority's newest list, if it has published one."""
        path = self.path / kind / "intermediate.crl"
        return decode_revocation_list(read_block(path, LIST)) if path.exists() else None

    def replace_list(self, kind: str, revocation_list: RevocationList) -> Path:
        """Put an authority's next list in the place of the one before, at once."""
        path = self.path / kind / "intermediate.crl"
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".crl-", delete=False) as file:
            file.write(format_list(revocation_list))
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
        return path

    def get_member(self, name: str) -> Path:
        """Return the folder of a member that exists."""
        path = self.path / "members" / validate_name("a member", name)
        if not path.is_dir():
            raise CommandError(f"{name} is no member of {self.org_id}: there is no {path}")
        return path

    def make_bundle(self) -> Bundle:
        """Return what the organisation hands to others."""
        return Bundle(self.org_id, self.suite_name, self.make_trust(SIGNING), self.make_trust(TLS))

    def make_trust(self, kind: str) -> Trust:
        """Return what others have to trust."""
        names = ("root.crt", "intermediate.crt")
        root, intermediate = (read_certificate(self.path / kind / name) for name in names)
        newest = self.get_list(kind)
        return Trust((root,), (intermediate,), (newest,) if newest else ())


def open_organisation(folder: Path) -> OrganisationFolder:
    """Return the organisation in this folder."""
    if not (folder / SIGNING / "root.crt").is_file():
        raise CommandError(f"{folder} is no organisation; `minichain identity create` makes one")
    return OrganisationFolder(folder)


def validate_name(what: str, name: str) -> str:
    """Return `name` if it can be that of a folder; `what` is for the message."""
    if not NAME.fullmatch(name) or ".." in name or name.endswith("."):
        raise CommandError(f"{what} is called by letters, digits, dots, dashes and underscores, at most 54, not {name[:80]!r}")
    return name


@contextlib.contextmanager
def making(path: Path) -> Iterator[Path]:
    """Give a folder to fill, which becomes `path` if all goes well and vanishes if not."""
    if path.exists():
        raise CommandError(f"{path} exists already, and nothing is overwritten")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    except OSError as error:
        raise CommandError(f"cannot write in {path.parent}: {error.strerror}") from None
    try:
        yield half
        half.chmod(0o755)
        half.rename(path)
    except OSError as error:
        raise CommandError(f"cannot make {path}: {error.strerror}") from None
    finally:
        shutil.rmtree(half, ignore_errors=True)


def write_pair(folder: Path, name: str, certificate: Certificate, key: PrivateKey) -> None:
    """Write a certificate and its key into new files."""
    folder.mkdir(exist_ok=True)
    write_private_key(folder / f"{name}.key", key)
    write_new(folder / f"{name}.crt", format_certificate(certificate), 0o644)


def read_certificate(path: Path) -> Certificate:
    """Return the certificate in a file."""
    return decode_certificate(read_block(path, CERTIFICATE))


def read_block(path: Path, label: str) -> bytes:
    """Return the one block with this label in a PEM file."""
    blocks = [data for found, data in read_blocks(str(path)) if found == label]
    if len(blocks) != 1:
        raise CommandError(f"{path} should hold one block {label!r} in PEM, not {len(blocks)}")
    return blocks[0]


def read_blocks(name: str) -> list[tuple[str, bytes]]:
    """Return label and bytes of the blocks in a PEM file, or of the certificate or list that a file in DER is."""
    data = read_bytes(name)
    if data[:1] == b"\x30":
        return [("", data)]
    try:
        return [(block.label, block.data) for block in decode_pem(data.decode())]
    except (CryptoError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} is neither PEM nor DER: {error}") from None


def read_key(path: Path) -> PrivateKey:
    """Return the private key in a file."""
    try:
        return read_private_key(path)
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from None
