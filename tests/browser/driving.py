"""How the tests drive a lab: as a learner with a mouse and a keyboard, or, where that would only be slow, through the notebook's model."""

import json
import re
import time
from pathlib import Path

from autograder.labs.source import load_lab
from autograder.nbgrader.format import compute_released_source
from autograder.release import build_notebook

ROOT = Path(__file__).parents[2]
LAB = load_lab(ROOT / "labs" / "02-merkle-proofs")
LANGUAGES = ("en", "zh")
BOOT_MILLISECONDS = 180_000
"""Patience for a machine with other work to do; what a learner waits for is measured apart."""

PANEL = "const panel = jupyterapp.shell.currentWidget; const cells = panel.content.widgets;"
FIND = "const place = cells.findIndex((cell) => cell.model.getMetadata('nbgrader')?.grade_id === id);"


def get_master(lang, lab=LAB):
    (master,) = lab.get_notebooks(lang)
    return master


def get_release(lang, lab=LAB):
    return build_notebook(lab, get_master(lang, lab))


def get_solutions(lang, lab=LAB):
    """Return the model solutions, by grade id, as a learner would type them."""
    complete = build_notebook(lab, get_master(lang, lab), complete=True)["cells"]
    cells = [cell for cell in complete if cell["metadata"].get("nbgrader", {}).get("solution")]
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", "".join(cell["source"])) for cell in cells
    }


def get_stub(lang, grade_id):
    return next(compute_released_source(cell) for cell in get_master(lang).cells if cell.grade_id == grade_id)


def wait_for_scripts(page):
    """Wait until the last script of one of our pages has run: they begin when it has been painted, which may be after `load`."""
    page.wait_for_selector("html[data-scripts=run]", state="attached")


class Learner:
    """One browser profile, with one page open in it."""

    def __init__(self, context, url, lang, lab=LAB):
        self.context, self.url, self.lang, self.lab = context, url, lang, lab
        self.strange_requests, self.errors = [], []
        context.set_default_timeout(60_000)
        context.on("request", self._on_request)
        self.page = context.new_page()

    def _on_request(self, request):
        if not request.url.startswith((self.url, "blob:", "data:")):
            self.strange_requests.append(request.url)

    @property
    def lab_url(self):
        return f"{self.url}lab/{self.lang}/{self.lab.id}/"

    @property
    def frame(self):
        return self.page.frame_locator("#notebook")

    def run_in_frame(self, script, argument=None):
        """Run `script`, the body of a function of `id`, in the notebook's page; `panel` and `cells` are at hand."""
        (frame,) = (frame for frame in self.page.frames if "/lab/notebooks" in frame.url)
        return frame.evaluate(f"async (id) => {{ {PANEL} {script} }}", argument)

    def open_lab(self, ready=True):
        self.page.goto(self.lab_url)
        self.wait_open()
        if ready:
            self.wait_ready()
        return self

    def wait_for(self, condition, seconds=60):
        """Wait until `condition` holds. (Playwright's own way evaluates text in the page, which our pages forbid.)"""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"not within {seconds} s"
            self.page.wait_for_timeout(100)

    def wait_open(self):
        self.page.wait_for_selector("#boot[hidden]", state="attached", timeout=BOOT_MILLISECONDS)

    def wait_ready(self):
        self.page.wait_for_selector("#restart:not([disabled])", timeout=BOOT_MILLISECONDS)

    def close_tab(self):
        """Close the page as a person does, whatever it asks."""
        page = self.page
        page.on("dialog", lambda dialog: dialog.accept())
        page.close(run_before_unload=True)
        if not page.is_closed():
            page.wait_for_event("close")
        self.page = self.context.new_page()

    # Cells

    def go_to(self, grade_id):
        self.run_in_frame(
            f"{FIND} panel.content.activeCellIndex = place; await panel.content.scrollToItem(place, 'center').catch(console.log);", grade_id
        )
        return self.frame.locator(".jp-Notebook .jp-Cell.jp-mod-active")

    def type(self, grade_id, text):
        """Replace what a cell holds by typing."""
        self.go_to(grade_id).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def set_source(self, grade_id, text):
        self.run_in_frame(
            f"const [name, text] = id; {FIND.replace('=== id', '=== name')} cells[place].model.sharedModel.setSource(text);",
            [grade_id, text],
        )

    def get_source(self, grade_id):
        return self.run_in_frame(f"{FIND} return cells[place].model.sharedModel.getSource();", grade_id)

    def run_cell(self, grade_id):
        """Run a cell as a learner does."""
        self.go_to(grade_id).click(position={"x": 20, "y": 8})
        self.page.keyboard.press("Shift+Enter")

    def use_figure(self, grade_id):
        """Work the first control of a figure by keyboard, as whoever has no mouse does; wait until the figure answers.

        One that is only a picture has nothing to answer with, but is there.
        """
        place = self.run_in_frame(f"{FIND} return place;", grade_id)
        self.go_to(grade_id)
        figure = self.frame.locator(f".jp-Cell[data-windowed-list-index='{place}'] .jp-OutputArea").first
        control = figure.locator(".jupyter-widgets :is(select, input), button.jupyter-button").locator("visible=true").first
        if not control.count():
            assert figure.locator("svg, img").count() > 0
            return
        control.focus()
        before = figure.inner_html()
        keys = {"SELECT": ["Space", "ArrowDown", "Enter"], "BUTTON": ["Space"], "INPUT": ["End", "7", "Tab"]}
        for key in keys[control.evaluate("one => one.tagName")]:
            self.page.keyboard.press(key)
        self.wait_for(lambda: figure.inner_html() != before)

    def run_all(self):
        self.run_in_frame("await jupyterapp.commands.execute('notebook:run-all-cells');")

    def get_number(self, grade_id):
        """Return the number that stands beside a cell that ran."""
        return self.run_in_frame(f"{FIND} return cells[place].model.executionCount;", grade_id)

    def get_output(self, grade_id):
        """Return a cell's output as text."""
        return self.run_in_frame(f"{FIND} return cells[place].outputArea?.node.textContent ?? '';", grade_id)

    def wait_for_output(self, grade_id, text="", seconds=BOOT_MILLISECONDS / 1000):
        self.wait_for(lambda: (said := self.get_output(grade_id).strip()) and text in said, seconds)

    # Files

    def open_shelf(self):
        self.page.click("#files")
        self.page.wait_for_selector("#shelf[open]")

    def put_file(self, path, notebook):
        """Put a file into the notebook's storage, as an earlier visit might have left it."""
        self.run_in_frame(
            """const [path, content] = id;
            const { contents } = jupyterapp.serviceManager;
            for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
                const folder = path.slice(0, end);
                if (!await contents.get(folder).catch(() => null)) await contents.save(folder, { type: 'directory', content: null });
            }
            await contents.save(path, { type: 'notebook', format: 'json', content });""",
            [path, notebook],
        )

    def list_files(self):
        """Return path -> notebook of all that is stored."""
        return self.run_in_frame(
            "const { contents } = jupyterapp.serviceManager; const found = {}; const folders = [''];"
            "while (folders.length) for (const one of (await contents.get(folders.pop(), { content: true })).content) {"
            " if (one.type === 'directory') folders.push(one.path);"
            " else found[one.path] = (await contents.get(one.path, { content: true })).content; } return found;"
        )

    def get_path(self):
        return self.run_in_frame("return panel.context.path;")

    def save(self):
        self.run_in_frame("await panel.context.save();")

    def download(self, folder):
        """Press the button, and return the file."""
        with self.page.expect_download() as started:
            self.page.click("#download")
        path = folder / started.value.suggested_filename
        started.value.save_as(path)
        return path

    # What the page says

    def get_points(self):
        return self.page.inner_text("#points span")

    def wait_for_notice(self, name):
        self.page.wait_for_selector(f"[data-notice={name}]")
        return self.page.inner_text(f"[data-notice={name}] p")

    def get_kept_progress(self):
        return json.loads(self.page.evaluate("localStorage.getItem('minichain-progress')") or "{}")
