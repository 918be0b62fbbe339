"""Python in the page: loops that never end, restarts, and what its messages may do."""

import json

import pytest

from tests.browser.driving import LAB, LANGUAGES

STOPPED = {"en": "Perhaps a loop never ends?", "zh": "是不是有循环停不下来？"}
ASKED = {"en": "has been running for 30 seconds", "zh": "已经运行了 30 秒"}
MIME_TYPE = "application/vnd.minichain.progress+json"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_loop_without_end_ends_with_a_message_even_if_the_first_cell_was_not_run(learn, lang):
    learner = learn(lang).open_lab()
    learner.set_source("hashing", "while True:\n    pass")
    learner.run_cell("hashing")
    learner.wait_for_output("hashing", STOPPED[lang])
    learner.set_source("hashing", "print(6 * 7)")
    learner.run_cell("hashing")
    learner.wait_for_output("hashing", "42")


@pytest.mark.timeout(600)
def test_what_no_time_budget_can_stop_a_restart_ends_and_points_stay(learn):
    learner = learn().open_lab()
    page = learner.page
    learner.set_source("hashing", "def hash_leaf(record): return b'x' * 32\ndef hash_node(left, right): return b'x' * 32")
    learner.run_cell("parameters")
    learner.run_cell("hashing")
    learner.run_cell("test-hashing")
    learner.wait_for(lambda: learner.get_kept_progress())
    assert learner.get_kept_progress()[LAB.id]["tests"][0]["status"] == "failed"
    learner.set_source("root", "import itertools\nsum(itertools.repeat(1))")
    learner.run_cell("root")
    assert ASKED["en"] in learner.wait_for_notice("loop")
    page.click("[data-notice=loop] [data-action=restart]")
    learner.wait_for_notice("restarted")
    learner.set_source("hashing", "print(6 * 7)")
    learner.run_cell("hashing")
    learner.wait_for_output("hashing", "42")
    page.click("#points")
    assert page.get_attribute("#panel tr[data-test=hashing]", "data-status") == "failed"
    learner.run_in_frame("jupyterapp.commands.execute('notebook:restart-kernel');")  # JupyterLab's own way
    learner.frame.locator(".jp-Dialog .jp-mod-warn, .jp-Dialog .jp-mod-accept").last.click()
    page.wait_for_selector("#strip:not([hidden])")
    learner.wait_for_notice("restarted")
    learner.set_source("hashing", "print(7 * 8)")
    learner.run_cell("hashing")
    learner.wait_for_output("hashing", "56")


@pytest.mark.timeout(600)
def test_a_message_from_python_is_checked_and_shown_as_text(learn):
    learner = learn().open_lab()
    page = learner.page
    evil = '<img src=x onerror="parent.hacked=1"><script>parent.hacked=1</script>'
    tests = [
        {"id": evil, "points": 3, "status": "failed", "message": evil},
        {"id": "hashing", "points": 3, "status": "passed", "message": ""},
    ]
    messages = [
        {"lab": "another", "tests": tests},
        {"lab": LAB.id, "tests": [{**tests[0], "points": "3"}]},
        {"lab": LAB.id, "tests": [{**tests[0], "status": "<b>"}]},
        {"lab": LAB.id, "tests": "many"},
        {"lab": LAB.id, "version": evil, "lang": evil, "tests": tests},
    ]
    learner.set_source(
        "hashing",
        f"""from IPython.display import display
messages = {messages!r}
messages.append({{"lab": "{LAB.id}", "tests": [{{"id": "x", "points": float("inf"), "status": "passed"}}]}})
messages.append({{"lab": "{LAB.id}", "tests": messages[-2]["tests"] * 50_000}})
for message in messages:
    display({{"{MIME_TYPE}": message, "text/plain": ""}}, raw=True)
print("all sent")""",
    )
    learner.run_cell("hashing")
    learner.wait_for_output("hashing", "all sent")
    learner.wait_for(lambda: learner.get_points().startswith("3 of 33"))
    page.click("#points")
    assert evil[:64] in page.locator("#panel table").inner_text()
    assert page.evaluate("window.hacked") is None
    assert page.locator("#panel img, #panel script, #panel b").count() == 0
    with page.expect_download() as started:
        page.click("#export")
    exported = json.loads(started.value.path().read_text("utf-8"))
    assert (exported["lab"], exported["points"], exported["max_points"], exported["lang"]) == (LAB.id, 3, 33, "en")
    assert len(exported["tests"]) == 10
