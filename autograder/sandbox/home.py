"""Where S lives: the folders of a nursery and its children, the lab's files in them, and the world around them."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.sandbox import bubblewrap, places, walls
from autograder.sandbox.folders import publish_files
from autograder.sandbox.warm import WarmProcess


@dataclass(slots=True)
class Home:
    """The folders of S below a scratch folder: `data`, with the lab's files to be read, and `student`, in which learner code may write."""

    scratch: Path
    uses_bubblewrap: bool = True
    _data_of: Path | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Make the folders. If learners become users of their own, these have to find the way here."""
        self.data.mkdir()
        self.student.mkdir(mode=0o700)
        publish_files(self.data, None)
        if os.geteuid() == 0:
            self.scratch.chmod(0o711)

    @property
    def data(self) -> Path:
        """Where the lab's files lie for S to read."""
        return self.scratch / "data"

    @property
    def student(self) -> Path:
        """Where the folder of S is made."""
        return self.scratch / "student"

    def put_in(self, data: Path | None) -> None:
        """Lay the data files of a lab out, unless they are there."""
        if data != self._data_of:
            publish_files(self.data, data)
            self._data_of = data

    def start_nursery(self, settings: dict[str, Any], core: int | None = None) -> WarmProcess:
        """Start a nursery for a lab (`settings` has its uses, hides and restricts), behind bubblewrap where that works."""
        python = places.list_python([*settings["uses"], *settings["hides"]])  # so that what is hidden can be refused by name
        shown, listed = places.leave_out(python, places.list_hidden(settings["hides"]))  # a child's; what the lab uses may need it itself
        found = bubblewrap.find_bubblewrap()
        cage = bubblewrap.build_command(found, python, self.student, self.data) if self.uses_bubblewrap and not found.problem else []
        more = {
            "home": str(self.student),
            "data": str(self.data),
            "readable": [str(path) for path in (*shown, self.data)],
            "listed": list(map(str, listed)),
            "uid": walls.get_learner_uid(),
            "is_caged": bool(cage),
            "is_unsafe": walls.UNSAFE_LOCAL in os.environ,
        }
        return WarmProcess("autograder.sandbox.nursery", settings | more, self.scratch / "nursery.log", core, cage)
