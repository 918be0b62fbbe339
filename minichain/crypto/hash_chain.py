"""A hash-linked log: each record is bound to all before it (Haber and Stornetta 1991, "How to time-stamp a digital document").

The link of a record is the digest of the link before it and of the record. Whoever alters a record must alter every link after it, up
to the last one, the head; and the head is short enough to be printed where nobody can take it back.

A record is a row of texts. It must be written as bytes so that no other record is written the same: each text has its length in front,
as in the vectors of TLS (RFC 8446, section 3.4). Without the lengths ("ab", "c") and ("a", "bc") would have one link.

Simplifications: a log holds all its entries in memory and does not name its hash function. A blockchain puts many records under one link
(`merkle`), and agrees with others on the head instead of printing it.
"""

from collections.abc import Sequence
from typing import Final

from minichain.crypto.hashing import HashFunction, sha256

Record = Sequence[str]
Entry = tuple[Record, bytes]
"""A record and its link."""

START: Final = bytes(32)
"""What stands for a link before the first record, and the head of an empty log."""

LENGTH_BYTES: Final = 4


def encode_record(record: Record) -> bytes:
    """Return the one row of bytes that stands for `record`.

    Of each text its length in bytes (4 bytes, big endian), then the text in UTF-8.

    >>> encode_record(["ab", "c"]).hex(" ", 1)
    '00 00 00 02 61 62 00 00 00 01 63'
    """
    texts = [text.encode() for text in record]
    return b"".join(len(text).to_bytes(LENGTH_BYTES, "big") + text for text in texts)


def compute_link(previous: bytes, record: Record, hash_function: HashFunction = sha256) -> bytes:
    """Return the link of `record` after the link `previous`; both have 32 bytes."""
    return hash_function(previous + encode_record(record))


def build_log(records: Sequence[Record], hash_function: HashFunction = sha256) -> list[Entry]:
    """Return the log of `records`."""
    log: list[Entry] = []
    for record in records:
        log.append((record, compute_link(get_head(log), record, hash_function)))
    return log


def get_head(log: Sequence[Entry]) -> bytes:
    """Return the last link, which stands for the whole log."""
    return log[-1][1] if log else START


def find_break(log: Sequence[Entry], hash_function: HashFunction = sha256) -> int | None:
    """Return the number of the first entry that does not fit its link and the link before, or None.

    None does not mean that nobody altered the log: who can write it can compute all its links
    anew. Compare the head, too.

    >>> log = build_log([["open"], ["9.8"], ["shut"]])
    >>> find_break([log[0], (["4.2"], log[1][1]), log[2]])
    1
    """
    previous = START
    for number, (record, link) in enumerate(log):
        if link != compute_link(previous, record, hash_function):
            return number
        previous = link
    return None
