"""The chain against a model of fork choice: blocks of many branches, some of them wrong, arrive in any order."""

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from minichain.ledger.chain import Branched, Extended, Reorganised
from minichain.ledger.rules import InvalidError, Rule
from tests.ledger.small_chain import change, extend, make_chain, make_transaction

GENESIS_NAME = ()
"""A block's name is the way to it: at each height, which of the children it is."""


def weigh(header):
    """Headers of even times weigh two, others one."""
    return 2 - header.timestamp_ms % 2


class Tree:
    """Blocks of all branches, made when they are first wanted. A name ends with "!" if its block is wrong."""

    def __init__(self):
        self.blocks = {}

    def get(self, name):
        if name not in self.blocks:
            maker = make_chain()
            for end in range(1, len(name)):
                maker.apply_block(self.get(name[:end]))
            number = 1 + sum((child % 4 + 1) * 5**depth for depth, child in enumerate(name))
            block = extend(maker, make_transaction(number), time_ms=maker.head.timestamp_ms + 1 + name[-1] % 2)
            self.blocks[name] = change(block, state_root=bytes(32)) if is_wrong(name) else block
        return self.blocks[name]


def is_wrong(name):
    """The fourth child is the one whose block says that the state is another."""
    return name[-1] == 3


class ChainMachine(RuleBasedStateMachine):
    """Every block that arrives is answered as the model says, and the last block is the one that it chooses."""

    @initialize()
    def begin(self):
        self.tree = Tree()
        self.chain = make_chain(weight=weigh)
        self.known = {GENESIS_NAME}
        self.bad = set()
        self.head = GENESIS_NAME
        self.final = GENESIS_NAME

    def weigh(self, name):
        return sum(weigh(self.tree.get(name[:end]).header) for end in range(1, len(name) + 1))

    def expect(self, name):
        """Return what the model says about a block: an effect's class, or a rule."""
        if name in self.known:
            return Rule.BLOCK_KNOWN
        if len(name) <= len(self.final):
            return Rule.BLOCK_FINAL
        if name in self.bad or name[:-1] in self.bad:
            return Rule.BLOCK_BAD_PARENT
        if name[:-1] not in self.known:
            return Rule.BLOCK_NO_PARENT
        if name[:-1] == self.head:
            return Rule.BLOCK_STATE_ROOT if is_wrong(name) else Extended
        if self.weigh(name) <= self.weigh(self.head):
            return Branched
        return Rule.BLOCK_STATE_ROOT if is_wrong(name) else Reorganised

    @rule(name=st.lists(st.integers(0, 3), min_size=1, max_size=5).map(tuple))
    def arrive(self, name):
        if any(is_wrong(name[:end]) for end in range(1, len(name))):
            return  # nothing can be made that follows a wrong block
        expected = self.expect(name)
        head_before = self.head
        try:
            found = type(self.chain.apply_block(self.tree.get(name)))
        except InvalidError as error:
            found = error.rule
        assert found is expected
        if expected in (Extended, Reorganised):
            self.head = name
        if expected in (Extended, Reorganised, Branched):
            self.known.add(name)
        if expected is Rule.BLOCK_STATE_ROOT and name[:-1] != head_before:
            self.bad.add(name)

    @rule(data=st.data())
    def finalise(self, data):
        length = data.draw(st.integers(len(self.final), len(self.head)))
        self.final = self.head[:length]
        self.chain.finalise(length)
        self.known = {name for name in self.known if name[: len(self.final)] == self.final or name == self.final[: len(name)]}

    @invariant()
    def the_last_block_is_the_heaviest(self):
        if not hasattr(self, "tree"):
            return
        assert self.chain.height == len(self.head)
        if self.head:
            assert self.chain.head == self.tree.get(self.head).header
        right = [name for name in self.known if not any(is_wrong(name[:end]) for end in range(1, len(name) + 1))]
        assert self.weigh(self.head) == max(self.weigh(name) for name in right)

    @invariant()
    def the_state_is_that_of_the_branch(self):
        if not hasattr(self, "tree"):
            return
        fresh = make_chain()
        for end in range(1, len(self.head) + 1):
            fresh.apply_block(self.tree.get(self.head[:end]))
        assert sorted(fresh.store.state.iterate_all()) == sorted(self.chain.store.state.iterate_all())


QUICK = (Phase.explicit, Phase.generate)
TestChainMachine = ChainMachine.TestCase
TestChainMachine.settings = settings(max_examples=6, stateful_step_count=15, deadline=None, phases=QUICK)


@pytest.mark.long
class TestChainMachineLong(ChainMachine.TestCase):
    settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
