"""Where the labs are: the folder of `--labs`, else the first folder called `labs` from the working directory upward."""

from collections.abc import Collection
from pathlib import Path

from autograder.errors import PathError, UnknownLabError
from autograder.labs.model import Lab
from autograder.labs.source import load_lab


def find_lab_folders(labs: Path | None = None) -> dict[str, Path]:
    """Return lab id -> folder, ordered by id. `labs` is a folder of labs, or one lab's folder."""
    root = _find_root() if labs is None else labs
    if not root.is_dir():
        raise PathError(f"{root}: no such folder; --labs names a folder of labs")
    if (root / "lab.toml").is_file():
        return {root.resolve().name: root.resolve()}
    folders = sorted(path.parent for path in root.glob("*/lab.toml"))
    if not folders:
        raise PathError(f"{root}: no lab here; a lab is a folder with a lab.toml")
    return {folder.name: folder for folder in folders}


def load_labs(labs: Path | None = None, only: Collection[str] = ()) -> dict[str, Lab]:
    """Load the labs of a folder, or those of them that `only` names."""
    folders = find_lab_folders(labs)
    validate_lab_ids(only, folders)
    return {name: load_lab(folder) for name, folder in folders.items() if not only or name in only}


def validate_lab_ids(wanted: Collection[str], known: Collection[str]) -> None:
    """Raise `UnknownLabError` for the first wanted id that is not known."""
    for name in wanted:
        if name not in known:
            raise UnknownLabError(f"no lab {name!r}; there are: {', '.join(known)}")


def _find_root() -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if any((folder / "labs").glob("*/lab.toml")):
            return folder / "labs"
    raise PathError(f"{here}: no folder 'labs' here or above; name one with --labs PATH")
