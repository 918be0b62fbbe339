"""What the path of a file says: whose it is, of which lab, when it came, and which of several attempts it is.

- Moodle (mod/assign, "Download all submissions"): `Ada Lovelace_48213_assignsubmission_file_/sums.ipynb`, or without folders
  `Ada Lovelace_48213_assignsubmission_file_sums.ipynb`. The number is that of one participant of one assignment.
- Canvas ("Download Submissions"): `lovelaceada_LATE_9931_775510_sums-2.ipynb`: name without what is no letter, the user's number, the
  file's number, which grows, and a counter that Canvas adds to a file that was handed in again.
- nbgrader's exchange: `inbound/ada+00-sums+2026-11-20 10:00:00.000000 UTC+x1y2/sums.ipynb`.
- anything else is a loose notebook: names of folders and of the file may say whose it is.

Simplification: of group submissions the name is the group's, which the roster does not know; they are listed.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from autograder.collect.files import File
from autograder.lms.people import Claim
from autograder.read import parse_timestamp

Kind = Literal["moodle", "canvas", "exchange", "loose"]
_MOODLE: Final = re.compile(r"(?P<name>[^/]+?)_(?P<number>\d{1,18})_assignsubmission_[a-z]+(?:_(?P<rest>[^/]*))?")
_CANVAS: Final = re.compile(r"(?P<name>[^\W_]+)_(?P<late>(?:LATE|late)_)?(?P<user>\d{1,18})_(?P<file>\d{1,18})_(?P<rest>[^/]+)")
_EXCHANGE: Final = re.compile(r"(?P<learner>[^/]+)\+(?P<lab>[^/+]+)\+(?P<time>\d{4}-\d\d-\d\d \d\d[:_]\d\d[:_]\d\d[^/+]*)(?:\+[\w=-]+)?")
_COPY: Final = re.compile(r"[ _]?\((\d{1,3})\)|-(\d{1,2})|-Copy(\d{0,3})|( - Copy| - 副本| 的副本| copy)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a path says. `stem` is the file's name as the learner knew it; of one `attempt` later files come after in `rank`."""

    kind: Kind
    stem: str
    attempt: str
    claim: Claim = field(default_factory=Claim)
    words: tuple[str, ...] = ()
    lab: str = ""
    arrived: float | None = None
    rank: tuple[int, int] = (0, 0)
    is_late: bool = False

    @property
    def account(self) -> str:
        """The number by which the platform knows who handed it in, or ""."""
        return self.claim.participant or next((value for field, value in self.claim.ids if field == "canvas"), "")


def read_origin(file: File) -> Origin:
    """Return what the path of a file says."""
    parts = file.path.split("/")
    name = _cut(parts[-1])
    for at, part in enumerate(parts):
        base = f"{file.key}/{'/'.join(parts[: at + 1])}"
        if found := _MOODLE.fullmatch(part):
            claim = Claim(found["name"].replace("_", " "), (), found["number"])
            stem = _cut(found["rest"] or "") if at == len(parts) - 1 else name
            return Origin("moodle", stem, f"{file.key}/{found['name']}/{found['number']}", claim, rank=(0, _count_copies(stem)))
        if at < len(parts) - 1 and (found := _EXCHANGE.fullmatch(part)) and (arrived := _read_time(found["time"])) is not None:
            claim = Claim("", (("learner", found["learner"]), ("email", found["learner"])))
            return Origin("exchange", name, base, claim, lab=found["lab"], arrived=arrived, rank=(0, _count_copies(name)))
    if found := _CANVAS.fullmatch(parts[-1]):
        stem = _cut(found["rest"])
        claim = Claim(found["name"], (("canvas", found["user"]),))
        attempt = f"{file.key}/{found['user']}"
        return Origin("canvas", stem, attempt, claim, rank=(int(found["file"]), _count_copies(stem)), is_late=bool(found["late"]))
    words = tuple(filter(None, (file.outer, *parts[:-1])))
    return Origin("loose", name, f"{file.key}/{'/'.join(parts[:-1])}", words=words, rank=(0, _count_copies(name)))


def list_stems(stem: str) -> list[str]:
    """Return a name, and what it was before programs added to it that it is there already.

    >>> list_stems("sums-2 (1)"), list_stems("00-sums - 副本")
    (['sums-2 (1)', 'sums-2', 'sums'], ['00-sums - 副本', '00-sums'])
    """
    stems = [stem]
    for _ in range(3):
        found = re.search(f"(?:{_COPY.pattern})$", stems[-1], re.IGNORECASE)
        if found is None or not found.start():
            break
        stems.append(stems[-1][: found.start()])
    return stems


def _count_copies(stem: str) -> int:
    """Return which copy of a file this is, by its name: 0 for the first."""
    found = re.search(f"(?:{_COPY.pattern})$", stem, re.IGNORECASE)
    return int(found[1] or found[2] or found[3] or 1) if found else 0


def _cut(name: str) -> str:
    return name.removesuffix(".ipynb")


def _read_time(text: str) -> float | None:
    """Return the time in the name of an exchange's folder; where a disk allows no colons, copies of it have underscores."""
    try:
        return parse_timestamp(text.replace("_", ":").encode())
    except (ValueError, OverflowError):
        return None
