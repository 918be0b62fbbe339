"""The hostile and broken submissions: what each does, the verdicts that it must get, and the files that hand it in.

`attacks/*.percent` hold what learners' cells can do, `broken.py` what can be done to a file. An attack names the tests that it must not
pass; every other cell of it is the right answer and keeps its points. The attacks are kept in files that Python does not import.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from autograder.grade import Grader
from autograder.labs.model import Lab
from autograder.labs.percent import parse_percent
from autograder.labs.source import load_lab
from autograder.read import read_submission
from autograder.release import fill_notebook
from autograder.results import Result
from tests.autograder.processes import find_below
from tests.hostile.broken import BREAKAGES

HERE: Final = Path(__file__).parent
TESTS: Final = ("double", "words", "total")
SEED: Final = 0x5EED_0000_1234_5678
LEFT_BEHIND: Final = [Path(folder) / "left-behind" for folder in ("/tmp", "/var/tmp", "/dev/shm")]


def read_attacks() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield (name, expected verdicts, answers by task) of every attack."""
    for path in sorted(HERE.glob("attacks/*.percent")):
        found: list[tuple[str, str, dict[str, str]]] = []
        for cell in parse_percent(path.read_text("utf-8"), path.name):
            if "attack" in cell.marks:
                found.append((f"{path.stem}/{cell.marks['attack']}", str(cell.marks["expects"]), {}))
            else:
                found[-1][2][str(cell.marks["task"])] = cell.source
        yield from found


ATTACKS: Final = {name: (expects, answers) for name, expects, answers in read_attacks()}
BROKEN: Final = {f"broken/{breakage.name}": breakage for breakage in BREAKAGES}


def get_expected(name: str) -> dict[str, list[str]]:
    """Return the states that each test of a submission may have."""
    return parse_expected(ATTACKS[name][0] if name in ATTACKS else BROKEN[name].expects)


def parse_expected(text: str) -> dict[str, list[str]]:
    """Return the states that each test may have; "passed" where nothing is said.

    >>> parse_expected("double=error,failed")["double"], parse_expected("")["total"]
    (['error', 'failed'], ['passed'])
    """
    said = dict(part.split("=") for part in text.split())
    assert said.keys() <= set(TESTS)
    return {test: said.get(test, "passed").split(",") for test in TESTS}


def get_states(result: Result) -> dict[str, str]:
    """Return the state of each test."""
    return {cell.grade_id.removeprefix("test-"): cell.status for cell in result.cells}


def load_target() -> Lab:
    """Return the lab that is attacked."""
    return load_lab(HERE / "target" / "00-target")


def write_submission(lab: Lab, root: Path, name: str) -> Path:
    """Hand in a notebook and return its folder; one whose name is no attack's is the right one."""
    (master,) = lab.get_notebooks("en")
    right = {cell.grade_id: cell.source for cell in master.cells if cell.solution}
    answers = ATTACKS[name][1] if name in ATTACKS else {}
    handed_in = fill_notebook(lab, master, right | answers)
    if name in BROKEN:
        handed_in = BROKEN[name].apply(handed_in)
    content = handed_in if isinstance(handed_in, bytes) else json.dumps(handed_in).encode()
    folder = root / name.replace("/", "-") / lab.id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{master.name}.ipynb").write_bytes(content)
    return folder


def find_faults() -> list[str]:
    """Grade them all on one worker, each followed by the right one, and return everything that should not be."""
    lab, faults = load_target(), []
    with tempfile.TemporaryDirectory() as root, Grader(lab) as grader:

        def grade(name: str) -> Result:
            return grader.grade(read_submission(write_submission(lab, Path(root), name), lab, name.replace("/", "-")), SEED)

        grade("right")
        before = len(find_below(os.getpid()))
        for name in (*ATTACKS, *BROKEN):
            states, expected, following = get_states(grade(name)), get_expected(name), grade("right")
            if any(state not in expected[test] for test, state in states.items()):
                faults.append(f"{name}: {states}, expected {expected}")
            if following.score != lab.max_score:
                faults.append(f"{name}: the next one got {get_states(following)}")
            if len(find_below(os.getpid())) != before or any(path.exists() for path in LEFT_BEHIND):
                faults.append(f"{name}: it left something behind")
    return faults
