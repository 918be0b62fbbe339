"""What the tests of contracts share: chains with a standard on them, and how a call is expected to be refused."""

import pytest

from minichain.contracts.kit import RefusedError, make_kit_chain
from minichain.contracts.python.engine import deepen_stack
from minichain.contracts.standards import get_source
from minichain.ledger.execution import Code

deepen_stack()  # now, because hypothesis wants to find the limit of the stack as it was when a test began


def make_chain_with(name, /, **parameters):
    """Return a chain of three organisations with one of our contracts on it, and the organisations."""
    chain = make_kit_chain("bank", "maker", "supplier")
    chain.install(name, get_source(name), **parameters)
    return chain, *chain.organisations


def refused(words, code=Code.FAILED):
    """Expect a call to fail with this code, and with these words in its message."""
    return Refusal(words, code)


class Refusal:
    """Checks what ended a call."""

    def __init__(self, words, code):
        self.words, self.code = words, code

    def __enter__(self):
        self.raises = pytest.raises(RefusedError)
        self.found = self.raises.__enter__()
        return self

    def __exit__(self, *error):
        assert self.raises.__exit__(*error), "it was not refused"
        assert self.words in str(self.found.value), str(self.found.value)
        assert self.found.value.code == self.code
        return True
