"""Where one submission lies: a folder (or a single notebook) on disk, or a folder in a zip; and what a batch asks of either."""

from pathlib import Path

from autograder.read import compute_content_hash, get_arrival, list_notebooks
from autograder.sources.zipped import ZippedFolder

Place = Path | ZippedFolder


def compute_hash(place: Place) -> str:
    """Return the hash of all notebooks of a submission; it is the same in a zip as in a folder."""
    return place.compute_content_hash() if isinstance(place, ZippedFolder) else compute_content_hash(place)


def get_time(place: Place) -> float:
    """Return when a submission arrived, in seconds since 1970."""
    return place.get_arrival() if isinstance(place, ZippedFolder) else get_arrival(place)


def has_work(place: Place) -> bool:
    """Answer whether there is a notebook, or something that was refused and may have been one."""
    return bool(place.notebooks or place.refused) if isinstance(place, ZippedFolder) else bool(list_notebooks(place))
