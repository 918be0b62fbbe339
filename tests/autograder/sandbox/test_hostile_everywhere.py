"""The hostile and broken submissions in the set-ups that `tests/hostile` does not run in: without bubblewrap, and as an ordinary user."""

import pytest

HOSTILE = """
import json
from tests.hostile.submissions import ATTACKS, BROKEN, find_faults
print(json.dumps({"count": len(ATTACKS) + len(BROKEN), "faults": find_faults()}))
"""


@pytest.mark.long
@pytest.mark.may_skip("a set-up needs root, or a machine that lets this user make namespaces")
@pytest.mark.parametrize("name", ["root, alone", "user, bubblewrap", "user, alone"])
def test_every_hostile_submission_gets_its_due_and_the_next_its_own(make_set_up, name):
    said = make_set_up(name).run(HOSTILE, timeout=600)
    assert said["count"] >= 80
    assert said["faults"] == []
