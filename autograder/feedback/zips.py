"""Feedback pages in a zip for each class, to upload where a class finds its files: one folder a learner.

The same pages give the same zip, byte for byte: entries are in order, and none has a time.
"""

import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

from autograder.cohort.roster import Roster
from autograder.errors import PathError
from autograder.files import validate_file_name


def write_zips(folder: Path, roster: Roster | None, learners: Collection[str]) -> Iterator[Path]:
    """Write `<folder>/<class>.zip` with the pages of these learners, and yield its path; who is in no class is in `feedback.zip`."""
    classes: dict[str, list[str]] = defaultdict(list)
    for learner in sorted(learners):
        person = roster.people.get(learner) if roster else None
        classes[person.class_name if person and person.class_name else "feedback"].append(learner)
    for name, members in sorted(classes.items()):
        path = folder / f"{validate_file_name(name)}.zip"
        part = path.with_name(f".{path.name}.part")
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                for learner in members:
                    for page in sorted((folder / learner).glob("*.html")):
                        archive.writestr(zipfile.ZipInfo(f"{learner}/{page.name}"), page.read_bytes(), zipfile.ZIP_DEFLATED)
            part.replace(path)
        except OSError as error:
            raise PathError(f"{path}: cannot be written: {error.strerror or error}") from error
        finally:
            part.unlink(missing_ok=True)
        yield path
