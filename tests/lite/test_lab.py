"""The built lab in a real browser, around two pages of our own: it starts, it is small, and it goes on without a network.

Run with -s to see the measured numbers. What else runs on the machine changes the times, not the bytes.
"""

import json
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.lite import measure

pytestmark = [pytest.mark.browser, pytest.mark.long]

ROOT = Path(__file__).parents[2]
LITE = ROOT / "site" / "lite"
ONLY_HERE = "--host-resolver-rules=MAP classroom.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"

PAGE = """<!DOCTYPE html><html lang="{lang}"><meta charset="utf-8"><link rel="icon" href="{up}favicon.ico"><title>{lang}</title>
<p>The course</p>
<div><button data-offline data-root="{up}." hidden></button><progress max="1" value="0" hidden></progress><span role="status"></span></div>
<script src="{up}assets/offline.js" defer></script></html>"""

CELLS = [
    "import sys\nprint('answer', 6 * 7)",
    "from minichain.learn import show_merkle_tree\nshow_merkle_tree([b'a', b'b', b'c'])",
    "import os\nprint('folder', os.getcwd(), os.path.exists('lab.ipynb'))",
]


def make_notebook():
    cells = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": s, "outputs": [], "execution_count": None}
        for i, s in enumerate(CELLS)
    ]
    return {"cells": cells, "metadata": {"kernelspec": {"name": "python", "display_name": "Python"}}, "nbformat": 4, "nbformat_minor": 5}


def finish(site, out):
    subprocess.run([sys.executable, LITE / "finish.py", "--site", site, "--zip", out], check=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the lab, and a page in each language around it."""
    site = tmp_path_factory.mktemp("built") / "site"
    (site / "zh").mkdir(parents=True)
    (site / "assets").mkdir()
    (site / "index.html").write_text(PAGE.format(lang="en", up=""), "utf-8")
    (site / "zh" / "index.html").write_text(PAGE.format(lang="zh", up="../"), "utf-8")
    (site / "404.html").write_text("<!DOCTYPE html><title>missing</title>Nothing here.", "utf-8")
    (site / "favicon.ico").write_bytes(b"")
    shutil.copyfile(LITE / "offline.js", site / "assets" / "offline.js")
    times = []
    for _ in range(2):
        start = time.monotonic()
        subprocess.run([sys.executable, LITE / "build.py", "--out", site], check=True)
        times.append(time.monotonic() - start)
    finish(site, site.parent / "course.zip")
    print(f"\nlab built in {times[0]:.1f} s, again in {times[1]:.1f} s; {(site.parent / 'course.zip').stat().st_size / 1e6:.1f} MB zip")
    return site


@pytest.fixture(scope="module")
def browser(launch_chromium):
    browser = launch_chromium(ONLY_HERE)
    yield browser
    browser.close()


@pytest.fixture
def visitor(browser):
    """A browser that nobody has used, and the addresses that its pages and frames asked for."""
    context = browser.new_context()
    context.set_default_timeout(180_000)
    context.asked = []
    context.on("request", lambda request: context.asked.append(request.url))
    yield context
    context.close()


def put_notebook(page, url):
    """Save the notebook as the course's own pages do, through the app's contents."""
    page.goto(f"{url}lab/notebooks/index.html?path=lab.ipynb")
    page.wait_for_function("window.jupyterapp")
    save = "notebook => jupyterapp.serviceManager.contents.save('lab.ipynb', {type: 'notebook', format: 'json', content: notebook})"
    page.evaluate(save, make_notebook())


def run_lab(page, url, app="notebooks"):
    """Open the notebook, run it, and return the seconds until the first output and what the last cell says."""
    start = time.monotonic()
    page.goto(f"{url}lab/{app}/index.html?path=lab.ipynb")
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady")
    page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_selector("text=answer 42")
    seconds = time.monotonic() - start
    page.wait_for_selector(".jp-OutputArea svg")
    return seconds, page.wait_for_selector("text=/^folder /").inner_text().strip()


def test_a_first_visit_is_small_and_comes_from_here(built, visitor, browser):
    with measure.serve(built) as site:
        page = visitor.new_page()
        put_notebook(page, site.url)
        state = visitor.storage_state(indexed_db=True)
        fresh = browser.new_context(storage_state=state)
        fresh.on("request", lambda request: visitor.asked.append(request.url))
        visitor.clear_cookies()
        page.close()
        site.clear()
        page = fresh.new_page()
        page.set_default_timeout(180_000)
        seconds, folder = run_lab(page, site.url)
        time.sleep(2)
        requests = site.read()
        fresh.close()
        sent = sum(request.sent for request in requests)
        print(f"\nfirst visit: {sent / 1e6:.2f} MB, {len(requests)} requests, first output after {seconds:.1f} s")
        assert sent <= 12e6
        assert folder == "folder /drive True"
        assert not [request for request in requests if request.status >= 400]
        assert {request.host for request in requests} == {site.url.split("/")[2]}
        assert not [url for url in visitor.asked if not url.startswith((site.url, "data:", "blob:", "about:"))]
        assert not [request.path for request in requests if "offline" in request.path]


def test_the_course_goes_on_without_a_server(built, visitor):
    with measure.serve(built) as site:
        page = visitor.new_page()
        page.goto(site.url)
        page.wait_for_selector("[data-state=ready]")
        assert page.inner_text("button") == "Make this course available offline"
        site.clear()
        start = time.monotonic()
        page.click("button")
        page.wait_for_function("document.querySelector('progress').value > 0.02")
        page.goto(f"{site.url}zh/")  # reading on interrupts nothing for good
        page.wait_for_selector("[data-state=done]")
        kept = sum(request.sent for request in site.read())
        print(f"\noffline copy: {kept / 1e6:.1f} MB in {time.monotonic() - start:.1f} s; {page.inner_text('[role=status]')}")
        put_notebook(page, site.url)
        page.goto("about:blank")
        site.clear()
        page.goto(site.url)
        seconds, _ = run_lab(page, site.url)
        again = sum(request.sent for request in site.read())
        print(f"visit with the copy: {again / 1e6:.4f} MB, first output after {seconds:.1f} s")
        assert again <= 0.1e6

        site.kill()
        page.goto(f"{site.url}zh")
        assert page.url == f"{site.url}zh/" and page.inner_text("p") == "The course"
        assert page.goto(f"{site.url}no/such/page").status == 404 and "Nothing here" in page.inner_text("body")
        seconds, folder = run_lab(page, site.url, "notebooks-zh")
        print(f"without a server: first output after {seconds:.1f} s")
        assert folder == "folder /drive True"
        assert "文件" in page.inner_text(".lm-MenuBar")
        assert not [url for url in visitor.asked if not url.startswith((site.url, "data:", "blob:", "about:"))]


def test_an_update_fetches_what_changed(built, visitor, tmp_path):
    site_folder = tmp_path / "site"
    site_folder.mkdir()
    for name in ("index.html", "404.html", "favicon.ico", "service-worker.js"):
        shutil.copyfile(built / name, site_folder / name)
    shutil.copytree(built / "assets", site_folder / "assets")
    shutil.copytree(built / "zh", site_folder / "zh")
    (site_folder / "lab").mkdir()
    shutil.copyfile(built / "lab" / "service-worker.js", site_folder / "lab" / "service-worker.js")
    (site_folder / "lesson.html").write_text(PAGE.format(lang="en", up="") + "<i>old</i>", "utf-8")
    finish(site_folder, tmp_path / "course.zip")
    with measure.serve(site_folder) as site:
        page = visitor.new_page()
        page.goto(site.url)
        page.click("button")
        page.wait_for_selector("[data-state=done]")
        (site_folder / "lesson.html").write_text(PAGE.format(lang="en", up="") + "<i>new</i>", "utf-8")
        finish(site_folder, tmp_path / "course.zip")
        site.clear()
        page.goto(f"{site.url}lesson.html")
        assert page.inner_text("i") == "old"  # the copy answers first, whole and of one version
        page.wait_for_selector("text=The offline copy was updated")
        fetched = [request.path for request in site.read() if request.status == 200 and "service-worker" not in request.path]
        assert sorted(fetched) == ["/lesson.html", "/offline-version.txt", "/offline.json"]
        page.reload()
        page.wait_for_selector("[data-state=done]")
        assert page.inner_text("i") == "new"
        assert page.evaluate("caches.keys().then(names => names.filter(name => name.startsWith('minichain')).length)") == 1

        # An interrupted update keeps the old copy; what is damaged on its way is not stored.
        manifest = json.loads((site_folder / "offline.json").read_text("utf-8"))
        manifest["version"], manifest["files"]["lesson.html"] = "damaged", ["0" * 16, 10]
        (site_folder / "offline.json").write_text(json.dumps(manifest), "utf-8")
        (site_folder / "offline-version.txt").write_text("damaged\n", "utf-8")
        page.reload()
        page.wait_for_selector("[data-state=failed]")
        site.kill()
        page.reload()
        page.wait_for_selector("[data-state=done]")
        assert page.inner_text("i") == "new"


def test_a_classroom_over_plain_http(built, visitor, tmp_path):
    """From the zip, under a name that is no secure context: no service worker, no folder, but labs run and work is kept."""
    zipfile.ZipFile(built.parent / "course.zip").extractall(tmp_path)
    command = [sys.executable, "-u", tmp_path / "minichain-offline" / "serve.py", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        port = re.search(r":(\d+)/", server.stdout.readline()).group(1)
        url = f"http://classroom.example:{port}/"
        page = visitor.new_page()
        page.goto(url)
        assert not page.evaluate("isSecureContext") and not page.is_visible("button")
        put_notebook(page, url)
        seconds, folder = run_lab(page, url)
        print(f"\nplain http: first output after {seconds:.1f} s; {folder}")
        assert folder == "folder /home/pyodide False"
        page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
        page.close()
        page = visitor.new_page()
        page.goto(f"{url}lab/notebooks/index.html?path=lab.ipynb")
        page.wait_for_selector("text=answer 42")
        server.kill()


def test_everything_that_a_lab_loads_lies_beside_it(built):
    lab = built / "lab"
    config = json.loads((lab / "jupyter-lite.json").read_text("utf-8"))["jupyter-config-data"]
    kernel = config["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert (
        kernel["pyodideUrl"].startswith("./")
        and kernel["loadPyodideOptions"]["lockFileURL"].startswith("./")
        and kernel["disablePyPIFallback"]
    )
    for path in [*lab.glob("**/jupyter-lite.json"), *lab.glob("notebooks*/index.html"), *lab.glob("static/pyodide/pyodide-lock.json")]:
        assert not re.search(r"https?://(?!github\.com/jupyterlab/jupyterlab/blob|www\.w3\.org/)", path.read_text("utf-8")), path
    for script in lab.rglob("*.js"):
        assert "cdn.jsdelivr.net" not in script.read_text("utf-8"), script
    packages = json.loads((lab / "static" / "pyodide" / "pyodide-lock.json").read_text("utf-8"))["packages"]
    assert set(kernel["loadPyodideOptions"]["packages"]) <= set(packages)
    assert {entry["file_name"] for entry in packages.values()} == {path.name for path in lab.glob("static/pyodide/*.whl")}
    assert {path.name for path in lab.rglob("*.ipynb")} <= {"jupyter-lite.ipynb"}  # settings, not lessons


def test_the_browser_has_the_readable_chain_and_no_more(built):
    (wheel,) = (built / "lab" / "static" / "pyodide").glob("minichain-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "minichain/crypto/merkle.py" in names
    assert not [name for name in names if name.startswith(("autograder", "minichain/cli"))]
    manifest = json.loads((built / "offline.json").read_text("utf-8"))
    there = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == there - {"offline.json", "offline-version.txt", "service-worker.js"}
