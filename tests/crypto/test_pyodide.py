"""The readable implementations pass the published cases in the browser's Python too: Pyodide, run by node, on this checkout."""

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.crypto.published import VECTORS

ROOT = Path(__file__).parents[2]
VERSION = "314.0.6"
FOLDER = ROOT / "build" / "pyodide"
FILES = [
    "test_hash_vectors.py",
    "test_ecdsa.py",
    "test_ed25519.py",
    "test_x25519.py",
    "test_sm2.py",
    "test_hmac.py",
    "test_block_ciphers.py",
    "test_gcm.py",
    "test_key_files.py",
    "test_rlp_vectors.py",
    "test_trie_vectors.py",
]
"""The files of published cases that need nothing but Python."""


@pytest.fixture(scope="module")
def pyodide():
    """Return the folder of the npm package, which is installed into build/ once."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not on PATH, and Pyodide needs it here")
    package = FOLDER / "node_modules" / "pyodide"
    if not (package / "package.json").is_file() or f'"version": "{VERSION}"' not in (package / "package.json").read_text():
        command = ["npm", "install", "--no-save", "--no-package-lock", "--silent", "--prefix", str(FOLDER), f"pyodide@{VERSION}"]
        FOLDER.mkdir(parents=True, exist_ok=True)
        installed = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert installed.returncode == 0, installed.stderr
    return package


@pytest.mark.long
def test_published_cases_pass_in_pyodide(pyodide, count_cases):
    if not VECTORS.is_dir():
        pytest.skip(f"there are no vectors in {VECTORS}; MINICHAIN_VECTORS names their folder")
    runner, packages = Path(__file__).with_name("run_in_pyodide.mjs"), sysconfig.get_path("purelib")
    files = [f"tests/crypto/{name}" for name in FILES]
    ran = subprocess.run(
        ["node", runner, pyodide, ROOT, VECTORS, packages, *files], capture_output=True, text=True, timeout=1000, check=False
    )
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-2000:]
    counts = re.findall(r"^(\S.*?) +([\d,]+)   (readable.*)$", ran.stdout, re.MULTILINE)
    assert len(counts) >= 20
    for source, cases, implementations in counts:
        # hashlib is Python's own there: it has SHA-256 and no OpenSSL
        assert set(implementations.split(", ")) <= {"readable", "hashlib"}, "a compiled library in the browser?"
        count_cases(source, int(cases.replace(",", "")), "Pyodide")
