"""The key that seals: a key file of the operator's (`minichain key new NAME`), read, never written and never shown.

A file that others can read is refused: whoever has the key can seal whatever they like.
"""

import os
import stat
from pathlib import Path
from typing import Final

from autograder.errors import PathError
from minichain.crypto.errors import CryptoError
from minichain.crypto.key_files import is_encrypted, parse_private_key, read_public_key, read_text
from minichain.crypto.keys import PrivateKey, PublicKey
from minichain.crypto.signing import SCHEME_NAMES

PASSWORD: Final = "MINICHAIN_KEY_PASSWORD"


def read_sealing_key(path: Path) -> PrivateKey:
    """Return the private key in a file that only its owner can read. Its password, if it has one, is in MINICHAIN_KEY_PASSWORD."""
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise PathError(f"{path}: others can read or change this key (its mode is {stat.S_IMODE(mode):o}); run: chmod 600 {path}")
        text = read_text(path)
        password = os.environ.get(PASSWORD, "").encode("utf-8", "surrogateescape") if is_encrypted(text) else None
        if password == b"":
            raise PathError(f"{path}: this key has a password; set {PASSWORD}")
        key = parse_private_key(text, password)
    except OSError as error:
        raise PathError(f"{path}: the key cannot be read: {error.strerror}; minichain key new NAME makes one") from None
    except CryptoError as error:
        raise PathError(f"{path}: this is no private key that can be used: {error}") from None
    _validate_scheme(path, key.scheme)
    return key


def read_signer(path: Path) -> PublicKey:
    """Return the public key in a file."""
    try:
        key = read_public_key(path)
    except OSError as error:
        raise PathError(f"{path}: the key cannot be read: {error.strerror}") from None
    except CryptoError as error:
        raise PathError(f"{path}: this is no public key: {error}") from None
    _validate_scheme(path, key.scheme)
    return key


def _validate_scheme(path: Path, scheme: str) -> None:
    if scheme not in SCHEME_NAMES:
        raise PathError(f"{path}: a key of the scheme {scheme} cannot sign; those of {', '.join(SCHEME_NAMES)} can")
