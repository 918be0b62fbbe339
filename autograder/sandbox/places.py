"""Which files learner code may read: the C library and its kin, Python, what is installed beside it, and what the lab uses.

Both outer walls take this list: bubblewrap shows nothing else of the file system, Landlock refuses to open anything else. A checkout that
Python finds by its path is not on it as a whole, because labs and their hidden tests may stand in it: only the packages that are needed.

Landlock also leaves out what a lab hides, source and compiled, so that it cannot be read and executed past the import system. bubblewrap
shows it, because what the lab uses may import it before there is a learner. Where there is no Landlock, `hides` is a signpost; it
never was more against somebody who copies the answer, which is public, or finds it under another name in a module that the lab uses.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

SYSTEM: Final = tuple(map(Path, ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/nix/store")))
"""Libraries and time zones; what of it a machine has."""
SETTINGS: Final = (Path("/etc/ld.so.cache"), Path("/etc/localtime"))
DEVICES: Final = (Path("/dev/zero"), Path("/dev/urandom"), Path("/dev/random"))
_INSTALLED: Final = ("site-packages", "dist-packages")


def list_python(uses: Sequence[str]) -> tuple[Path, ...]:
    """Return what belongs to this Python and to the packages that a lab uses, none of it twice."""
    kept: list[Path] = []
    for path in _list_python(uses):
        if path.exists() and not any(path.is_relative_to(other) for other in (*SYSTEM, *kept)):
            kept.append(path)
    return tuple(kept)


def _list_python(uses: Sequence[str]) -> Iterator[Path]:
    for prefix in dict.fromkeys(map(Path, (sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix))):
        yield from (prefix / "lib", prefix / "lib64", prefix / "pyvenv.cfg")
    yield from (Path(entry).absolute() for entry in sys.path if Path(entry).name in _INSTALLED)
    yield from (Path(entry).absolute() for entry in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if entry)
    for name in dict.fromkeys(["autograder", *(module.partition(".")[0] for module in uses)]):
        spec = importlib.util.find_spec(name)
        if spec is not None:
            yield from map(Path, spec.submodule_search_locations or ([spec.origin] if spec.has_location and spec.origin else []))


def list_hidden(hides: Sequence[str]) -> tuple[Path, ...]:
    """Return the files and folders that are the modules which a lab hides, compiled ones too. None of them is imported to find out."""
    return tuple(path for name in hides for path in _list_files(name))


def _list_files(name: str) -> Iterator[Path]:
    root, *inner = name.split(".")
    spec = importlib.util.find_spec(root)
    tops = [Path(place).parent for place in (spec.submodule_search_locations or [spec.origin or ""])] if spec is not None else []
    for top in tops:
        path = top.joinpath(root, *inner)
        for folder in (path.parent, path.parent / "__pycache__"):
            yield from (found for found in sorted(folder.glob(f"{path.name}*")) if found.name.partition(".")[0] == path.name)


def leave_out(paths: Sequence[Path], hidden: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return what to show instead of these paths so that the hidden ones are not in it, and the folders of which only the list of names
    is shown: Landlock grants whatever lies below a path, and can take nothing away again."""
    shown, listed = [], []
    for path in paths:
        inside = [each for each in hidden if each.is_relative_to(path)]
        if not inside:
            shown.append(path)
        elif path not in inside:
            below, folders = leave_out(sorted(path.iterdir()), inside)
            shown += below
            listed += [path, *folders]
    return shown, listed
