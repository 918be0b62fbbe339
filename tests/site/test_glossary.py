"""The glossary is complete and consistent, and what learners read uses its words."""

import importlib
import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "zh")
NEEDED = {"id", "en", "zh", "text_en", "text_zh"}
OPTIONAL = {"iso", "code", "link", "avoid_en", "avoid_zh"}


@pytest.fixture(scope="module")
def glossary():
    sys.path.insert(0, str(ROOT / "site"))
    try:
        return importlib.import_module("glossary")
    finally:
        sys.path.remove(str(ROOT / "site"))


def read_texts(lang):
    """Yield (file, text) of what learners read in a language: lessons, pages, and the words of labs."""
    for folder in ("courses", "site/pages"):
        for path in sorted((ROOT / folder / lang).rglob("*.md")):
            yield path, path.read_text("utf-8")
    for path in sorted((ROOT / "labs").glob("*/lab.py")):
        cells = re.split(r"^# %%", path.read_text("utf-8"), flags=re.MULTILINE)
        yield path, "\n".join(cell for cell in cells if f'lang="{lang}"' in cell.partition("\n")[0])
    for path in sorted((ROOT / "labs").glob("*/lab.toml")):
        tables = re.split(r"^(?=\[)", path.read_text("utf-8"), flags=re.MULTILINE)
        yield path, "\n".join(table for table in tables if re.match(rf"\[[a-z]+\.{lang}\]", table))


def find_words(words, text, lang):
    """Return the words that stand in a text, in English as whole words, one or many."""
    if lang == "zh":
        return [word for word in words if word in text]
    return [word for word in words if re.search(rf"\b{re.escape(word)}s?\b", text, re.IGNORECASE)]


def test_every_term_is_complete_and_stands_once(glossary):
    terms = glossary.get_terms()
    assert len(terms) >= 100
    for term in terms:
        assert set(term) >= NEEDED, term
        assert set(term) <= NEEDED | OPTIONAL, term
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", term["id"])
        assert term["text_en"].endswith(".") and term["text_zh"].endswith("。"), term["id"]
    for name in ("id", "en", "zh"):
        assert not [value for value, count in Counter(term[name] for term in terms).items() if count > 1]


def test_the_code_that_a_term_names_is_there(glossary):
    for name in filter(None, (term.get("code", "") for term in glossary.get_terms())):
        parts = name.split(".")
        if parts[0] != "minichain" or not importlib.util.find_spec(".".join(parts[:2])):
            continue  # a part of the book that is not written yet, or a name without a module
        module = importlib.import_module(".".join(parts[:2]))
        for number, part in enumerate(parts[2:], start=3):
            if not hasattr(module, part):
                importlib.import_module(".".join(parts[:number]))
            module = getattr(module, part)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_uses_another_word_than_the_glossary(glossary, lang):
    avoided = {word: term[lang] for term in glossary.get_terms() for word in term.get(f"avoid_{lang}", [])}
    found = [
        f"{path.relative_to(ROOT)}: {word!r}, say {avoided[word]!r}"
        for path, text in read_texts(lang)
        for word in find_words(avoided, text, lang)
    ]
    assert not found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_speaks_of_trade_in_cryptocurrencies(glossary, lang):
    denied = glossary.load_glossary()[f"denied_{lang}"]
    assert not [f"{path.relative_to(ROOT)}: {word!r}" for path, text in read_texts(lang) for word in find_words(denied, text, lang)]


@pytest.mark.parametrize(("lang", "text"), [("en", "Every mempool, and two Mempools."), ("zh", "放进内存池。")])
def test_another_word_would_be_found(glossary, lang, text):
    avoided = [word for term in glossary.get_terms() for word in term.get(f"avoid_{lang}", [])]
    assert find_words(avoided, text, lang)


def test_only_running_text_is_linked_and_once(glossary):
    page = '<h2>Merkle proof</h2><p>A <code>Merkle proof</code>, two Merkle proofs, a <a href="#">Merkle root</a>, a Merkle proof.</p>'
    linked = glossary.link_terms(page, "en", "../glossary/")
    assert linked.count('class="mc-term"') == 1
    assert 'two <a class="mc-term" href="../glossary/#merkle-proof"' in linked
    assert linked.startswith("<h2>Merkle proof</h2><p>A <code>Merkle proof</code>")


@pytest.mark.browser  # runs where the site is built: jieba comes with that
def test_chinese_terms_are_found_within_a_sentence_and_not_within_another_word(glossary):
    linked = glossary.link_terms("<p>把默克尔根登在公报上，默克尔根就公开了。</p>", "zh", "../glossary/")
    assert linked.count("<a ") == 1
    assert '把<a class="mc-term" href="../glossary/#merkle-root"' in linked
    assert '许多签名、<a class="mc-term" href="../glossary/#multi-signature"' in glossary.link_terms(
        "<p>许多签名、多签。</p>", "zh", "../glossary/"
    )
