"""Picture the site into build/screenshots: home, a lesson, a lab at work, a report on a cohort, and their Chinese twins.

    python site/screenshots.py

It needs the finished site in build/site (`make site`), the demo's class in build/demo (`make demo`) and Chromium; `make screenshots` sees
to the first two. The size of the window, colours, language and time zone are fixed, and nothing moves, so that two runs differ only where
the site does; a report says when it was made. README.md shows some of these pictures: copy them to .github/ when they have changed.
"""

import contextlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

try:
    from playwright.sync_api import sync_playwright
except ModuleNotFoundError:
    sys.exit("playwright is missing; `make screenshots` installs what this needs")
from serve import make_server

ROOT: Final = Path(__file__).resolve().parent.parent
SITE: Final = ROOT / "build/site"
COURSE: Final = ROOT / "build/demo/course"
OUT: Final = ROOT / "build/screenshots"
WINDOW: Final = {"width": 1280, "height": 860}
PHONE: Final = {"width": 390, "height": 844}
LESSON: Final = "foundations/merkle-proofs/"
LAB: Final = "02-merkle-proofs"
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
BOOT_MILLISECONDS: Final = 180_000

_RUN_UP_TO_THE_FIGURE: Final = """async () => {
  const { content } = jupyterapp.shell.currentWidget;
  const place = content.widgets.findIndex((cell) => cell.model.getMetadata('nbgrader')?.grade_id === 'figure-2');
  await jupyterapp.commands.execute('notebook:run-all-cells').catch(() => null);
  content.activeCellIndex = place;
  await content.scrollToItem(place, 'start');
}"""


def main() -> None:
    """Make all pictures, or say in one line what is missing."""
    if not (SITE / "lab/workbench").is_dir() or not (SITE / "offline.json").is_file():
        sys.exit("there is no finished site in build/site; `make site` builds it")
    if not (COURSE / "records.db").is_file():
        sys.exit("there is no graded class in build/demo; `make demo` makes one")
    browser_path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser_path is None:
        sys.exit("there is no Chromium; on Debian and Ubuntu: apt install chromium fonts-noto-cjk")
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with serve() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"])
        for lang in ("en", "zh"):
            take_pictures(browser, address, lang)
        browser.close()
    for path in sorted(OUT.glob("*.png")):
        print(f"screenshots  {path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


@contextlib.contextmanager
def serve() -> Iterator[str]:
    """Serve the built site while the pictures are taken."""
    server = make_server(SITE, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def take_pictures(browser: Any, address: str, lang: str) -> None:
    """Take every picture in one language."""
    home = address if lang == "en" else f"{address}zh/"
    with open_page(browser, lang) as page:
        page.goto(home)
        page.click("[data-forge]")
        take(page, f"home-{lang}")
        page.goto(f"{home}{LESSON}")
        page.evaluate("scrollTo(0, document.querySelector('#figure-2').getBoundingClientRect().top - 240)")
        take(page, f"lesson-{lang}")
    with open_page(browser, lang, PHONE, "dark") as page:
        page.goto(f"{home}curriculum/")
        take(page, f"curriculum-phone-{lang}")
    with open_page(browser, lang) as page:
        picture_lab(page, f"{address}lab/{lang}/{LAB}/", f"lab-{lang}")
    with open_page(browser, lang) as page:
        page.goto(write_report(lang).as_uri())
        take(page, f"report-{lang}")


@contextlib.contextmanager
def open_page(browser: Any, lang: str, window: dict[str, int] = WINDOW, colours: str = "light") -> Iterator[Any]:
    """Open a page in a profile of its own, in which nothing differs from run to run."""
    locale = "zh-CN" if lang == "zh" else "en-GB"
    looks = {"color_scheme": colours, "reduced_motion": "reduce", "locale": locale, "timezone_id": "UTC"}
    context = browser.new_context(viewport=window, **looks)
    yield context.new_page()
    context.close()


def picture_lab(page: Any, address: str, name: str) -> None:
    """Open a lab, wait until Python runs in it, run what can be run before a task is solved, and show its figure."""
    page.goto(address)
    page.wait_for_selector("#restart:not([disabled])", timeout=BOOT_MILLISECONDS)
    frame = next(frame for frame in page.frames if "/lab/notebooks" in frame.url)
    frame.evaluate(_RUN_UP_TO_THE_FIGURE)
    frame.wait_for_selector(".jp-mod-active .jp-OutputArea svg[role=img]", timeout=BOOT_MILLISECONDS)
    page.wait_for_selector(".strip", state="hidden")  # which says for a moment that Python is ready
    take(page, name)


def write_report(lang: str) -> Path:
    """Write the report on the demo's class, in three classes, and return its page."""
    learners = sorted(path.name for path in (COURSE / "submitted").iterdir())
    roster = OUT / "roster.csv"
    rows = [f"{learner},{'ABC'[number % 3]}" for number, learner in enumerate(learners)]
    roster.write_text("\n".join(["learner,class", *rows]) + "\n", "utf-8")
    page = OUT / f"report-{lang}.html"
    command = [sys.executable, "-m", "autograder", "report", str(COURSE), "--roster", str(roster), "--lang", lang, "--out", str(page)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return page


def take(page: Any, name: str) -> None:
    """Take one picture, once fonts are there, scripts have run and nothing is under way."""
    page.evaluate("document.fonts.ready.then(() => true)")
    if page.locator("template#scripts").count():
        page.wait_for_selector("html[data-scripts=run]", state="attached")
    page.mouse.move(0, 0)
    page.wait_for_timeout(600)
    page.screenshot(path=OUT / f"{name}.png", animations="disabled", caret="hide")


if __name__ == "__main__":
    main()
