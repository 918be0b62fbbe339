"""The pictures that README.md shows are there, are small, and say in words what they show; and taking them says what it needs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PICTURES = re.findall(r"!\[([^]]*)\]\((\.github/[^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
PNG = b"\x89PNG\r\n\x1a\n"


def test_the_readme_shows_home_a_lesson_a_lab_and_a_report():
    names = {Path(path).stem.partition("-")[0] for _, path in PICTURES}
    assert {"home", "lesson", "lab", "report"} <= names
    assert any(path.endswith("-zh.png") for _, path in PICTURES)


@pytest.mark.parametrize(("words", "path"), PICTURES)
def test_a_picture_is_small_and_described(words, path):
    data = (ROOT / path).read_bytes()
    assert data.startswith(PNG) and len(data) < 150_000
    assert len(words) >= 40


def test_every_picture_in_the_repository_is_shown():
    assert {path.name for path in (ROOT / ".github").glob("*.png")} == {Path(path).name for _, path in PICTURES}


@pytest.mark.browser
@pytest.mark.parametrize("there", [(), ("site/lab/workbench/index.html", "site/offline.json")])
def test_without_what_it_needs_it_says_so_in_one_line(tmp_path, there):
    (tmp_path / "site").mkdir()
    for name in ("screenshots.py", "serve.py"):
        shutil.copy(ROOT / "site" / name, tmp_path / "site")
    for name in there:
        (tmp_path / "build" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "build" / name).touch()
    run = subprocess.run([sys.executable, str(tmp_path / "site/screenshots.py")], capture_output=True, text=True, timeout=60)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1 and ("make demo" if there else "make site") in run.stderr
