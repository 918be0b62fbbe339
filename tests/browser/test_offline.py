"""The course on this device: the button, the server gone, and what a visit costs from then on."""

import pytest

from tests.browser.driving import LAB, LANGUAGES, get_solutions, wait_for_scripts

LATER_VISIT_BYTES = 100_000


@pytest.mark.timeout(900)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_lesson_and_lab_open_and_run_without_the_server(learn, server, lang):
    learner = learn(lang)
    page, home = learner.page, learner.url if lang == "en" else f"{learner.url}zh/"
    page.goto(home)
    page.click("[data-offline]")
    page.wait_for_selector("[data-state=done] > [data-offline]", state="attached", timeout=180_000)
    server.clear()
    learner.open_lab(ready=False)
    learner.run_cell("figure-1")
    learner.wait_for_output("figure-1")
    sent = sum(request.sent for request in server.read())
    print(f"\na visit with the offline copy: {sent / 1e6:.3f} MB as sent in {len(server.read())} requests")
    assert sent <= LATER_VISIT_BYTES
    learner.type("hashing", get_solutions(lang)["hashing"])
    learner.save()

    server.kill()
    page.goto(f"{home}foundations/merkle-proofs/")
    page.click("article a.mc-button--big")
    page.click(".mc-lab__open a.mc-button--big")
    learner.wait_open()
    assert learner.get_source("hashing") == get_solutions(lang)["hashing"]
    learner.wait_ready()
    learner.run_all()
    learner.wait_for(lambda: learner.get_kept_progress().get(LAB.id, {}).get("points") == 3)

    page.goto(f"{home}progress/")
    wait_for_scripts(page)
    assert page.inner_text(f"[data-lab='{LAB.id}'] [data-result]").startswith("3 ")
