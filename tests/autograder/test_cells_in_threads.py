"""Graders run in threads, and Python 3.11 and 3.12 confuse the syntax trees of two threads (python/cpython gh-106905)."""

import gc
import threading
import time

from autograder.split.cells import read_cell

WIDE = "x = " + " + ".join(f"f({number}, [g(a) for a in b if (a, (1, (2, 3)))])" for number in range(100))
DEEP = "def f():\n  if 1:\n    while 2:\n      return {1: [2, (3, {4: 5})]}\n" * 150


def test_threads_that_read_cells_do_not_upset_each_other():
    errors = []

    def read(source):
        for _ in range(6):
            try:
                read_cell(source)
            except SystemError as error:
                errors.append(error)

    def give_way(*_event):
        time.sleep(0)  # another thread runs in the midst of building a tree

    threshold = gc.get_threshold()
    threads = [threading.Thread(target=read, args=(source,)) for source in (WIDE, DEEP) * 3]
    gc.callbacks.append(give_way)
    gc.set_threshold(40)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(give_way)
    assert not errors
