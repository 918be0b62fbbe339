"""A new lab to start from: small, complete and valid, so that an author replaces its parts one by one and never stands before a blank page.

It asks for the smallest quorum of a network with faulty members. `autograder validate` accepts it as it is written.
"""

import re
from pathlib import Path
from typing import Final

from autograder.errors import LabError, PathError
from autograder.files import write_atomically

_ID: Final = re.compile(r"\d{2}-[a-z0-9]+(-[a-z0-9]+)*")


def write_scaffold(labs: Path, lab_id: str, course: str, english: str, chinese: str) -> list[Path]:
    """Write the files of a new lab below `labs`/`lab_id` and return them. Nothing that exists is touched."""
    if not _ID.fullmatch(lab_id):
        raise LabError(f"{lab_id!r} is no lab id; it has two digits and words in small letters, for example 31-light-client")
    for name, value in (("course", course), ("title", english), ("title in Chinese", chinese)):
        if not value.strip() or any(not character.isprintable() for character in value):
            raise LabError(f"the {name} is {value!r}; it is one line of text")
    folder = labs / lab_id
    if folder.exists():
        raise PathError(f"{folder}: exists already; a new lab needs a folder of its own")
    written = []
    for name, template in _FILES.items():
        content = template
        for key, value in {"ID": lab_id, "COURSE": course, "ENGLISH": english, "CHINESE": chinese}.items():
            content = content.replace(f"<{key}>", _quote(value) if name == "lab.toml" else value)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content.lstrip("\n").encode())
        written.append(path)
    return written


def _quote(text: str) -> str:
    """Return a text as it stands between the quotes of a TOML string."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


_TOML: Final = r"""
id = "<ID>"
title = { en = "<ENGLISH>", zh = "<CHINESE>" }
course = "<COURSE>"
minutes = 30
prerequisites = []
uses = []
hides = []
limits = { cpu = "2s", memory = "256MB", output = "64kB" }

# What a learner can do afterwards, in one sentence that starts with a verb.
[outcome]
en = "Say how many votes a network needs so that its faulty members cannot mislead it."
zh = "说出一个网络至少需要多少张票，才不会被出故障的成员误导。"

# Texts of code cells: «key» in a string, a docstring or a comment of lab.py is replaced by the text of that key.
[text.en]
compute_quorum = "Return how many of `members` votes make a decision safe."
"compute_quorum.more" = "It is the smallest whole number above two thirds of all. compute_quorum(4) is 3."
"quorum.four" = "Of 4 members, 3 are more than two thirds; 2 are only half."
"quorum.three" = "Of 3 members, 2 are exactly two thirds, and the quorum must be more: 3."
"quorum.whole" = "A quorum is a number of votes: return an int."
"quorum.any" = "compute_quorum is wrong for some number of members from 1 to 300"

[text.zh]
compute_quorum = "返回 `members` 张票里需要多少张，决定才算安全。"
"compute_quorum.more" = "它是大于总数三分之二的最小整数。compute_quorum(4) 是 3。"
"quorum.four" = "4 个成员里，3 张票超过三分之二；2 张只是一半。"
"quorum.three" = "3 个成员里，2 张票恰好是三分之二，而法定人数必须更多：3。"
"quorum.whole" = "法定人数是票数：请返回整数（int）。"
"quorum.any" = "成员数在 1 到 300 之间时，compute_quorum 有时不对"

# What feedback says when a hidden test fails; the text of its assertion is for the instructor.
[hints.en]
"quorum.any" = "Try sizes that are multiples of three, and those next to them; large ones too, without floating point."

[hints.zh]
"quorum.any" = "试试三的倍数和它们旁边的数；再试试大数，不要用浮点数。"
"""

_PY: Final = r'''
# %% [markdown] lang="en"
# # <ENGLISH>
# Start from a real problem: who needs this, and what goes wrong without it.
#
# A network of registries decides by vote. Up to a third of them may be broken or lie. How many votes does a decision need?

# %% [markdown] lang="zh"
# # <CHINESE>
# 从一个真实的问题讲起：谁需要它，没有它会出什么事。
#
# 几家登记机构用投票作决定，其中不到三分之一可能出故障，甚至说谎。一个决定需要多少张票？

# %% figure=true
from minichain.learn import save_progress, watch_progress
watch_progress("«lab.tests»", lang="«lab.lang»", lab="«lab.id»", version="«lab.version»")

# %% parameters=true
SEED = 0

# %% [markdown] lang="en"
# ## 1 · The quorum
# Two decisions that contradict each other must never both pass. Any two groups of **more than two thirds** have more than a third
# of all members in common, so an honest one is among these, and it votes only once.

# %% [markdown] lang="zh"
# ## 1 · 法定人数
# 互相矛盾的两个决定绝不能都通过。任意两组**超过三分之二**的成员，公共部分必超过总数的三分之一，其中必有诚实的成员，而诚实的成员只投一次票。

# %% task="quorum"
def compute_quorum(members: int) -> int:
    """«compute_quorum»

    «compute_quorum.more»
    """
    ### BEGIN SOLUTION
    return 2 * members // 3 + 1
    ### END SOLUTION

# %% test="quorum" points=3
assert compute_quorum(4) == 3, "«quorum.four»"
assert compute_quorum(3) == 3, "«quorum.three»"
assert isinstance(compute_quorum(7), int), "«quorum.whole»"
### BEGIN HIDDEN TESTS
import random
for given_members in [*range(1, 30), *random.Random(f"{SEED}/quorum").sample(range(30, 300), 20)]:
    given_quorum = compute_quorum(given_members)
    assert 3 * given_quorum > 2 * given_members >= 3 * (given_quorum - 1), "«quorum.any»"
### END HIDDEN TESTS

# %% [markdown] lang="en"
# **What this leaves out.** Say it in two or three sentences.

# %% [markdown] lang="zh"
# **这里没讲到的：** 用两三句话说清楚。
'''

_ANSWER: Final = """
# Counts up until it is enough: slow, and right.

# %% task="quorum"
def compute_quorum(members):
    votes = 1
    while 3 * votes <= 2 * members:
        votes += 1
    return votes
"""

_MISTAKE: Final = """
# fails: quorum
# Exactly two thirds are taken for enough: two such groups can share faulty members only.

# %% task="quorum"
def compute_quorum(members):
    return -(-2 * members // 3)
"""

_FILES: Final = {"lab.toml": _TOML, "lab.py": _PY, "answers/counting.py": _ANSWER, "mistakes/exactly-two-thirds.py": _MISTAKE}
