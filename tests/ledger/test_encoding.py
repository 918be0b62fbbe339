"""One value, one spelling: whatever bytes come, a decoder returns a value that encodes to them again, or a typed error with the field."""

from dataclasses import dataclass
from enum import IntEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minichain.crypto import rlp
from minichain.identity.access import AccessControl
from minichain.identity.errors import IdentityError
from minichain.identity.member import Member, MemberKind
from minichain.ledger.block import Block, Dag, Header
from minichain.ledger.configuration import Limits
from minichain.ledger.encoding import decode, encode
from minichain.ledger.errors import MalformedError
from minichain.ledger.proofs import BlockProof, prove_transaction
from minichain.ledger.receipt import Event, Receipt
from minichain.ledger.rwset import RangeRead, Read, ReadWriteSet, Version, Write
from minichain.ledger.transaction import Transaction
from tests.ledger.small_chain import CHAIN_ID, SUITE, extend, make_access, make_chain, make_payload, make_transaction


class Colour(IntEnum):
    RED = 0
    BLUE = 7


@dataclass(frozen=True)
class Part:
    number: int
    colour: Colour


@dataclass(frozen=True)
class Everything:
    number: int
    flag: bool
    text: str
    data: bytes
    maybe: int | None
    parts: tuple[Part, ...]
    pair: tuple[str, bytes]


VALUE = Everything(258, True, "中", b"\0\1", None, (Part(0, Colour.BLUE), Part(2**64 - 1, Colour.RED)), ("a", b""))
FIELDS = [b"\1\2", b"\1", "中".encode(), b"\0\1", [], [[b"", b"\7"], [b"\xff" * 8, b""]], [b"a", b""]]


def test_the_spelling_is_the_one_that_the_module_promises():
    assert encode(VALUE) == rlp.encode(FIELDS)
    assert decode(Everything, encode(VALUE)) == VALUE


@pytest.mark.parametrize(
    ("index", "item", "message"),
    [
        (0, b"\0\1", "Everything.number is not a number"),
        (0, b"\1" * 9, "Everything.number is not a number"),
        (0, [], "Everything.number is not a number"),
        (1, b"\2", "Everything.flag is neither 0 nor 1"),
        (1, [], "Everything.flag is neither 0 nor 1"),
        (2, b"\xff", "Everything.text is not UTF-8"),
        (2, [], "Everything.text is a list"),
        (3, [], "Everything.data is a list"),
        (4, [b"\1", b"\2"], "Everything.maybe is not a list of at most one value"),
        (4, b"", "Everything.maybe is not a list of at most one value"),
        (5, [[b"", b"\1"]], "Everything.parts.colour is 1; Colour has 0, 7"),
        (5, [[b""]], "Everything.parts is not a list of 2 fields: number, colour"),
        (5, b"", "Everything.parts is not a list"),
        (6, [b"a"], "Everything.pair is not a list of 2 fields"),
    ],
)
def test_every_other_spelling_is_refused_with_the_field(index, item, message):
    fields = list(FIELDS)
    fields[index] = item
    with pytest.raises(MalformedError, match=message):
        decode(Everything, rlp.encode(fields))


@pytest.mark.parametrize("field", [{"number": -1}, {"number": 2**64}, {"number": True}, {"text": b"a"}, {"text": "\ud800"}, {"data": "a"}])
def test_what_has_no_spelling_is_not_encoded(field):
    with pytest.raises(MalformedError):
        encode(Everything(**{**VALUE.__dict__, **field}))


def test_only_what_has_a_codec_is_encoded():
    @dataclass(frozen=True)
    class Wrong:
        number: float

    with pytest.raises(TypeError, match="float"):
        encode(Wrong(1.5))


def test_what_is_too_long_is_refused_unread():
    with pytest.raises(MalformedError, match="longer than"):
        decode(Block, bytes(1 << 25))


# The ledger's own records

MEMBER = Member("org1", MemberKind.CERT_HASH, bytes(32))
RECORDS = [
    make_transaction(1, endorsers=("Bob",), sequence=3, limit=9),
    extend(make_chain(), make_transaction(1), make_transaction(2)),
    Header(1, CHAIN_ID, 5, bytes(32), 0, b"", b"", b"", b"", b"", 9, MEMBER, b"x"),
    Receipt("ab", 1, b"r", "why", 5, (Event("c", "t", (b"1", b"")),), bytes(32)),
    ReadWriteSet((Read("c", b"k", None), Read("c", b"l", Version(1, 2))), (Write("c", b"k", None),), (RangeRead("c", b"", None),)),
    Dag(((), (0,), (0, 1))),
    Limits(),
    make_access(),
    prove_transaction(extend(make_chain(), make_transaction(1), make_transaction(2)), 1, SUITE.hash),
]


def mutate(base):
    """Draw `base` with a few bytes changed, put in or taken out; or any bytes."""
    changes = st.lists(st.tuples(st.integers(0, len(base)), st.integers(0, 2), st.binary(min_size=1, max_size=3)), max_size=3)

    def apply(edits):
        data = base
        for position, cut, new in edits:
            data = data[:position] + new + data[position + cut :]
        return data

    return st.one_of(changes.map(apply), st.binary(max_size=100), st.integers(0, len(base)).map(lambda end: base[:end]))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_comes_back_as_it_was(record):
    assert decode(type(record), encode(record)) == record


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
@settings(max_examples=150)
@given(data=st.data())
def test_malformed_bytes_give_a_typed_error_or_the_one_value_that_they_spell(record, data):
    encoded = data.draw(mutate(encode(record)))
    try:
        value = decode(type(record), encoded)
    except (MalformedError, IdentityError):
        return
    assert encode(value) == encoded


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"chain_id": ""}, "the name of the chain"),
        ({"chain_id": "x" * 129}, "the name of the chain"),
        ({"chain_id": "two words"}, "printable ASCII characters without blanks"),
        ({"chain_id": "чain"}, "the name of the chain"),
        ({"tx_id": "AB" * 32}, "a transaction id is 64 digits"),
        ({"tx_id": "ab"}, "a transaction id is 64 digits"),
        ({"sequence": -1}, "sequence is -1"),
        ({"expiration_ms": 2**64}, "expiration_ms is"),
    ],
)
def test_fields_out_of_their_range(fields, message):
    with pytest.raises(MalformedError, match=message):
        make_payload(1, **fields)


def test_lists_that_have_one_order_have_it():
    payload = make_payload(1)
    with pytest.raises(MalformedError, match="parameters are not sorted"):
        type(payload)(**{**payload.__dict__, "parameters": (("b", b""), ("a", b""))})
    with pytest.raises(MalformedError, match="reads are not sorted, or name a key twice"):
        ReadWriteSet((Read("c", b"k", None), Read("c", b"k", None)))
    for neighbours in (((0,),), ((), (0, 0)), ((), (1,)), ((), (), (1, 0))):
        with pytest.raises(MalformedError, match="must follow"):
            Dag(neighbours)


def test_a_transaction_that_is_not_canonical_cannot_be_smuggled_in():
    """A second spelling of the same transaction would have a second hash."""
    encoded = make_transaction(1).encoded
    assert encoded[0] == 0xF8
    with pytest.raises(MalformedError, match="shortest form"):
        decode(Transaction, b"\xf9\0" + encoded[1:])


def test_a_proof_is_plain_data():
    proof = RECORDS[-1]
    assert isinstance(decode(BlockProof, encode(proof)).entry, bytes)


def test_access_control_is_decoded_with_its_own_rules():
    fields = rlp.decode(encode(make_access()))
    fields[2] *= 2
    with pytest.raises(IdentityError, match="an organisation is there twice"):
        decode(AccessControl, rlp.encode(fields))
