"""A headless Chromium on the built site, served by the project's own server; every request that it makes is looked at."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.labs.model import Lab
from tests.browser.driving import LAB, Learner
from tests.lite import measure

ROOT = Path(__file__).parents[2]
LOCAL_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the finished site."""
    folder = Path(os.environ.get("MINICHAIN_SITE", ROOT / "build" / "site"))
    if not (folder / "offline.json").is_file() or not (folder / "lab" / "workbench").is_dir():
        pytest.skip(f"no finished site in {folder}; `make site` builds it")
    return folder


@pytest.fixture(scope="module")
def chromium(launch_chromium) -> Iterator[Any]:
    browser = launch_chromium(LOCAL_ONLY)
    yield browser
    browser.close()


@pytest.fixture
def server(site) -> Iterator[measure.Site]:
    with measure.serve(site) as serving:
        yield serving


@pytest.fixture
def learn(chromium, server) -> Iterator[Callable[..., Learner]]:
    """Make learners, each with a browser profile of their own. At the end, none of them may have asked another origin for anything."""
    learners: list[Learner] = []

    def make(lang: str = "en", lab: Lab = LAB, **options: Any) -> Learner:
        learner = Learner(chromium.new_context(**options), server.url, lang, lab)
        learners.append(learner)
        return learner

    yield make
    for learner in learners:
        learner.context.close()
        assert not learner.strange_requests, "requests to another origin"
    hosts = {request.host for request in server.read()}
    assert hosts <= {server.url.removeprefix("http://").rstrip("/")}
