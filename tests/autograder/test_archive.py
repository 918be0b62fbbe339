"""Zips that nobody vouches for: one test a rule, each archive made byte by byte."""

import io
import os
import re
import struct
import zipfile
import zlib

import pytest

from autograder.errors import PathError
from autograder.read import MAX_BYTES, compute_content_hash, get_arrival
from autograder.sources import archive as archives
from autograder.sources.archive import MAX_MEMBERS, MemberError, open_archive
from autograder.sources.names import find_name_fault
from autograder.sources.place import compute_hash
from autograder.sources.zipped import find_zipped, iterate_zipped, shorten_refused
from tests.autograder.zips import (
    DEVICE,
    ENCRYPTED,
    LINK,
    SIZES_FOLLOW,
    Entry,
    build_overlapping,
    build_quoting,
    build_zip,
    deflate,
    write_zip,
)

NAME = "ada/00-sums/00-sums.ipynb"
TEXT = b'{"cells": []}' * 50


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a zip and gives its submissions: (learner, lab) to files and refusals, and lines for nobody."""
    opened = []

    def run(entries, names=None):
        path = tmp_path / "class.zip"
        path.write_bytes(entries if isinstance(entries, bytes) else build_zip(entries))
        archive = open_archive(path, names)
        opened.append(archive)
        found, lines = find_zipped(archive)
        return {(learner, lab): place.read() for learner, lab, place in found}, lines

    yield run
    for archive in opened:
        archive.close()


def get_only_refusal(found):
    """Return what is said of the only file of the only submission, which is refused."""
    (((files, refused)),) = found[0].values()
    assert files == () and found[1] == []
    ((_, reason),) = refused
    assert reason.startswith("class.zip: ") and "\n" not in reason
    return reason


# What is taken


@pytest.mark.parametrize("prefix", ["", "submitted/"])
@pytest.mark.parametrize("method", [0, 8])
def test_notebooks_are_read_wherever_a_folder_would_have_them(read, prefix, method):
    found, lines = read(
        [Entry(f"{prefix}ada/00-sums/", method=0), Entry(prefix + NAME, TEXT, method), Entry(f"{prefix}bo/x/a.ipynb", b"{}")]
    )
    assert lines == []
    assert found == {("ada", "00-sums"): ((("00-sums.ipynb", TEXT),), ()), ("bo", "x"): ((("a.ipynb", b"{}"),), ())}


def test_what_pythons_own_module_writes_is_read_and_so_is_a_stream(read):
    for is_stream in (False, True):
        target = io.BytesIO()
        if is_stream:
            target.seekable = lambda: False  # sizes then follow the data
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("王/00-sums/求和.ipynb", TEXT)
        assert read(target.getvalue()) == ({("王", "00-sums"): ((("求和.ipynb", TEXT),), ())}, [])


def test_names_in_utf8_without_the_flag_are_read_as_macos_writes_them(read):
    found, lines = read([Entry("王/x/a.ipynb", TEXT, flags=0), Entry("__MACOSX/王/x/._a.ipynb", b"x"), Entry("王/.DS_Store", b"x")])
    assert list(found) == [("王", "x")] and lines == []


def test_a_zip_and_a_folder_with_the_same_content_are_the_same_submission(tmp_path):
    folder = tmp_path / "ada" / "00-sums"
    folder.mkdir(parents=True)
    names = ["b.ipynb", "求和.ipynb", "A.ipynb", "a b.ipynb"]
    stamp = b"2026-09-01 10:00:00.000000 UTC"
    for name in names:
        (folder / name).write_bytes(name.encode())
    (folder / "timestamp.txt").write_bytes(stamp)
    entries = [Entry(f"ada/00-sums/{name}", name.encode()) for name in names] + [Entry("ada/00-sums/timestamp.txt", stamp)]
    archive = open_archive(write_zip(tmp_path / "class.zip", entries))
    ((_, _, place),) = iterate_zipped(archive)
    assert compute_hash(place) == compute_content_hash(folder)
    assert place.get_arrival() == get_arrival(folder) > 0
    archive.close()


def test_without_a_timestamp_a_submission_arrived_when_its_newest_notebook_was_changed(tmp_path):
    stamp = struct.pack("<HHBi", 0x5455, 5, 1, 1_795_168_800)
    archive = open_archive(write_zip(tmp_path / "class.zip", [Entry(NAME, TEXT), Entry("ada/00-sums/b.ipynb", TEXT, extra=stamp)]))
    ((_, _, place),) = iterate_zipped(archive)
    assert place.get_arrival() == 1_795_168_800
    archive.close()


# Names


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("/etc/00-sums/x.ipynb", "absolute path"),
        ("../ada/00-sums/x.ipynb", r"leads out of the archive"),
        ("ada/../00-sums/x.ipynb", r"leads out of the archive"),
        ("submitted\\ada\\00-sums\\x.ipynb", "backslash"),
        ("C:/ada/00-sums/x.ipynb", "drive letter"),
        ("ada//00-sums/x.ipynb", "an empty part"),
        ("./ada/00-sums/x.ipynb", "a dot for one"),
        ("ada\0/00-sums/x.ipynb", "holds a NUL"),
        ("ad\x1b[2Ja/00-sums/x.ipynb", "control characters"),
        ("ad\u202ea/00-sums/x.ipynb", "control characters"),
        (b"m\x81ller/00-sums/x.ipynb", "not UTF-8"),
        ("王芳/00-sums/x.ipynb".encode("gbk"), "not UTF-8"),
        ("a" * 256 + "/00-sums/x.ipynb", "more than 255 bytes"),
        ("a" * 201 + "/00-sums/x.ipynb", "cannot be recorded"),
    ],
)
def test_a_name_that_says_nobodys_name_is_one_line_and_the_others_are_read(read, name, rule):
    found, lines = read([Entry(name, TEXT), Entry(NAME, TEXT)])
    assert list(found) == [("ada", "00-sums")]
    assert found["ada", "00-sums"] == ((("00-sums.ipynb", TEXT),), ())
    (line,) = lines
    assert line.startswith("class.zip: ") and rule in line
    assert line.isprintable()


@pytest.mark.parametrize("part", ["../../bo/x.ipynb", "x\0.ipynb", "b\\x.ipynb", "m\udc81x.ipynb", "x" * 250 + ".ipynb"])
def test_a_bad_name_in_a_learners_folder_is_that_learners_finding(read, part):
    name = f"ada/00-sums/{part}".encode("utf-8", "surrogateescape")
    get_only_refusal(read([Entry(name, TEXT)]))


def test_names_are_judged_by_what_they_say_not_by_who_says_it():
    assert find_name_fault("张三/00-sums/a b (1).ipynb") == ""
    assert find_name_fault("ada/..x/x..ipynb") == ""


@pytest.mark.parametrize(("names", "text"), [("gbk", "王喆"), ("big5", "王小明"), ("cp437", "müller")])
def test_names_in_another_encoding_are_read_if_a_person_says_which(read, names, text):
    entries = [Entry(f"{text}/x/{text}.ipynb".encode(names), TEXT, flags=0), Entry("李雷/x/a.ipynb", TEXT), Entry("ada/x/a.ipynb", TEXT)]
    found, lines = read(entries, names)
    assert lines == []
    assert {owner: files[0][0] for owner, (files, _) in found.items()} == {
        (text, "x"): f"{text}.ipynb",
        ("李雷", "x"): "a.ipynb",
        ("ada", "x"): "a.ipynb",
    }


def test_without_that_what_is_refused_says_how_it_would_read(read):
    found, (line,) = read([Entry("王芳/00-sums/x.ipynb".encode("gbk"), TEXT, flags=0), Entry(NAME, TEXT, flags=0)])
    assert list(found) == [("ada", "00-sums")]
    assert "it says 王芳/00-sums/x.ipynb, and --zip-names gbk would read it" in line
    reason = get_only_refusal(read([Entry("ada/00-sums/求和.ipynb".encode("gbk"), TEXT, flags=0)]))
    assert "it says ada/00-sums/求和.ipynb, and" in reason


@pytest.mark.parametrize("name", [b"m\x81ller/x/x.ipynb", "王喆/x/x.ipynb".encode("gbk"), "Иван\x1b/x/x.ipynb".encode("cp1251")])
def test_what_may_be_from_anywhere_is_not_guessed(read, name):
    _, (line,) = read([Entry(name, TEXT, flags=0)])
    assert "say what it is in (--zip-names)" in line and line.isprintable()


def test_gbk_that_happens_to_be_utf8_too_is_not_taken_for_utf8(read):
    """一些 in GBK is һЩ in UTF-8. That it was meant so, other names of the same archive deny."""
    twice = "一些/x/a.ipynb".encode("gbk")
    assert twice.decode() == "һЩ/x/a.ipynb"
    entries = [Entry(twice, TEXT, flags=0), Entry("王芳/x/a.ipynb".encode("gbk"), TEXT, flags=0)]
    found, lines = read(entries)
    assert found == {} and len(lines) == 2
    assert set(read(entries, "gbk")[0]) == {("一些", "x"), ("王芳", "x")}


def test_names_that_are_not_what_a_person_said_are_refused_and_the_rules_hold_for_what_they_say(read):
    entries = [Entry(b"\xff\xfe/x/a.ipynb", TEXT, flags=0), Entry("../王/a.ipynb".encode("gbk"), TEXT, flags=0), Entry(NAME, TEXT, flags=0)]
    found, lines = read(entries, "gbk")
    assert list(found) == [("ada", "00-sums")]
    assert "its name is not GBK" in lines[0] and "leads out of the archive" in lines[1]
    assert "功".encode("big5").endswith(b"\\")  # half of a letter, and no backslash
    assert set(read([Entry("功/x/a.ipynb".encode("big5"), TEXT, flags=0)], "big5")[0]) == {("功", "x")}


def add_name(raw, name, crc=None):
    """Return the extra field that says a name in UTF-8 besides one in another encoding."""
    return struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(raw) if crc is None else crc) + name


def test_a_name_that_is_there_in_utf8_besides_counts_as_winrar_writes_it(read):
    raw, name = "王芳/x/a.ipynb".encode("gbk"), "王芳/x/a.ipynb".encode()
    found, lines = read([Entry(raw, TEXT, flags=0, extra=add_name(raw, name))])
    assert lines == [] and found["王芳", "x"] == ((("a.ipynb", TEXT),), ())
    for extra in (add_name(raw, name, crc=1), add_name(raw, b"../passwd"), add_name(raw, raw[:-1])):
        found, lines = read([Entry(raw, TEXT, flags=0, extra=extra)])
        assert found == {} and len(lines) == 1
    found, _ = read([Entry(raw, TEXT, flags=0, extra=add_name(raw, "王芳/x/a.ipynb/".encode()))])
    assert "called a folder and has a content" in found["王芳", "x"][1][0][1]
    assert "two names" in get_only_refusal(read([Entry(NAME, TEXT, flags=0, extra=add_name(NAME.encode(), b"eve/x/x.ipynb"))]))


@pytest.mark.parametrize("twin", ["ada/00-sums/00-sums.ipynb", "ada/00-sums/00-SUMS.ipynb", "Ada/00-sums/00-sums.ipynb"])
def test_two_of_one_name_are_both_refused(read, twin):
    found, lines = read([Entry(NAME, TEXT), Entry(twin, b"{}"), Entry("bo/00-sums/00-sums.ipynb", TEXT)])
    assert found["bo", "00-sums"][0] and not found["ada", "00-sums"][0] and lines == []
    assert all("there twice" in reason for files, refused in found.values() for _, reason in refused)
    assert sum(len(refused) for _, refused in found.values()) == 2


def test_two_ways_to_write_a_letter_are_one_name(read):
    found, _ = read([Entry("ada/x/e\u0301.ipynb", TEXT), Entry("ada/x/\u00e9.ipynb", TEXT)])
    assert [len(part) for part in found["ada", "x"]] == [0, 2]


# Kinds of members


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"attributes": LINK}, "symbolic link"),
        ({"attributes": 0x0400, "system": 0}, "symbolic link"),
        ({"attributes": DEVICE}, "no ordinary file"),
        ({"attributes": 0o010644 << 16}, "no ordinary file"),
        ({"flags": ENCRYPTED}, "encrypted"),
        ({"flags": 0x41}, "encrypted"),
        ({"method": 99}, "encrypted"),
        ({"method": 12}, r"not read \(method 12\)"),
        ({"extra": struct.pack("<HHQQ", 1, 16, 650, 40)}, "zip64"),
        ({"central": {"size": 0xFFFFFFFF}}, "zip64"),
        ({"extra": b"\1\2\3"}, "extra field is damaged"),
        ({"extra": struct.pack("<HHBL", 0x7075, 16, 1, 0) + b"eve/x.ipynb"}, "two names"),
    ],
)
def test_a_member_that_is_no_plain_file_is_refused(read, options, rule):
    assert re.search(rule, get_only_refusal(read([Entry(NAME, TEXT, **options)])))


def test_a_folder_with_a_content_is_refused(read):
    found, _ = read([Entry("ada/00-sums/", TEXT)])
    assert "called a folder and has a content" in found["ada", "00-sums"][1][0][1]


@pytest.mark.parametrize("name", ["work.zip", "work.ZIP", "work.tar.gz", "work.7z"])
def test_an_archive_in_an_archive_is_not_opened(read, name):
    inner = build_zip([Entry(NAME, TEXT)])
    assert "is not opened" in get_only_refusal(read([Entry(f"ada/00-sums/{name}", inner)]))


def test_of_very_many_refused_files_some_are_named_and_the_rest_is_counted(read):
    found, _ = read([Entry(f"ada/x/{n}.csv", TEXT, attributes=LINK) for n in range(60)] + [Entry("ada/x/z.ipynb", TEXT, attributes=LINK)])
    files, refused = found["ada", "x"]
    assert files == () and len(refused) == 61  # nothing is dropped
    told = shorten_refused(refused)
    assert [name for name, _ in told] == ["z.ipynb", *sorted(f"{n}.csv" for n in range(60))[:19], ""]
    assert told[-1] == ("", "41 more files were refused")


def test_an_archive_that_belongs_to_nobody_is_told(read):
    assert "an archive in an archive is not opened" in read([Entry("ada.zip", b"PK"), Entry(NAME, TEXT)])[1][0]


# Sizes


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"local": {"size": 5}}, "own header gives other sizes"),
        ({"local": {"packed": 5}}, "own header gives other sizes"),
        ({"local": {"crc": 5}}, "own header gives other sizes"),
        ({"local": {"size": 0xFFFFFFFF}}, "zip64"),
        ({"local": {"name": b"eve/00-sums/00-sums.ipynb"}}, "another name"),
        ({"local": {"method": 0}}, "other things"),
        ({"local": {"flags": ENCRYPTED}}, "other things"),
        ({"central": {"header": 7}}, "no header where the directory says"),
        ({"method": 0, "local": {"size": 9}, "central": {"size": 9}}, "stored, and has two sizes"),
        ({"local": {"size": 9}, "central": {"size": 9}}, "its header says 9 bytes, and 650 came out"),
        ({"local": {"size": 900}, "central": {"size": 900}}, "its header says 900 bytes, and 650 came out"),
        ({"local": {"crc": 9}, "central": {"crc": 9}}, "checksum"),
        ({"data": b"\xff" * 40}, "cannot be unpacked"),
        ({"data": b""}, "data end too early"),
    ],
)
def test_a_header_that_lies_is_found_out(read, options, rule):
    assert rule in get_only_refusal(read([Entry(NAME, TEXT, **options)]))


def test_data_that_break_off_or_go_on_are_refused(read):
    packed = deflate(TEXT)
    assert "data end too early" in get_only_refusal(read([Entry(NAME, TEXT, data=packed[:-3])]))
    assert "more packed bytes than it has" in get_only_refusal(read([Entry(NAME, TEXT, data=packed + b"more")]))
    assert "more packed bytes than it has" in get_only_refusal(read([Entry(NAME, TEXT, data=packed + bytes(200_000))]))


def test_room_for_zip64_in_a_local_header_changes_nothing(read):
    """ZipStream, which Moodle uses, writes it before it knows the sizes."""
    room = {"crc": 0, "packed": 0xFFFFFFFF, "size": 0xFFFFFFFF}
    found, lines = read([Entry(NAME, TEXT, flags=SIZES_FOLLOW, local=room)])
    assert found and not lines
    lie = read([Entry(NAME, TEXT, flags=SIZES_FOLLOW, local=room, central={"size": 700})])
    assert "its header says 700 bytes, and 650 came out" in get_only_refusal(lie)
    assert "zip64" in get_only_refusal(read([Entry(NAME, TEXT, flags=SIZES_FOLLOW, local={**room, "packed": 5})]))
    assert "zip64" in get_only_refusal(read([Entry(NAME, TEXT, local=room)]))


def test_sizes_that_follow_the_data_are_checked_like_others(read):
    zero = {"crc": 0, "packed": 0, "size": 0}
    found, _ = read([Entry(NAME, TEXT, flags=SIZES_FOLLOW, local=zero)])
    assert found["ada", "00-sums"] == ((("00-sums.ipynb", TEXT),), ())
    lie = read([Entry(NAME, TEXT, flags=SIZES_FOLLOW, local=zero, central={"size": 700})])
    assert "its header says 700 bytes" in get_only_refusal(lie)


def test_a_member_that_says_it_is_large_is_not_unpacked(read):
    claim = {"size": MAX_BYTES + 1}
    assert f"at most {MAX_BYTES:,} are read" in get_only_refusal(read([Entry(NAME, TEXT, local=claim, central=claim)]))


def test_a_member_that_is_larger_than_it_says_is_stopped_by_what_comes_out(tmp_path):
    archive = open_archive(write_zip(tmp_path / "class.zip", [Entry(NAME, os.urandom(300_000), local={"size": 9}, central={"size": 9})]))
    with pytest.raises(MemberError, match="more than 100,000 bytes come out of it, and its header says 9"):
        archive.read(archive.members[0], 100_000)
    assert archive.total <= 100_000 + 2**16
    archive.close()


def test_a_bomb_is_stopped_long_before_it_is_unpacked(tmp_path):
    archive = open_archive(write_zip(tmp_path / "class.zip", [Entry(NAME, bytes(30 * 2**20))]))
    with pytest.raises(MemberError, match="more than 100 times its size: a bomb"):
        archive.read(archive.members[0], MAX_BYTES)
    assert archive.total < 4 * 2**20
    archive.close()


def test_a_large_notebook_that_packs_well_is_no_bomb_nor_is_a_small_one_of_one_byte(read):
    numbers = b"".join(b'{"cell_type": "markdown", "source": "%d"},\n' % (n * n) for n in range(60_000))
    assert len(numbers) > 2 * len(deflate(numbers)) > 2**18
    found, _ = read([Entry(NAME, numbers), Entry("bo/00-sums/x.ipynb", b" " * 2**20)])
    assert all(files and not refused for files, refused in found.values())


def test_one_submission_may_not_take_all_the_memory(read, monkeypatch):
    monkeypatch.setattr("autograder.sources.zipped.MAX_SUBMISSION", 1_000)
    found, _ = read([Entry(f"ada/00-sums/{n}.ipynb", TEXT) for n in range(3)])
    files, refused = found["ada", "00-sums"]
    assert [name for name, _ in files] == ["0.ipynb"] and [name for name, _ in refused] == ["1.ipynb", "2.ipynb"]


def test_what_comes_out_of_all_members_is_bounded_and_counted_once(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_TOTAL", 2 * len(TEXT))
    archive = open_archive(write_zip(tmp_path / "class.zip", [Entry(f"l{n}/x/x.ipynb", TEXT) for n in range(3)]))
    for _ in range(3):
        assert archive.read(archive.members[0], MAX_BYTES) == archive.read(archive.members[1], MAX_BYTES) == TEXT
    with pytest.raises(MemberError, match="come out of this archive; make several of it"):
        archive.read(archive.members[2], MAX_BYTES)
    archive.close()


# Overlaps


def test_members_that_share_their_data_are_refused(read):
    found, lines = read(build_overlapping("00-sums/x.ipynb", 50, bytes(10**6)))
    assert len(found) == 50 and lines == []
    assert all(not files and len(refused) == 1 for files, refused in found.values())


def test_members_that_quote_each_other_are_refused_and_pythons_module_would_read_them(read, tmp_path):
    names = [f"l{n:02}/00-sums/x.ipynb" for n in range(20)]
    bomb = build_quoting(names, b"kernel " * 100)
    with zipfile.ZipFile(io.BytesIO(bomb)) as believed:
        assert believed.namelist() == names
    found, _ = read(bomb)
    assert len(found) == 20
    for files, refused in found.values():
        assert files == () and "overlaps" in refused[0][1]


def test_a_member_that_reaches_into_the_directory_is_refused(read):
    claim = {"packed": 600, "size": 600}
    assert "overlaps" in get_only_refusal(read([Entry(NAME, b"x" * 500, method=0, local=claim, central=claim)]))


def test_an_innocent_neighbour_of_an_overlap_is_read(read):
    entries = [Entry("l0/x/x.ipynb", TEXT), Entry("l1/x/x.ipynb", TEXT), Entry("l2/x/x.ipynb", TEXT)]
    entries[1].central = entries[1].local = {"packed": len(build_zip(entries[:1])) // 3}
    found, _ = read(entries)
    assert found["l0", "x"][0] and not found["l1", "x"][0] and not found["l2", "x"][0]


# The archive as a whole


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "no zip, or its end is missing"),
        (b"PK\3\4 and so on", "no zip, or its end is missing"),
        (build_zip([Entry(NAME, TEXT)])[:-1], "no zip, or its end is missing"),
        (build_zip([Entry(NAME, TEXT)]) + b"more", "no zip, or its end is missing"),
        (build_zip([Entry(NAME, TEXT)], comment=build_zip([])), "two ends"),
        (b"#!/bin/sh\n" + build_zip([Entry(NAME, TEXT)]), "something stands before it"),
        (build_zip([Entry(NAME, TEXT)], between=b"PK\6\7" + bytes(16)), "zip64"),
        (build_zip([Entry(NAME, TEXT)], count=0xFFFF), "zip64"),
        (build_zip([Entry(NAME, TEXT)], count=2), "its directory breaks off"),
        (build_zip([Entry(NAME, TEXT), Entry("bo/x/x.ipynb", TEXT)], count=1), "holds other entries than it says"),
        (build_zip([Entry(NAME, TEXT)], count=MAX_MEMBERS + 1), f"has {MAX_MEMBERS + 1:,} members"),
        (build_zip([Entry(NAME, TEXT)])[:-18] + b"\1\0" + build_zip([Entry(NAME, TEXT)])[-16:], "one part of several"),
    ],
)
def test_an_archive_that_cannot_be_read_as_a_whole_is_one_line(tmp_path, content, rule):
    path = tmp_path / "class.zip"
    path.write_bytes(content)
    with pytest.raises(PathError, match=rule) as caught:
        open_archive(path)
    assert str(caught.value).startswith(f"{path}: ") and "\n" not in str(caught.value)


def test_a_huge_directory_is_not_taken_into_memory(tmp_path):
    names = [Entry("a/" * 100 + "x" * 60_000 + str(n), method=0) for n in range(300)]
    with pytest.raises(PathError, match="with names of ordinary length"):
        open_archive(write_zip(tmp_path / "class.zip", names))


def test_as_many_members_as_may_be_are_read_in_seconds(tmp_path):
    archive = open_archive(write_zip(tmp_path / "class.zip", [Entry(f"l{n:05}/x/x.ipynb", b"{}", 0) for n in range(MAX_MEMBERS)]))
    found, lines = find_zipped(archive)
    assert len(found) == MAX_MEMBERS and lines == []
    archive.close()


def test_a_pipe_is_no_archive(tmp_path):
    os.mkfifo(tmp_path / "class.zip")
    with pytest.raises(PathError, match="this is no file"):
        open_archive(tmp_path / "class.zip")
