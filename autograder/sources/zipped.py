"""Submissions in a zip, in the layout of a folder: `submitted/<learner>/<lab>/<notebook>.ipynb`, or what is in `submitted`.

Only notebooks and `timestamp.txt` are ever unpacked, into memory, one submission at a time; the worker writes them into its own scratch
folder as it does with notebooks that travel. A member that is refused is a finding on its submission, which waits for a person if it is
a notebook or if there is no other; one that cannot be given to any submission is told in a line.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from autograder.read import MAX_BYTES, MAX_FILES, is_learner_name, join_hashes, parse_timestamp
from autograder.sources.archive import Archive, Member, MemberError
from autograder.sources.names import find_name_fault

MAX_SUBMISSION: Final = 2 * MAX_BYTES
"""How many bytes one submission may have: it is held in memory."""
_NESTED: Final = re.compile(r".*\.(zip|7z|rar|tar|tgz|gz|bz2|xz)", re.IGNORECASE)
_SYSTEM: Final = frozenset({"__MACOSX", "autograded", "feedback", "release", "source"})
_MAX_REFUSED: Final = 20
"""How many refused members of one submission its record names; the others are counted."""

Files = tuple[tuple[str, bytes], ...]
Refused = tuple[tuple[str, str], ...]
"""Files that were not read: name, and why."""


@dataclass(frozen=True, slots=True)
class ZippedFolder:
    """Where one submission lies: a folder in an archive. `refused` holds what was refused already when the archive was opened."""

    archive: Archive = field(repr=False)
    path: str
    notebooks: tuple[Member, ...] = ()
    stamp: Member | None = None
    refused: Refused = ()

    def __str__(self) -> str:
        return f"{self.archive.path}/{self.path}"

    def read(self) -> tuple[Files, Refused]:
        """Return the notebooks that can be read, and what is refused."""
        files, refused, room = [], [], MAX_SUBMISSION
        for member in self.notebooks:
            name = member.name.rpartition("/")[2]
            try:
                content = self.archive.read(member, min(MAX_BYTES, room))
            except MemberError as error:
                refused.append((name, self.archive.describe(member, str(error))))
                continue
            room -= len(content)
            files.append((name, content))
        return tuple(files), (*refused, *self.refused)

    def get_arrival(self) -> float:
        """Return when the submission arrived: by its timestamp.txt, else the time of its newest notebook, else 0."""
        if self.stamp is not None:
            try:
                return parse_timestamp(self.archive.read(self.stamp, 4096))
            except (MemberError, ValueError, OverflowError):
                pass
        return max((member.modified for member in self.notebooks), default=0.0)


def compute_zipped_hash(files: Files, refused: Refused) -> str:
    """Return what a folder with the same notebooks has; a file that is refused counts by its name and the reason."""
    contents = [(name, hashlib.sha256(content).digest()) for name, content in files]
    contents += [(name, hashlib.sha256(reason.encode()).digest()) for name, reason in refused]
    return join_hashes(sorted(contents))


def shorten_refused(refused: Refused) -> Refused:
    """Return what a record holds of refused files: notebooks first, some of them by name, and how many more there are.

    >>> shorten_refused((("a.csv", "no"), ("b.ipynb", "no"))), shorten_refused((("a", "no"),) * 22)[-1]
    ((('b.ipynb', 'no'), ('a.csv', 'no')), ('', '2 more files were refused'))
    """
    ordered = sorted(refused, key=lambda each: not each[0].endswith(".ipynb"))
    more = len(ordered) - _MAX_REFUSED
    return (*ordered[:_MAX_REFUSED], ("", f"{more:,} more files were refused")) if more > 0 else tuple(ordered)


def find_zipped(archive: Archive) -> tuple[list[tuple[str, str, ZippedFolder]], list[str]]:
    """Return (learner, lab, where) of each submission in an archive, ordered, and a line for each member that belongs to none."""
    members = [(member, member.name.split("/")) for member in archive.members]
    depth = 1 if any(parts[0] == "submitted" and len(parts) > 1 for _, parts in members) else 0
    found: dict[tuple[str, str], list[Member]] = {}
    lines = []
    for member, parts in members:
        owner = tuple(parts[depth : depth + 2])
        is_placed = len(parts) > depth + 2 and (not depth or parts[0] == "submitted") and all(map(_is_plain, owner))
        if is_placed and _is_shown(owner):
            found.setdefault((owner[0], owner[1]), []).append(member)
        elif member.fault and not _is_system(parts):
            lines.append(f"{archive.describe(member, member.fault)}; nobody's work was found in it")
        elif len(parts) > depth + 2 and not is_placed and not _is_system(parts):
            lines.append(archive.describe(member, "the name of its learner or lab cannot be recorded; 200 printable characters can"))
        elif _NESTED.fullmatch(member.name) and not _is_system(parts):
            lines.append(archive.describe(member, "an archive in an archive is not opened"))
    return [(learner, lab, _gather(archive, f"{learner}/{lab}", found[learner, lab], depth + 2)) for learner, lab in sorted(found)], lines


def _gather(archive: Archive, path: str, members: list[Member], depth: int) -> ZippedFolder:
    """Return the submission that consists of these members; what lies deeper than notebooks do is looked at only for faults."""
    notebooks: list[Member] = []
    refused: list[tuple[str, str]] = []
    stamp = None
    for member in sorted(members, key=lambda member: member.name):
        name = member.name.rpartition("/")[2]
        if member.fault:
            refused.append((name or path, archive.describe(member, member.fault)))
        elif _NESTED.fullmatch(name):
            refused.append((name, archive.describe(member, "an archive in an archive is not opened")))
        elif member.name.count("/") > depth or member.is_folder or name.startswith("."):
            continue
        elif name.endswith(".ipynb"):
            notebooks.append(member)
        elif name == "timestamp.txt":
            stamp = member
    return ZippedFolder(archive, path, tuple(notebooks[:MAX_FILES]), stamp, tuple(refused))


def _is_plain(part: str) -> bool:
    return is_learner_name(part) and not find_name_fault(part)


def _is_shown(owner: tuple[str, ...]) -> bool:
    return owner[0] not in _SYSTEM and not any(part.startswith(".") for part in owner)


def _is_system(parts: list[str]) -> bool:
    return parts[0] in _SYSTEM or (parts[0].startswith(".") and parts[0] not in (".", ".."))


def iterate_zipped(archive: Archive) -> Iterator[tuple[str, str, ZippedFolder] | str]:
    """Yield a line for each member that was refused and belongs to no submission, then every submission."""
    found, lines = find_zipped(archive)
    yield from lines
    yield from found
