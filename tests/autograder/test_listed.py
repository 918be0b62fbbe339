"""Lists of submissions: what a line may say, and what is told of one that says something else."""

import io
import os
import tracemalloc

import pytest

from autograder.errors import PathError
from autograder.sources import listed
from autograder.sources.listed import MAX_LINE, copy_input, iterate_list
from autograder.sources.open import open_source
from autograder.sources.place import has_work


@pytest.fixture
def read(tmp_path):
    """Return a function that gives what a list of this text says: a submission or a text for each line."""
    for learner in ("ada", "bo"):
        (tmp_path / "handed" / learner).mkdir(parents=True)
        (tmp_path / "handed" / learner / "sums.ipynb").write_text("{}")

    def run(text):
        content = text if isinstance(text, bytes) else text.encode()
        return list(iterate_list(io.BytesIO(content), "list.csv", tmp_path))

    return run


def test_each_line_is_a_submission_relative_to_the_list(read, tmp_path):
    place = tmp_path / "handed" / "ada"
    assert read("ada,00-sums,handed/ada\nbo,00-sums,./handed/bo/sums.ipynb\n") == [
        ("ada", "00-sums", place),
        ("bo", "00-sums", tmp_path / "handed" / "bo" / "sums.ipynb"),
    ]
    assert read(f"ada,00-sums,{place}") == [("ada", "00-sums", place)]
    assert has_work(place) and has_work(place / "sums.ipynb") and not has_work(tmp_path)


def test_what_spreadsheets_write_is_read(read, tmp_path):
    (tmp_path / "handed" / "王, 芳").mkdir()
    text = '\ufefflearner,lab,path\r\n"王, 芳", 00-sums ,"handed/王, 芳"\r\n\r\n  \nada,"00-sums",handed/ada\r\n'
    assert [entry[:2] for entry in read(text)] == [("王, 芳", "00-sums"), ("ada", "00-sums")]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("ada,00-sums", "it has 2 field(s); write learner,lab,path"),
        ("ada,00-sums,handed/ada,more", "it has 4 field(s)"),
        ("ada;00-sums;handed/ada", "it has 1 field(s)"),
        ('ada,00-sums,"handed/ada', "it is no line of a CSV file"),
        (b"m\xfcller,00-sums,handed/ada", "it is not UTF-8 text"),
        (",00-sums,handed/ada", "the learner '' cannot be recorded"),
        ("a/b,00-sums,handed/ada", "the learner 'a/b' cannot be recorded"),
        ("a\x1b[2J,00-sums,handed/ada", r"the learner 'a\x1b[2J' cannot be recorded"),
        ("ada,..,handed/ada", "the lab '..' cannot be recorded"),
        (f"{'a' * 201},00-sums,handed/ada", "cannot be recorded"),
        ("ada,00-sums,", "the path is empty or holds a NUL"),
        ("ada,00-sums,handed/\0", "the path is empty or holds a NUL"),
        ("ada,00-sums,handed/../handed/ada", "holds '..'"),
        ("ada,00-sums,../x", "holds '..'"),
        ("ada,00-sums,/etc", "leads out of the list's folder"),
        ("ada,00-sums,handed/eve", "'handed/eve': cannot be read: No such file"),
        (f"ada,00-sums,{'x' * 300}", "cannot be read: File name too long"),
        ("ada,00-sums,handed/link", "leads over a symbolic link"),
        ("ada,00-sums,way/ada", "leads over a symbolic link"),
        ("ada,00-sums,handed/link.ipynb", "leads over a symbolic link"),
        ("ada,00-sums,handed/pipe.ipynb", "neither a folder nor a notebook"),
        ("ada,00-sums,handed/notes.txt", "neither a folder nor a notebook"),
        ("x" * (MAX_LINE + 1), f"it has more than {MAX_LINE:,} bytes"),
        ("x" * (3 * MAX_LINE), f"it has more than {MAX_LINE:,} bytes"),
    ],
)
def test_a_line_that_breaks_a_rule_is_told_with_its_number_and_the_next_is_read(read, tmp_path, line, rule):
    (tmp_path / "handed" / "link").symlink_to(tmp_path / "handed" / "ada")
    (tmp_path / "handed" / "link.ipynb").symlink_to(tmp_path / "handed" / "ada" / "sums.ipynb")
    (tmp_path / "way").symlink_to("handed")
    (tmp_path / "handed" / "notes.txt").touch()
    os.mkfifo(tmp_path / "handed" / "pipe.ipynb")
    bad = line if isinstance(line, bytes) else line.encode()
    first, told, last = read(b"ada,00-sums,handed/ada\n" + bad + b"\nbo,00-sums,handed/bo\n")
    assert (first[0], last[0]) == ("ada", "bo")
    assert told.startswith("list.csv: line 2: ") and rule in told
    assert told.isprintable()


def test_a_list_is_read_to_its_end_and_not_held(tmp_path):
    """A list ten times as long takes no more memory, though each of its lines is read, twice."""
    (tmp_path / "handed").mkdir()
    peaks = []
    for length in (2_000, 20_000):
        (tmp_path / "list.csv").write_text("".join(f"learner-{number:06},00-sums,handed\n" for number in range(length)))
        with open_source(tmp_path / "list.csv") as source:
            tracemalloc.start()
            counts = [sum(not isinstance(entry, str) for entry in source.iterate()) for _ in range(2)]
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert counts == [length, length]
    assert peaks[1] < peaks[0] + 2**16


def test_standard_input_is_copied_as_far_as_it_is_reasonable(monkeypatch):
    with copy_input(io.BytesIO(b"ada,x,y\n" * 3)) as copy:
        copy.seek(0)
        assert copy.read() == b"ada,x,y\n" * 3
    monkeypatch.setattr(listed, "MAX_LIST", 1_000)
    with pytest.raises(PathError, match="standard input: more than 1,000 bytes"):
        copy_input(io.BytesIO(b"x" * 2_000))
