"""The command line of the autograder. Each command has a module; this one joins them and turns our errors into one line."""

import sys
from typing import Final

from autograder.errors import AutograderError

_EXTRAS: Final = {
    "nbgrader": "nbgrader",
    "mutmut": "author",
    "libcst": "author",
    "distributed": "dask",
    "psycopg": "postgresql",
    "datasketch": "compare",
    "numpy": "compare",
}
"""Which extra brings a package; the others belong to `autograder`."""


def main() -> None:
    """Run the command that the arguments name; end with 2 and one line if a person has to mend something first."""
    try:
        from autograder.cli.app import app

        app()
    except AutograderError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("autograder", "minichain"):
            raise
        extra = _EXTRAS.get(package, "autograder")
        print(f"error: the module {error.name} is not installed; run: pip install 'minichain[{extra}]'", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        sys.exit(130)
