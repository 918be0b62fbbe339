"""What Lighthouse says of the site on a phone: the categories that come out the same each time, and, on a quiet machine, the speed.

    python -m tests.browser.lighthouse [--runs 5]       (`make lighthouse`)

Home, a lesson and a lab's page in both languages, from the project's own server. The score for performance imitates a slow phone from what
this machine took, so whatever else runs here lowers it: the median of several runs counts, and the load is printed beside it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.browser import tools
from tests.lite import measure

ROOT = Path(__file__).parents[2]
PAGES = [f"{lang}{page}" for page in ("", "foundations/merkle-proofs/", "labs/02-merkle-proofs/") for lang in ("", "zh/")]
STEADY = ("accessibility", "best-practices", "seo")
PERFORMANCE = 95
CHROME_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking --host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'"
)


def run(url: str) -> dict[str, Any]:
    """Return Lighthouse's report on a page, for a phone."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "report.json"
        command = [tools.find_node(), tools.install() / "lighthouse" / "cli" / "index.js", url, "--quiet", "--no-enable-error-reporting"]
        command += ["--output=json", f"--output-path={out}", f"--chrome-flags={CHROME_FLAGS}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
        if done.returncode:
            raise RuntimeError(f"Lighthouse did not look at {url}:\n{done.stderr[-2000:]}")
        report: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return report


def get_scores(report: dict[str, Any]) -> dict[str, int]:
    """Return category -> score, out of 100."""
    return {name: round(100 * category["score"]) for name, category in report["categories"].items()}


def find_faults(report: dict[str, Any], *categories: str) -> Iterator[str]:
    """Yield what costs points in the named categories: the rule, what it means, and where."""
    for name in categories:
        for rule in report["categories"][name]["auditRefs"]:
            audit = report["audits"][rule["id"]]
            if rule["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{name}: {rule['id']} ({audit['title']}): {json.dumps(audit.get('details', {}).get('items', []))[:600]}"


def main() -> None:
    """Score every page several times; fail where the median is too low."""
    parser = argparse.ArgumentParser(description="Score the site by Lighthouse, as on a phone.")
    parser.add_argument("--site", type=Path, default=ROOT / "build/site", help="the finished site (default: build/site)")
    parser.add_argument("--runs", type=int, default=5, help="how often each page is looked at; the median counts (default: 5)")
    wanted = parser.parse_args()
    low = []
    with measure.serve(wanted.site) as server:
        for page in PAGES:
            load = os.getloadavg()[0]
            scores = [get_scores(run(server.url + page)) for _ in range(wanted.runs)]
            medians = {name: statistics.median(score[name] for score in scores) for name in scores[0]}
            said = ", ".join(f"{name} {median:g}" for name, median in medians.items())
            print(f"/{page:32} {said}; performance {[score['performance'] for score in scores]}, load {load:.1f} before", flush=True)
            low += [page for name, median in medians.items() if median < (100 if name in STEADY else PERFORMANCE)]
    if low:
        sys.exit(f"too low: {', '.join(f'/{page}' for page in dict.fromkeys(low))}")


if __name__ == "__main__":
    main()
