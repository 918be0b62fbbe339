"""What comes of many contracts is what it was, to the last unit of gas."""

import json

import pytest

from tests.contracts.python.transcripts import PATH, list_transcripts

PARTS = 20


@pytest.mark.parametrize("part", range(PARTS))
def test_it_comes_out_as_it_was_written_down(part):
    written, transcripts = json.loads(PATH.read_text()), list_transcripts()
    names = list(transcripts)[part::PARTS]
    assert {name: transcripts[name]() for name in names} == {name: written[name] for name in names}


def test_none_was_forgotten():
    assert list(json.loads(PATH.read_text())) == list(list_transcripts())
