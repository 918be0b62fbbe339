"""Seeds: with a programme's secret, the hidden tests of each learner draw other inputs, and nobody can tell which.

SEED = HMAC-SHA-256(secret, learner NUL lab) (RFC 2104), as an int, on the test side alone. The secret comes from the file that
MINICHAIN_SEED_FILE names or from MINICHAIN_SEED_SECRET, never from the command line, where other users of the machine could read it.
"""

import hashlib
import hmac
import os
from pathlib import Path

from autograder.errors import PathError


def read_secret() -> bytes | None:
    """Return the programme's secret, or None if there is none. Raises `PathError` if its file cannot be read or is empty."""
    path = os.environ.get("MINICHAIN_SEED_FILE")
    if path is None:
        text = os.environ.get("MINICHAIN_SEED_SECRET", "")
        return text.encode() or None
    try:
        secret = Path(path).read_bytes().strip()
    except OSError as error:
        raise PathError(f"{path}: the seed file (MINICHAIN_SEED_FILE) cannot be read: {error.strerror}") from None
    if not secret:
        raise PathError(f"{path}: the seed file (MINICHAIN_SEED_FILE) is empty")
    return secret


def compute_seed(secret: bytes | None, learner: str, lab: str) -> int:
    """Return the seed of one learner's tests of one lab; 0 without a secret, as in the released notebook."""
    if secret is None:
        return 0
    return int.from_bytes(hmac.digest(secret, f"{learner}\0{lab}".encode(), hashlib.sha256), "big")
