"""A lesson on paper: the text alone, figures whole, answers kept back, and light whatever the screen is."""

import pytest

LESSON = "foundations/merkle-proofs/"
AROUND = (".md-header", ".md-tabs", ".md-sidebar--primary", ".md-sidebar--secondary", ".md-footer", ".mc-choice__list", ".headerlink")
PAGE_WIDTH = 672  # A4 without its margins, at 96 pixels an inch


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_lesson_prints_without_what_is_around_it_and_without_answers(learn, lang):
    learner = learn(lang, color_scheme="dark", viewport={"width": PAGE_WIDTH, "height": 900})
    page = learner.page
    page.goto(f"{learner.url}{'zh/' if lang == 'zh' else ''}{LESSON}")
    for number, selector in enumerate(("input[data-correct=true]", "input:not([data-correct=true])")):
        quiz = page.locator(f"#quiz-{number}")
        quiz.locator(selector).first.check()
        quiz.locator("button[type=submit]").click()
        quiz.locator(".quiz-feedback-item").wait_for()

    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for selector in AROUND:
        assert not page.locator(selector).filter(visible=True).count(), selector
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--mc-ink')") == "#111111"
    looks = "quiz => [...quiz.querySelectorAll('label')].map((label) => { const { color, fontWeight } = getComputedStyle(label);"
    marks = "const { backgroundColor, backgroundImage } = getComputedStyle(label.parentElement.querySelector('input'));"
    for quiz in page.locator(".quiz").all():
        assert not quiz.locator(".quiz-feedback, .answer-feedback, section, form button").filter(visible=True).count()
        assert len(set(quiz.evaluate(f"{looks}{marks} return [color, fontWeight, backgroundColor, backgroundImage].join(); }})"))) == 1
    for box in page.locator(".mc-figure__box:visible, .mc-figure__box:visible svg, pre:visible > code").all():
        left, right, inner, outer = box.evaluate(
            "box => { const { left, right } = box.getBoundingClientRect(); return [left, right, box.scrollWidth, box.clientWidth]; }"
        )
        assert left >= -1 and right <= PAGE_WIDTH + 1 and (inner <= outer + 1 or outer == 0)
    assert (
        page.locator("article a[href^='https:']")
        .first.evaluate("link => getComputedStyle(link, '::after').content")
        .startswith('" (https:')
    )
    choices = page.locator(".mc-figure__pane")
    assert choices.count() >= 9 and choices.filter(visible=True).count() == choices.count()
    assert page.locator(".mc-figure__pane").last.evaluate("pane => getComputedStyle(pane, '::before').content") not in ("", "none", '""')

    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
