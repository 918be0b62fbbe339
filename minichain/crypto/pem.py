"""PEM: bytes as text that survives mail and copying (RFC 7468), in the order of the RFC.

A block is base64 between two lines that say what it is. Around blocks there may be other text, which is for people.

Simplifications: base64 is read strictly (no stray characters, no bits left over), so that a block has one meaning; RFC 7468 lets
parsers be laxer. Headers inside a block, an older form of encrypted keys (RFC 1421), are refused.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from minichain.crypto.errors import KeyFileError

LINE: Final = 64
BEGIN: Final = "-----BEGIN "
END: Final = "-----END "
DASHES: Final = "-----"


@dataclass(frozen=True, repr=False)
class PemBlock:
    """A labelled string of bytes. It does not print itself: it may be a private key."""

    label: str
    data: bytes

    def __repr__(self) -> str:
        return f"PemBlock({self.label!r}, {len(self.data)} bytes not shown)"


# Section 2: encoding


def encode_pem(block: PemBlock) -> str:
    """Return the block as text, lines of 64 characters."""
    text = base64.b64encode(block.data).decode()
    lines = [text[start : start + LINE] for start in range(0, len(text), LINE)]
    return "\n".join([f"{BEGIN}{block.label}{DASHES}", *lines, f"{END}{block.label}{DASHES}", ""])


# Section 3: what is read


def decode_pem(text: str) -> list[PemBlock]:
    """Return the blocks in `text`, in order."""
    blocks: list[PemBlock] = []
    label, body = "", list[str]()
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if line.startswith(BEGIN) and line.endswith(DASHES):
            if label:
                raise KeyFileError(f"PEM, line {number}: the block {label!r} has not ended when another begins")
            label, body = line[len(BEGIN) : -len(DASHES)], []
        elif label and line == f"{END}{label}{DASHES}":
            blocks.append(PemBlock(label, decode_base64("".join(body), number)))
            label = ""
        elif label and ":" in line:
            raise KeyFileError(f"PEM, line {number}: a block with headers is an older form of encryption; convert it with `openssl pkcs8`")
        elif label:
            body.append(line)
    if label:
        raise KeyFileError(f"PEM: the block {label!r} does not end")
    return blocks


def decode_base64(text: str, line: int) -> bytes:
    """Return the bytes of a block whose last line is the one before `line`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise KeyFileError(f"PEM, before line {line}: what stands in the block is not base64") from None
    if base64.b64encode(data).decode() != text:
        raise KeyFileError(f"PEM, before line {line}: the base64 has bits that mean nothing")
    return data
