"""The percent format: what we read is what jupytext reads."""

from pathlib import Path

import pytest

from autograder.errors import LabError
from autograder.labs.percent import parse_percent
from tests.autograder.labs_for_tests import LAB_PY

LABS = Path(__file__).parents[2] / "labs"
SOURCES = sorted(LABS.glob("*/*.py")) + sorted(LABS.glob("*/*/*.py"))
TRICKY = '''\
what stands before the first cell is none

# %%
x = 1


# %% [markdown]
# # A title
#
#no space
# - a list
#   - in a list

# %%
"""# not a title
# %d
"""
# a comment

def f():
    return 2

# %% [raw]
# raw text

# %% test="a b" points=1.5 figure=true
# %matplotlib is no magic here
# %%
'''


def read_with_jupytext(text):
    """Return (kind, marks, source) of each cell as jupytext sees it."""
    jupytext = pytest.importorskip("jupytext", reason="jupytext is not installed")
    notebook = jupytext.reads(text, {"extension": ".py", "format_name": "percent", "comment_magics": False})
    return [(cell.cell_type, {k: v for k, v in cell.metadata.items() if k != "lines_to_next_cell"}, cell.source) for cell in notebook.cells]


def read(text, name="lab.py"):
    return [(cell.kind, cell.marks, cell.source) for cell in parse_percent(text, name)]


def test_there_are_labs_to_compare():
    assert any(path.name == "lab.py" for path in SOURCES)
    assert any(path.parent.name == "mistakes" for path in SOURCES)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(LABS)))
def test_every_source_of_every_lab_reads_as_jupytext_reads_it(path):
    text = path.read_text("utf-8")
    ours = read(text)
    assert ours
    before_the_first = 1 if not text.startswith("# %%") else 0
    assert read_with_jupytext(text)[before_the_first:] == ours


@pytest.mark.parametrize("text", [LAB_PY, TRICKY.partition("\n\n")[2]])
def test_a_tricky_source_reads_as_jupytext_reads_it(text):
    assert read(text) == read_with_jupytext(text)


def test_what_stands_before_the_first_cell_is_no_cell():
    assert read(TRICKY)[0] == ("code", {}, "x = 1")
    assert read("nothing here\n") == []
    assert read("") == []


def test_a_cell_knows_its_line():
    assert [cell.line for cell in parse_percent("\n# %%\nx\n\n# %% [markdown]\n# y", "lab.py")] == [2, 5]


def test_marks_are_strings_numbers_and_truths():
    ((_, marks, _),) = read('# %% a="x y" b=3 c=1.5 d=true e="«k» \\"q\\" =" f-g=0\npass')
    assert marks == {"a": "x y", "b": 3, "c": 1.5, "d": True, "e": '«k» "q" =', "f-g": 0}


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("# %% [video]", r"lab.py:1: a cell is \[markdown\], \[raw\] or code without brackets, not \[video\]"),
        ("# %% a title", "lab.py:1: cannot read 'a title'; marks are written key=\"value\""),
        ("# %% test=root", "lab.py:1: the value of test is 'root'; write a string in double quotes"),
        ("# %% test='root'", "lab.py:1: the value of test is \"'root'\""),
        ('# %% test="root', "lab.py:1: cannot read"),
        ('# %% test="a"points=3', "lab.py:1: cannot read"),
        ("# %% points=True", "lab.py:1: the value of points is 'True'"),
    ],
)
def test_a_header_that_cannot_be_read_names_its_line(header, words):
    with pytest.raises(LabError, match=words):
        parse_percent(f"{header}\npass", "lab.py")
