"""Lighthouse on a phone: full marks wherever the machine's speed does not count, and of speed what it rests on.

The score for performance is printed; `make lighthouse` holds the site to it on a quiet machine.
"""

import pytest

from tests.browser import lighthouse

PAGE_BYTES = 150 * 1024
REQUESTS = 16
SHIFT = 0.02
"""How much of a page may move while it loads (cumulative layout shift); up to 0.1 is called good."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", lighthouse.PAGES, ids=lambda page: page or "home")
def test_lighthouse_takes_off_nothing_and_the_page_is_light(server, page):
    report = lighthouse.run(server.url + page)
    scores, audits = lighthouse.get_scores(report), report["audits"]
    requests = audits["network-requests"]["details"]["items"]
    sent = {request["url"]: request["transferSize"] for request in requests if "search_index" not in request["url"]}
    print(f"\n/{page}: {scores}, {sum(sent.values()) / 1024:.0f} KiB in {len(sent)} requests")
    assert not list(lighthouse.find_faults(report, *lighthouse.STEADY))
    assert [scores[name] for name in lighthouse.STEADY] == [100, 100, 100]

    assert sum(sent.values()) <= PAGE_BYTES
    assert len(sent) <= REQUESTS
    blocking = {item["url"] for item in audits["render-blocking-resources"]["details"]["items"]}
    assert all(url.endswith(".css") for url in blocking), "a script holds up the page"
    assert audits["cumulative-layout-shift"]["numericValue"] <= SHIFT
