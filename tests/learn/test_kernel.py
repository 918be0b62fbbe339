"""The released lab in a real kernel: a blank notebook earns nothing, a finished one everything, and the table says so where it stands."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.labs.find import find_lab_folders
from autograder.labs.source import load_lab
from autograder.release import build_notebook, fill_notebook

pytestmark = pytest.mark.long

LABS = find_lab_folders(Path(__file__).parents[2] / "labs")
MIME_TYPE = "application/vnd.minichain.progress+json"


def run(client, notebook):
    """Run a whole notebook, errors and all, in the kernel of `client`."""
    client.nb = notebook
    client.reset_execution_trackers()
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            client.execute_cell(cell, number)


def get_table(notebook):
    """Return the data of the one table in a notebook."""
    (data,) = [output.data for cell in notebook.cells for output in cell.get("outputs", []) if MIME_TYPE in output.get("data", {})]
    assert data["text/plain"].splitlines()[0] in data["text/html"]
    return data[MIME_TYPE]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("folder", LABS.values(), ids=LABS)
def test_a_lab_as_a_learner_runs_it(folder, lang):
    lab = load_lab(folder)
    (master,) = lab.get_notebooks(lang)
    ids = [cell.grade_id.removeprefix("test-") for cell in master.cells if cell.is_test]
    solutions = {cell.grade_id: cell.source for cell in master.cells if cell.solution}
    blank = nbformat.reads(json.dumps(build_notebook(lab, master)), as_version=4)
    done = nbformat.reads(json.dumps(fill_notebook(lab, master, solutions)), as_version=4)
    client = NotebookClient(blank, allow_errors=True, timeout=60)
    with client.setup_kernel():
        only_table = nbformat.v4.new_notebook(cells=blank.cells[:4])
        run(client, only_table)
        table = get_table(only_table)
        assert (table["lab"], table["version"], table["lang"]) == (lab.id, lab.version, lang)
        assert [test["id"] for test in table["tests"]] == ids
        assert {test["status"] for test in table["tests"]} == {"not run"}

        run(client, blank)
        table = get_table(blank)
        assert {test["status"] for test in table["tests"]} == {"failed"}
        name = re.search(r"^def (\w+)", next(cell.source for cell in master.cells if cell.solution), re.MULTILINE)[1]
        assert table["tests"][0]["message"] == {"en": f"{name} is not written yet.", "zh": f"{name} 还没有写。"}[lang]
        assert (table["points"], table["max_points"]) == (0, lab.max_score)

        run(client, done)
        table = get_table(done)
        assert {test["status"] for test in table["tests"]} == {"passed"}
        assert table["points"] == table["max_points"] == lab.max_score


def test_an_endless_loop_ends_in_a_real_kernel():
    sources = [
        "from minichain.learn import watch_progress\nwatch_progress('spin 1, rest 2', seconds=0.5)",
        "# spin · 1 point\nwhile True:\n    try:\n        pass\n    except:\n        pass",
        "import asyncio\nasync def spin():\n    while True:\n        await asyncio.sleep(0)\nawait spin()",
        "# rest · 2 points\nassert 1 + 1 == 2",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = NotebookClient(notebook, allow_errors=True, timeout=60)
    with client.setup_kernel():
        run(client, notebook)
    assert [test["status"] for test in get_table(notebook)["tests"]] == ["timeout", "passed"]
    for cell in notebook.cells[1:3]:
        (output,) = cell.outputs
        assert (output.output_type, output.ename) == ("error", "TimeIsUp")
        words, place = output.traceback
        assert words == "Stopped: this was still running after 0.5 s. Perhaps a loop never ends?"
        assert place.startswith("It was here, in line ")
