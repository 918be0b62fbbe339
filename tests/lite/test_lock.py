"""The list of packages, the slimmed wheels, the stubs and the manifest: on small examples, without building the lab."""

import doctest
import hashlib
import json
import sys
import zipfile
from pathlib import Path

import pytest

from tests.lite import measure

LITE = Path(__file__).parents[2] / "site" / "lite"
lock = measure.load(LITE / "pyodide_lock.py")
slim = measure.load(LITE / "slim.py")
finish = measure.load(LITE / "finish.py")


def make_wheel(folder, name, version="1.0", requires=(), files=None, tag="py3-none-any"):
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {one}" for one in requires), "", ""]
    stem = name.replace("-", "_").lower()
    path = folder / f"{stem}-{version}-{tag}.whl"
    slim.write_wheel(path, {f"{stem}-{version}.dist-info/METADATA": "\n".join(lines).encode(), **(files or {f"{stem}.py": b"x = 1\n"})})
    return path


@pytest.fixture
def core(tmp_path):
    core = tmp_path / "core"
    core.mkdir()
    packages = {"numpy": {"file_name": "numpy.whl"}}
    (core / "pyodide-lock.json").write_text(json.dumps({"info": {"python": "3.14.2"}, "packages": packages}), "utf-8")
    return core


def test_the_list_names_what_is_there_and_nothing_else(tmp_path, core):
    wheels = [
        make_wheel(tmp_path, "Prompt_Sense", requires=["six", "psutil; sys_platform != 'emscripten'", "pytest; extra == 'test'"]),
        make_wheel(tmp_path, "six", files={"six.py": b"", "sixes/__init__.pyc": b""}),
    ]
    listed = lock.build_lock(core, wheels)
    assert listed["info"] == {"python": "3.14.2"} and set(listed["packages"]) == {"prompt-sense", "six"}
    assert listed["packages"]["prompt-sense"]["depends"] == ["six"]
    assert listed["packages"]["six"]["imports"] == ["six", "sixes"]
    for wheel in wheels:
        (entry,) = (one for one in listed["packages"].values() if one["file_name"] == wheel.name)
        assert entry["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: [make_wheel(folder, "a", requires=["b"])], "a depends on b"),
        (lambda folder: [make_wheel(folder, "a"), make_wheel(folder, "a", "2.0")], "a comes twice"),
        (lambda folder: [make_wheel(folder, "a", tag="cp314-cp314-linux_x86_64")], "compiled for one platform"),
    ],
)
def test_wheels_that_python_in_the_browser_could_not_load(tmp_path, core, make, message):
    with pytest.raises(lock.LockError, match=message):
        lock.build_lock(core, make(tmp_path))


def test_a_compiled_module_takes_the_place_of_its_source(tmp_path):
    wheel = make_wheel(tmp_path, "a", files={"a/__init__.py": b"x = 1\n", "a/rare.py": b"y = 2\n"})
    with zipfile.ZipFile(tmp_path / "python_stdlib.zip", "w") as archive:
        archive.writestr("json/decoder.py", "z = 3\n")
    for name in ("site/a/__init__.pyc", "stdlib/json/decoder.pyc"):
        (tmp_path / "compiled" / name).parent.mkdir(parents=True)
        (tmp_path / "compiled" / name).write_bytes(b"compiled")
    slim.add_compiled(tmp_path, tmp_path / "compiled")
    assert set(slim.read_archive(wheel)) == {"a/__init__.pyc", "a/rare.py", "a-1.0.dist-info/METADATA", "a-1.0.dist-info/RECORD"}
    assert slim.read_archive(tmp_path / "python_stdlib.zip") == {"json/decoder.pyc": b"compiled"}


def test_a_wheel_lists_its_files_and_does_not_depend_on_the_day(tmp_path):
    first = make_wheel(tmp_path, "a").read_bytes()
    record = slim.read_archive(tmp_path / "a-1.0-py3-none-any.whl")["a-1.0.dist-info/RECORD"].decode()
    assert "a.py,sha256=" in record and "a-1.0.dist-info/RECORD,," in record
    assert make_wheel(tmp_path, "a").read_bytes() == first


def test_a_stub_replaces_files_of_a_wheel_or_becomes_one(tmp_path):
    wheel = make_wheel(
        tmp_path, "ipython", "9.12.0", files={"IPython/terminal/embed.py": b"import prompt_toolkit\n", "IPython/core.py": b""}
    )
    for stub in (LITE / "stubs").iterdir():
        slim.build_stub(stub, tmp_path)
    assert b"prompt_toolkit" not in slim.read_archive(wheel)["IPython/terminal/embed.py"]
    assert slim.read_archive(wheel)["IPython/core.py"] == b""
    assert lock.describe_wheel(tmp_path / "jedi-0.19.2-py3-none-any.whl")["imports"] == ["jedi"]
    assert lock.describe_wheel(tmp_path / "piplite-0.8.6-py3-none-any.whl")["imports"] == ["piplite"]


def test_completion_looks_at_live_objects(monkeypatch):
    monkeypatch.delitem(sys.modules, "jedi", raising=False)
    jedi = measure.load(LITE / "stubs" / "jedi-0.19.2" / "jedi.py")
    monkeypatch.delitem(sys.modules, "jedi")
    namespaces = [{"number": 5, "merkle": json}, {"number": "hidden by the first", "other": 1}]

    def complete(text):
        line = text.count("\n") + 1
        column = len(text.rpartition("\n")[2])
        return [(one.name, one.complete) for one in jedi.Interpreter(text, namespaces).complete(column=column, line=line)]

    assert complete("x = numb") == [("number", "er")]
    assert complete("import os\nmerkle.dum") == [("dump", "p"), ("dumps", "ps")]
    assert ("bit_length", "_length") in complete("number.bit")
    assert ("while", "le") in complete("whi")
    assert complete("x = ") == []


def test_the_manifest_is_complete_and_changes_with_the_site(tmp_path):
    for name, text in {"index.html": "a" * 1000, "lab/x.js": "b", "offline.json": "old", "service-worker.js": "w"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    manifest = finish.list_site(tmp_path)
    assert set(manifest["files"]) == {"index.html", "lab/x.js"}
    assert hashlib.sha256(b"a" * 1000).hexdigest().startswith(manifest["files"]["index.html"][0])
    assert manifest["files"]["index.html"][1] < 100 and manifest["bytes"] == sum(size for _, size in manifest["files"].values())
    (tmp_path / "lab" / "x.js").write_text("c", "utf-8")
    assert finish.list_site(tmp_path)["version"] != manifest["version"]


def test_the_zip_is_the_same_for_the_same_site(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("a", "utf-8")
    finish.pack(site, tmp_path / "1.zip")
    (site / "index.html").touch()
    finish.pack(site, tmp_path / "2.zip")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    names = set(zipfile.ZipFile(tmp_path / "1.zip").namelist())
    assert names == {f"minichain-offline/{name}" for name in ("serve.py", "README.txt", "LICENSE", "site/index.html")}


def test_the_examples_in_its_own_text():
    assert doctest.testmod(lock) == (0, 1)
