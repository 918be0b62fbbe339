"""Marks into Moodle's worksheet and Canvas's gradebook: what is written, what stays, and what is said."""

import csv
import io
from dataclasses import replace

import pytest

from autograder.labs.source import load_lab
from autograder.records import Records
from tests.autograder.downloads import CHINESE_WORKSHEET, WORKSHEET
from tests.autograder.labs_for_tests import write_lab

ROSTER = """learner,class,name,email,moodle,canvas
ada,c1,Ada Lovelace,ada@example.org,,9931
bo,c1,Bo O'Brien,bo@example.org,,
cy,c2,王芳,cy@example.org,,7001
di,c2,王芳,di@example.org,,7002
eve,c2,Eve Late,eve@example.org,,
fay,c2,Fay Absent,fay@example.org,,
"""
STEP = "add their numbers or addresses to roster.csv; with a zip of Moodle, give its grading worksheet (.csv) as well"
GRADEBOOK = (
    'Student,ID,SIS User ID,SIS Login ID,Section,Sums (4711),"Essay, long (4712)",Current Score\r\n'
    ",,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,6.00,10.00,(read only)\r\n"
    '"Lovelace, Ada",9931,u1,ada@example.org,"=HYPERLINK(""x"")",,8,80\r\n'
    '"O\'Brien, Bo",9932,bo,bo,S1,2.5,,\r\n'
    "王芳,7001,,,S2,,,\r\n"
    "王芳,7002,,,S2,EX,,\r\n"
    '"Late, Eve",9940,,,S2,,,\r\n'
    '"Stranger, Sam",9950,,,S2,1,,\r\n'
    '"Student, Test",9999,,xx,S2,,,\r\n'
)


@pytest.fixture
def course(tmp_path, make_result):
    """ada 5 of 6, bo 2.5, cy 6, di 3; eve waits for a person, and fay handed nothing in."""
    lab = load_lab(write_lab(tmp_path / "labs"))
    root = tmp_path / "course"
    root.mkdir()
    given = {"ada": (2.0, 3.0, 0.0), "bo": (0.0, 1.5, 1.0), "cy": (2.0, 3.0, 1.0), "di": (2.0, 0.0, 1.0), "eve": (2.0, 3.0, None)}
    with Records(root / "records.db") as store:
        for learner, (add, mul, why) in given.items():
            cells = {("00-sums", "test-add"): add, ("00-sums", "test-mul"): mul, ("00-sums", "why"): why}
            cells = {name: value for name, value in cells.items() if value is not None}
            store.save([replace(make_result(lab, learner, cells, "en"))])
    (root / "roster.csv").write_text(ROSTER, "utf-8")
    return root


@pytest.fixture
def fill(course, call):
    def run(content, *more, code=0):
        path, out = course / "export.csv", course / "filled.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        done = call("marks", course, "--fill", path, "--out", out, "--labs", course.parent / "labs", *more)
        assert done.returncode == code, done.stderr
        assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())
        return out.read_bytes() if out.exists() else None, done

    return run


def test_a_worksheet_gets_grades_and_keeps_every_other_byte(fill):
    lines = [
        'Participant 501,Ada Lovelace,,ada@example.org,"Submitted for grading - ",,6.00,Yes,"Sunday, 22 November 2026, 7:01 PM",-,"=cmd()"',
        'Participant 502,Bo OBrien,,,"Submitted",2.50,6.00,Yes,-,-,"two\nlines"',
        "Participant 503,王芳,,cy@example.org,,,6.00,No,-,-,",
        "Participant 504,王芳,,,,,6.00,Yes,-,-,",
        "Participant 505,Eve Late,,EVE@example.org,,,6.00,Yes,-,-,",
        "Participant 506,Fay Absent,,fay@example.org,,,6.00,Yes,-,-,",
    ]
    text = "\ufeff" + "\r\n".join([WORKSHEET, *lines, ""])
    filled, done = fill(text)
    assert filled == text.replace('grading - ",,6.00', 'grading - ",5,6.00').encode()  # Bo's 2.50 is 2.5 already
    assert done.stdout.splitlines()[-1].endswith("2 mark(s) for Moodle, 0 of them in place of another one")
    assert done.stderr.splitlines() == [
        "cy, 00-sums: Moodle does not let its grade be changed; left as it was",
        f"line 5: several people are called 王芳: cy, di; {STEP}",
        "eve, 00-sums: 1 part(s) wait for a person; left as it was",
        "di, 00-sums: has a mark, and no line in this file",
    ]


def test_a_chinese_worksheet_in_gbk_with_another_maximum(fill):
    text = f"{CHINESE_WORKSHEET}\n参与者9,王芳,di,,已提交,,100.00,是,-,-,\n参与者8,Ada Lovelace,,,已提交,12,100.00,是,-,-,很好\n"
    filled, done = fill(text.encode("gb18030"))
    rows = list(csv.reader(io.StringIO(filled.decode("gb18030"))))
    assert [row[5] for row in rows[1:]] == ["50", "83.3333"]
    assert rows[2][10] == "很好"
    assert done.stdout.splitlines()[0] == "00-sums: scaled from 6 to 100 points, the maximum in Moodle"
    assert "2 mark(s) for Moodle, 1 of them in place of another one" in done.stdout


def test_decimal_commas_stay_commas(fill):
    text = f'{WORKSHEET}\nParticipant 9,Bo OBrien,bo,,,,"6,00",Yes,-,-,\n'
    assert fill(text)[0] == text.replace(',,"6,00"', ',"2,5","6,00"').encode()


def test_a_gradebook_gets_the_column_of_the_lab(fill):
    filled, done = fill(GRADEBOOK)
    expected = GRADEBOOK.replace('"=HYPERLINK(""x"")",,8', '"=HYPERLINK(""x"")",5,8').replace("7001,,,S2,,,", "7001,,,S2,6,,")
    assert filled.decode() == expected
    assert done.stderr.splitlines() == [
        "di, 00-sums: Canvas has this person excused; left as it was",
        "eve, 00-sums: 1 part(s) wait for a person; left as it was",
        "line 9: nobody in the roster fits 'Stranger, Sam 9950'; add the person to roster.csv, with this name or number",
    ]


def test_the_column_may_be_named_and_is_scaled(fill):
    filled, done = fill(GRADEBOOK, "--lab", "00-sums", "--column", "Essay, long (4712)")
    assert "scaled from 6 to 10 points, the maximum in Canvas" in done.stdout
    rows = list(csv.reader(io.StringIO(filled.decode())))
    assert [row[6] for row in rows[3:7]] == ["8.3333", "4.1667", "10", "5"]
    assert [row[5] for row in rows[3:7]] == ["", "2.5", "", "EX"]


@pytest.mark.parametrize(
    ("content", "more", "words"),
    [
        ("a,b\n1,2\n", (), "neither Moodle's grading worksheet"),
        (GRADEBOOK.replace("Sums (", "Week one ("), (), "no assignment is called like a lab"),
        (GRADEBOOK.replace('"Essay, long', '"00-sums again'), (), "two columns may be 00-sums"),
        (GRADEBOOK.replace("6.00", '"6.00 (read only)"'), (), "can only be read"),
        (GRADEBOOK, ("--lab", "00-sums", "--column", "Nothing"), "--column names one column"),
        (f"{WORKSHEET}\nParticipant 9,Bo OBrien,bo,,,,Pass / Fail,Yes,-,-,\n", (), "only points can be filled in"),
        ("", (), "neither Moodle's grading worksheet"),
    ],
)
def test_what_cannot_be_filled_is_refused_in_one_line(fill, content, more, words):
    filled, done = fill(content, *more, code=2)
    assert filled is None
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_moodle_takes_no_extra_credit_above_its_maximum(fill, course, call):
    labs = course.parent / "labs"
    assert call("decide", course, "bo", "00-sums", "why", "--extra", "4", "--labs", labs).returncode == 0
    text = f"{WORKSHEET}\nParticipant 9,Bo OBrien,bo,,,,6.00,Yes,-,-,\n"
    filled, done = fill(text)
    assert filled == text.encode()
    assert "bo, 00-sums: 6.5 points, and Moodle takes none above 6; left as it was" in done.stderr


def test_marks_that_can_be_forged_are_counted(fill, course):
    with Records(course / "records.db") as store:
        (result,) = store.get_attempts("00-sums", "bo")
        store.save([replace(result, mode="compat", content_hash="c" * 64, arrived=result.arrived + 1)])
    text = f"{WORKSHEET}\nParticipant 9,Bo OBrien,bo,,,,6.00,Yes,-,-,\n"
    assert "1 of these marks can be forged" in fill(text)[1].stdout


def test_a_person_with_two_lines_gets_no_mark(fill):
    text = f"{WORKSHEET}\nParticipant 1,Bo OBrien,bo,,,,6.00,Yes,-,-,\nParticipant 2,B. O.,,bo@example.org,,,6.00,Yes,-,-,\n"
    filled, done = fill(text)
    assert filled == text.encode()
    assert done.stderr.count("bo has several lines; nothing was written into any of them") == 2


def test_the_original_is_never_written_over(course, call):
    path = course / "export.csv"
    path.write_bytes(GRADEBOOK.encode())
    (course / "same.csv").symlink_to(path)
    for more in ((), ("--out", path), ("--out", course / "same.csv")):
        done = call("marks", course, "--fill", path, "--labs", course.parent / "labs", *more)
        assert done.returncode == 2
        assert "stays as it is: name another file" in done.stderr
    assert call("marks", course, "--column", "x", "--labs", course.parent / "labs").returncode == 2
    assert path.read_bytes() == GRADEBOOK.encode()
