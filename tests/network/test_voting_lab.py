"""The TBFT lab's mistakes in the real grader, at seeds that nobody tuned it for: an evening catches each, and is told as a story."""

from pathlib import Path

import pytest

from autograder.grade import Grader
from autograder.seeds import compute_seed
from autograder.trials import build_submission
from autograder.validate import plan_validation

LAB = Path(__file__).parents[2] / "labs" / "07-tbft"
PARTS = ("liars", "healing", "crashes")
OPENINGS = {"en": "A hidden test did not pass. Hint: ", "zh": "有一项隐藏测试没有通过。提示："}


def find_stories(lab, lang, result):
    """Return the keys of the stories that a result tells: hidden ones, or that of the visible test which stands before them."""
    stories = {f"{OPENINGS[lang]}{hint}": key for key, hint in lab.hints[lang].items() if key.startswith(PARTS) and "evening" not in key}
    stories |= {text: key for key, text in lab.texts[lang].items() if ".visible" in key}
    messages = [cell.message for cell in result.cells if cell.grade_id.removeprefix("test-") in PARTS and cell.status != "passed"]
    return [key for message in messages for opening, key in stories.items() if message.startswith(opening)]


@pytest.mark.long
@pytest.mark.parametrize(("lang", "learner"), [("en", "ada"), ("zh", "bo")])
def test_each_mistake_about_voting_is_told_as_a_story(lang, learner):
    plan = plan_validation(LAB, mutants=False)
    seed = compute_seed(b"key", learner, plan.lab.id)
    with Grader(plan.lab) as grader:
        for check in plan.checks:
            result = grader.grade(build_submission(plan.lab, lang, check.answers), seed)
            if check.kind in ("model", "answers"):
                assert result.score == result.max_score, check.name
            elif check.kind == "mistakes" and "attack" not in check.fails:
                assert find_stories(plan.lab, lang, result), (check.name, [cell.message for cell in result.cells])
