"""Names in a zip (APPNOTE.TXT 6.3.10, 4.4.17 and appendix D): which of them are taken, and what is said of the others.

Nothing is ever unpacked under a name from an archive, so a bad name could harm nobody here. But it would harm whoever unpacks the same
archive elsewhere, and it is ambiguous: two programs would see two learners. So it is refused and not repaired.

A name is UTF-8 if its flag says so, or if all names without the flag are (macOS sets none). Chinese Windows writes GBK and says nothing of
it; some of these bytes are UTF-8 as well, and say something else. So nothing is guessed: a person names the encoding (`--zip-names`), and
what is refused without it says how it would read.

Simplification: one encoding for all names without the flag. Mail programs guess one for each.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal

Encoding = Literal["gbk", "big5", "cp437"]
"""What old programs write names in on Windows: in China, in Taiwan and Hong Kong, in the West."""
MAX_PART: Final = 255
"""How many bytes a part of a name may have: what Linux takes."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DRIVE: Final = re.compile(r"[A-Za-z]:")


def choose_encoding(unflagged: Sequence[bytes], named: Encoding | None) -> str:
    """Return what names without the flag for UTF-8 are read in: what a person named, else UTF-8 if all of them are, else only ASCII."""
    return named or ("utf-8" if all(map(_is_utf8, unflagged)) else "ascii")


def read_name(raw: bytes, encoding: str) -> tuple[str, str]:
    """Return a name as text, in which half a surrogate stands for each byte that cannot be read, and the rule that it breaks, or ""."""
    name = raw.decode(encoding, "surrogateescape")
    return name, _explain_unreadable(raw, encoding) if _SURROGATE.search(name) else find_name_fault(name)


def _explain_unreadable(raw: bytes, encoding: str) -> str:
    """Return why a name cannot be read, and what a person can do.

    >>> print(_explain_unreadable("王芳/求和.ipynb".encode("gbk"), "ascii"))
    its name is not UTF-8; in GBK, as Chinese Windows writes it, it says 王芳/求和.ipynb, and --zip-names gbk would read it
    """
    if encoding not in ("utf-8", "ascii"):
        return f"its name is not {encoding.upper()}"
    try:
        guess = raw.decode("gb2312")  # the part of GBK that is in daily use: names from other countries seldom happen to be in it
    except UnicodeDecodeError:
        guess = ""
    if guess.isprintable() and guess:
        return f"its name is not UTF-8; in GBK, as Chinese Windows writes it, it says {guess}, and --zip-names gbk would read it"
    return "its name is not UTF-8; make the archive with a program that writes UTF-8 names, or say what it is in (--zip-names)"


def find_name_fault(name: str) -> str:
    """Return the rule that a member's name breaks, or "".

    >>> find_name_fault("ada/00-sums/00-sums.ipynb"), find_name_fault("../passwd")
    ('', 'its name leads out of the archive (..)')
    """
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
    if any(len(part.encode("utf-8", "surrogateescape")) > MAX_PART for part in parts):
        return f"a part of its name has more than {MAX_PART} bytes"
    return ""


def show_name(name: str) -> str:
    """Return a name as it may be printed: what is not plain text is escaped, and a long one is cut."""
    shown = name if name.isprintable() and "\\" not in name else ascii(name)[1:-1]
    return shown if len(shown) <= 200 else shown[:199] + "…"


def fold_name(name: str) -> str:
    """Return what two names have in common that some file system takes for one: case and composition of letters do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).removesuffix("/")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
