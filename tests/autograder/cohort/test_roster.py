"""Rosters: what spreadsheets write is read, and each mistake is named with its line."""

import pytest

from autograder.cohort.roster import Person, read_roster
from autograder.errors import PathError, RosterError


@pytest.fixture
def write(tmp_path):
    def write_file(content):
        path = tmp_path / "roster.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


ADA = Person("ada", "c1", "Ada Lovelace", "ada@example.org", "48213", "9931")


@pytest.mark.parametrize(
    "content",
    [
        "learner,class,name,email,moodle,canvas\nada,c1,Ada Lovelace,ada@example.org,48213,9931\n",
        "Class;Learner;Moodle;Canvas;Name;EMail;room\r\nc1;ada;48213;9931;Ada Lovelace;ada@example.org;B12\r\n\r\n",
        '\ufefflearner\tclass\tname\temail\tmoodle\tcanvas\n  ada \tc1\t"Ada Lovelace"\tada@example.org\t48213\t9931',
        "learner,class,name,email,moodle,canvas\nada,c1,Ada Lovelace,ada@example.org,48213,9931\n".encode("utf-16"),
    ],
    ids=["plain", "semicolons, other order, one more column", "mark and tabs", "utf-16"],
)
def test_what_spreadsheets_write_is_read(write, content):
    assert read_roster(write(content)).people == {"ada": ADA}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_heads_and_names(write, encoding):
    roster = read_roster(write("学号,姓名,班级\n2026001,李雷,一班\n2026002,韩梅梅,二班\n2026003,张伟,一班\n".encode(encoding)))
    assert roster.people["2026002"] == Person("2026002", "二班", "韩梅梅")
    assert roster.classes == ("一班", "二班")
    assert roster.get_class("一班") == ["2026001", "2026003"]


def test_a_class_that_is_not_there_is_named_with_those_that_are(write):
    with pytest.raises(RosterError, match=r"no class 'c9'; there are: c1$"):
        read_roster(write("learner,class\nada,c1\n")).get_class("c9")


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("ada,c1,a@x\nbo,c1,b@x\nada,c2,c@x", "line 4: learner 'ada' is that of line 2 already"),
        ("ada,c1,a@x\n\nbo,c1,A@X", "line 4: email 'a@x' is that of line 2 already"),
        (",c1,a@x", "line 2: no learner in"),
        ("../ada,c1,a@x", "line 2: learner '../ada' cannot be the name of a file"),
        ("ada,c1,ada at x", "line 2: 'ada at x' is no e-mail address"),
    ],
)
def test_a_mistake_is_named_with_its_line(write, lines, complaint):
    with pytest.raises(RosterError) as caught:
        read_roster(write(f"learner,class,email\n{lines}\n"))
    assert complaint in str(caught.value)
    assert "nothing was taken from it" in str(caught.value)


def test_all_mistakes_are_counted_and_the_first_twenty_shown(write):
    with pytest.raises(RosterError) as caught:
        read_roster(write("learner\n" + "ada\n" * 30))
    text = str(caught.value)
    assert "29 line(s) are wrong" in text
    assert "line 21:" in text
    assert "line 23:" not in text
    assert text.endswith("and 9 more")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "the first line has to name the columns"),
        ("ada,c1\nbo,c2\n", "the first line has to name the columns"),
        ("learner,学号\nada,1\n", "two columns are named 'learner'"),
        ("learner,class\n", "nobody is in this roster"),
    ],
)
def test_what_is_no_roster_is_refused(write, content, complaint):
    with pytest.raises(RosterError, match=complaint):
        read_roster(write(content))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PathError, match=r"nowhere\.csv: the roster cannot be read: No such file"):
        read_roster(tmp_path / "nowhere.csv")
