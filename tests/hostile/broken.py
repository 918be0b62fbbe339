"""Submissions whose file is broken or doctored: each function takes the complete right notebook and returns what is handed in.

A function returns a notebook, or the bytes of a file that is none. Its decorator says what must come of it: the state of each test,
"passed" where nothing is said.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

Notebook = dict


@dataclass(frozen=True)
class Breakage:
    """One way to break a notebook file, and the verdicts that it must get."""

    name: str
    expects: str
    apply: Callable[[Notebook], Notebook | bytes]


BREAKAGES: list[Breakage] = []
ALL_MISSING = "double=missing words=missing total=missing"


def breaks(expects: str = ""):
    def register(function):
        BREAKAGES.append(Breakage(function.__name__.replace("_", "-"), expects, function))
        return function

    return register


def get_cell(notebook, grade_id):
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def get_mark(notebook, grade_id):
    return get_cell(notebook, grade_id)["metadata"]["nbgrader"]


# Cells


@breaks()
def test_cell_deleted(notebook):
    notebook["cells"].remove(get_cell(notebook, "test-double"))
    return notebook


@breaks()
def all_test_cells_deleted(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["metadata"].get("nbgrader", {}).get("grade")]
    return notebook


@breaks()
def test_cell_twice(notebook):
    notebook["cells"].append(dict(get_cell(notebook, "test-double"), source="assert True"))
    return notebook


@breaks()
def solution_cell_twice(notebook):
    """Both are run, in their order, as they were for the learner: the right one comes second."""
    first = get_cell(notebook, "double")
    notebook["cells"].insert(notebook["cells"].index(first), dict(first, source="def double(x):\n    return 0"))
    return notebook


@breaks("double=failed")
def test_cell_edited_away(notebook):
    get_cell(notebook, "double")["source"] = "def double(x):\n    return 0"
    get_cell(notebook, "test-double")["source"] = "pass"
    return notebook


@breaks()
def test_cell_became_text(notebook):
    get_cell(notebook, "test-double")["cell_type"] = "markdown"
    return notebook


@breaks("double=failed")
def tests_moved_to_the_front(notebook):
    get_cell(notebook, "double")["source"] = "def double(x):\n    return 0"
    for grade_id in ("test-double", "test-words", "test-total"):
        cell = get_cell(notebook, grade_id)
        notebook["cells"].remove(cell)
        notebook["cells"].insert(0, cell)
    return notebook


@breaks("double=error")
def solution_cell_deleted(notebook):
    notebook["cells"].remove(get_cell(notebook, "double"))
    return notebook


@breaks("double=failed")
def lab_cell_edited(notebook):
    plain = next(cell for cell in notebook["cells"] if "LIST" in "".join(cell["source"]))
    plain["source"] = "def compute_digest(text):\n    return 'same'\nLIST = [1, 2, 3]"
    get_cell(notebook, "double")["source"] = "def double(x):\n    return 1"
    return notebook


@breaks()
def parameters_cell_edited(notebook):
    get_cell(notebook, "parameters")["source"] = "SEED = 12345\nimport os"
    return notebook


# Marks


@breaks()
def points_raised(notebook):
    get_mark(notebook, "test-double")["points"] = 900
    return notebook


@breaks("double=failed")
def no_longer_graded(notebook):
    get_cell(notebook, "double")["source"] = "def double(x):\n    return 0"
    get_mark(notebook, "test-double")["grade"] = False
    return notebook


@breaks("double=failed")
def test_marked_as_solution(notebook):
    get_cell(notebook, "double")["source"] = "def double(x):\n    return 0"
    get_mark(notebook, "test-double").update(solution=True, locked=False, task=True)
    get_cell(notebook, "test-double")["source"] = "True"
    return notebook


@breaks()
def all_marks_gone(notebook):
    """The cells are still run, in their order, and the tests stand behind them."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


@breaks()
def version_of_the_marks_gone(notebook):
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {}).pop("schema_version", None)
    return notebook


@breaks()
def marks_of_wrong_types(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = [7, "x", None, [], {"nbgrader": 5}, {"nbgrader": {"grade_id": ["double"]}}][number % 6]
    return notebook


@breaks()
def id_with_a_path(notebook):
    get_mark(notebook, "double")["grade_id"] = "../../../etc/passwd"
    return notebook


@breaks()
def id_with_a_script(notebook):
    get_mark(notebook, "double")["grade_id"] = "<script>alert('mark')</script>"
    return notebook


@breaks()
def label_of_another_lab(notebook):
    notebook["metadata"]["minichain"] = {"lab": "99-other", "version": "../..", "lang": "<b>"}
    return notebook


@breaks()
def metadata_missing(notebook):
    del notebook["metadata"]
    return notebook


@breaks()
def outputs_that_lie(notebook):
    html = {"text/html": "<script>alert('mark')</script>", "image/svg+xml": "<svg onload=alert(1)>"}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "display_data", "data": html, "metadata": {}}] * 3
            cell["execution_count"] = -1
    return notebook


@breaks()
def attachments_with_a_path(notebook):
    notebook["cells"][0]["attachments"] = {"../../../tmp/left-behind": {"image/png": "AAAA"}}
    return notebook


@breaks()
def five_hundred_cells_more(notebook):
    notebook["cells"] += [{"cell_type": "code", "metadata": {}, "source": "pass", "outputs": []} for _ in range(500)]
    return notebook


@breaks(ALL_MISSING)
def too_many_cells(notebook):
    notebook["cells"] += [{"cell_type": "raw", "metadata": {}, "source": ""}] * 5_000
    return notebook


@breaks()
def cells_that_are_no_cells(notebook):
    notebook["cells"] += [None, 7, "text", [], {"cell_type": "code"}, {"cell_type": "code", "source": {"a": 1}}, {"cell_type": "film"}]
    return notebook


# Bytes


@breaks(ALL_MISSING)
def empty_file(_notebook):
    return b""


@breaks(ALL_MISSING)
def no_json(_notebook):
    return b"%PDF-1.7 \x00\xff\xfe"


@breaks(ALL_MISSING)
def truncated(notebook):
    return json.dumps(notebook).encode()[:-200]


@breaks(ALL_MISSING)
def a_list(_notebook):
    return b"[]"


@breaks(ALL_MISSING)
def nested_a_hundred_thousand_times(_notebook):
    return b'{"nbformat": 4, "cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@breaks(ALL_MISSING)
def forty_megabytes(notebook):
    notebook["cells"][0]["source"] = "x" * 40_000_000
    return notebook


@breaks(ALL_MISSING)
def number_of_a_million_digits(_notebook):
    return b'{"nbformat": 4, "cells": [' + b"9" * 1_000_000 + b"]}"


@breaks()
def byte_order_mark(notebook):
    return b"\xef\xbb\xbf" + json.dumps(notebook).encode()


@breaks(ALL_MISSING)
def another_encoding(notebook):
    return json.dumps(notebook, ensure_ascii=False).encode("utf-16")


@breaks()
def half_characters(notebook):
    notebook["cells"][0]["source"] = "\ud800 \udfff"
    return json.dumps(notebook).encode()


@breaks()
def not_a_number(notebook):
    notebook["cells"][0]["metadata"]["x"] = float("nan")
    return json.dumps(notebook).encode()


@breaks(ALL_MISSING)
def an_old_format(notebook):
    return {"nbformat": 3, "worksheets": [{"cells": notebook["cells"]}], "metadata": {}}


@breaks()
def a_key_twice(notebook):
    text = json.dumps(notebook)
    return text.replace('"grade_id": "double"', '"grade_id": "double", "grade_id": "words"', 1).encode()


@breaks(ALL_MISSING)
def compressed(notebook):
    import gzip

    return gzip.compress(json.dumps(notebook).encode())
