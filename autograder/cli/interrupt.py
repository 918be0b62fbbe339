"""Ctrl-C: once ends a batch in order, twice at once."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_STOPPING: Final = b"\nstopping as soon as what is under way is graded and recorded; Ctrl-C again stops at once\n"


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Yield what is set when somebody presses Ctrl-C; a second Ctrl-C interrupts as ever."""
    stop = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        os.write(2, _STOPPING)  # not print: it may be in the middle of printing

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
