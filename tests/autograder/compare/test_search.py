"""Copies are found however they are hidden, and those who wrote alone are left in peace."""

import json
import time
from pathlib import Path

import pytest

from autograder.compare.clusters import Match, build_clusters
from autograder.compare.search import EVIDENCE, SHARE, compare_works
from autograder.compare.works import MODEL, PUBLISHED, Work, compute_given, load_published, read_work
from autograder.labs.source import load_lab
from tests.autograder.compare.cohorts import change_literals, comment, disguise, draw_cohort, insert_dead_code, rename, reorder, write_alone
from tests.autograder.labs_for_tests import ADD, MUL, hand_in, write_lab

LABS = Path(__file__).parents[3] / "labs"
CHANGES = {
    "renamed variables": lambda cells: tuple((name, rename(source, 1)) for name, source in cells),
    "other literals": lambda cells: tuple((name, change_literals(source, 3)) for name, source in cells),
    "other comments and layout": lambda cells: tuple((name, comment(source, 3)) for name, source in cells),
    "functions and cells in another order": lambda cells: reorder(cells, 3),
    "dead code": lambda cells: tuple((name, insert_dead_code(source, 3)) for name, source in cells),
    "a syntax error": lambda cells: tuple((name, f"{source}\ndef (") for name, source in cells),
    "all of it": lambda cells: disguise(cells, 3),
}


class Course:
    def __init__(self, name):
        self.lab = load_lab(LABS / name)
        self.given = compute_given(self.lab)
        self.published = load_published(self.lab, LABS / name)

    def compare(self, works, with_published=True):
        return compare_works(self.lab.id, works, self.given, self.published if with_published else ())[0]

    def draw_alone(self, count):
        return [Work(f"alone-{number}", write_alone(self.published, f"alone {number}")) for number in range(count)]


@pytest.fixture(scope="module", params=["02-merkle-proofs", "06-raft"])
def course(request):
    return Course(request.param)


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_is_found_among_twenty_however_it_is_hidden(course, change):
    cells = write_alone(course.published, "ada")
    works = [Work("ada", cells), *course.draw_alone(18), Work("bo", CHANGES[change](cells))]
    assert works[-1].text != works[0].text
    clusters = course.compare(works).clusters
    assert [cluster.learners for cluster in clusters] == [("ada", "bo")]
    assert clusters[0].matches[0].share >= SHARE
    assert clusters[0].matches[0].share * clusters[0].matches[0].evidence >= EVIDENCE


def test_a_copy_between_two_is_found_when_nobody_else_handed_in(course):
    cells = write_alone(course.published, "ada")
    works = [Work("ada", cells), Work("bo", disguise(cells, 1))]
    assert [cluster.learners for cluster in course.compare(works).clusters] == [("ada", "bo")]


def test_who_is_alone_is_like_nobody(course):
    assert course.compare([]).clusters == ()
    assert course.compare([Work("ada", write_alone(course.published, "ada"))]).clusters == ()


@pytest.mark.parametrize("name", sorted(path.parent.name for path in LABS.glob("*/lab.toml")))
def test_right_answers_that_were_written_independently_are_not_alike(name):
    """The lab's own, handed in by one learner each. Each may be like the published one that it is, and is like no other learner's."""
    course = Course(name)
    works = [Work(f"learner {number}", work.cells) for number, work in enumerate(course.published)]
    own = {work.name: published.name for work, published in zip(works, course.published, strict=True)}
    clusters = course.compare(works).clusters
    assert len(clusters) >= 2, "most are like the published one that they are"
    assert [(cluster.learners, cluster.published) for cluster in clusters] == [
        (cluster.learners, (own[cluster.learners[0]],)) for cluster in clusters if len(cluster.learners) == 1
    ]


def test_answers_are_told_apart_even_where_no_published_answer_is_known(course):
    works = [Work(f"learner {number}", work.cells) for number, work in enumerate(course.published)]
    assert course.compare(works, with_published=False).clusters == ()


def test_what_most_learners_wrote_does_not_count(course):
    cells = course.published[1].cells
    crowd = [Work(f"crowd-{number:02}", disguise(cells, number) if number else cells) for number in range(14)]
    names = {work.name for work in crowd}
    assert not any(names & {*cluster.learners} for cluster in course.compare([*crowd, *course.draw_alone(6)], False).clusters)
    few = course.compare([*crowd[:6], *course.draw_alone(14)], False).clusters
    assert tuple(work.name for work in crowd[:6]) in [cluster.learners for cluster in few]


def test_a_ring_is_one_cluster_and_a_published_source_is_named(course):
    cells = course.published[2].cells
    works = [*(Work(f"ring-{number}", disguise(cells, number)) for number in range(5)), *course.draw_alone(15)]
    cluster, *_ = course.compare(works).clusters
    assert cluster.learners == tuple(f"ring-{number}" for number in range(5))
    assert cluster.published == (course.published[2].name,)


def test_boilerplate_and_blank_work_are_too_short_to_be_alike(tmp_path):
    lab = load_lab(write_lab(tmp_path))
    for number in range(6):
        hand_in(tmp_path / "submitted", lab, f"right-{number}", {"add": ADD, "mul": MUL}, ("en", "zh")[number % 2])
        hand_in(tmp_path / "submitted", lab, f"blank-{number}", {}, ("en", "zh")[number % 2])
    folders = sorted((tmp_path / "submitted").iterdir())
    works = [read_work(folder / lab.id, lab, folder.name) for folder in folders]
    assert [work.cells for work in works[:6]] == [()] * 6, "nothing that was handed out is anybody's work"
    assert works[-1].cells == (("add", ADD), ("mul", MUL))
    comparison, _ = compare_works(lab.id, works, compute_given(lab), load_published(lab, tmp_path / "00-sums"))
    assert comparison.clusters == ()
    assert len(comparison.short) == 12


def test_own_cells_belong_to_a_work_and_the_labs_do_not(tmp_path):
    lab = load_lab(write_lab(tmp_path))
    path = hand_in(tmp_path / "submitted", lab, "ada", {"add": ADD})
    content = json.loads(path.read_text())
    for kind, source in (("code", "mine = 1"), ("markdown", "words")):
        content["cells"].append({"cell_type": kind, "metadata": {}, "source": source})
    content["cells"] += [{**cell, "metadata": {}} for cell in content["cells"] if "helper" in str(cell["source"])]
    path.write_text(json.dumps(content))
    assert read_work(path.parent, lab, "ada").cells == (("add", ADD), ("", "mine = 1"))


def test_what_cannot_be_read_or_is_too_long_is_named(course, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "x.ipynb").write_text("{ this is no JSON")
    cells = write_alone(course.published, "ada")
    long = Work("long", (*cells, ("", "x = [1]\n" * 40_000)))
    comparison = course.compare([read_work(broken, course.lab, "broken"), long, Work("bo", cells), *course.draw_alone(3)])
    assert (comparison.unread, comparison.cut) == (("broken",), ("long",))
    assert [cluster.learners for cluster in comparison.clusters] == [("bo", "long")]


def test_the_names_of_published_works_are_no_learners():
    names = [work.name for work in load_published(load_lab(LABS / "02-merkle-proofs"), LABS / "02-merkle-proofs")]
    assert names[0] == MODEL
    assert all(name.startswith(PUBLISHED) and "/" in name for name in names)


def test_clusters_are_joined_by_any_match_and_the_largest_comes_first():
    matches = [Match("d", "e", 1.0, 500.0), Match("a", "b", 0.6, 70.0), Match("c", "b", 0.7, 80.0), Match("f", "published/x", 0.6, 70.0)]
    clusters = build_clusters(matches, ["published/x"])
    assert [(cluster.learners, cluster.published) for cluster in clusters] == [
        (("a", "b", "c"), ()),
        (("d", "e"), ()),
        (("f",), ("published/x",)),
    ]
    assert [match.evidence for match in clusters[0].matches] == [80.0, 70.0]


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_ten_thousand_submissions_are_compared_in_minutes_and_every_ring_is_found(capsys):
    """137 learners of 10,000 are in 13 rings; the others wrote alone, rewriting one of the lab's answers for each task."""
    course = Course("02-merkle-proofs")
    rings = [2] * 10 + [5, 12, 100]
    works = draw_cohort(course.published, 10_000, rings)
    started = time.process_time()
    comparison = course.compare(works)
    seconds = time.process_time() - started  # of one processor: what else the machine does costs others
    found = [cluster.learners for cluster in comparison.clusters]
    expected, number = [], 0
    for ring in rings:
        expected.append(tuple(f"learner-{each:05}" for each in range(number, number + ring)))
        number += ring
    guilty = {name for ring in expected for name in ring}
    wrong = [cluster for cluster in comparison.clusters if not guilty.issuperset(cluster.learners)]
    words = f"10,000 submissions of {course.lab.id} compared in {seconds:.0f} s of one processor"
    with capsys.disabled():
        print(f"\n{words}; {len(wrong)} chance pair(s) of 49,995,000")
    assert [ring for ring in expected[:-1] if ring not in found] == []
    assert max(len({*expected[-1]} & {*cluster}) for cluster in found) >= 90
    assert len(wrong) <= 10
    assert seconds < 600
