"""Reading a submission: plain JSON, and tolerant. What is wrong with it becomes a finding, never an exception.

A learner's file is hostile until shown otherwise: its size, the number of its cells and the length of its names are bounded, every
value is checked by type, and only source, cell type, cell id and language are taken from it. Points, locks and flags never are.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from autograder.errors import PathError
from autograder.labs.model import CellKind, Lab
from autograder.messages import clean, mend
from autograder.results import Finding

MAX_BYTES: Final = 32 * 2**20
"""The largest notebook that is read: room for pictures in outputs, not for bombs."""
MAX_CELLS: Final = 2_000
MAX_FILES: Final = 50
_EXPORTS: Final = frozenset({"autograded", "feedback", "release", "source"})
_UNREADABLE: Final = "the notebook cannot be read"
_NAME: Final = re.compile(r"[^/\\\x00-\x1f\ud800-\udfff]{1,200}")


@dataclass(frozen=True, slots=True)
class SubmittedCell:
    """One cell as the learner left it; `grade_id` is what the file claims."""

    kind: CellKind
    source: str
    grade_id: str | None = None


@dataclass(frozen=True, slots=True)
class SubmittedNotebook:
    """One notebook as the learner left it, under the name that the lab gives it."""

    name: str
    lang: str | None
    cells: tuple[SubmittedCell, ...]


@dataclass(frozen=True, slots=True)
class Submission:
    """What one learner handed in for one lab. `arrived` is in seconds since 1970, `unreadable` says why files could not be read."""

    lab: str
    learner: str
    notebooks: tuple[SubmittedNotebook, ...]
    findings: tuple[Finding, ...]
    content_hash: str
    arrived: float
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    path: Path
    lab: str | None
    notebook: SubmittedNotebook

    def count_ids(self, known: set[str]) -> int:
        """Return how many of these cell ids the notebook has."""
        return len(known & {cell.grade_id for cell in self.notebook.cells if cell.grade_id})


def iterate_submissions(root: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield (learner, lab id, folder) below nbgrader's `submitted/` tree or its content, ordered by learner and lab.

    Names that start with a dot and our own exports beside the learners are no learners; links are not followed. Raises `PathError` for a
    folder that cannot be listed, or whose name cannot be recorded: nobody's work is left out in silence.
    """
    tree = root / "submitted" if (root / "submitted").is_dir() else root
    for learner in _iterate_folders(tree):
        if learner.name not in _EXPORTS:
            for folder in _iterate_folders(learner):
                yield learner.name, folder.name, folder


def compute_content_hash(folder: Path) -> str:
    """Return the hash of all notebooks of a submission, names included."""
    return join_hashes((path.name, _compute_file_hash(path)) for path in list_notebooks(folder))


def join_hashes(contents: Iterable[tuple[str, bytes]]) -> str:
    """Return the hash of a submission from the names of its notebooks, in order, and the SHA-256 of each."""
    digest = hashlib.sha256()
    for name, content in contents:
        digest.update(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest() + content)
    return digest.hexdigest()


def _compute_file_hash(path: Path) -> bytes:
    """Return the SHA-256 of a file; of one that cannot be read, of the error's number."""
    content = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(2**20):
                content.update(block)
    except OSError as error:
        content.update(str(error.errno).encode())
    return content.digest()


def get_arrival(folder: Path) -> float:
    """Return when a submission arrived: nbgrader's timestamp.txt, else the newest notebook's own time, else 0."""
    try:
        return parse_timestamp((folder / "timestamp.txt").read_bytes())
    except (OSError, ValueError, OverflowError):
        return max((path.stat().st_mtime for path in list_notebooks(folder)), default=0.0)


def parse_timestamp(content: bytes) -> float:
    """Return the moment that a timestamp.txt names. Raises ValueError or OverflowError."""
    text = content[:100].decode().strip()
    moment = datetime.fromisoformat(text.removesuffix(" UTC"))
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def read_submission(folder: Path, lab: Lab, learner: str, refused: Sequence[tuple[str, str]] = ()) -> Submission:
    """Read the notebooks of one submission. A notebook that is missing or cannot be read has a finding and no entry.

    `refused` are files that did not get here, and why: a notebook, or whatever was handed in in place of one, counts as unreadable.
    """
    findings = [_describe_refused(name, reason, not list_notebooks(folder)) for name, reason in refused]
    candidates: list[_Candidate] = []
    for path in list_notebooks(folder):
        read = _read_notebook(path, findings)
        if read is not None:
            candidates.append(read)
    unreadable = tuple(finding.text for finding in findings if finding.text.startswith(_UNREADABLE))
    notebooks = _assign(candidates, lab, findings)
    return Submission(lab.id, learner, notebooks, tuple(findings), compute_content_hash(folder), get_arrival(folder), unreadable)


def is_learner_name(name: str) -> bool:
    """Answer whether a learner or lab of this name can be recorded."""
    return _NAME.fullmatch(name) is not None and name not in (".", "..")


def _iterate_folders(folder: Path) -> Iterator[Path]:
    """Yield the folders in a folder, by name; only their names are held. Raises `PathError`."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False))
    except OSError as error:
        raise PathError(f"{folder}: cannot be read: {error.strerror}") from None
    for name in names:
        if not _NAME.fullmatch(name):
            raise PathError(f"{str(folder / name)!a}: this name cannot be recorded; rename it to at most 200 printable characters in UTF-8")
        yield folder / name


def _describe_refused(name: str, reason: str, is_alone: bool) -> Finding:
    """Return the finding on a file that was refused where it came from; `is_alone`: no notebook came with it."""
    if not name:  # how many more there are
        return Finding("", "", clean(reason))
    counts = is_alone or name.endswith(".ipynb")
    return Finding(
        mend(name.removesuffix(".ipynb")), "", clean(f"{_UNREADABLE}: {reason}" if counts else f"this file was refused: {reason}")
    )


def list_notebooks(folder: Path) -> list[Path]:
    """Return the notebooks in a folder, by name, or the one named in its place; links, which may lead anywhere, are none."""
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except NotADirectoryError:
        return [folder] if folder.suffix == ".ipynb" and not folder.is_symlink() and folder.is_file() else []
    except OSError:
        return []
    shown = (entry for entry in entries if entry.name.endswith(".ipynb") and not entry.name.startswith("."))
    return [folder / name for name in sorted(entry.name for entry in shown if entry.is_file(follow_symlinks=False))[:MAX_FILES]]


def _read_notebook(path: Path, findings: list[Finding]) -> _Candidate | None:
    """Return what a file holds, or None with a finding that says why it cannot be read."""
    name = mend(path.stem)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"it has {path.stat().st_size:,} bytes; at most {MAX_BYTES:,} are read")
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
        if not isinstance(content, dict):
            raise ValueError("a notebook is a JSON object")
        if content.get("nbformat") != 4:
            raise ValueError(f"its format is {str(content.get('nbformat'))[:20]}; save it as notebook format 4")
        if not isinstance(content.get("cells"), list) or len(content["cells"]) > MAX_CELLS:
            raise ValueError(f"it needs a list of at most {MAX_CELLS:,} cells")
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else _describe(error)
        findings.append(Finding(name, "", clean(f"{_UNREADABLE}: {reason}")))
        return None
    cells = []
    for number, raw in enumerate(content["cells"], start=1):
        cell = _read_cell(raw)
        if cell is None:
            findings.append(Finding(name, "", f"cell {number} is damaged and was left out"))
        else:
            cells.append(cell)
    label = _get_dict(content.get("metadata"), "minichain")
    lang = label.get("lang")
    notebook = SubmittedNotebook(name, lang if isinstance(lang, str) else None, tuple(cells))
    claimed = label.get("lab")
    return _Candidate(path, claimed if isinstance(claimed, str) else None, notebook)


def _describe(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON (line {error.lineno}: {error.msg})"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return str(error)[:200]


def _read_cell(raw: Any) -> SubmittedCell | None:
    """Return a cell, or None if it is no cell at all. Its id is kept only if it is a plausible one."""
    if not isinstance(raw, dict) or raw.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    source = raw.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    grade_id = _get_dict(raw.get("metadata"), "nbgrader").get("grade_id")
    valid = isinstance(grade_id, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,200}", grade_id)
    return SubmittedCell(raw["cell_type"], source.replace("\r\n", "\n"), grade_id if valid else None)


def _get_dict(holder: Any, name: str) -> dict[str, Any]:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, dict) else {}


def _assign(candidates: list[_Candidate], lab: Lab, findings: list[Finding]) -> tuple[SubmittedNotebook, ...]:
    """Give each notebook of the lab the file that is it: by name, else by the label inside, else by the ids of its cells."""
    left = list(candidates)
    assigned = []
    for master in lab.get_notebooks():
        known = {cell.grade_id for cell in master.cells if cell.grade_id}

        def rank(candidate: _Candidate, name: str = master.name, known: set[str] = known) -> tuple[bool, bool, int]:
            return (candidate.path.stem == name, candidate.lab == lab.id, candidate.count_ids(known))

        best = max(left, key=rank, default=None)
        if best is None or not any(rank(best)):
            if not any(finding.notebook == master.name for finding in findings):
                findings.append(Finding(master.name, "", "the notebook is missing"))
            continue
        left.remove(best)
        if best.path.stem != master.name:
            findings.append(Finding(master.name, "", f"recognised under the name {mend(best.path.name)}"))
        assigned.append(SubmittedNotebook(master.name, best.notebook.lang, best.notebook.cells))
    findings += [Finding(mend(other.path.stem), "", "this file is no part of the lab and was not graded") for other in left]
    return tuple(assigned)
