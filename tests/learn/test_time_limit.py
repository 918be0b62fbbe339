"""The time limit: whatever Python can interrupt ends, with a kind message, and what does not need stopping is left alone."""

import random
import signal
import sys
import threading
import time

import pytest

from minichain.learn.time_limit import TimeIsUp, TimeLimit, is_debugged, limit_time

ENDLESS = {
    "tight": "while True: pass",
    "except Exception": "while True:\n    try:\n        while True: pass\n    except Exception: pass",
    "bare except": "while True:\n    try: pass\n    except: pass",
    "bare except around a call": "def f(): pass\nwhile True:\n    try: f()\n    except: pass",
    "bare except around much": "def f():\n    for n in range(10**5): str(n)\nwhile True:\n    try: f()\n    except: pass",
    "generator": "def f():\n    while True: yield\nfor _ in f(): pass",
    "generator, summed": "sum(1 for _ in iter(int, 1))",
    "function called from C": "all(map(lambda _: True, iter(int, 1)))",
    "calls without a loop": "def f(n): return n and f(n - 1) + f(n - 1)\nf(60)",
}
IN_THREADS = [name for name in ENDLESS if name != "bare except around much"]


def run_limited(source, seconds=0.1, **options):
    """Run code as a notebook's cell under a limit and return the exception that stopped it."""
    with pytest.raises(TimeIsUp) as caught, limit_time(seconds, **options):
        exec(source, {"__name__": "__main__"})
    return caught.value


def call_in_thread(function):
    """Call a function in a thread of its own and return what it gave or raised."""
    answers = []

    def call():
        try:
            answers.append(function())
        except BaseException as error:
            answers.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join(30)
    return answers[0]


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """Let Python drop what is raised where nothing can be raised, in a destructor: pytest's own hook would be interrupted in turn."""
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_stopped(name):
    run_limited(ENDLESS[name])
    time.sleep(0.06)  # nothing comes after


@pytest.mark.parametrize("name", IN_THREADS)
def test_what_never_ends_is_stopped_in_a_thread(name):
    error = call_in_thread(lambda: run_limited(ENDLESS[name]))
    assert isinstance(error, TimeIsUp)


def test_without_timers_another_thread_looks_on(monkeypatch):
    monkeypatch.delattr(signal, "setitimer")  # as on Windows
    run_limited(ENDLESS["tight"])
    with limit_time(60):
        assert [thread.daemon for thread in threading.enumerate()].count(True) >= 1


def test_a_finally_has_time_to_clean_up():
    cleaned = []

    @limit_time(0.05)
    def spin():
        try:
            while True:
                pass
        finally:
            cleaned.extend(str(number) for number in range(1000))

    with pytest.raises(TimeIsUp):
        spin()
    assert len(cleaned) == 1000


@pytest.mark.parametrize("call", [lambda function: function(), call_in_thread])
def test_who_sleeps_is_not_stopped(call):
    def sleep():
        with limit_time(0.05):
            time.sleep(0.3)
        return "awake"

    assert call(sleep) == "awake"


def test_after_the_end_nothing_is_left(monkeypatch):
    handler = signal.getsignal(signal.SIGALRM)
    left = signal.getitimer(signal.ITIMER_REAL)[0]
    run_limited("while True: pass", 0.02)
    with limit_time(60):
        pass
    assert signal.getsignal(signal.SIGALRM) is handler
    assert (signal.getitimer(signal.ITIMER_REAL)[0] > 0) == (left > 0)  # pytest's own timeout goes on


def test_the_inner_limit_counts_and_the_outer_one_goes_on():
    stopped = []

    def spin():
        while True:
            pass

    @limit_time(0.3)
    def spin_twice():
        try:
            limit_time(0.1)(spin)()
        except TimeIsUp as error:
            stopped.append(error.seconds)
            spin()

    with pytest.raises(TimeIsUp) as outer:
        spin_twice()
    assert [*stopped, outer.value.seconds] == [0.1, 0.3]


def test_code_outside_the_limit_is_not_reached():
    namespace = {"__name__": "__main__"}
    limit = TimeLimit(0.05, "en", namespace)
    limit.start()
    end = time.thread_time() + 0.2
    while time.thread_time() < end:  # time is up, but this is no code of the notebook
        pass
    with pytest.raises(TimeIsUp):
        exec("while True: pass", namespace)
    limit.stop()


def test_a_function_can_be_limited():
    @limit_time(0.05)
    def spin(rounds):
        """Go round."""
        while rounds:
            rounds -= 1
        return "done"

    assert (spin(3), spin.__doc__) == ("done", "Go round.")
    with pytest.raises(TimeIsUp):
        spin(-1)


def test_random_numbers_of_the_learner_stay_theirs():
    random.seed(5)
    expected = [random.random() for _ in range(3)]
    random.seed(5)
    run_limited(ENDLESS["bare except around a call"])
    assert [random.random() for _ in range(3)] == expected


def test_where_a_debugger_looks_on_nothing_is_limited():
    assert not is_debugged()
    sys.settrace(lambda *_: None)
    try:
        assert is_debugged()
        with limit_time(0.01):
            end = time.thread_time() + 0.1
            while time.thread_time() < end:
                pass
    finally:
        sys.settrace(None)


def test_the_message_is_kind_in_both_languages():
    assert str(run_limited("while True: pass", 0.02)) == "Stopped: this was still running after 0.02 s. Perhaps a loop never ends?"
    assert str(run_limited("while True: pass", 0.02, lang="zh")) == "已停止：运行了 0.02 秒还没有结束。是不是有循环停不下来？"


def test_it_is_no_exception_that_a_learner_catches_by_accident():
    assert not issubclass(TimeIsUp, Exception)
