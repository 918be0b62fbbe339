"""Where one submission lies: a folder (or a single notebook) on disk, or a folder in a zip; and what is asked of either."""

import tempfile
from pathlib import Path

from autograder.labs.model import Lab
from autograder.read import Submission, compute_content_hash, get_arrival, list_notebooks, read_submission
from autograder.sources.zipped import Refused, ZippedFolder, compute_zipped_hash, shorten_refused

Place = Path | ZippedFolder


def look(place: Place) -> tuple[str, Refused]:
    """Return the hash of all notebooks of a submission, which is the same in a zip as in a folder, and what of it is refused."""
    if not isinstance(place, ZippedFolder):
        return compute_content_hash(place), ()
    files, refused = place.read()
    return compute_zipped_hash(files, refused), refused


def compute_hash(place: Place) -> str:
    """Return the hash of all notebooks of a submission."""
    return look(place)[0]


def read_place(place: Place, lab: Lab, learner: str) -> Submission:
    """Read a submission as the grader does; notebooks in a zip are laid for the moment into a folder that nobody else reads."""
    if not isinstance(place, ZippedFolder):
        return read_submission(place, lab, learner)
    files, refused = place.read()
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        for name, content in files:
            (Path(folder) / name).write_bytes(content)
        return read_submission(Path(folder), lab, learner, shorten_refused(refused))


def get_time(place: Place) -> float:
    """Return when a submission arrived, in seconds since 1970."""
    return place.get_arrival() if isinstance(place, ZippedFolder) else get_arrival(place)


def has_work(place: Place) -> bool:
    """Answer whether there is a notebook, or something that was refused and may have been one."""
    return bool(place.notebooks or place.refused) if isinstance(place, ZippedFolder) else bool(list_notebooks(place))
