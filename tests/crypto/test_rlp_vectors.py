"""RLP against Ethereum's published cases: 28 items, and 27 encodings of which all but one are invalid."""

import json

import pytest

from minichain.crypto import rlp
from minichain.crypto.errors import InvalidEncodingError
from tests.crypto.published import VECTORS, needs_vectors

pytestmark = needs_vectors


def read_cases(*names):
    for name in names:
        yield from json.loads((VECTORS / "ethereum" / "RLPTests" / f"{name}.json").read_text()).items()


def make_item(value):
    """Return the item that a published case describes: text, a number, a large number after `#`, or a list."""
    if isinstance(value, list):
        return [make_item(part) for part in value]
    if isinstance(value, str) and not value.startswith("#"):
        return value.encode()
    return rlp.encode_natural(int(str(value).removeprefix("#")))


def test_published_items(count_cases):
    cases = list(read_cases("rlptest"))
    assert len(cases) == 28
    for name, case in cases:
        item, encoding = make_item(case["in"]), bytes.fromhex(case["out"].removeprefix("0x"))
        assert rlp.encode(item) == encoding, name
        assert rlp.decode(encoding) == item, name
    count_cases("RLPTests/rlptest.json", len(cases), "readable")


def test_published_encodings_good_and_bad(count_cases):
    cases = list(read_cases("invalidRLPTest", "RandomRLPTests/example"))
    assert len(cases) == 27
    for name, case in cases:
        encoding = bytes.fromhex(case["out"].removeprefix("0x"))
        if case["in"] == "VALID":
            assert rlp.encode(rlp.decode(encoding)) == encoding, name
        else:
            with pytest.raises(InvalidEncodingError, match=r"^RLP: at \d+, "):
                rlp.decode(encoding)
    count_cases("RLPTests/invalidRLPTest.json and RandomRLPTests", len(cases), "readable")
