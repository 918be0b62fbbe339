"""A time limit: code that never ends is stopped with a kind message, in a browser too.

What counts is work: who thinks over an `input()`, sleeps or waits at a breakpoint is not stopped. Learner code runs in three kinds of
place, and each has its own clock:

- the main thread on Linux and macOS: a timer and its signal (POSIX `setitimer`, SIGALRM);
- another thread, and Windows: a second thread looks on and has Python raise the exception in the first. JupyterLab may run what a
  widget triggers in a thread of its own (Jupyter Enhancement Proposal 91, kernel subshells);
- a browser, where there are neither signals nor threads. Python built for it reads element 0 of a buffer, once in fifty jumps and calls,
  to learn whether a signal has come (Pyodide, "Interrupting execution"). Ours is no buffer but an object that looks at the clock.

Simplifications: a call into C that never comes back, such as `sum(itertools.count())`, cannot be stopped this way; Jupyter's stop button
ends it on a computer, a restart of the kernel in a browser. Code that catches everything on purpose, again and again, is asked again
and again; on Windows and in other threads it may get away. In a browser a wait counts as a second at most, for want of a processor
clock. Where a debugger looks on, nothing is limited. A grader limits the process from outside instead.
"""

import linecache
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import wraps
from types import FrameType, TracebackType
from typing import Any, Final, ParamSpec, TypeVar

SECONDS: Final = 20.0
_PAUSE_SECONDS: Final = 0.05
_WORDS: Final = {
    "en": ("Stopped: this was still running after {seconds:g} s. Perhaps a loop never ends?", "It was here, in line {line}: {code}"),
    "zh": ("已停止：运行了 {seconds:g} 秒还没有结束。是不是有循环停不下来？", "停在第 {line} 行：{code}"),
}

P = ParamSpec("P")
R = TypeVar("R")
Stop = Callable[[], None]

_draw = random.Random()
"""Numbers of our own: to draw from the module's would change what a learner's `random.seed` gives."""


class TimeIsUp(BaseException):
    """Raised in code that has used up its time. It is no Exception, so that `except Exception` lets it pass."""

    seconds: float = SECONDS
    lang: str = "en"

    def __str__(self) -> str:
        """Return what happened, and in which line of the notebook."""
        words, place = _WORDS[self.lang]
        line, code = find_line(self.__traceback__)
        return words.format(seconds=self.seconds) + (f"\n{place.format(line=line, code=code)}" if code else "")

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows instead of a traceback."""
        return str(self).splitlines()


class TimeLimit:
    """A limit of `seconds` on the body of a `with`, on a function that it decorates, or between `start` and `stop`.

    It reaches code that runs in the body, or in functions and cells whose globals are `namespace`, and whatever they call.
    Inside another limit, the inner one counts as long as it lasts.
    """

    def __init__(self, seconds: float, lang: str, namespace: dict[str, Any] | None = None) -> None:
        """Set the limit; its clock starts later."""
        self.seconds, self.lang, self.namespace = seconds, lang, namespace
        self.error: type[TimeIsUp] = type("TimeIsUp", (TimeIsUp,), {"seconds": seconds, "lang": lang, "__module__": __name__})
        self._owner: FrameType | None = None
        self._stop: Stop | None = None

    def start(self) -> None:
        """Start the clock, unless a debugger looks on."""
        if not is_debugged():
            self._stop = _choose_clock()(self)

    def stop(self) -> None:
        """Stop the clock, if it runs."""
        self._owner = None
        if self._stop is not None:
            self._stop()
            self._stop = None

    def is_reaching(self, frame: FrameType | None) -> bool:
        """Answer whether this frame, or one that called it, is under the limit. Our own code is never interrupted."""
        if frame is None or frame.f_globals is globals():
            return False
        while frame is not None:
            if frame is self._owner or frame.f_globals is self.namespace:
                return True
            frame = frame.f_back
        return False

    def __enter__(self) -> "TimeLimit":
        """Limit the body of the `with`."""
        self._owner = sys._getframe(1)
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """End the limit."""
        self.stop()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Limit each call of a function."""

        @wraps(function)
        def limited(*args: P.args, **options: P.kwargs) -> R:
            with TimeLimit(self.seconds, self.lang):
                return function(*args, **options)

        return limited


def limit_time(seconds: float = SECONDS, lang: str = "en") -> TimeLimit:
    """Return a limit for a `with` or a decorator: what works longer than `seconds` is stopped with `TimeIsUp`.

    >>> try:
    ...     with limit_time(0.05):
    ...         while True:
    ...             pass
    ... except TimeIsUp as error:
    ...     print(str(error).splitlines()[0])
    Stopped: this was still running after 0.05 s. Perhaps a loop never ends?
    """
    return TimeLimit(seconds, lang)


def is_debugged() -> bool:
    """Answer whether a debugger or a tracer looks on: an exception of ours would break it."""
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12 on
    return sys.gettrace() is not None or (monitoring is not None and monitoring.get_tool(monitoring.DEBUGGER_ID) is not None)


def _choose_clock() -> Callable[[TimeLimit], Stop]:
    if sys.platform == "emscripten":
        return _start_browser_clock
    is_main = threading.current_thread() is threading.main_thread()
    return _start_timer if is_main and hasattr(signal, "setitimer") else _start_onlooker


def _start_timer(limit: TimeLimit) -> Stop:
    """Have the operating system send a signal when the time may be up; in between, it costs nothing."""

    pause = _PAUSE_SECONDS
    start_of_work, started = time.thread_time(), time.monotonic()

    def on_alarm(_signal: int, frame: FrameType | None) -> None:
        nonlocal pause
        left = limit.seconds - (time.thread_time() - start_of_work)
        if left > 0 or not limit.is_reaching(frame):
            signal.setitimer(signal.ITIMER_REAL, max(left, _PAUSE_SECONDS))
            return
        # The first exception leaves some time to a `finally:`. A loop around a bare `except:` swallows it; then more come at random
        # moments, until one hits the jump back to the loop's beginning, which no `except:` covers.
        signal.setitimer(signal.ITIMER_REAL, pause)
        pause = _draw.uniform(1e-6, 1e-4)
        raise limit.error

    earlier_handler = signal.signal(signal.SIGALRM, on_alarm)
    earlier_left, earlier_interval = signal.setitimer(signal.ITIMER_REAL, limit.seconds)

    def stop() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier_handler or signal.SIG_DFL)
        if earlier_left:
            signal.setitimer(signal.ITIMER_REAL, max(earlier_left - (time.monotonic() - started), 1e-6), earlier_interval)

    return stop


def _start_onlooker(limit: TimeLimit) -> Stop:
    """Have another thread look on. It knows the processor time of the whole process, the clock on the wall bounds it."""
    import ctypes  # here, because a browser would load it for nothing

    raise_in_thread = ctypes.pythonapi.PyThreadState_SetAsyncExc
    watched = threading.get_ident()
    is_over = threading.Event()
    start_of_work, started = time.process_time(), time.monotonic()

    def look_on() -> None:
        pause = limit.seconds
        while not is_over.wait(pause):
            left = limit.seconds - min(time.process_time() - start_of_work, time.monotonic() - started)
            if left <= 0 and limit.is_reaching(sys._current_frames().get(watched)):
                raise_in_thread(ctypes.c_ulong(watched), ctypes.py_object(limit.error))
            pause = max(left, _draw.uniform(0, _PAUSE_SECONDS))

    onlooker = threading.Thread(target=look_on, daemon=True)
    onlooker.start()

    def stop() -> None:
        # To take back an exception that is on its way would leave Python's flag for it standing: every loop would be slow, and CPython
        # 3.11 would hang under a debugger. So it may come, here.
        while onlooker.is_alive():
            try:
                is_over.set()
                onlooker.join()
            except limit.error:
                continue

    return stop


_BROWSER_CLOCK: Final = """
(milliseconds, signum, other) => {
    let used = 0, seen = performance.now(), rang = false;
    return {
        get 0() {
            if (other && other[0]) { const theirs = other[0]; other[0] = 0; return theirs; }
            const now = performance.now();
            used += Math.min(now - seen, 1000);
            seen = now;
            rang = used > milliseconds && !rang;
            return rang ? signum : 0;
        },
        set 0(value) {},
        pause() { used -= 50; },
    };
}
"""
"""A stand-in for Pyodide's interrupt buffer. It answers at every other look only: Python looks once more before it calls the handler."""


def _start_browser_clock(limit: TimeLimit) -> Stop:
    """Have Python ask the clock: some nanoseconds a jump. (`sys.monitoring` would do too; it makes tight loops 4 to 8 times slower.)"""
    import pyodide_js  # type: ignore[import-not-found]
    from pyodide.code import run_js  # type: ignore[import-not-found]

    has_struck = False

    def on_alarm(_signal: int, frame: FrameType | None) -> None:
        nonlocal has_struck
        if not limit.is_reaching(frame):
            clock.pause()
            return
        if not has_struck:
            clock.pause()
        for _ in range(_draw.randrange(50)):
            pass  # so that the next alarm falls elsewhere in a loop that swallows this one
        has_struck = True
        raise limit.error

    earlier_clock = getattr(pyodide_js._module, "Py_EmscriptenSignalBuffer", None)
    clock = run_js(_BROWSER_CLOCK)(limit.seconds * 1000, int(signal.SIGALRM), earlier_clock)
    earlier_handler = signal.signal(signal.SIGALRM, on_alarm)
    pyodide_js.setInterruptBuffer(clock)

    def stop() -> None:
        pyodide_js.setInterruptBuffer(earlier_clock)
        signal.signal(signal.SIGALRM, earlier_handler or signal.SIG_DFL)

    return stop


def find_line(traceback: TracebackType | None) -> tuple[int, str]:
    """Return the number and the text of the last line of the notebook that a traceback passes, or an empty text."""
    line, code = 0, ""
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_globals.get("__name__") == "__main__":
            line = traceback.tb_lineno
            code = linecache.getline(frame.f_code.co_filename, line).strip()[:100]
        traceback = traceback.tb_next
    return line, code
