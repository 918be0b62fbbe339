"""A cohort that nobody graded: results as a grader would have recorded them, drawn from a seed, for tests of what comes after grading."""

import random
from hashlib import sha256

from autograder.results import CellResult, Result, compute_score, compute_status

DUE = 1_795_305_600.0
DAY = 86_400.0
MESSAGES = ("expected 32 bytes, got {}", "the root of {} leaves is wrong", "KeyError: 'left'", "encode_leaf(b'') gives None")


def name_learner(number):
    return f"s{number:06}"


def draw_result(lab, number, attempt=0, share_failing=0.25):
    """Return what learner `number` reached: an ability for the learner, a difficulty for each cell, and now and then something strange."""
    chance = random.Random(f"{lab.id} {number} {attempt}")
    ability = random.Random(f"ability {number}").gauss(0, 1) + 0.4 * attempt
    cells = []
    graded = [cell for cell in lab.notebooks[0].cells if cell.is_graded]
    for at, cell in enumerate(graded):
        hard = -1.2 + 2.2 * at / len(graded)
        if cell.is_manual:
            cells.append(CellResult(lab.notebooks[0].name, cell.grade_id, "manual", None, cell.points))
        elif ability + chance.gauss(0, 0.7) > hard:
            cells.append(CellResult(lab.notebooks[0].name, cell.grade_id, "passed", cell.points, cell.points))
        else:
            strange = chance.random() < 0.03
            message = "" if strange else chance.choice(MESSAGES).format(chance.randrange(40))
            cells.append(CellResult(lab.notebooks[0].name, cell.grade_id, "timeout" if strange else "failed", 0.0, cell.points, message))
    cells = tuple(cells)
    arrived = DUE + chance.gauss(-2, 1.2) * DAY
    content = sha256(f"{number} {lab.id} {attempt}".encode()).hexdigest()
    status, score = compute_status(cells), compute_score(cells)
    cpu = abs(chance.gauss(0.4, 0.1)) * (20 if chance.random() < 0.003 else 1)
    most = sum(cell.points for cell in graded)
    return Result(
        lab.id, lab.version, name_learner(number), content, arrived, "split", status, score, most, cells, lang="en", cpu_seconds=cpu
    )


def write_roster(path, count, classes):
    lines = [
        f"{name_learner(number)},{classes[number % len(classes)]},Learner {number},{name_learner(number)}@example.org"
        for number in range(count)
    ]
    path.write_text("\n".join(["learner,class,name,email", *lines, ""]), "utf-8")
