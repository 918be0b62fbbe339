"""What learner code prints in S, and how a value looks: bounded before it leaves the process."""

import io
from typing import Any, Final

MAX_TEXT: Final = 2_000


class BoundedOutput(io.TextIOBase):
    """Standard output and error of learner code: keeps the first characters that a cell prints, and drops the rest."""

    def __init__(self, limit: int) -> None:
        self.limit, self.size, self.parts = limit, 0, [""]

    def writable(self) -> bool:
        """Answer that one may write here."""
        return True

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        room = self.limit - self.size
        if room > 0:
            kept = str(text)[:room]
            self.parts.append(kept)
            self.size += len(kept)
            if self.size >= self.limit:
                self.parts.append("\n… (the rest of the output was left out)\n")
        return len(text)

    def take(self) -> str:
        """Return what was kept since the last time."""
        text = "".join(self.parts)
        self.parts = []
        return text


def display(*values: Any, **_: Any) -> None:
    """Print the text form of values: what `display` is to a notebook."""
    for value in values:
        print(represent(value))


def represent(value: Any) -> str:
    """Return the text form of a value, cut to size."""
    return repr(value)[:MAX_TEXT]
