"""Names in a zip (APPNOTE.TXT 6.3.10, 4.4.17 and appendix D): which of them are taken, and what is said of the others.

Nothing is ever unpacked under a name from an archive, so a bad name could harm nobody here. But it would harm whoever unpacks the same
archive elsewhere, and it is ambiguous: two programs would see two learners. So it is refused and not repaired.

Simplification: names in the code pages of old programs (CP437, GBK) are refused, because no archive says which one it was written in. Mail
programs guess.
"""

import re
import unicodedata
from typing import Final

MAX_PART: Final = 255
"""How many bytes a part of a name may have: what Linux takes."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_DRIVE: Final = re.compile(r"[A-Za-z]:")


def find_name_fault(raw: bytes) -> str:
    """Return the rule that a member's name breaks, or "". The flag for UTF-8 is not asked for: macOS writes UTF-8 without it.

    >>> find_name_fault(b"ada/00-sums/00-sums.ipynb"), find_name_fault(b"../passwd")
    ('', 'its name leads out of the archive (..)')
    """
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        return "its name is not UTF-8, so nobody can tell what it says; make the archive with a program that writes UTF-8 names"
    if "\0" in name:
        return "its name holds a NUL"
    if _CONTROL.search(name):
        return "its name holds control characters"
    if "\\" in name:
        return "its name holds a backslash"
    if name.startswith("/"):
        return "its name is an absolute path"
    if _DRIVE.match(name):
        return "its name begins with a drive letter"
    parts = name.removesuffix("/").split("/")
    if ".." in parts:
        return "its name leads out of the archive (..)"
    if "" in parts or "." in parts:
        return "its name has an empty part or a dot for one"
    if any(len(part.encode()) > MAX_PART for part in parts):
        return f"a part of its name has more than {MAX_PART} bytes"
    return ""


def show_name(raw: bytes) -> str:
    """Return a name as it may be printed: what is not plain text is escaped, and a long one is cut."""
    text = raw.decode("utf-8", "surrogateescape")
    shown = text if text.isprintable() and "\\" not in text else ascii(text)[1:-1]
    return shown if len(shown) <= 200 else shown[:199] + "…"


def fold_name(name: str) -> str:
    """Return what two names have in common that some file system takes for one: case and composition of letters do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).removesuffix("/")
