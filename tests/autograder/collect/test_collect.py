"""Downloads of every sort, on the command line: who is found, what is kept of several attempts, and what is listed."""

import csv
import fcntl
import json
import os

import pytest

from autograder.labs.source import load_lab
from autograder.read import compute_content_hash, get_arrival
from tests.autograder.downloads import (
    CHINESE_WORKSHEET,
    FRIDAY,
    MONDAY,
    WORKSHEET,
    make_notebook,
    name_canvas,
    name_moodle,
    write_exchange,
    write_files,
)
from tests.autograder.labs_for_tests import LAB_TOML, write_lab
from tests.autograder.zips import LINK, SIZES_FOLLOW, UTF8, Entry, write_zip

ROSTER = """learner,class,name,email,moodle,canvas
ada,c1,Ada Lovelace,ada@example.org,,9931
bo,c1,Bo O'Brien,bo@example.org,,
wf1,c2,王芳,wf1@example.org,48301,
wf2,c2,王芳,wf2@example.org,,
fang,c2,Fang Wang,,,7001
"""
MONDAY_TIME, FRIDAY_TIME = 1795420800.0, 1795766400.0


@pytest.fixture
def lab(tmp_path):
    write_lab(tmp_path / "labs")
    other = tmp_path / "labs/01-more"
    other.mkdir()
    (other / "lab.toml").write_text(LAB_TOML.replace('"00-sums"', '"01-more"').replace('"Sums"', '"More"').replace("求和", "更多"), "utf-8")
    (other / "lab.py").write_text((tmp_path / "labs/00-sums/lab.py").read_text("utf-8"), "utf-8")
    return load_lab(tmp_path / "labs/00-sums")


@pytest.fixture
def course(lab, tmp_path):
    root = tmp_path / "course"
    root.mkdir()
    (root / "roster.csv").write_text(ROSTER, "utf-8")
    return root


@pytest.fixture
def collect(course, call):
    def run(*sources, code=0):
        done = call("collect", course, *sources, "--labs", course.parent / "labs", "--json")
        assert done.returncode == code, done.stderr
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        kept = {(line["learner"], line["lab"]): line["outcome"] for line in lines if "outcome" in line}
        return kept, [line["unplaced"] for line in lines if "unplaced" in line]

    return run


def read(course, learner, lab="00-sums"):
    folder = course / "submitted" / learner / lab
    assert sorted(path.name for path in folder.iterdir()) == [f"{lab}.ipynb", "timestamp.txt"]
    return (folder / f"{lab}.ipynb").read_bytes()


@pytest.mark.parametrize("folders", [True, False])
def test_moodle_with_folders_and_without(collect, course, lab, tmp_path, folders):
    files = {
        name_moodle("Ada Lovelace", 501, "my work.ipynb", folders): make_notebook(lab, "a"),
        name_moodle("Bo OBrien", 502, "00-sums.ipynb", folders): make_notebook(lab, "b", "zh"),  # Moodle takes the apostrophe out
        name_moodle("王芳", 48301, "求和.ipynb", folders): make_notebook(lab, "w", "zh"),
    }
    kept, unplaced = collect(write_files(tmp_path / "m.zip", files))
    assert kept == {("ada", "00-sums"): "new", ("bo", "00-sums"): "new", ("wf1", "00-sums"): "new"}
    assert not unplaced
    assert [read(course, learner) for learner in ("ada", "bo", "wf1")] == list(files.values())


def test_two_people_of_one_name_are_never_guessed_and_a_worksheet_tells_them_apart(collect, course, lab, tmp_path):
    files = {name_moodle("王芳", number, "a.ipynb"): make_notebook(lab, str(number)) for number in (601, 602)}
    path = write_files(tmp_path / "m.zip", files)
    kept, unplaced = collect(path)
    assert not kept
    assert [each["reason"] for each in unplaced] == ["several people are called 王芳: wf1, wf2"] * 2
    assert "worksheet" in unplaced[0]["step"]
    sheet = tmp_path / "Grades.csv"
    lines = [
        "参与者601,王芳,,wf2@example.org,已提交,,10.00,是,2026年11月22日 星期日 19:01,-,",
        "参与者602,王芳,wf1,,,,10.00,是,-,-,",
    ]
    sheet.write_bytes("\r\n".join([CHINESE_WORKSHEET, *lines]).encode("gb18030"))
    (course / "cohort.toml").write_text('timezone = "+08:00"')
    kept, unplaced = collect(path, sheet)
    assert kept == {("wf1", "00-sums"): "new", ("wf2", "00-sums"): "new"}
    assert not unplaced
    assert b"# 601" in read(course, "wf2")
    assert get_arrival(course / "submitted/wf2/00-sums") == 1795374060 - 8 * 3600  # by the worksheet
    assert get_arrival(course / "submitted/wf1/00-sums") == MONDAY_TIME  # the download


def test_a_number_of_moodle_alone_finds_nobody(collect, lab, tmp_path):
    """Participant numbers are of one assignment: that 48301 stands in the roster says nothing of a person of another name."""
    files = {name_moodle(name, 48301, "a.ipynb"): make_notebook(lab, name) for name in ("Ada Lovelace", "Nobody Known", "Participant")}
    kept, unplaced = collect(write_files(tmp_path / "m.zip", files))
    assert not kept
    assert sorted(each["reason"] for each in unplaced) == [
        "nobody in the roster fits 'Nobody Known 48301'",
        "nobody in the roster fits 'Participant 48301'",
        "what is said here leads to several people: ada, wf1",
    ]


def test_who_takes_the_name_of_somebody_else_gets_nothing_in(collect, course, lab, tmp_path):
    """Some platforms let people change their name. And a file's name is the learner's: it cannot name another one."""
    files = {name_moodle("Ada Lovelace", number, "a.ipynb"): make_notebook(lab, str(number)) for number in (11, 12)}
    fake = name_moodle("Bo OBrien", 13, name_moodle("Fang Wang", 14, "a.ipynb", folders=False), folders=False)
    path = write_files(tmp_path / "m.zip", {**files, fake: make_notebook(lab, "bo")})
    kept, unplaced = collect(path)
    assert kept == {("bo", "00-sums"): "new"}
    assert [each["reason"] for each in unplaced] == ["several accounts in this download lead to ada"] * 2
    sheet = tmp_path / "g.csv"
    sheet.write_text(
        f"{WORKSHEET}\n" + "".join(f"Participant {n},Ada Lovelace,,{m}@example.org,,,,,,,\n" for n, m in ((11, "ada"), (12, "bo")))
    )
    kept, unplaced = collect(path, sheet)
    assert kept == {("ada", "00-sums"): "new", ("bo", "00-sums"): "same"}
    assert [each["reason"] for each in unplaced] == ["what is said here leads to several people: ada, bo"]


def test_canvas_keeps_the_file_that_came_last_and_says_who_was_late(collect, call, course, lab, tmp_path):
    files = {
        name_canvas("Lovelace, Ada", 9931, 820, "sums-1.ipynb", late=True): make_notebook(lab, "second"),
        name_canvas("Lovelace, Ada", 9931, 810, "sums.ipynb"): make_notebook(lab, "first"),
        name_canvas("O'Brien, Bo", 9932, 815, "sums.ipynb"): make_notebook(lab, "b"),
        name_canvas("Wang, Fang", 7777, 816, "sums.ipynb"): make_notebook(lab, "f"),
        "anon_x8Yz1_817_sums.ipynb": make_notebook(lab, "anon"),
    }
    path = write_files(tmp_path / "c.zip", files)
    kept, unplaced = collect(path)
    assert kept == {("ada", "00-sums"): "new", ("bo", "00-sums"): "new"}
    assert b"second" in read(course, "ada")
    assert [each["where"].partition(": ")[2].partition("_")[0] for each in unplaced] == ["wangfang", "anon"]  # 7777 is not Fang's number
    said = call("collect", course, path, "--labs", tmp_path / "labs")
    assert "2 submission(s): 2 there already" in said.stdout
    assert "1 earlier attempt(s) were left out" in said.stdout
    assert "1 that Canvas calls late, and does not say by how much: ada (00-sums)" in said.stdout
    assert "2 submission(s) have the time of the download" in said.stdout
    assert said.stderr.count("not placed: c.zip: ") == 2


def test_canvas_does_not_ask_who_the_name_is_where_it_has_the_number(collect, course, lab, tmp_path):
    """A person may have another name there; but the name of somebody else in the roster is a contradiction."""
    files = {
        name_canvas("King, Augusta", 9931, 1, "a.ipynb"): make_notebook(lab, "a"),
        name_canvas("O'Brien, Bo", 7001, 2, "a.ipynb"): make_notebook(lab, "b"),
    }
    kept, unplaced = collect(write_files(tmp_path / "c.zip", files))
    assert kept == {("ada", "00-sums"): "new"}
    assert unplaced[0]["reason"] == "what is said here leads to several people: bo, fang"


def test_of_an_exchange_the_newest_attempt_counts_by_its_own_time(collect, course, lab, tmp_path):
    exchange = tmp_path / "exchange/course"
    for day, mark in (("20", "old"), ("22", "new"), ("21", "middle")):
        write_exchange(exchange, "ada", "00-sums", f"2026-11-{day} 10:00:00.123456 UTC", {"00-sums.ipynb": make_notebook(lab, mark)})
    write_exchange(exchange, "b+o", "00-sums", "2026-11-20 10:00:00 UTC", {"00-sums.ipynb": b"{}"}, random="")
    write_exchange(exchange, "bo", "00-sums", "2026-11-20 10:00:00 UTC", {"00-sums.ipynb": b"this is no notebook", "data.csv": b"1"})
    write_exchange(exchange, "fang", "01-more", "2026-11-20 10:00:00 UTC", {"sums.ipynb": make_notebook(lab)})
    write_exchange(exchange, "wf1", "00-sums", "2026-11-20 10:00:00 UTC", {"essay.pdf": b"%PDF"})
    (exchange / "outbound/00-sums").mkdir(parents=True)
    (exchange / "outbound/00-sums/00-sums.ipynb").write_bytes(make_notebook(lab))
    kept, unplaced = collect(exchange)
    assert kept == {("ada", "00-sums"): "new", ("bo", "00-sums"): "new"}  # what cannot be read is handed on: the grader says so
    assert b"# new" in read(course, "ada")
    assert (course / "submitted/ada/00-sums/timestamp.txt").read_text() == "2026-11-22 10:00:00.123456 UTC"
    assert [(each["learner"], each["reason"]) for each in unplaced] == [
        ("", "nobody in the roster fits 'b+o'"),
        ("fang", "it was handed in as 01-more, and is of the lab 00-sums"),
        ("", "no notebook was handed in, only this"),
    ]


def test_an_exchange_needs_no_roster(collect, course, lab, tmp_path):
    (course / "roster.csv").unlink()
    write_exchange(tmp_path / "x", "ada", "00-sums", "2026-11-20 10:00:00 UTC", {"00-sums.ipynb": make_notebook(lab)})
    kept, unplaced = collect(
        tmp_path / "x", write_files(tmp_path / "m.zip", {name_moodle("Ada Lovelace", 1, "a.ipynb"): make_notebook(lab)})
    )
    assert kept == {("ada", "00-sums"): "new"}
    assert len(unplaced) == 1
    assert "there is no roster" in unplaced[0]["reason"]


def test_loose_notebooks_belong_to_whom_their_folder_or_name_says(collect, course, lab, tmp_path):
    downloads = tmp_path / "downloads"
    for place in (
        "ada/00-sums (1).ipynb",
        "bo@example.org/x.ipynb",
        "Fang Wang/a/b/00-sums.ipynb",
        "wf1_王芳_00-sums.ipynb",
        "wf2-00-sums.ipynb",
    ):
        path = downloads / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make_notebook(lab, place))
        os.utime(path, (MONDAY_TIME, MONDAY_TIME))
    (downloads / "00-sums.ipynb").write_bytes(make_notebook(lab))
    (downloads / "ada/bo_00-sums.ipynb").write_bytes(make_notebook(lab))
    (downloads / "王芳.ipynb").write_bytes(make_notebook(lab))
    (downloads / "ada/.ipynb_checkpoints").mkdir()
    (downloads / "ada/.ipynb_checkpoints/00-sums.ipynb").write_bytes(make_notebook(lab, "draft"))
    (downloads / "notes.txt").write_text("mine")
    kept, unplaced = collect(downloads)
    assert {learner for learner, _ in kept} == {"ada", "bo", "fang", "wf1", "wf2"}
    assert get_arrival(course / "submitted/ada/00-sums") == MONDAY_TIME
    reasons = {each["where"]: each["reason"] for each in unplaced}
    assert reasons == {
        "downloads: 00-sums.ipynb": "nothing in its path names a learner",
        "downloads: 王芳.ipynb": "several people are called so: wf1, wf2",
        "downloads: ada/bo_00-sums.ipynb": "what is said here leads to several people: ada, bo",
    }


def test_the_same_again_changes_nothing_and_an_older_one_replaces_nothing(collect, course, lab, tmp_path):
    name = name_moodle("Ada Lovelace", 1, "a.ipynb")
    old = write_files(tmp_path / "monday.zip", {name: make_notebook(lab, "old")})
    new = write_files(tmp_path / "friday.zip", {name: make_notebook(lab, "new")}, FRIDAY)
    again = write_files(tmp_path / "again.zip", {name: make_notebook(lab, "new")}, (2026, 11, 28, 8, 0, 0))
    folder = course / "submitted/ada/00-sums"
    seen = []
    for source in (old, old, new, old, again):
        seen += collect(source)[0].values()
    assert seen == ["new", "same", "newer", "older", "same"]
    assert get_arrival(folder) == FRIDAY_TIME  # to download it again does not make it late
    (folder / "note.txt").write_text("by the instructor")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert collect(old, new, again)[0] == {("ada", "00-sums"): "same"}
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert not [path for path in (course / "submitted/ada").iterdir() if path.name.startswith(".")]


def test_what_lay_beside_an_older_submission_moves_along(collect, course, lab, tmp_path):
    collect(write_files(tmp_path / "m.zip", {name_moodle("Ada Lovelace", 1, "a.ipynb"): make_notebook(lab, "old")}))
    (course / "submitted/ada/00-sums/note.txt").write_text("keep me")
    collect(write_files(tmp_path / "f.zip", {name_moodle("Ada Lovelace", 1, "a.ipynb"): make_notebook(lab, "new")}, FRIDAY))
    folder = course / "submitted/ada/00-sums"
    assert (folder / "note.txt").read_text() == "keep me"
    assert b"# new" in (folder / "00-sums.ipynb").read_bytes()


def test_sources_of_one_name_are_two_and_an_archive_beside_notebooks_is_named(collect, course, lab, tmp_path):
    name = name_moodle("Ada Lovelace", 1, "a.ipynb")
    for folder, mark, when in (("x", "old", MONDAY), ("y", "new", FRIDAY)):
        (tmp_path / folder).mkdir()
        write_files(tmp_path / folder / "m.zip", {name: make_notebook(lab, mark)}, when)
    (tmp_path / "x/fang_00-sums.ipynb").write_bytes(make_notebook(lab))
    (tmp_path / "x/bo\x1b_00-sums.ipynb").write_bytes(make_notebook(lab))
    kept, unplaced = collect(tmp_path / "y/m.zip", tmp_path / "x/m.zip", tmp_path / "x")
    assert kept == {("ada", "00-sums"): "new", ("fang", "00-sums"): "new"}
    assert b"# new" in read(course, "ada")
    assert [(each["where"], each["reason"]) for each in unplaced] == [
        ("x: bo\\x1b_00-sums.ipynb", "its name holds control characters"),
        ("x: m.zip", "an archive in what was handed in is not opened"),
    ]


def test_what_came_at_the_same_time_and_differs_is_left_to_a_person(collect, course, lab, tmp_path):
    name = name_moodle("Ada Lovelace", 1, "a.ipynb")
    one = write_files(tmp_path / "one.zip", {name: make_notebook(lab, "one")})
    two = write_files(tmp_path / "two.zip", {name: make_notebook(lab, "two")})
    kept, unplaced = collect(one, two)
    assert not kept
    assert len(unplaced) == 2
    collect(one)
    kept, unplaced = collect(two)
    assert kept == {("ada", "00-sums"): "clash"}
    assert unplaced[0]["step"] == "if this one counts, remove submitted/ada/00-sums"
    assert b"# one" in read(course, "ada")


def test_arrived_says_when_undated_files_count_at_the_latest(collect, course, lab, tmp_path):
    (course / "cohort.toml").write_text('timezone = "+08:00"')
    files = {
        name_canvas("Lovelace, Ada", 9931, 1, "a.ipynb"): make_notebook(lab, "a"),
        name_canvas("O'Brien, Bo", 9932, 2, "a.ipynb", late=True): make_notebook(lab, "b"),
    }
    collect(write_files(tmp_path / "c.zip", files, FRIDAY), "--arrived", "2026-11-24T00:00")
    assert get_arrival(course / "submitted/ada/00-sums") == 1795449600.0
    assert get_arrival(course / "submitted/bo/00-sums") == FRIDAY_TIME  # Canvas knows that it was late


def test_labs_are_recognised_by_label_then_by_name(collect, call, lab, course, tmp_path):
    bare = make_notebook(lab, "bare").replace(b'"minichain"', b'"other"')
    strange = make_notebook(lab).replace(b'"lab": "00-sums"', b'"lab": "99-none"')
    files = {
        name_moodle("Ada Lovelace", 1, "01-more.ipynb"): make_notebook(lab, "label"),
        name_moodle("Ada Lovelace", 1, "Lovelace 01-more-2 (1).ipynb"): bare,
        name_moodle("Bo OBrien", 2, "x.ipynb"): bare,
        name_moodle("Fang Wang", 3, "x.ipynb"): strange,
    }
    path = write_files(tmp_path / "m.zip", files)
    kept, unplaced = collect(path)
    assert kept == {("ada", "00-sums"): "new", ("ada", "01-more"): "new"}
    assert [each["reason"] for each in unplaced] == [
        "neither its label nor its name says of which lab it is",
        "it is of the lab '99-none', which is not among these",
    ]
    said = call("collect", course, path, "--labs", tmp_path / "labs", "--lab", "01-more").stdout
    assert "1 notebook(s) of other labs were left out (--lab)" in said


def test_hostile_members_are_listed_and_nothing_leaves_the_folder(collect, course, lab, tmp_path):
    good = make_notebook(lab)
    entries = [
        Entry("../../Ada Lovelace_1_assignsubmission_file_/a.ipynb", good),
        Entry("/Ada Lovelace_2_assignsubmission_file_/a.ipynb", good),
        Entry(name_moodle("Ada Lovelace", 3, "link.ipynb"), b"/etc/passwd", attributes=LINK),
        Entry(name_moodle("Ada Lovelace", 4, "bomb.ipynb"), b" " * (200 * 2**20)),
        Entry(name_moodle("Ada Lovelace", 5, "deep.ipynb"), b"[" * 100_000),
        Entry(name_moodle("Fang Wang", 6, "work.zip"), b"PK"),
        Entry(name_moodle("Bo OBrien", 7, "fine.ipynb"), good),
    ]
    before = {path for path in tmp_path.rglob("*") if "submitted" not in path.parts}
    kept, unplaced = collect(write_zip(tmp_path / "h.zip", entries))
    assert kept == {("bo", "00-sums"): "new"}
    assert len(unplaced) == 6
    assert {path for path in tmp_path.rglob("*") if "submitted" not in path.parts} - before == {tmp_path / "h.zip"}
    reasons = " ".join(each["reason"] for each in unplaced)
    for rule in ("leads out of the archive", "absolute path", "symbolic link", "bytes", "an archive in what was handed in"):
        assert rule in reasons


def test_links_and_pipes_in_a_folder_are_not_followed(collect, lab, course, tmp_path):
    (tmp_path / "secret.ipynb").write_bytes(make_notebook(lab, "secret"))
    downloads = tmp_path / "downloads/ada"
    downloads.mkdir(parents=True)
    (downloads / "00-sums.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (tmp_path / "downloads/bo").symlink_to(tmp_path)
    os.mkfifo(downloads / "pipe.ipynb")
    kept, unplaced = collect(tmp_path / "downloads")
    assert not kept
    assert sorted(each["reason"] for each in unplaced) == ["it is a symbolic link", "it is a symbolic link", "it is no ordinary file"]
    (course / "submitted/ada").symlink_to(tmp_path)
    kept, unplaced = collect(write_files(tmp_path / "m.zip", {name_moodle("Ada Lovelace", 1, "a.ipynb"): make_notebook(lab)}))
    assert not kept
    assert "a link" in unplaced[0]["reason"]
    assert not (tmp_path / "00-sums").exists()


def test_names_in_gbk(collect, lab, tmp_path):
    name = name_moodle("王芳", 48301, "求和.ipynb").encode("gbk")
    path = write_zip(tmp_path / "g.zip", [Entry(name, make_notebook(lab), flags=0)])
    kept, unplaced = collect(path)
    assert not kept
    assert "--zip-names gbk" in unplaced[0]["reason"]
    assert collect(path, "--zip-names", "gbk")[0] == {("wf1", "00-sums"): "new"}


def test_a_zip_that_was_streamed_is_read(collect, lab, tmp_path):
    """Moodle's zip library leaves room for zip64 in each header before it knows the sizes; the directory has the true ones."""
    streamed = {"crc": 0, "packed": 0xFFFFFFFF, "size": 0xFFFFFFFF}
    entry = Entry(name_moodle("Ada Lovelace", 1, "a.ipynb"), make_notebook(lab), flags=UTF8 | SIZES_FOLLOW, local=streamed)
    assert collect(write_zip(tmp_path / "s.zip", [entry]))[0] == {("ada", "00-sums"): "new"}


def test_the_list_is_a_table_that_runs_nothing(call, course, lab, tmp_path):
    path = write_files(tmp_path / "=m.zip", {name_moodle("Nobody", 1, "a.ipynb"): make_notebook(lab)})
    said = call("collect", course, path, "--labs", tmp_path / "labs", "--unplaced", tmp_path / "list.csv")
    assert said.returncode == 0
    assert "1 file(s) could not be placed: " in said.stdout
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["where"].startswith("'=m.zip: Nobody_1_")
    assert row["step"] == "add the person to roster.csv, with this name or number"


def test_what_is_no_source_ends_with_one_line_and_changes_nothing(call, course, lab, tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "a.zip").write_bytes(b"no zip")
    for source, words in (
        ("a.csv", "no grading worksheet"),
        ("a.zip", "this is no zip"),
        ("none", "no such file"),
        ("labs/00-sums/lab.py", "no zip"),
    ):
        done = call("collect", course, tmp_path / source, "--labs", tmp_path / "labs")
        assert done.returncode == 2
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    assert not any((course / "submitted").glob("*"))


def test_two_at_once_do_not_mix(call, course, lab, tmp_path):
    (course / "submitted").mkdir()
    path = write_files(tmp_path / "m.zip", {name_moodle("Ada Lovelace", 1, "a.ipynb"): make_notebook(lab)})
    number = os.open(course / "submitted", os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        done = call("collect", course, path, "--labs", tmp_path / "labs")
    finally:
        os.close(number)
    assert "another autograder collect is at work here" in done.stderr
    assert not any((course / "submitted").glob("*"))


def test_what_is_collected_has_the_hash_that_the_grader_records(collect, course, lab, tmp_path):
    collect(write_files(tmp_path / "m.zip", {name_moodle("Ada Lovelace", 1, "any.ipynb"): make_notebook(lab, "x")}))
    folder = tmp_path / "by hand"
    folder.mkdir()
    (folder / "00-sums.ipynb").write_bytes(make_notebook(lab, "x"))
    assert compute_content_hash(course / "submitted/ada/00-sums") == compute_content_hash(folder)
