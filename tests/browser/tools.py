"""What the site is checked with, axe-core and Lighthouse: installed once, from site/checks/package-lock.json, into build/lite."""

import shutil
from pathlib import Path

from tests.lite import measure

SITE = Path(__file__).parents[2] / "site"
build = measure.load(SITE / "lite" / "build.py")


def install() -> Path:
    """Return the folder of the packages (node_modules). Where npm is missing, the Node.js that the lab is built with stands in."""

    def fetch(out: Path) -> None:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(SITE / "checks" / name, out / name)
        build.run(*build.find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=out)

    folder: Path = build.build_once("checks", build.compute_digest(SITE / "checks" / "package-lock.json"), fetch)
    return folder / "node_modules"


def find_node() -> str:
    """Return the path of Node.js."""
    path: str = build.find_node()
    return path
