"""IPython's syntax: what times or displays is passed over, what runs anything else is refused, by line."""

import pytest

from autograder.split.magics import transform_magics


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("%load_ext autoreload\n%autoreload 2", "pass\npass"),
        ("%config InlineBackend.figure_format = 'svg'\n%whos", "pass\npass"),
        ("%time y = f(3)", "y = f(3)"),
        ("%timeit -n 3 -r 2 f(2)", "f(2)"),
        ("for i in range(3):\n    %time f(i)\n    g(i)", "for i in range(3):\n    f(i)\n    g(i)"),
        ("if x:\n    %matplotlib inline\ny = 1", "if x:\n    pass\ny = 1"),
        ("%%time\nx = 1\ny = 2", "\nx = 1\ny = 2"),
        ("%%capture out\n%%time\nprint(1)", "\n\nprint(1)"),
        ("%%html\n<b>don't</b>", "\n"),
        ("len?\n?len\nx.y??", "pass\npass\npass"),
    ],
)
def test_what_times_or_displays_is_passed_over(cell, plain):
    assert transform_magics(cell) == plain
    compile(plain, "<cell>", "exec")


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("x = 1\n!pip install numpy", 2),
        ("files = !ls -l", 1),
        ("!!ls", 1),
        ("%run other.py", 1),
        ("%pip install numpy", 1),
        ("x = (1 +\n     2)\n%system ls", 3),
        ("here = %pwd", 1),
        ("%%bash\nls 'unclosed", 1),
        ("%%writefile x.py\nx = 1", 1),
        ("%%time\n!ls", 2),
        ("%%time\n%%bash\nls", 2),
        ("def f():\n    !rm -rf /\nf()", 2),
        ("!echo 'it is not closed", 1),
    ],
)
def test_what_runs_anything_but_python_is_refused_where_it_stands(cell, line):
    with pytest.raises(RuntimeError, match="only Python runs when a notebook is graded") as caught:
        exec(compile(transform_magics(cell), "<cell>", "exec"), {})
    assert caught.traceback[-1].lineno + 1 == line


@pytest.mark.parametrize(
    "cell",
    [
        "text = '''\n!ls\n%time\n'''",
        'text = r"""\n%%bash\n\\"""\n!ls"""',
        "x = (7\n% 4)",
        "x = 7 \\\n% 4",
        "x = '%s?' % 1\nassert x != y, 'why?'",
        "x = {'a': [1,\n!= 2",
        "# what is it?\nx == '!'",
    ],
)
def test_python_stays_as_it_is(cell):
    assert transform_magics(cell) == cell


@pytest.mark.parametrize("cell", ["!a\n" * 100_000, "%%time\n" * 50_000, "'\\" * 100_000 + "!", '"""' * 50_000 + "%", "[(" * 100_000 + "?"])
def test_a_hostile_cell_takes_no_longer_than_its_length(cell):
    assert transform_magics(cell).count("\n") <= cell.count("\n")
