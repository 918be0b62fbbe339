"""From files to one submission a learner and lab: the newest of all attempts, and a list of what could not be placed.

When a file came is known of nbgrader's exchange, and of Moodle where its grading worksheet is given as well. What Moodle and Canvas put
into a zip has the time of the download; that is good enough to tell a later download from an earlier one, and wrong for lateness. So a
person may say when such files count as having come (`received`), unless Canvas calls them late.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from autograder.collect.files import File, show_path
from autograder.collect.labs import LabIndex, find_lab, find_notebook, read_content, remove_names
from autograder.collect.origins import Origin, read_origin
from autograder.lms.people import Claim, People, Problem, find_by_words, find_person
from autograder.read import is_learner_name
from autograder.sources.archive import MemberError

_ARCHIVES: Final = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz")


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A file that could not be placed, why, and what a person can do. What is known of learner and lab is said."""

    where: str
    reason: str
    step: str
    learner: str = ""
    lab: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A notebook that was placed. `is_dated` says whether `arrived` is when it was handed in."""

    file: File
    origin: Origin
    learner: str
    lab: str
    notebook: str
    arrived: float
    is_dated: bool
    digest: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is to be kept of one learner at one lab; `earlier` is how many files were passed over for it."""

    learner: str
    lab: str
    pieces: tuple[Piece, ...]
    earlier: int

    @property
    def arrived(self) -> float:
        """When it came: with its last notebook."""
        return max(piece.arrived for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Known:
    """What placing needs: the labs and those of them that are wanted, the people, what worksheets say by number, and when files count."""

    labs: LabIndex
    wanted: frozenset[str]
    people: People
    has_roster: bool
    participants: Mapping[str, tuple[Claim, float | None]] = field(default_factory=dict)
    received: float | None = None


@dataclass(slots=True)
class Gathered:
    """What came of all files. `others` counts notebooks of labs that are not wanted."""

    attempts: list[Attempt] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    others: int = 0


def gather(files: Iterable[File], known: Known) -> Gathered:
    """Place all files. Their content is read, and let go again."""
    gathered = Gathered()
    pieces: dict[tuple[str, str], list[Piece]] = defaultdict(list)
    without: dict[str, Unplaced] = {}
    placed: set[str] = set()
    for file in files:
        origin = read_origin(file)
        if not file.fault and not file.name.lower().endswith(".ipynb"):
            missing = _find_missing(file, origin)
            if missing and origin.kind == "loose":
                gathered.unplaced.append(missing)
            elif missing:
                without.setdefault(origin.attempt, missing)
            continue
        placed.add(origin.attempt)
        found = _place(file, origin, known)
        if isinstance(found, Unplaced):
            gathered.unplaced.append(found)
        elif found.lab in known.wanted:
            pieces[found.learner, found.lab].append(found)
        else:
            gathered.others += 1
    gathered.unplaced += [each for attempt, each in without.items() if attempt not in placed]
    for key in sorted(pieces):
        chosen = _choose(pieces[key])
        if isinstance(chosen, Attempt):
            gathered.attempts.append(chosen)
        else:
            gathered.unplaced += chosen
    return gathered


def _find_missing(file: File, origin: Origin) -> Unplaced | None:
    """Return what to say if an attempt holds no notebook but this file; nothing of files that lie about in a folder."""
    if file.name.lower().endswith(_ARCHIVES):
        return Unplaced(show_path(file), "an archive in what was handed in is not opened", "name it as a source of its own")
    if origin.kind == "loose" or file.name == "timestamp.txt":
        return None
    return Unplaced(show_path(file), "no notebook was handed in, only this", "ask the learner for the notebook (.ipynb)")


def _place(file: File, origin: Origin, known: Known) -> Piece | Unplaced:
    where = show_path(file)
    if file.fault:
        return Unplaced(where, file.fault, "ask for it again, or put the notebook under submitted/ by hand")
    try:
        content = file.read()
    except MemberError as error:
        return Unplaced(where, str(error), "ask for it again, or put the notebook under submitted/ by hand")
    said = read_content(content)
    lab, learner = find_lab(known.labs, origin, said), _find_learner(file, origin, known)
    names = {"learner": learner if isinstance(learner, str) else "", "lab": "" if isinstance(lab, Problem) else lab.id}
    for each in (learner, lab):
        if isinstance(each, Problem):
            return Unplaced(where, each.reason, each.step, **names)
    assert isinstance(learner, str) and not isinstance(lab, Problem)
    notebook = find_notebook(lab, origin, said)
    if isinstance(notebook, Problem):
        return Unplaced(where, notebook.reason, notebook.step, **names)
    arrived, is_dated = _find_arrival(file, origin, known)
    return Piece(file, origin, learner, lab.id, notebook, arrived, is_dated, hashlib.sha256(content).digest())


def _find_learner(file: File, origin: Origin, known: Known) -> str | Problem:
    """Return the learner whose file this is, or why that cannot be said."""
    if not known.has_roster:
        name = origin.claim.ids[0][1] if origin.kind == "exchange" else ""
        if is_learner_name(name) and not name.startswith("."):
            return name
        return Problem("there is no roster, so nobody can be found in it", "write roster.csv beside submitted/, or name it (--roster)")
    if origin.kind == "loose":
        found = find_by_words(known.people, [*origin.words, *remove_names(known.labs, origin.stem)])
    else:
        claim = origin.claim
        if claim.participant in known.participants:
            more = known.participants[claim.participant][0]
            claim = replace(claim, ids=(*claim.ids, *more.ids))
        found = find_person(known.people, claim)
    if isinstance(found, Problem):
        return found
    if not is_learner_name(found.learner) or found.learner.startswith("."):
        return Problem(f"a folder cannot be called {found.learner!r}", "give the learner another name in roster.csv")
    return found.learner


def _find_arrival(file: File, origin: Origin, known: Known) -> tuple[float, bool]:
    """Return when a file came, and whether that is known."""
    if origin.arrived is not None:
        return origin.arrived, True
    told = known.participants.get(origin.claim.participant, (None, None))[1] if origin.kind == "moodle" else None
    if told is not None:
        return told, True
    if origin.kind == "loose":
        return file.modified, True
    if known.received is None or origin.is_late:
        return file.modified, False
    return min(known.received, file.modified), True


def _choose(pieces: list[Piece]) -> Attempt | list[Unplaced]:
    """Return the newest attempt of one learner at one lab, or what to say where two are equally new and differ."""
    if strangers := _find_strangers(pieces):
        return [_refuse_stranger(piece) for piece in strangers]
    by_attempt: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        by_attempt[piece.origin.attempt].append(piece)
    attempts = [_choose_files(each) for each in by_attempt.values()]
    if not all(attempts):
        return [_refuse_tie(piece) for piece in pieces]
    newest = max(attempts, key=_rank)
    rivals = [each for each in attempts if _rank(each) == _rank(newest) and _get_contents(each) != _get_contents(newest)]
    if rivals:
        return [_refuse_tie(piece) for each in (newest, *rivals) for piece in each]
    same = [each for each in attempts if _get_contents(each) == _get_contents(newest)]
    kept = newest if newest[0].is_dated else min(same, key=lambda each: (not each[0].is_dated, _rank(each)))
    contents = {piece.digest for piece in kept}
    earlier = len({piece.digest for piece in pieces} - contents)
    return Attempt(kept[0].learner, kept[0].lab, tuple(kept), earlier)


def _find_strangers(pieces: list[Piece]) -> list[Piece]:
    """Return what several accounts of one download handed in that lead to one learner: one of them may only have taken the name."""
    accounts: dict[str, set[str]] = defaultdict(set)
    for piece in pieces:
        if piece.origin.kind in ("moodle", "canvas"):
            accounts[piece.file.key].add(piece.origin.account)
    return [piece for piece in pieces if len(accounts[piece.file.key]) > 1]


def _refuse_stranger(piece: Piece) -> Unplaced:
    reason = f"several accounts in this download lead to {piece.learner}"
    step = "add numbers to roster.csv, or give Moodle's grading worksheet; if both are this person's, leave out the one that does not count"
    return Unplaced(show_path(piece.file), reason, step, piece.learner, piece.lab)


def _choose_files(pieces: list[Piece]) -> list[Piece]:
    """Return the newest file of each notebook in one attempt, none at all where two are equally new and differ."""
    by_name: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        by_name[piece.notebook].append(piece)
    chosen = []
    for each in by_name.values():
        newest = [piece for piece in each if _rank_file(piece) == max(map(_rank_file, each))]
        if len({piece.digest for piece in newest}) > 1:
            return []
        chosen.append(newest[0])
    return chosen


def _rank_file(piece: Piece) -> tuple[float, int, int]:
    """Return what makes a file newer than others of its attempt. In a zip of Moodle or Canvas their times are those of the download."""
    return (piece.file.modified if piece.origin.kind == "loose" else 0.0, *piece.origin.rank)


def _rank(pieces: list[Piece]) -> tuple[float, float, tuple[int, int]]:
    """Return what makes an attempt newer: when it came, then when it was downloaded, then Canvas's own numbers."""
    return max((piece.arrived, piece.file.modified, piece.origin.rank) for piece in pieces)


def _get_contents(pieces: list[Piece]) -> list[tuple[str, bytes]]:
    return sorted((piece.notebook, piece.digest) for piece in pieces)


def _refuse_tie(piece: Piece) -> Unplaced:
    reason = "another file of this learner for this lab is as new, and differs"
    return Unplaced(show_path(piece.file), reason, "leave out the one that does not count", piece.learner, piece.lab)


def iterate_undated(gathered: Gathered) -> Iterator[Piece]:
    """Yield the files that are kept without knowing when they came."""
    for attempt in gathered.attempts:
        yield from (piece for piece in attempt.pieces if not piece.is_dated)
