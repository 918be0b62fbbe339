"""Every link of the finished site, the pages around the notebooks among them: it leads to a file, and to a place on its page."""

from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from tests.site.reading import Page

ORIGIN = "http://site.invalid/"
NOT_OURS = ("lab/notebooks/", "lab/notebooks-zh/", "lab/repl/", "lab/lab/")
"""What JupyterLite makes."""


@pytest.fixture(scope="module")
def pages(site) -> dict[str, Page]:
    """Return every page of ours by its address."""
    paths = [path for path in site.rglob("*.html") if not path.relative_to(site).as_posix().startswith(NOT_OURS)]
    return {path.relative_to(site).as_posix().removesuffix("index.html"): Page(path) for path in paths}


def find_broken(site: Path, pages: dict[str, Page], name: str):
    """Yield each address on a page that leads nowhere."""
    for tag, attributes in pages[name].elements:
        address = attributes.get("href", attributes.get("src")) if tag in ("a", "link", "script", "img", "iframe") else None
        target = urlsplit(urljoin(ORIGIN + name, address or ""))
        if not address or target.netloc != urlsplit(ORIGIN).netloc:
            continue
        path = unquote(target.path).lstrip("/")
        file = site / path / "index.html" if not path or path.endswith("/") else site / path
        place = unquote(target.fragment)
        if not file.is_file() or (place and path in pages and place not in pages[path].ids):
            yield f"/{name} links to {address}"


def test_every_link_leads_to_a_file_and_to_a_place_on_its_page(site, pages):
    assert {"", "zh/", "404.html", "lab/en/02-merkle-proofs/", "lab/zh/02-merkle-proofs/"} <= pages.keys()
    assert not [broken for name in pages for broken in find_broken(site, pages, name)]


def test_every_page_has_its_twin_at_the_same_address(pages):
    names = pages.keys() - {"404.html", "lab/"}
    labs = {name.removeprefix("lab/") for name in names if name.startswith("lab/")}
    texts = {name for name in names if not name.startswith("lab/")}
    for found, english, chinese in ((labs, "en/", "zh/"), (texts, "", "zh/")):
        twins = {name.removeprefix(chinese) for name in found if name.startswith(chinese)}
        assert twins == {name.removeprefix(english) for name in found if not name.startswith(chinese)}


@pytest.mark.parametrize("address", ["no/such/page/", "#no-such-place", "foundations/merkle-proofs/#no-such-place", "assets/none.css"])
def test_a_broken_link_would_be_found(site, pages, address):
    page = Page.__new__(Page)
    page.elements = [("a", {"href": address, "id": "here"}), ("a", {"href": "#here"}), ("a", {"href": "glossary/"})]
    assert list(find_broken(site, {**pages, "": page}, "")) == [f"/ links to {address}"]
