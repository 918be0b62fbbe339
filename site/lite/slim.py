"""Make Python start sooner in the browser: leave out what no lab uses, and compile beforehand what every lab imports.

Half of the time in which Python starts goes into compiling modules. The core and the third parties' wheels are therefore started once
under Node.js, by the same Python (`compile.mjs`), and what was imported is stored compiled instead of as source, which would double the
bytes. A traceback through such a module names file and line but cannot quote it; the chain's own modules keep their source. Where a file
of `stubs/` bears the name of one in a wheel, it replaces it.

Simplifications: of pygments only the lexers that colour Python and its tracebacks are kept, so no other language is coloured.
"""

import base64
import hashlib
import re
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

UNUSED: Final = re.compile(
    r"IPython/(external/qt|sphinxext|testing/(?!__init__|skipdoctest)|terminal/(?!__init__|embed|pt_inputhooks/__init__))"
    r"|IPython/(core/tests|extensions/tests|utils/_process_win32)"
    r"|pygments/(lexers/(?!__init__|_mapping|python|special)|formatters/(?!__init__|_mapping|html|terminal)|filters/(?!__init__)|sphinxext)"
    r"|ipywidgets/.*/tests/|.*\.data/"
)
"""Files of wheels that no lab uses: terminals, tests, and the colours of other languages."""

UNREACHABLE: Final = re.compile(r"(ftplib|imaplib|mailbox|poplib|smtplib)\.py|(xmlrpc|wsgiref)/")
"""Modules of the standard library that need sockets, which a page does not have: mail and old ways to serve."""

EPOCH: Final = (2020, 1, 1, 0, 0, 0)
"""The date of every file in an archive: the same input gives the same bytes."""


def read_archive(path: Path) -> dict[str, bytes]:
    """Return the files of a zip or wheel."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def write_archive(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a zip that depends on nothing but `files`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)


def write_wheel(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a wheel with its list of files (PEP 427, RECORD)."""
    record = f"{'-'.join(path.name.split('-')[:2])}.dist-info/RECORD"
    rows = [f"{name},sha256={compute_record_hash(data)},{len(data)}" for name, data in sorted(files.items()) if name != record]
    write_archive(path, {**files, record: "\n".join([*rows, f"{record},,", ""]).encode()})


def compute_record_hash(data: bytes) -> str:
    """Return a hash as RECORD writes it: base64 for addresses, unpadded."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def build_stub(stub: Path, folder: Path) -> None:
    """Put a stub into the wheel of its name, or make a wheel of it where there is none."""
    name, version = stub.name.split("-")
    files = {str(path.relative_to(stub)): path.read_bytes() for path in stub.rglob("*.py")}
    wheel = folder / f"{stub.name}-py3-none-any.whl"
    if wheel.exists():
        write_wheel(wheel, {**read_archive(wheel), **files})
    else:
        info = f"{stub.name}.dist-info"
        files[f"{info}/METADATA"] = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nLicense-Expression: Apache-2.0\n".encode()
        files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        write_wheel(wheel, files)


def drop_unused(wheel: Path) -> None:
    """Take out of a wheel what no lab uses."""
    write_wheel(wheel, {name: data for name, data in read_archive(wheel).items() if not UNUSED.match(name)})


def compile_imported(core: Path, node: str, roots: list[str], compiled: Path) -> None:
    """Start Python from `core`, load the packages `roots`, and store what was imported, compiled, in `compiled`."""
    script = Path(__file__).with_name("compile.mjs")
    done = subprocess.run([node, str(script), str(core), str(compiled), *roots], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"Python did not start under Node.js:\n{(done.stdout + done.stderr)[-2000:]}")


def add_compiled(core: Path, compiled: Path) -> None:
    """Put the compiled modules into the archives of `core`, in the place of their sources."""
    library = core / "python_stdlib.zip"
    modules = {name: data for name, data in read_archive(library).items() if not UNREACHABLE.match(name)}
    write_archive(library, replace_sources(modules, compiled / "stdlib"))
    for wheel in core.glob("*.whl"):
        write_wheel(wheel, replace_sources(read_archive(wheel), compiled / "site"))


def replace_sources(files: Mapping[str, bytes], compiled: Path) -> dict[str, bytes]:
    """Return `files` with each module that has been compiled in its compiled form."""
    replaced = dict(files)
    for name in files:
        if (compiled / f"{name}c").is_file():
            del replaced[name]
            replaced[f"{name}c"] = (compiled / f"{name}c").read_bytes()
    return replaced
