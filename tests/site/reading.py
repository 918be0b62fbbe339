"""A built page as the tests read it: its elements, its ids, its text, and what a browser fetches for it by itself."""

import re
from html.parser import HTMLParser
from pathlib import Path

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
LOADING = {
    "script": ["src"],
    "img": ["src", "srcset"],
    "source": ["src", "srcset"],
    "iframe": ["src"],
    "video": ["src"],
    "object": ["data"],
}
LOADING_RELATIONS = frozenset("stylesheet icon preload prefetch modulepreload manifest preconnect dns-prefetch".split())


class Page(HTMLParser):
    """What the tests ask of a page: its elements with their attributes, its ids, and its text."""

    def __init__(self, path: Path):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text, self.titles, self._open = "", [], []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, {name: value or "" for name, value in attributes}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style"} & set(self._open):
            self.text += data

    @property
    def ids(self):
        return {attributes["id"] for _, attributes in self.elements if "id" in attributes}


def find_loads(page):
    """Yield the addresses that a browser fetches by itself for a page. A link that a person must click is none."""
    for tag, attributes in page.elements:
        for name in LOADING.get(tag, []):
            yield from (part.split()[0] for part in attributes.get(name, "").split(",") if part.strip())
        if tag == "link" and LOADING_RELATIONS & set(attributes.get("rel", "").split()):
            yield attributes["href"]
        yield from re.findall(r"url\(['\"]?([^'\")]+)", attributes.get("style", ""))
