"""Signatures in contracts: of each scheme, in the context of one contract on one chain."""

import pytest

from minichain.contracts.python.host import get_contract_context
from minichain.contracts.values import decode_result
from minichain.crypto.key_encoding import encode_public_key
from minichain.crypto.signing import SCHEME_NAMES, get_scheme
from tests.contracts.python.test_engine import run
from tests.ledger.keyvalue_calls import BLOCK

SOURCE = "def main(key: bytes, message: bytes, signature: bytes) -> bool:\n    return verify(key, message, signature)\n"


def is_verified(key, message, signature):
    """Return what the contract `c` says."""
    outcome = run(SOURCE, "main", key=key, message=message, signature=signature).outcome
    assert outcome.gas_used > 10_000
    return decode_result(SOURCE, "main", outcome.result)


@pytest.mark.parametrize("name", SCHEME_NAMES)
def test_a_signature_for_this_contract_counts_and_no_other(name):
    scheme = get_scheme(name)
    private = scheme.private_type(bytes(31) + b"\7")
    key = encode_public_key(scheme.compute_public_key(private))
    context = get_contract_context("c", BLOCK.chain_id)
    signature = scheme.sign(private, b"message", context=context)
    assert is_verified(key, b"message", signature) is True
    assert is_verified(key, b"another", signature) is False
    assert is_verified(key, b"message", signature[:-1]) is False
    assert is_verified(key[:-1], b"message", signature) is False
    for contract, chain in (("d", BLOCK.chain_id), ("c", "another")):
        foreign = scheme.sign(private, b"message", context=get_contract_context(contract, chain))
        assert is_verified(key, b"message", foreign) is False
