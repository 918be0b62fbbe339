"""Nothing that a learner wrote is lost or overwritten: closing the tab, renamed and older notebooks, uploads and a fresh start."""

import copy
import json

import pytest

from tests.browser.driving import LAB, LANGUAGES, get_release, get_solutions, get_stub

OLD_VERSION = "0000000000000000"
ANSWER = "def hash_leaf(record):\n    return b'my own answer'"


def make_old_notebook(lang):
    """Return a notebook of an earlier version: an answer, a cell of the learner's own, a task that is gone now, a text that was mended."""
    old = copy.deepcopy(get_release(lang))
    old["metadata"]["minichain"]["version"] = OLD_VERSION
    old["cells"][0]["source"] = ["# A heading that was mended"]
    place = next(place for place, cell in enumerate(old["cells"]) if cell["id"] == "hashing")
    old["cells"][place]["source"] = ANSWER
    own = {
        "cell_type": "code",
        "id": "0f7c2f4e-aaaa-4bbb-8ccc-121212121212",
        "metadata": {},
        "source": "my_note = 1",
        "outputs": [],
        "execution_count": 3,
    }
    gone = copy.deepcopy(old["cells"][place])
    gone["id"] = gone["metadata"]["nbgrader"]["grade_id"] = "gone"
    old["cells"][place + 1 : place + 1] = [own, gone]
    return old


@pytest.mark.timeout(600)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_edit_survives_closing_the_tab(learn, lang):
    learner = learn(lang).open_lab(ready=False)
    learner.type("hashing", ANSWER)
    learner.close_tab()  # at once: no autosave has run
    learner.open_lab(ready=False)
    assert learner.get_source("hashing") == ANSWER
    learner.type("root", "# an hour later")
    learner.page.wait_for_selector("#saved[data-state=unsaved]")
    learner.page.wait_for_selector("#saved[data-state=saved]")
    learner.close_tab()
    learner.open_lab(ready=False)
    assert learner.get_source("hashing") == ANSWER
    assert learner.get_source("root") == "# an hour later"
    assert len(learner.list_files()) == 1


@pytest.mark.timeout(600)
def test_a_figure_stays_a_picture_when_its_python_is_gone(learn):
    learner = learn().open_lab()
    learner.run_all()
    learner.wait_for_output("figure-2")
    learner.wait_for(lambda: learner.go_to("figure-2").locator("select").count() == 2)
    learner.save()
    learner.page.goto("about:blank")
    learner.open_lab(ready=False)
    figure = learner.go_to("figure-2")
    learner.wait_for(lambda: figure.locator(".jp-OutputArea svg, .jp-OutputArea img").count() == 1)
    assert "idget" not in learner.get_output("figure-2")


@pytest.mark.timeout(600)
def test_who_comes_back_hears_that_python_starts_afresh_and_loses_no_points(learn):
    learner = learn().open_lab()
    learner.set_source("hashing", get_solutions("en")["hashing"])
    learner.run_all()
    learner.wait_for(lambda: learner.get_points().startswith("3 "))
    learner.save()
    learner.page.goto("about:blank")
    learner.open_lab()
    assert "afresh" in learner.wait_for_notice("restarted")
    learner.run_cell("test-hashing")  # which misses the names of the cells above
    learner.wait_for_output("test-hashing", "hash_leaf is not there yet: run the cells above first")
    assert learner.get_points().startswith("3 ")
    learner.page.click("[data-notice=restarted] button:has-text('Run all')")
    learner.wait_for(lambda: not learner.get_output("test-hashing"))
    learner.wait_for_output("test-root", "NotImplementedError")
    active = "return panel.content.activeCell.model.getMetadata('nbgrader')?.grade_id;"
    learner.wait_for(lambda: learner.run_in_frame(active) == "test-root")
    assert learner.get_points().startswith("3 ")


@pytest.mark.timeout(600)
def test_a_renamed_notebook_is_found_and_another_lab_s_is_left_alone(learn):
    learner = learn().open_lab(ready=False)
    mine, other, chinese = (copy.deepcopy(get_release("en")) for _ in range(3))
    mine["cells"][8]["source"] = ANSWER
    other["metadata"]["minichain"]["lab"] = "99-another"
    chinese["metadata"]["minichain"]["lang"] = "zh"
    for path in learner.list_files():
        learner.run_in_frame("await jupyterapp.serviceManager.contents.rename(id, 'stale.ipynb');", path)
    learner.put_file("papers/what I did.ipynb", mine)
    learner.put_file("99-another.ipynb", other)
    learner.put_file("zh.ipynb", chinese)
    learner.page.goto("about:blank")
    learner.open_lab(ready=False)
    assert learner.get_path() == "papers/what I did.ipynb"
    assert learner.get_source("hashing") == ANSWER
    learner.open_shelf()
    assert [name.split("\n")[0] for name in learner.page.locator("#shelf-list li").all_inner_texts()] == ["what I did", "stale"]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_older_version_stays_and_its_answers_can_be_moved(learn, lang):
    learner = learn(lang).open_lab(ready=False)
    old = make_old_notebook(lang)
    learner.put_file("old.ipynb", old)
    learner.page.goto("about:blank")
    learner.open_lab()
    assert learner.get_path() == "old.ipynb"
    assert learner.wait_for_notice("update")
    assert learner.get_source("hashing") == ANSWER
    learner.page.click("[data-notice=update] [data-action=update-action]")
    said = learner.wait_for_notice("done")
    assert "gone" in said
    files = learner.list_files()
    new = files[learner.get_path()]
    assert new["metadata"]["minichain"] == {"lab": LAB.id, "version": LAB.version, "lang": lang}
    sources = {cell["id"]: "".join(cell["source"]) for cell in new["cells"]}
    assert sources["hashing"] == ANSWER
    assert sources["root"] == get_stub(lang, "root")
    assert sources[old["cells"][9]["id"]] == "my_note = 1"
    assert [cell["id"] for cell in new["cells"]].index(old["cells"][9]["id"]) == [cell["id"] for cell in new["cells"]].index("hashing") + 1
    assert "gone" not in sources and "A heading that was mended" not in json.dumps(new)
    (kept,) = (file for file in files.values() if file["metadata"]["minichain"]["version"] == OLD_VERSION)
    assert ["".join(cell["source"]) for cell in kept["cells"]] == ["".join(cell["source"]) for cell in old["cells"]]
    learner.page.wait_for_selector("#strip", state="hidden")
    learner.run_cell("figure-1")  # and it works
    learner.wait_for_output("figure-1")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_fresh_start_and_an_upload_keep_what_was_there(learn, lang, tmp_path):
    learner = learn(lang).open_lab()
    page = learner.page
    learner.type("hashing", ANSWER)
    learner.open_shelf()
    page.click("#reset")
    page.click("#ask [value=no]")
    assert learner.get_source("hashing") == ANSWER
    learner.open_shelf()
    page.click("#reset")
    page.click("#ask [value=yes]")
    learner.wait_for_notice("done")
    assert learner.get_source("hashing") == get_stub(lang, "hashing")
    assert ANSWER in ["".join(cell["source"]) for file in learner.list_files().values() for cell in file["cells"]]

    brought = copy.deepcopy(get_release(lang))
    brought["cells"][8]["source"] = get_solutions(lang)["hashing"]
    brought["cells"][8]["metadata"]["trusted"] = True
    brought["cells"][8]["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>parent.stolen = 1</script>"}}
    ]
    brought["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(brought), "utf-8")
    before = learner.list_files()
    learner.open_shelf()
    page.set_input_files("#chooser", path)
    learner.wait_for(lambda: ("上传" if lang == "zh" else "uploaded") in page.inner_text("[data-notice=done] p"), 120)
    assert learner.get_source("hashing") == get_solutions(lang)["hashing"]
    assert page.evaluate("window.stolen") is None
    after = learner.list_files()
    uploaded = after[learner.get_path()]
    assert set(before) < set(after) and len(after) == 3
    assert (
        "stolen" not in json.dumps(uploaded) and "trusted" not in uploaded["cells"][8]["metadata"] and "widgets" not in uploaded["metadata"]
    )


@pytest.mark.timeout(600)
def test_what_is_no_notebook_of_this_lab_is_refused_in_one_line(learn):
    learner = learn().open_lab(ready=False)
    page, release = learner.page, get_release("en")
    learner.open_shelf()
    files = {
        "not JSON": (b"%PDF-1.7", "cannot be read as JSON"),
        "a list": (b"[1, 2]", "not a Jupyter notebook"),
        "cells that are none": (json.dumps({**release, "cells": [1]}).encode(), "not a Jupyter notebook"),
        "format 3": (json.dumps({**release, "nbformat": 3}).encode(), "not a Jupyter notebook"),
        "another lab": (
            json.dumps({**release, "metadata": {"minichain": {"lab": "01-hashes", "lang": "en"}}}).encode(),
            "not a notebook of this lab",
        ),
        "the other language": (json.dumps(get_release("zh")).encode(), "is the Chinese notebook"),
        "too much": (b" " * 10_000_001, "larger than 10 MB"),
        "<img src=x onerror=parent.hacked=1>": (b"no", "<img src=x onerror=parent.hacked=1>"),
    }
    for name, (content, words) in files.items():
        page.set_input_files("#chooser", {"name": name, "mimeType": "application/json", "buffer": content})
        learner.wait_for(lambda words=words: words in page.inner_text("#shelf-trouble"))
        assert "\n" not in page.inner_text("#shelf-trouble")
    assert page.evaluate("window.hacked") is None
    assert len(learner.list_files()) == 1
    assert page.locator("#shelf-trouble *").count() == 0
