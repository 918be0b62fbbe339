"""A cohort of 600 in three classes comes in through Moodle, Canvas and nbgrader's exchange, and goes out to both platforms' forms."""

import csv
import io
import json
import random
from dataclasses import replace

from autograder.export import format_points
from autograder.labs.source import load_lab
from autograder.read import compute_content_hash, get_arrival
from autograder.records import Records
from tests.autograder.downloads import MONDAY, WORKSHEET, make_notebook, name_canvas, name_moodle, write_exchange, write_files
from tests.autograder.labs_for_tests import write_lab

CLASSES = ("moodle", "canvas", "exchange")
FAMILIES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑", "芳伟敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚"
LATIN = ("Ada", "Bo", "Cy", "Di", "Eve", "Fay", "Gus", "Hal", "Ivy", "Jo")


def name_person(number):
    """Return a name: half of them Chinese, none of them twice."""
    place, kind = divmod(number, 2)
    if kind:
        return f"{FAMILIES[place % 20]}{GIVEN[place // 20 % 20]}"
    return f"{LATIN[place % 10]} {LATIN[place // 10 % 10]}son {'ABCDEFGH'[place // 100]}ney"


def make_people():
    return [
        (f"s{number:04}", CLASSES[number % 3], name_person(number), f"s{number:04}@example.org", 9000 + number) for number in range(600)
    ]


def test_600_in_three_classes_come_in_and_go_out(tmp_path, call, make_result):
    lab = load_lab(write_lab(tmp_path / "labs"))
    course = tmp_path / "course"
    course.mkdir()
    people = make_people()
    assert len({name for _, _, name, _, _ in people}) == 600
    rows = [f"{learner},{group},{name},{mail},,{number if group == 'canvas' else ''}" for learner, group, name, mail, number in people]
    (course / "roster.csv").write_bytes("\n".join(["学号,班级,姓名,邮箱,moodle,canvas", *rows]).encode("gb18030"))

    moodle, canvas, expected = {}, {}, {}
    for number, (learner, group, name, _, user) in enumerate(people):
        content = expected[learner] = make_notebook(lab, learner, "zh" if number % 2 else "en")
        if group == "moodle":
            moodle[name_moodle(name, 40_000 + number, "my lab.ipynb", folders=number % 4 < 2)] = content
        elif group == "canvas":
            given, _, family = name.rpartition(" ")
            sortable = f"{family}, {given}" if given else name
            canvas[name_canvas(sortable, user, 70_000 + 2 * number, "sums.ipynb")] = make_notebook(lab, f"{learner} at first")
            canvas[name_canvas(sortable, user, 70_001 + 2 * number, "sums-1.ipynb")] = content
        else:
            write_exchange(tmp_path / "exchange", learner, "00-sums", "2026-11-20 10:00:00.000000 UTC", {"00-sums.ipynb": content})
    moodle[name_moodle("Mallory Unknown", 49_999, "a.ipynb")] = make_notebook(lab)
    sources = [write_files(tmp_path / "m.zip", moodle), write_files(tmp_path / "c.zip", canvas, MONDAY), tmp_path / "exchange"]
    done = call("collect", course, *sources, "--labs", tmp_path / "labs", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum(line.get("outcome") == "new" for line in lines) == 600
    assert [line["unplaced"]["reason"] for line in lines if "unplaced" in line] == ["nobody in the roster fits 'Mallory Unknown 49999'"]
    for learner, content in expected.items():
        assert (course / f"submitted/{learner}/00-sums/00-sums.ipynb").read_bytes() == content
    again = call("collect", course, *sources, "--labs", tmp_path / "labs")
    assert again.stdout.startswith("600 submission(s): 600 there already\n200 earlier attempt(s) were left out")

    chance = random.Random(600)
    scores, results = {}, []
    for learner in expected:
        folder = course / f"submitted/{learner}/00-sums"
        cells = {("00-sums", "test-add"): float(chance.randrange(3)), ("00-sums", "test-mul"): chance.randrange(7) / 2}
        if chance.random() < 0.95:
            cells["00-sums", "why"] = float(chance.randrange(2))
            scores[learner] = sum(cells.values())
        result = make_result(lab, learner, cells, "en", get_arrival(folder))
        results.append(replace(result, content_hash=compute_content_hash(folder)))
    with Records(course / "records.db") as store:
        store.save(results)

    lines = [f"Participant {40_000 + n},{name},,{mail},,,6.00,Yes,-,-," for n, (_, _, name, mail, _) in enumerate(people)]
    sheet, book = tmp_path / "Grades.csv", tmp_path / "gradebook.csv"
    sheet.write_text("\n".join([WORKSHEET, *lines]), "utf-8")
    lines = [f'"{name}",{user if group == "canvas" else ""},{learner},,S,' for learner, group, name, _, user in people]
    book.write_text("\n".join(["Student,ID,SIS User ID,SIS Login ID,Section,求和 (4711)", "    Points Possible,,,,,12", *lines]), "utf-8")
    for form, at, head, scale in ((sheet, 5, 1, 1), (book, 5, 2, 2)):
        out = tmp_path / f"filled-{form.name}"
        done = call("marks", course, "--fill", form, "--out", out, "--labs", tmp_path / "labs")
        assert f"{len(scores)} mark(s)" in done.stdout
        before, after = (list(csv.reader(io.StringIO(path.read_text("utf-8")))) for path in (form, out))
        for (learner, *_), old, new in zip(people, before[head:], after[head:], strict=True):
            assert new[at] == (format_points(scores[learner] * scale) if learner in scores else "")
            assert new[:at] + new[at + 1 :] == old[:at] + old[at + 1 :]
        assert done.stderr.count("1 part(s) wait for a person; left as it was") == 600 - len(scores)
