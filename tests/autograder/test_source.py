"""A lab's source: each rule of the format that is broken is one line that names the file and the rule."""

import re
from dataclasses import replace

import pytest

from autograder.errors import LabError, PathError, UnknownLabError
from autograder.labs.find import find_lab_folders, load_labs
from autograder.labs.model import Limits
from autograder.labs.source import load_lab, load_solutions
from tests.autograder.labs_for_tests import LAB_PY, LAB_TOML, write_lab


@pytest.fixture
def load(tmp_path):
    """Return a function that loads the small lab after one change of its toml or its cells."""

    def load_changed(old="", new="", old_py="", new_py="", add=""):
        toml, py = LAB_TOML, LAB_PY
        assert old in toml
        assert old_py in py
        toml, py = toml.replace(old, new) if old else toml, py.replace(old_py, new_py) if old_py else py
        return load_lab(write_lab(tmp_path, toml, py + add))

    return load_changed


def test_the_small_lab_is_what_its_source_says(load):
    lab = load()
    english, chinese = lab.notebooks
    assert (lab.id, lab.languages, lab.max_score, lab.uses, lab.hides) == (
        "00-sums",
        ("en", "zh"),
        6.0,
        ("hashlib",),
        ("minichain.crypto.merkle",),
    )
    assert lab.limits == Limits(cpu_seconds=0.4, memory_bytes=128_000_000, output_bytes=16_000, idle_seconds=1.0)
    assert [cell.grade_id for cell in english.cells] == [cell.grade_id for cell in chinese.cells]
    assert [cell.grade_id for cell in english.cells if cell.is_graded] == ["test-add", "test-mul", "why"]
    assert english.get_cell("test-add").source.startswith("# add · 2 points\nassert")
    assert chinese.get_cell("test-add").source.startswith("# add · 2 分\nassert")
    assert '"""返回 a 与 b 的和。"""' in chinese.get_cell("add").source
    assert [english.get_cell("why").is_manual, english.get_cell("figure-1").figure, english.get_cell("parameters").parameters] == [True] * 3
    assert lab.hints["zh"] == {"add.negative": "想想负数。"}
    assert lab.folder is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "00-sums"', 'id = "00-sum"', "id is '00-sum', but the folder is '00-sums'; they must be the same"),
        ('id = "00-sums"\n', "", "id is None"),
        ('id = "00-sums"', "id = ", "not TOML"),
        ("minutes = 10", "minuts = 10", "unknown field 'minuts'; a lab has"),
        ('title = { en = "Sums", zh = "求和" }', 'title = "Sums"', "title needs exactly the languages en, zh"),
        (', zh = "求和" }', " }", "title needs exactly the languages en, zh"),
        ('zh = "求和" }', 'fr = "Sommes" }', "title needs exactly the languages"),
        ('zh = "会加法和乘法。"\n', "", "outcome needs exactly the languages"),
        ("title = ", "text = 5\ntitle = ", "not TOML"),
        (
            '[text.zh]\n"add.doc"',
            '[text.fr]\nx = "y"\n[text.zh]\n"add.doc"',
            "text holds one table for each language, [text.en] and [text.zh]",
        ),
        ('[hints.zh]\n"add.negative" = "想想负数。"\n', '[hints]\nzh = "想想负数。"\n', "hints holds one table for each language"),
        ('uses = ["hashlib"]', 'uses = "hashlib"', "uses is 'hashlib'; it holds a list of names"),
        ('hides = ["minichain.crypto.merkle"]', "hides = [5]", "hides is [5]; it holds a list of names"),
        ('cpu = "400ms"', 'cpu = "256MB"', 'limit cpu = \'256MB\'; limits are cpu, idle ("10s"), memory and output ("256MB")'),
        ('cpu = "400ms"', "cpu = 10", "limit cpu = 10;"),
        ('cpu = "400ms"', 'cpu = "0s"', "limit cpu = '0s'"),
        ('cpu = "400ms"', 'cpu = "-1s"', "limit cpu = '-1s'"),
        ('memory = "128MB"', 'memory = "10s"', "limit memory = '10s'"),
        ('memory = "128MB"', 'disk = "1GB"', "limit disk = '1GB'"),
        ('limits = { cpu = "400ms", memory = "128MB", output = "16kB", idle = "1s" }', 'limits = "10s"', "limits is '10s'; write a table"),
        ('"add.three" = "the sum of 1 and 2 is 3"\n', "", "«add.three» has no text in [text.en] of lab.toml"),
        ('"add.three" = "1 加 2 应当是 3"\n', "", "«add.three» has no text in [text.zh] of lab.toml"),
        ("[text.en]\n", '[text.en]\nspare = "x"\n', "[text.en] 'spare' is used by no cell"),
        ("[text.en]\n", '[text.en]\nlab.id = "x"\n', "[text.en] 'lab.id' is filled in by itself; leave it out"),
        ('"add.doc" = "Return the sum of a and b."', '"add.doc" = \'a """ b\'', "the cell does not parse with the texts of en"),
    ],
)
def test_a_broken_rule_of_the_settings_is_named(load, old, new, words):
    with pytest.raises(LabError, match=re.escape(words)) as caught:
        load(old, new)
    assert "lab.toml" in str(caught.value) or "lab.py" in str(caught.value)
    assert "\n" not in str(caught.value).strip()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('# %% task="x" tets="y"\npass', "unknown mark 'tets'; a cell has figure, lang"),
        ('# %% task="x" test="x" points=1\npass', "a cell is either task or test, not both"),
        ('# %% task="x" figure=true\npass', "a cell is either task or figure, not both"),
        ('# %% task="a b"\npass', "task='a b'; an id holds letters, digits, - and _"),
        ('# %% task=""\npass', "task=''; an id holds letters"),
        ('# %% test="x"\npass', "points=None; exactly test and manual cells carry points"),
        ('# %% manual="x"\npass', "points=None; exactly test and manual"),
        ('# %% task="x" points=3\npass', "points=3; exactly test and manual"),
        ("# %% points=3\npass", "points=3; exactly test and manual"),
        ('# %% test="x" points=-1\npass', "points=-1; exactly"),
        ('# %% test="x" points="3"\npass', "points='3'; exactly"),
        ('# %% test="x" points=true\npass', "points=True; exactly"),
        ('# %% test="x" points=Infinity\npass', "points=inf; exactly"),
        ('# %% test="x" points=NaN\npass', "points=nan; exactly"),
        ("# %% figure=false\npass", "figure=False; write figure=true, or leave it out"),
        ("# %% parameters=1\nSEED = 0", "parameters=1; write parameters=true"),
        ("# %% parameters=true\nSEED = 1", "a parameters cell holds SEED = 0 and nothing else, not 'SEED = 1'"),
        ("# %% [markdown]\n# text", "a markdown cell needs lang, one of en, zh"),
        ('# %% [markdown] lang="fr"\n# texte', "a markdown cell needs lang, one of en, zh"),
        ('# %% lang="en"\npass', "code is shared by the languages"),
        ('# %% task="add"\npass', "two cells have the id 'add'; ids are unique"),
        ('# %% test="mul" points=1\npass', "two cells have the id 'test-mul'"),
        ("# %%\nx = «nothing»", "«nothing» has no text in [text.en]"),
        ("# %%\nx = '«lab.title»'", "«lab.title» has no text in [text.en]"),
        ("# %%\n1 +", "the cell does not parse with the texts of en"),
    ],
)
def test_a_broken_rule_of_a_cell_is_named_with_its_line(load, cell, words):
    with pytest.raises(LabError, match=re.escape(words)) as caught:
        load(add=f"\n{cell}\n")
    assert str(caught.value).startswith("00-sums/lab.py:")


@pytest.mark.parametrize("name", ["lab.toml", "lab.py"])
@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_source_that_cannot_be_read_is_named(tmp_path, name, content):
    folder = write_lab(tmp_path)
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(LabError, match=rf"{name}: cannot be read"):
        load_lab(folder)


def test_nested_tables_of_texts_are_one_level(load):
    lab = load(
        '"add.doc" = "Return the sum of a and b."\n"add.three" = "the sum of 1 and 2 is 3"',
        'add.doc = "Return the sum."\nadd.three = "three"',
    )
    assert lab.texts["en"]["add.doc"] == "Return the sum."


def test_what_every_lab_has_is_filled_in(load):
    lab = load(old_py='raise SystemError("a figure is never run")', new_py='show("«lab.id»", "«lab.lang»", "«lab.tests»", "«lab.version»")')
    for notebook in lab.notebooks:
        figure = notebook.get_cell("figure-1").source
        assert figure == f'show("00-sums", "{notebook.lang}", "add 2, mul 3", "{lab.version}")'


def test_a_test_is_listed_after_the_number_of_its_task(load):
    cells = {"en": "## 7 · Times", "zh": "## 7 · 乘"}
    headings = "".join(f'# %% [markdown] lang="{lang}"\n# {heading}\n\n' for lang, heading in cells.items())
    headings += '# %% [markdown] lang="en"\n# More.\n\n'
    lab = load(old_py='# %% task="mul"', new_py=f'{headings}# %% task="mul"', add='\n# %% figure=true\nshow("«lab.tests»")\n')
    for notebook in lab.notebooks:
        assert notebook.get_cell("figure-2").source == 'show("add 2, 7 mul 3")'


# The version: what regrades everybody, and what regrades nobody


@pytest.mark.parametrize(
    "change",
    [
        {"old_py": "assert mul(3, 4) == 12", "new_py": "assert mul(3, 5) == 15"},
        {"old_py": "points=3", "new_py": "points=4"},
        {"old_py": "LIMIT = 3", "new_py": "LIMIT = 4"},
        {"old_py": 'task="mul"', "new_py": 'task="times"'},
        {"old": 'cpu = "400ms"', "new": 'cpu = "500ms"'},
        {"old": 'uses = ["hashlib"]', "new": 'uses = ["hashlib", "json"]'},
        {"old": "merkle", "new": "trie"},
    ],
)
def test_what_can_change_a_score_changes_the_version(load, tmp_path, change):
    assert load(**change).version != load_lab(write_lab(tmp_path / "original")).version


@pytest.mark.parametrize(
    "change",
    [
        {"old_py": "# # Sums", "new_py": "# # Nice sums"},
        {"old": "Return the sum of a and b.", "new": "Give the sum."},
        {"old": "the sum of 1 and 2 is 3", "new": "1 + 2 = 3"},
        {"old": "Think of negative numbers.", "new": "Go below zero."},
        {"old": 'en = "Sums"', "new": 'en = "Nice sums"'},
        {"old": "minutes = 10", "new": "minutes = 15"},
        {"old_py": "raise SystemError", "new_py": "raise ValueError"},
        {"old_py": 'raise SystemError("a figure is never run")', "new_py": 'show("«lab.version»")'},
        {"old_py": "    return a * b", "new_py": "    return b * a"},
    ],
)
def test_what_cannot_change_a_score_keeps_the_version(load, tmp_path, change):
    assert load(**change).version == load_lab(write_lab(tmp_path / "original")).version


# Finding labs


def test_a_changed_data_file_changes_the_version(tmp_path):
    folder = write_lab(tmp_path)
    (folder / "data").mkdir()
    versions = {load_lab(folder).version}
    for content in ("a", "b"):
        (folder / "data" / "numbers.csv").write_text(content)
        versions.add(load_lab(folder).version)
    assert len(versions) == 3


def test_labs_are_found_upward_by_folder_and_one_by_one(tmp_path, monkeypatch):
    folder = write_lab(tmp_path / "labs")
    (tmp_path / "work" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work" / "deep")
    assert find_lab_folders() == find_lab_folders(tmp_path / "labs") == find_lab_folders(folder) == {"00-sums": folder}
    assert set(load_labs(folder, ["00-sums"])) == {"00-sums"}
    with pytest.raises(UnknownLabError, match="no lab '01-none'; there are: 00-sums"):
        load_labs(folder, ["01-none"])


def test_where_no_lab_is_one_line_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PathError, match="no folder 'labs' here or above; name one with --labs PATH"):
        find_lab_folders()
    with pytest.raises(PathError, match="no such folder; --labs names a folder of labs"):
        find_lab_folders(tmp_path / "nowhere")
    with pytest.raises(PathError, match=r"no lab here; a lab is a folder with a lab\.toml"):
        find_lab_folders(tmp_path)


def test_solutions_of_a_file_are_its_task_cells(tmp_path):
    path = tmp_path / "wrong.py"
    path.write_text('# fails: add\n\n# %% task="add"\ndef add(a, b): return 0\n\n# %%\nother = 1\n\n# %% task="mul"\nmul = 2\n')
    assert load_solutions(path) == {"add": "def add(a, b): return 0", "mul": "mul = 2"}


def test_a_lab_with_data_names_its_folder(tmp_path):
    folder = write_lab(tmp_path)
    (folder / "data").mkdir()
    lab = load_lab(folder)
    assert lab == replace(load_lab(folder), folder=folder / "data")
