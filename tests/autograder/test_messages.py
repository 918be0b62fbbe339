"""What is told of a hidden test: the hints of its text's parts, joined, and nothing if one of them has none."""

from dataclasses import replace

import pytest

from autograder.messages import describe_facts, get_text
from autograder.split.facts import Facts
from tests.autograder.labs_for_tests import build_lab

TEXTS = {"story": "story one", "fault": "fault fork", "silent": "no hint", "plus": "one + two"}
HINTS = {
    "en": {"story": "D lied.", "fault": "Two decided.", "plus": "Add them."},
    "zh": {"story": "D 说了谎。", "fault": "定下了两样。", "plus": "加起来。"},
}


def tell(text, lang):
    lab = replace(build_lab("", ()), texts=dict.fromkeys(HINTS, TEXTS), hints=HINTS)
    return describe_facts(Facts(ending="assertion", hidden=True, text=text), lab, lang)


@pytest.mark.parametrize(("lang", "told"), [("en", "D lied. Two decided."), ("zh", "D 说了谎。定下了两样。")])
def test_a_text_of_several_is_told_by_the_hints_of_all(lang, told):
    assert tell("story one + fault fork", lang) == get_text(lang, "hidden-hint", hint=told)
    assert tell("one + two", lang) == get_text(lang, "hidden-hint", hint=HINTS[lang]["plus"])


@pytest.mark.parametrize("text", ["story one + no hint", "story one + 42", "42 + fault fork", "story one + ", "story one+fault fork", "+"])
@pytest.mark.parametrize("lang", HINTS)
def test_nothing_is_told_of_a_text_that_has_a_part_without_a_hint(text, lang):
    assert tell(text, lang) == get_text(lang, "hidden")
