"""A seal: the signed root of a batch's results, chained to the seal before it.

    {"seal": {"format", "number", "previous", "time", "records", "regrades", "root", "scheme", "public_key"}, "signature"}

`root` is the Merkle root (RFC 9162, section 2.1.1, SHA-256) over the batch's leaves, `records` their number, `regrades` how many of them
replace an earlier one. `previous` is the SHA-256 of the text and the signature of the seal before, empty for the first. The signature is
over the seal as JSON in one spelling (RFC 8785, which is simple here: there are only texts and whole numbers), in a context of its own.

So a published seal binds every seal before it, and none of them tells anything about anybody.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from autograder.errors import AuditError
from autograder.records.log import StoredSeal
from autograder.sealing.entries import spell
from minichain.crypto.errors import CryptoError
from minichain.crypto.hashing import sha256
from minichain.crypto.keys import PrivateKey, PublicKey
from minichain.crypto.signing import get_scheme

FORMAT: Final = "minichain-autograder-seal-1"
CONTEXT: Final = "minichain autograder seal 1"
_MAX_BYTES: Final = 64 * 1024
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_FIELDS: Final = {
    "format": str,
    "number": int,
    "previous": str,
    "time": str,
    "records": int,
    "regrades": int,
    "root": str,
    "scheme": str,
    "public_key": str,
}


@dataclass(frozen=True, slots=True)
class Seal:
    """What is signed. Hashes and keys are in hexadecimal, `time` is UTC (ISO 8601)."""

    number: int
    previous: str
    time: str
    records: int
    regrades: int
    root: str
    scheme: str
    public_key: str
    format: str = FORMAT

    @property
    def text(self) -> str:
        """The bytes that are signed, as text."""
        return spell(asdict(self))


def sign_seal(seal: Seal, key: PrivateKey) -> StoredSeal:
    """Return the signed seal."""
    signature = get_scheme(seal.scheme).sign(key, seal.text.encode(), context=CONTEXT)
    return StoredSeal(seal.number, seal.text, signature.hex())


def compute_link(stored: StoredSeal | None) -> str:
    """Return what the next seal has as `previous`."""
    return sha256(stored.text.encode() + bytes.fromhex(stored.signature)).hex() if stored else ""


def read_seal(stored: StoredSeal) -> Seal:
    """Return what a seal says, once its signature and its form are right. Raises `AuditError` in one line."""
    try:
        values = json.loads(stored.text)
        if not isinstance(values, dict) or {name: type(value) for name, value in values.items()} != _FIELDS:
            raise ValueError("its fields are not those of a seal")
        seal = Seal(**values)
        if seal.format != FORMAT or seal.text != stored.text or seal.number != stored.number or not _HASH.fullmatch(seal.root):
            raise ValueError("it is not written as a seal is")
        scheme = get_scheme(seal.scheme)
        key = scheme.public_type(bytes.fromhex(seal.public_key))
        is_right = scheme.verify(key, stored.text.encode(), bytes.fromhex(stored.signature), context=CONTEXT)
    except (ValueError, TypeError, KeyError, RecursionError, CryptoError) as error:
        raise AuditError(f"seal {stored.number} is no seal: {str(error)[:200]}") from None
    if not is_right:
        raise AuditError(f"seal {stored.number}: the signature is not right; it was changed, or was never signed with this key")
    return seal


def get_signer(seal: Seal) -> PublicKey:
    """Return the key that a seal is signed with."""
    return get_scheme(seal.scheme).public_type(bytes.fromhex(seal.public_key))


def format_seal(stored: StoredSeal) -> dict[str, Any]:
    """Return a seal as it is published."""
    return {"seal": json.loads(stored.text), "signature": stored.signature}


def parse_seal(value: Any) -> StoredSeal:
    """Return a published seal, not checked yet."""
    try:
        return StoredSeal(int(value["seal"]["number"]), spell(value["seal"]), str(value["signature"]))
    except (KeyError, TypeError, ValueError) as error:
        raise AuditError(f"this is no published seal: {type(error).__name__}: {str(error)[:100]}") from None


def read_json(path: Path, largest: int = _MAX_BYTES) -> Any:
    """Return what is in a small JSON file. Raises `AuditError`."""
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
        if len(data) > largest:
            raise ValueError(f"it has more than {largest:,} bytes")
        return json.loads(data)
    except OSError as error:
        raise AuditError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise AuditError(f"{path}: not what was published: {str(error)[:200]}") from None


def describe_key(key: PublicKey) -> str:
    """Return scheme and fingerprint of a key, as `minichain key show` tells them."""
    from minichain.crypto.key_encoding import encode_public_key

    return f"{key.scheme}, fingerprint sha256:{sha256(encode_public_key(key)).hex()}"
