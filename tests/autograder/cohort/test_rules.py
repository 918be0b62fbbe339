"""The rules of a cohort: defaults, times and zones, extensions, and mistakes named with their place."""

from datetime import datetime

import pytest

from autograder.cohort.rules import DAY, Lateness, Rule, read_rules
from autograder.errors import RosterError

LABS = ("01-one", "02-two")


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        path = tmp_path / "cohort.toml"
        path.write_text(text, "utf-8")
        return read_rules(path, LABS)

    return read_text


def at(text):
    return datetime.fromisoformat(text).timestamp()


def test_without_a_file_nothing_is_due_and_the_last_attempt_counts(tmp_path):
    assert read_rules(tmp_path / "cohort.toml", LABS).get_rule("01-one", "ada") == Rule()


def test_what_stands_for_all_labs_holds_where_a_lab_says_nothing(read):
    rules = read("""
        attempts = "best"
        timezone = "+08:00"
        late = { percent_per_day = 10, most_percent = 50 }
        [labs.01-one]
        due = 2026-12-01T23:59:00
        [labs.02-two]
        due = 2026-12-01
        closes = 2026-12-08T00:00:00Z
        attempts = "first"
        late.percent_per_day = 20
    """)
    assert rules.get_rule("01-one", "ada") == Rule("best", at("2026-12-01T23:59:00+08:00"), None, Lateness(10, 50))
    due, closes = at("2026-12-02T00:00:00+08:00"), at("2026-12-08T00:00:00+00:00")
    assert rules.get_rule("02-two", "ada") == Rule("first", due, closes, Lateness(20, 50))


def test_an_extension_moves_both_times_for_those_who_have_it(read):
    rules = read("""
        [labs.01-one]
        due = 2026-12-01T00:00:00Z
        closes = 2026-12-03T00:00:00Z
        [[extensions]]
        learner = "ada"
        lab = "01-one"
        due = 2026-12-05T00:00:00Z
        why = "ill"
        [[extensions]]
        class = "c1"
        due = 2026-12-02T00:00:00Z
        [[extensions]]
        learner = "bo"
        due = 2026-11-01T00:00:00Z
    """)
    first = at("2026-12-01T00:00:00+00:00")

    def get(learner, class_name, lab="01-one"):
        rule = rules.get_rule(lab, learner, class_name)
        return rule.due and (rule.due - first) / DAY, rule.closes and (rule.closes - first) / DAY, rule.why

    assert get("ada", "c1") == (4, 6, "ill")
    assert get("cy", "c1") == (1, 3, "")
    assert get("cy", "") == (0, 2, "")
    assert get("bo", "") == (0, 2, "")  # an extension never takes time away
    assert get("ada", "c1", "02-two") == (None, None, "")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("attempts = 'newest'", "attempts = 'newest': it is one of last, best, first"),
        ("grace = 5", "'grace' means nothing here; there may be: attempts, timezone, late, labs, extensions"),
        ("[late]\npercent_per_day = -1", "late.percent_per_day = '-1': it is a number from 0 to 100"),
        ("[late]\nmost_percent = true", "late.most_percent = 'True': it is a number from 0 to 100"),
        ("late = 5", "late = '5': it is a table"),
        ("timezone = 'Asia/Shanghai'", "timezone = 'Asia/Shanghai': write the hours from UTC"),
        ("[labs.03-three]", "labs.03-three: there is no lab '03-three'; there are: 01-one, 02-two"),
        ("[labs.01-one]\ndue = '2026-12-01'", "labs.01-one.due = '2026-12-01': write a time without quotes"),
        ("[labs.01-one]\ncloses = 2026-12-01", "a lab closes when it is due or later"),
        ("[labs.01-one]\ndue = 2026-12-02\ncloses = 2026-12-01", "a lab closes when it is due or later"),
        ("[labs.01-one]\nuntil = 1", "'until' in labs.01-one means nothing here"),
        ("[[extensions]]\ndue = 2026-12-01", "it is for a learner or for a class: name one of them"),
        ("[[extensions]]\nlearner = 'a'\nclass = 'c'\ndue = 2026-12-01", "it is for a learner or for a class"),
        ("[[extensions]]\nlearner = 'a'", "it has to say when the work is due"),
        ("[[extensions]]\nlearner = 7\ndue = 2026-12-01", "extension 1: learner = '7': it is a text"),
        ("[[extensions]]\nlearner = 'a'\nlab = 'x'\ndue = 2026-12-01", "extension 1: there is no lab 'x'"),
        ("[extensions]\nlearner = 'a'", "write [[extensions]], with two brackets"),
        ("[labs", "this is no TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(read, text, complaint):
    with pytest.raises(RosterError) as caught:
        read(text)
    assert complaint in str(caught.value)
    assert "cohort.toml: " in str(caught.value)
