"""Many signatures at once: the same answer as one by one, whatever the processes, and the bad ones named."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import pytest

from minichain.crypto.batch import CHUNK, SignedMessage, verify_batch
from minichain.crypto.errors import UnknownSchemeError
from minichain.crypto.keys import X25519PublicKey
from minichain.crypto.signing import SCHEME_NAMES, get_scheme


def sign_many(count):
    """Return signed messages of all schemes, in turn, by a few signers."""
    items = []
    for index in range(count):
        scheme = get_scheme(SCHEME_NAMES[index % len(SCHEME_NAMES)])
        key = scheme.private_type(bytes(31) + bytes([1 + index % 8]))
        message = b"message %d" % index
        items.append(SignedMessage(scheme.compute_public_key(key), message, scheme.sign(key, message, context="test"), "test"))
    return items


@pytest.fixture(scope="module")
def executor():
    with ProcessPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="module")
def items():
    return sign_many(3 * CHUNK + 5)


@pytest.mark.parametrize("parallel", [False, True])
def test_the_bad_ones_are_found_where_they_are(items, executor, parallel):
    pool = executor if parallel else None
    assert verify_batch(items, pool) == []
    spoiled = list(items)
    last = len(items) - 1
    spoiled[0] = replace(items[0], message=b"another")
    spoiled[CHUNK - 1] = replace(items[CHUNK - 1], context="elsewhere")
    spoiled[CHUNK] = replace(items[CHUNK], signature=items[CHUNK + 4].signature)
    spoiled[last] = replace(items[last], public_key=items[last - 4].public_key)
    assert verify_batch(spoiled, pool) == [0, CHUNK - 1, CHUNK, last]


@pytest.mark.parametrize("parallel", [False, True])
def test_short_lists(items, executor, parallel):
    pool = executor if parallel else None
    assert verify_batch([], pool) == []
    assert verify_batch(items[:1], pool) == []
    assert verify_batch([replace(items[0], signature=b"")], pool) == [0]


def test_a_key_that_does_not_sign_is_a_mistake(items):
    with pytest.raises(UnknownSchemeError, match="x25519"):
        verify_batch([replace(items[0], public_key=X25519PublicKey(bytes(32)))])
