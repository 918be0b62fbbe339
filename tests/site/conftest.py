"""The site, built once for all tests; or the one that MINICHAIN_SITE names, as `make site` leaves it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.reading import Page

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """Return the folder of the built site."""
    if named := os.environ.get("MINICHAIN_SITE"):
        return Path(named)
    pytest.importorskip("material", reason="mkdocs-material is not installed; `make site` brings it")
    pytest.importorskip("mkdocs_quiz", reason="mkdocs-quiz is not installed; `make site` brings it")
    out = tmp_path_factory.mktemp("site") / "site"
    built = subprocess.run([sys.executable, "site/build.py", "--out", str(out)], cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert built.returncode == 0, built.stdout + built.stderr
    return out


@pytest.fixture(scope="session")
def pages(site) -> dict[str, Page]:
    """Return our own pages by address: "" is home, "zh/help/about/" the Chinese page about the project. A lab's interface is none."""
    found = {path.parent.relative_to(site).as_posix(): Page(path) for path in site.rglob("index.html")}
    return {("" if name == "." else f"{name}/"): page for name, page in found.items() if name.split("/")[0] != "lab"}


@pytest.fixture(scope="module")
def browser(launch_chromium) -> Iterator[object]:
    """Return a headless Chromium, driven by Playwright."""
    browser = launch_chromium()
    yield browser
    browser.close()
