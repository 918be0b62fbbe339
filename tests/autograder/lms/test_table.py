"""CSV files whose bytes come back: quotes, line ends, encodings, and whatever else a program may write."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import RosterError
from autograder.lms.table import read_table

ODD = 'a,"b ""c"" d", "e" ,f"g,"two\r\nlines"\r\n\r\n1,,"",\n2,"open\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("text", [ODD, "", "\n", "编号;姓名\r1;王芳", "a\tb\n1\t2"])
def test_what_is_not_changed_stays(tmp_path, text, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    assert read_table(path).to_bytes() == path.read_bytes()


@given(st.text(max_size=80))
def test_any_text_comes_back(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("t") / "a.csv"
    path.write_bytes(text.encode("utf-8", "replace"))
    assert read_table(path).to_bytes() == path.read_bytes()


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=8), min_size=2, max_size=4),
        min_size=1,
        max_size=4,
    )
)
def test_fields_are_those_that_the_csv_module_reads(tmp_path_factory, rows):
    rows = [["x,y", *row] for row in rows]  # commas are then what the first line has most of, in quotes or not
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    path = tmp_path_factory.mktemp("t") / "a.csv"
    path.write_bytes(text.getvalue().replace(";", ":").replace("\t", " ").encode())
    table = read_table(path)
    expected = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
    assert [[table.get(line, at) for at in range(len(fields))] for line, fields in enumerate(table.lines)] == [
        [field.strip() for field in row] for row in expected
    ]


def test_one_field_is_written_and_quoted_as_before(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'\xef\xbb\xbfname,"grade",x\r\n"L, A","",7\r\nb\r\n')
    table = read_table(path)
    table.set(1, 1, "6.5")
    table.set(2, 1, "1,5")
    assert table.get_heads() == ["name", "grade", "x"]
    assert table.to_bytes() == b'\xef\xbb\xbfname,"grade",x\r\n"L, A","6.5",7\r\nb,"1,5"\r\n'


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n\xff\xff\xff,1\n")
    with pytest.raises(RosterError, match="not text in"):
        read_table(path)
