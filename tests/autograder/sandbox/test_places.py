"""What a lab hides is not among the files that learner code may read."""

import os
import sys

import pytest

from autograder.sandbox import places
from tests.autograder.labs_for_tests import Bench


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "site-packages" / "shown" / "inner"
    for name in ("__init__.py", "hidden.py", "hidden_too.py", "open.py", "__pycache__/hidden.cpython-311.pyc", "__pycache__/open.pyc"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    (folder / "kept" / "deep").mkdir(parents=True)
    (folder / "kept" / "__init__.py").write_text("")
    (folder.parent / "__init__.py").write_text("raise AssertionError('a hidden package is not imported to find its files')")
    monkeypatch.syspath_prepend(tmp_path / "site-packages")
    return folder


def test_a_hidden_module_is_its_source_and_what_was_compiled_of_it(package):
    assert places.list_hidden(["shown.inner.hidden"]) == (package / "hidden.py", package / "__pycache__" / "hidden.cpython-311.pyc")
    assert places.list_hidden(["shown.inner.kept"]) == (package / "kept",)
    assert places.list_hidden(["shown.inner.nothing", "no_such_package.module"]) == ()
    assert "shown" not in sys.modules


def test_all_but_what_is_hidden_stays_readable(package):
    hidden = places.list_hidden(["shown.inner.hidden"])
    other = package.parent.parent / "other"
    other.mkdir()
    shown, listed = places.leave_out([package.parent.parent, package / "elsewhere"], hidden)
    assert not any(path.is_relative_to(each) or each.is_relative_to(path) for path in shown for each in hidden)
    assert {other, package / "open.py", package / "hidden_too.py", package / "kept", package / "__pycache__" / "open.pyc"} <= set(shown)
    assert listed == [package.parent.parent, package.parent, package, package / "__pycache__"]
    assert places.leave_out([package / "kept"], hidden) == ([package / "kept"], [])
    assert places.leave_out([hidden[0]], hidden) == ([], [])


def test_a_package_that_needs_its_hidden_module_works_and_the_module_is_not_to_be_read(tmp_path, monkeypatch):
    folder = tmp_path / "needs"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from needs.hidden import answer\nfrom needs.open import double\n\n\ndef use():\n    return answer()\n"
    )
    (folder / "hidden.py").write_text("def answer():\n    return 42\n")
    (folder / "open.py").write_text("def double(x):\n    return 2 * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    answer = (
        "import needs, os\ndef f(x): return needs.double(x) + needs.use()\ndef names(): return sorted(os.listdir(needs.__path__[0]))\n"
        "def read(name): return len(open(os.path.join(needs.__path__[0], name)).read())\n"
        "def take(): import needs.hidden"
    )
    with Bench(uses=("needs",), hides=("needs.hidden",)) as bench:
        assert (
            bench.get_verdicts(answer, "assert f(4) == 50", "assert read('open.py') > 0", "assert 'hidden.py' in names()") == ["passed"] * 3
        )
        if "landlock" in bench.grader._walls:
            assert "PermissionError" in bench.get_message(answer, "read('hidden.py')")
        assert "is what you write yourself in this lab" in bench.get_message(answer, "take()")
