"""A small lab on disk, and a bench: one warm grader on which a test tries an answer against a test cell of its own."""

import json
from pathlib import Path

from autograder.grade import Grader
from autograder.labs.model import Lab, LabCell, LabNotebook, Limits, Mode
from autograder.read import Submission, SubmittedCell, SubmittedNotebook
from autograder.release import build_notebook

LIMITS = Limits(cpu_seconds=0.4, memory_bytes=128 * 2**20, output_bytes=16_000, idle_seconds=0.7)
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"

LAB_TOML = """\
id = "00-sums"
title = { en = "Sums", zh = "求和" }
course = "foundations"
minutes = 10
prerequisites = []
uses = ["hashlib"]
hides = ["minichain.crypto.merkle"]
limits = { cpu = "400ms", memory = "128MB", output = "16kB", idle = "1s" }
[outcome]
en = "Add and multiply."
zh = "会加法和乘法。"
[text.en]
"add.doc" = "Return the sum of a and b."
"add.three" = "the sum of 1 and 2 is 3"
"add.negative" = "a sum with a negative number"
[text.zh]
"add.doc" = "返回 a 与 b 的和。"
"add.three" = "1 加 2 应当是 3"
"add.negative" = "含负数的和"
[hints.en]
"add.negative" = "Think of negative numbers."
[hints.zh]
"add.negative" = "想想负数。"
"""
LAB_PY = '''\
# %% [markdown] lang="en"
# # Sums

# %% [markdown] lang="zh"
# # 求和

# %% parameters=true
SEED = 0

# %%
import hashlib

LIMIT = 3


def helper(x):
    return x

# %% task="add"
def add(a: int, b: int) -> int:
    """«add.doc»"""
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION

# %% test="add" points=2
assert add(1, 2) == helper(LIMIT), "«add.three»"
### BEGIN HIDDEN TESTS
import random
draw = random.Random(SEED)
assert add(-5, 2) == -3, "«add.negative»"
### END HIDDEN TESTS

# %% task="mul"
def mul(a, b):
    ### BEGIN SOLUTION
    return a * b
    ### END SOLUTION

# %% test="mul" points=3
assert mul(3, 4) == 12

# %% [markdown] lang="en" manual="why" points=1
# ### BEGIN SOLUTION
# Because.
# ### END SOLUTION

# %% [markdown] lang="zh" manual="why" points=1
# ### BEGIN SOLUTION
# 因为如此。
# ### END SOLUTION

# %% figure=true
raise SystemError("a figure is never run")
'''
ADD, MUL = "def add(a, b):\n    return a + b", "def mul(a, b):\n    return a * b"


def write_lab(root: Path, toml: str = LAB_TOML, py: str = LAB_PY) -> Path:
    """Write the small lab below a folder of labs and return its own folder."""
    folder = root / "00-sums"
    folder.mkdir(parents=True)
    (folder / "lab.toml").write_text(toml, "utf-8")
    (folder / "lab.py").write_text(py, "utf-8")
    return folder


def hand_in(submitted: Path, lab: Lab, learner: str, answers: dict[str, str], lang: str = "en") -> Path:
    """Hand in the released notebook with these answers (by grade id) as a learner would, and return the file."""
    (master,) = lab.get_notebooks(lang)
    notebook = build_notebook(lab, master)
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(grade_id, cell["source"])
    path = submitted / learner / lab.id / f"{master.name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), "utf-8")
    return path


def build_lab(solution: str, tests: tuple[str, ...], given: str = "", mode: Mode = "split", **options) -> Lab:
    """Return a lab with a parameters cell, a plain cell, one answer `answer` and the tests `test-0`, `test-1` …, of 2 points each."""
    cells = [LabCell("code", "SEED = 0", "parameters", locked=True, parameters=True)]
    cells += [LabCell("code", given)] if given else []
    cells += [LabCell("code", solution, "answer", solution=True)]
    cells += [LabCell("code", source, f"test-{n}", grade=True, locked=True, points=2.0) for n, source in enumerate(tests)]
    return Lab("bench", (LabNotebook("bench", tuple(cells), "en", mode),), "v1", **{"limits": LIMITS, **options})


class Bench:
    """One warm grader for many small labs: its processes depend on `uses`, `hides` and limits alone."""

    def __init__(self, **options):
        self.options = options
        self.grader = Grader(build_lab("", (), **options))

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *exception: object) -> None:
        self.grader.close()

    def grade(self, answer, *tests, given="", solution="", edited=None, before=(), between=(), after=(), seed=0, **options):
        """Grade an answer. `solution` is the lab's own, `given` its plain cell and `edited` what the learner made of it; `before` the
        answer, `between` the first test and the others, and `after` all stand cells that the learner added; `seed` is the learner's. Other
        options are the lab's."""
        self.grader.lab = build_lab(solution, tests, given, **{**self.options, **options})
        cells = [SubmittedCell("code", "SEED = 0", "parameters")]
        cells += [SubmittedCell("code", source) for source in (given if edited is None else edited, *before) if source]
        cells += [SubmittedCell("code", answer, "answer")]
        for n in range(len(tests)):
            cells += [SubmittedCell("code", "# visible part", f"test-{n}")]
            cells += [SubmittedCell("code", source) for source in between if n == 0]
        cells += [SubmittedCell("code", source) for source in after]
        notebook = SubmittedNotebook("bench", "en", tuple(cells))
        return self.grader.grade(Submission("bench", "ada", (notebook,), (), "0" * 64, 0.0), seed)

    def get_verdicts(self, answer, *tests, **options) -> list[str]:
        """Return the status of each test cell."""
        return [cell.status for cell in self.grade(answer, *tests, **options).cells]

    def get_message(self, answer, *tests, **options) -> str:
        """Return the message of the first test cell, which must not pass."""
        cell = self.grade(answer, *tests, **options).cells[0]
        assert cell.status != "passed"
        return cell.message

    def passes(self, answer, *tests, **options) -> bool:
        """Answer whether all the tests pass."""
        return set(self.get_verdicts(answer, *tests, **options)) == {"passed"}

    def is_well(self) -> bool:
        """Answer whether a plain right answer and a plain wrong one get their due: nothing of an earlier submission is left."""
        return self.get_verdicts("def f(x):\n    return x", "assert f(3) == 3", "assert f(3) == 4") == ["passed", "failed"]
