"""The glossary: its page in each language, and a link to it from the first place in a lesson where a term stands."""

import html
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

FILE: Final = Path(__file__).resolve().parent.parent / "courses/glossary.yaml"
_WORDS: Final = {
    "en": {
        "title": "Glossary",
        "about": "The terms of the courses in English and Chinese, what they mean, and where they stand in the standard and in the code.",
        "code": "In the code",
        "iso": "ISO 22739, {}",
    },
    "zh": {
        "title": "术语表",
        "about": "课程使用的术语，中英对照，附含义、标准条款和代码中的名称。",
        "code": "代码中",
        "iso": "GB/T 43572（ISO 22739，{}）",
    },
}
_TAG: Final = re.compile(r"(<[^>]*>)")
_NO_LINKS: Final = frozenset("a button code figure form h1 h2 h3 h4 h5 h6 label pre script style svg table title".split())
"""Elements in which a link would be out of place."""


@cache
def load_glossary() -> dict[str, Any]:
    """Return the glossary file."""
    glossary: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return glossary


def get_terms() -> list[dict[str, Any]]:
    """Return all terms in the order of the file."""
    return [term for group in load_glossary()["groups"] for term in group["terms"]]


def write_page(lang: str, path: Path) -> None:
    """Write the page of all terms as Markdown: for each its name, its name in the other language, what it means, clause and code."""
    words, other = _WORDS[lang], "en" if lang == "zh" else "zh"
    lines = ["---", f"description: {words['about']}", "---", "", f"# {words['title']}", "", words["about"], ""]
    for group in load_glossary()["groups"]:
        lines += [f"## {group[f'title_{lang}']}", "", '<dl class="mc-glossary">']
        for term in group["terms"]:
            notes = [words["iso"].format(term["iso"])] if "iso" in term else []
            notes += [f"{words['code']} <code>{html.escape(term['code'])}</code>"] if "code" in term else []
            note = f" <small>{' · '.join(notes)}</small>" if notes else ""
            name = f' <span lang="{other}">{html.escape(term[other])}</span>' if term[other] != term[lang] else ""
            lines.append(f'<dt id="{term["id"]}">{html.escape(term[lang])}{name}</dt>')
            lines.append(f"<dd>{html.escape(term[f'text_{lang}'])}{note}</dd>")
        lines += ["</dl>", ""]
    path.write_text("\n".join(lines), "utf-8")


def link_terms(content: str, lang: str, address: str) -> str:
    """Return HTML in which each term, where it first stands in running text, is a link to its place in the glossary.

    >>> link_terms("<p>A Merkle proof, the <b>Merkle proof</b>.</p>", "en", "../g/").count("<a ")
    1
    """
    terms = {term[lang].lower(): term for term in get_terms() if term.get("link", True)}
    words = "|".join(re.escape(word) for word in sorted(terms, key=len, reverse=True))
    pattern = re.compile(rf"\b({words})(?=s?\b)" if lang == "en" else f"({words})", re.IGNORECASE)

    def link(match: re.Match[str]) -> str:
        word = match[1].lower()
        if word not in terms or (lang == "zh" and is_cut(match.string, *match.span())):
            return match[1]
        term = terms.pop(word)
        return f'<a class="mc-term" href="{address}#{term["id"]}" title="{html.escape(term[f"text_{lang}"])}">{match[1]}</a>'

    parts, closed = _TAG.split(content), 0
    for number, part in enumerate(parts):
        if part.startswith("<"):
            name = re.match(r"</?(\w+)", part)
            if name and name[1] in _NO_LINKS and not part.endswith("/>"):
                closed += -1 if part.startswith("</") else 1
        elif closed == 0:
            parts[number] = pattern.sub(link, part)
    return "".join(parts)


def is_cut(text: str, start: int, end: int) -> bool:
    """Return whether a piece of Chinese text begins or ends within a word.

    >>> text = "许多签名"
    >>> text[1:3], is_cut(text, 1, 3), is_cut(text, 2, 4)
    ('多签', True, False)
    """
    import jieba  # the site's: without it the glossary can still be read

    return any(first < edge < last for _, first, last in jieba.tokenize(text, HMM=False) for edge in (start, end))
