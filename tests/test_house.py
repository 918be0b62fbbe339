"""The house: what is packed, what is pinned, which arrows hold, and what `make` says when it cannot start."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = ("minichain", "autograder")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def run(*command, **options):
    """Run a program and return what it did; its output is text."""
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600, check=False, **options)


def get_tracked_texts():
    """Yield (path, text) for each text file that is, or is about to be, in the repository."""
    listing = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    assert listing.returncode == 0, listing.stderr
    for name in listing.stdout.splitlines():
        path = ROOT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield name, content.decode()


def get_requirements(*, base, extras):
    """Return the requirements that pyproject.toml declares, by canonical name."""
    texts = list(PROJECT["project"]["dependencies"]) if base else []
    if extras:
        texts += [text for extra in PROJECT["project"]["optional-dependencies"].values() for text in extra]
    return {canonicalize_name(found.name): found for found in map(Requirement, texts) if found.name != "minichain"}


# Packing


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the wheel, built from this checkout with the build backend of the lock."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    built = run(*pip, cwd=folder)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_works_outside_the_checkout(wheel, tmp_path):
    """Installed next to nothing else of ours, both commands answer, and what they import is the wheel's."""
    installed = run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", tmp_path / "site", wheel)
    assert installed.returncode == 0, installed.stderr
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    for name in PACKAGES:
        answer = run(tmp_path / "site" / "bin" / name, "--help", cwd=tmp_path, env=environment)
        assert answer.returncode == 0, answer.stderr
        assert name in answer.stdout
    script = "import autograder, minichain; print(autograder.__file__, minichain.__file__, sep='\\n')"
    where = run(sys.executable, "-c", script, cwd=tmp_path, env=environment)
    assert [path for path in where.stdout.splitlines() if not path.startswith(str(tmp_path))] == [], where.stderr


def test_the_wheel_holds_every_file_of_the_packages(wheel, tmp_path):
    shutil.unpack_archive(wheel, tmp_path, "zip")
    packed = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file() and path.parts[-2] != "licenses"}
    packed = {name for name in packed if name.startswith(PACKAGES) and ".dist-info" not in name}
    written = {name for name, _ in get_tracked_texts() if name.startswith(tuple(f"{package}/" for package in PACKAGES))}
    assert packed == written


@pytest.mark.long
def test_the_base_install_is_enough_for_both_commands(wheel, tmp_path):
    """In a fresh environment with nothing but what the wheel asks for, at the versions of the lock."""
    lock = (ROOT / "requirements" / "dev.txt").read_text()
    pins = re.findall(r"^(\S+==\S+)(?: ; (.*?))? \\$", lock, re.MULTILINE)
    (tmp_path / "pins.txt").write_text("".join(f"{pin} ; {marker}\n" if marker else f"{pin}\n" for pin, marker in pins))
    assert run(sys.executable, "-m", "venv", tmp_path / "env").returncode == 0
    python = tmp_path / "env" / "bin" / "python"
    installed = run(python, "-m", "pip", "install", "--quiet", "--constraint", tmp_path / "pins.txt", wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    (tmp_path / "abc").write_bytes(b"abc")
    digest = run(python.with_name("minichain"), "hash", "--algorithm", "sm3", "abc", cwd=tmp_path)
    assert digest.stdout.startswith("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"), digest.stderr
    answer = run(python.with_name("autograder"), "--help", cwd=tmp_path)
    assert (answer.returncode, "Traceback" in answer.stderr) == (0, False), answer.stderr


# Pins and imports


def test_the_lock_keeps_to_the_ranges_and_pins_every_package_with_a_hash():
    lock = (ROOT / "requirements" / "dev.txt").read_text()
    blocks = re.findall(r"^([\w.-]+)==(\S+).*((?:\n    --hash=sha256:[0-9a-f]{64}.*)+)", lock, re.MULTILINE)
    pinned = {canonicalize_name(name): version for name, version, _ in blocks}
    assert len(blocks) == len(re.findall(r"^[^\s#]", lock, re.MULTILINE)), "a line that is neither a pin with a hash nor a comment"
    wanted = {**get_requirements(base=True, extras=True)}
    wanted |= {canonicalize_name(found.name): found for found in map(Requirement, PROJECT["dependency-groups"]["dev"])}
    astray = [str(found) for name, found in wanted.items() if name not in pinned or pinned[name] not in found.specifier]
    assert not astray, "run `make lock`"


def test_what_a_module_imports_when_it_is_loaded_is_declared():
    distributions = importlib.metadata.packages_distributions()
    declared = get_requirements(base=True, extras=True)
    for path in SOURCES:
        for name in get_imports(ast.parse(path.read_text()).body) - {*sys.stdlib_module_names, *PACKAGES}:
            owners = {canonicalize_name(owner) for owner in distributions.get(name, [])}
            assert owners & declared.keys(), f"{path.relative_to(ROOT)} imports {name}, which pyproject.toml does not declare"


def get_imports(statements):
    """Return the top-level names that statements import; relative imports are not used here."""
    imports = [node for node in statements if isinstance(node, ast.Import)]
    froms = [node for node in statements if isinstance(node, ast.ImportFrom)]
    return {alias.name.split(".")[0] for node in imports for alias in node.names} | {str(node.module).split(".")[0] for node in froms}


def test_the_chain_imports_without_a_compiled_package():
    """The browser has none. The command line and the notebook's part are for those who have them."""
    script = """
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys(["cryptography", "sha3", "typer", "rich", "ipywidgets", "IPython"]))
import minichain
for module in pkgutil.walk_packages(minichain.__path__, "minichain."):
    is_source = module.name.startswith("minichain.contracts.standards.") or module.name.endswith(".contract")  # never imported
    if not module.name.startswith(("minichain.cli", "minichain.learn")) and not is_source:
        importlib.import_module(module.name)
from minichain.crypto.hashing import keccak256
print(keccak256(b"").hex())
"""
    loaded = run(sys.executable, "-c", script, cwd=ROOT)
    assert loaded.stdout.strip() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470", loaded.stderr


def test_the_graders_help_needs_no_extra():
    """`pip install minichain` brings the command too, which must be able to say what is missing."""
    extras = [
        "datasketch",
        "distributed",
        "jinja2",
        "libcst",
        "markupsafe",
        "msgpack",
        "mutmut",
        "nbgrader",
        "numpy",
        "psycopg",
        "sqlalchemy",
    ]
    script = f"import sys; sys.modules.update(dict.fromkeys({extras})); sys.argv[1:] = ['--help']; from autograder.cli import main; main()"
    answer = run(sys.executable, "-c", script, cwd=ROOT)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_the_arrows_are_held(tmp_path):
    """As things stand no contract is broken; one wrong import for each of them, and all of them are."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    lint = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    kept = run(*lint, cwd=tmp_path)
    assert kept.returncode == 0, kept.stdout + kept.stderr
    for target, statement in (
        ("minichain/figures/__init__.py", "import minichain.crypto"),
        ("minichain/crypto/__init__.py", "import autograder"),
        ("minichain/contracts/system/__init__.py", "import minichain.contracts.python.engine"),
        ("autograder/read.py", "import minichain.figures"),
        ("autograder/records/store.py", "import autograder.sealing.seals"),
    ):
        with (tmp_path / target).open("a") as module:
            module.write(f"\n{statement}\n")
    broken = run(*lint, cwd=tmp_path)
    contracts = [contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]]
    assert [name for name in contracts if f"{name} BROKEN" not in broken.stdout] == []


# What a reader finds


def test_no_file_names_a_download_host_or_a_folder_of_one_machine():
    forbidden = re.compile(r"://[a-z.-]*(py(pi|thonh)|npmj|debian)|(?<![\w.])/(root|work|home/\w+|Users/\w+)/", re.IGNORECASE)
    found = [f"{name}: {match[0]}" for name, text in get_tracked_texts() for match in forbidden.finditer(text)]
    assert found == []


def test_no_file_has_grown_past_one_idea():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > 450} == {}


def test_nothing_in_the_packages_is_left_for_later():
    for path in SOURCES:
        text = path.read_text()
        assert not re.search(r"\b(TODO|FIXME|XXX)\b", text), path
        for node in ast.walk(ast.parse(text)):
            assert not (isinstance(node, ast.Raise) and node.exc and "NotImplementedError" in ast.dump(node.exc)), f"{path}:{node.lineno}"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_what_a_page_points_to_is_there(page):
    text = (ROOT / page).read_text()
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert [name for name in re.findall(r"(?:`|\$ )make ([a-z-]+)", text) if name not in targets] == []
    assert [link for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text) if not (ROOT / link).exists()] == []


# Setting up


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ("exit 127", "no Python found"),
        (
            'case "$2" in *version_info*) exit 1;; esac; test "$1" != --version || echo Python 3.9.2',
            "is Python 3.9.2; MiniChain needs Python 3.11",
        ),
        ('case "$2" in *ensurepip*) exit 1;; esac', "apt install python3-venv"),
    ],
)
def test_make_says_in_one_line_what_it_misses(tmp_path, answers, words):
    for name in ("Makefile", "pyproject.toml", "requirements"):
        (tmp_path / name).symlink_to(ROOT / name)
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{answers}\n")
    python.chmod(0o755)
    made = run("make", "test", "PYTHON=./python", cwd=tmp_path)
    assert made.returncode != 0
    told = [line for line in made.stderr.splitlines() if not line.startswith("make")]
    assert len(told) == 1
    assert words in told[0]
    assert not (tmp_path / ".venv").exists()


# Skipping


SKIPPING = """
import pytest
def test_quietly(): pytest.skip("no vectors")
@pytest.mark.skip(reason="not today")
def test_openly(): pass
@pytest.mark.may_skip("needs a newer kernel")
def test_with_leave(): pytest.skip("old kernel")
@pytest.mark.xfail
def test_known(): assert False
@pytest.mark.long
def test_long(): pass
"""


@pytest.mark.parametrize(
    ("forbid", "summary"), [("", "3 skipped, 1 deselected, 1 xfailed"), ("1", "1 failed, 1 skipped, 1 deselected, 1 xfailed, 1 error")]
)
def test_a_skipped_test_fails_where_nothing_may_be_skipped(tmp_path, forbid, summary):
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "not long", "test_skipping.py"]
    ran = run(*command, cwd=tmp_path, env={**os.environ, "MINICHAIN_NO_SKIP": forbid})
    assert summary in ran.stdout
    assert "LEFT OUT: 1 long (make test-all runs them)" in ran.stdout
    assert "no vectors" in ran.stdout


def test_a_file_that_skips_itself_fails_where_nothing_may_be_skipped(tmp_path):
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_absent.py").write_text("import pytest\npytest.skip('no such library', allow_module_level=True)\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_absent.py"]
    ran = run(*command, cwd=tmp_path, env={**os.environ, "MINICHAIN_NO_SKIP": "1"})
    assert ran.returncode != 0
    assert "no such library" in ran.stdout
