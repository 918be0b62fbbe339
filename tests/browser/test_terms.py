"""A term of the glossary says what it means beside it: to a mouse, to a keyboard, to a finger."""

import pytest

LESSON = "foundations/merkle-proofs/"


def open_lesson(learn, lang="en", **options):
    learner = learn(lang, **options)
    page = learner.page
    page.goto(f"{learner.url}{'zh/' if lang == 'zh' else ''}{LESSON}")
    return page, page.locator(".mc-term").first, page.locator("#mc-tip")


def is_on_screen(page, tip):
    box = tip.bounding_box()
    return box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_mouse_and_a_keyboard_are_told(learn, lang):
    page, term, tip = open_lesson(learn, lang)
    assert not tip.is_visible()
    term.hover()
    assert len(tip.inner_text()) >= 10 and term.get_attribute("aria-describedby") == "mc-tip" and is_on_screen(page, tip)
    tip.hover()  # to read, or to copy from it
    page.wait_for_timeout(400)
    assert tip.is_visible()
    page.mouse.move(5, 5)
    tip.wait_for(state="hidden")
    term.focus()
    assert tip.is_visible()
    page.keyboard.press("Escape")
    assert not tip.is_visible() and term.get_attribute("aria-describedby") is None
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary/#*")


def test_a_first_tap_shows_it_and_a_second_one_follows_the_link(learn):
    page, _, tip = open_lesson(learn, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    for term in page.locator(".mc-term").all():
        term.tap()
        assert tip.is_visible() and is_on_screen(page, tip) and LESSON in page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("h1").tap()
    assert not tip.is_visible()
    page.locator(".mc-term").first.tap()
    page.locator(".mc-term").first.tap()
    page.wait_for_url("**/glossary/#*")
