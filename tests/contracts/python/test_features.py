"""Whatever contracts can write does what Python does, or fails where the subset says that it is narrower."""

import pytest

from minichain.contracts.stored import encode_value
from minichain.ledger.execution import Code
from tests.contracts.python.features import list_bodies, write_source
from tests.contracts.python.fuzz import LIMITS, make_python_names
from tests.contracts.python.test_engine import run

NARROWER = (
    *LIMITS,
    "has no items",
    "has no slices",
    "has no method",
    "has no order",
    "is no text",
    "key of a dict",
    "extend",
    "split takes",
    "to_bytes takes",
    "hexadecimal",
    "sum adds numbers",
    "has no meaning",
    "bytes takes",
    "cannot be stored",
    "int takes",
    "in the state",
)


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("body", list_bodies())
def test_it_does_what_python_does(body):
    source = write_source(body)
    record = run(source, "main")
    outcome = record.outcome
    assert "surprised" not in outcome.message
    events, names = make_python_names()
    exec(compile(source, "program", "exec"), names)
    try:
        names["main"]()
    except Exception:
        assert outcome.code in (Code.FAILED, Code.TOO_LARGE), outcome
        return
    if outcome.code == Code.OK:
        assert [(event.topic, event.data) for event in record.events] == events
    else:
        assert any(words in outcome.message for words in NARROWER), outcome


def test_an_event_says_what_it_says():
    record = run(write_source("r = [box, None, -5]"), "main")
    assert record.events[0].data[1:] == (encode_value([3, 1, 2]), encode_value({"a": 1, "b": 2}))
