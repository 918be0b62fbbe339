"""The README's second screen: the very text that stands there is run, and prints what stands below it."""

import contextlib
import io
import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def read_second_screen():
    """Return the script in the README, and the output that it shows."""
    found = re.search(r"```python\n(.*?)```.*?```text\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1], found[2]


def test_the_second_screen_prints_what_it_says():
    script, expected = read_second_screen()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(script, "README.md", "exec"), {"__name__": "readme"})
    assert printed.getvalue() == expected


def test_the_second_screen_is_one_screen():
    script, _ = read_second_screen()
    assert len(script.splitlines()) <= 40
    assert max(map(len, script.splitlines())) <= 120
