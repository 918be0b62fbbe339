"""The list of packages that Pyodide may load: its own, cut down to the wheels that a lab starts with.

Pyodide reads `pyodide-lock.json`: the platform it was built for, and per package the file, its SHA-256, what it depends on and what it
imports. The npm package brings the list of its whole distribution but none of the wheels; this one names only what lies beside it.

    python pyodide_lock.py CORE FOLDER

Simplifications: pure wheels only, and what a wheel depends on but the lab does without (`WITHOUT`) is left out of the list.
"""

import hashlib
import json
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

WITHOUT: Final = frozenset({"jupyterlab-widgets", "prompt-toolkit"})
"""A part of the user interface, which the page has already, and the terminal's, which a browser has not."""

MARKERS: Final = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "platform_system": "Emscripten",
    "python_full_version": "3.14.2",
    "python_version": "3.14",
    "sys_platform": "emscripten",
    "extra": "",
}
"""What a requirement's marker sees in the browser (PEP 508)."""


class LockError(ValueError):
    """The wheels at hand do not make a list that Pyodide could load."""


def build_lock(core: Path, wheels: list[Path]) -> dict[str, Any]:
    """Return the content of pyodide-lock.json for `wheels`, on the platform that the core's own list names.

    Raises LockError where a wheel is not pure, comes twice, or depends on one that is not there.
    """
    packages: dict[str, dict[str, Any]] = {}
    for wheel in sorted(wheels):
        entry = describe_wheel(wheel)
        if entry["name"] in packages:
            raise LockError(f"{entry['name']} comes twice: {packages[entry['name']]['file_name']} and {wheel.name}")
        packages[entry["name"]] = entry
    for name, entry in packages.items():
        if missing := [needed for needed in entry["depends"] if needed not in packages]:
            raise LockError(f"{name} depends on {', '.join(missing)}, for which there is no wheel")
    return {"info": json.loads((core / "pyodide-lock.json").read_text("utf-8"))["info"], "packages": packages}


def describe_wheel(wheel: Path) -> dict[str, Any]:
    """Return a wheel's entry: its hash, what it depends on in the browser and the modules that it brings."""
    if not wheel.name.endswith("-none-any.whl"):
        raise LockError(f"{wheel.name} is compiled for one platform; the browser takes pure wheels (none-any)")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = read_metadata(archive)
    modules = {Path(name).parts[0].split(".")[0] for name in names if name.endswith((".py", ".pyc")) and ".dist-info/" not in name}
    return {
        "depends": compute_depends(metadata.get_all("Requires-Dist", [])),
        "file_name": wheel.name,
        "imports": sorted(modules),
        "install_dir": "site",
        "name": canonicalize_name(metadata["Name"]),
        "package_type": "package",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "unvendored_tests": False,
        "version": metadata["Version"],
    }


def read_metadata(archive: zipfile.ZipFile) -> Message:
    """Return the METADATA of a wheel (PEP 427)."""
    (path,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA") and name.count("/") == 1)
    return Parser().parsestr(archive.read(path).decode("utf-8"))


def compute_depends(requirements: list[str]) -> list[str]:
    """Return the names of what is needed in the browser.

    >>> compute_depends(["ipython>=7", "psutil; sys_platform != 'emscripten'", "jupyterlab_widgets~=3.0", "pytest; extra == 'test'"])
    ['ipython']
    """
    parsed = [Requirement(text) for text in requirements]
    wanted = {canonicalize_name(one.name) for one in parsed if one.marker is None or one.marker.evaluate(MARKERS)}
    return sorted(wanted - WITHOUT)


def main(core: Path, folder: Path) -> None:
    """Write the list of the wheels in `folder` beside them."""
    lock = build_lock(core, list(folder.glob("*.whl")))
    (folder / "pyodide-lock.json").write_text(json.dumps(lock, sort_keys=True), "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
