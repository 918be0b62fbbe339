"""The chain: which blocks count, and in which order.

A block that follows the last one is validated, executed, compared with its header, and committed: all or nothing. One that follows an
earlier block opens a branch. It is kept, and if a branch becomes heavier than what it competes with, the chain is reorganised: back to
where both part, then along the branch, executing. How heavy a header is, a function says that the consensus engine brings; what is final
is never taken back, and an engine that knows finality says how far that goes.

What an attacker would try: to have a branch adopted whose blocks are wrong. It is executed before it counts, and if a block of it breaks
a rule, the chain returns to where it was, and whatever stands on that block is refused from then on.

Simplifications: the chain executes a branch only when it is the heaviest, as Bitcoin does, so a wrong branch can be kept for a while.
Blocks whose parent is missing are refused; fetching the parent first is for sync.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

from minichain.identity.member import Identity, Member
from minichain.identity.roles import Mode
from minichain.ledger.block import Block, Header, compute_block_hash
from minichain.ledger.block_execution import Result, execute_block, make_call, make_result, validate_result
from minichain.ledger.commitment import StateTree
from minichain.ledger.configuration import CONFIGURATION_CONTRACT, Configuration, FindWithConfiguration, load_configuration
from minichain.ledger.errors import LedgerError
from minichain.ledger.execution import BlockContext, FindEngine
from minichain.ledger.genesis import get_genesis_suite, validate_genesis
from minichain.ledger.rules import InvalidError, Rule
from minichain.ledger.runners import Runner
from minichain.ledger.store import Committed, Store
from minichain.ledger.validation import Surroundings, check_binding, raise_first, validate_content, validate_place, validate_transactions

Weight = Callable[[Header], int]
"""How much a header adds to its branch; at least 0."""

ValidateConsensus = Callable[[Block, Header], None]
"""Raises InvalidError(BLOCK_CONSENSUS) unless the engine accepts a block after this parent: its work, its votes."""

UNBOUND: Final = frozenset({Rule.BLOCK_BAD_SIGNATURE, Rule.BLOCK_CONSENSUS})
"""Rules about what travels beside the header. The block with the same hash that its proposer sent may be in order."""

MOST_KNOWN: Final = 1 << 15
"""How many members are remembered: a stranger who sends many must not fill the memory."""

REMEMBERED: Final = 1000
"""How many blocks that broke a rule on a branch are remembered, so that what stands on them is refused at once."""


# What a block that was taken did


@dataclass(frozen=True)
class Extended:
    """The block follows the last one, and is now the last."""

    committed: Committed


@dataclass(frozen=True)
class Branched:
    """The block is kept on a branch that is not heavier than the chain."""

    block: Block
    hash: bytes


@dataclass(frozen=True)
class Reorganised:
    """The block made its branch the heaviest: what was taken back, and what is on the chain instead, both from the lowest on.

    The transactions of what was taken back belong in the pool again, but for those that the new blocks have.
    """

    removed: tuple[Committed, ...]
    added: tuple[Committed, ...]


Effect = Extended | Branched | Reorganised


def weigh_equally(header: Header) -> int:
    """Return 1: the longest branch is the heaviest."""
    return 1


def accept_any(block: Block, parent: Header) -> None:
    """Accept any block: for chains whose consensus engine only hands over what it has decided."""


class Chain:
    """The chain in `store`, which begins with `genesis`; an empty store gets it, another one must have begun with it.

    `find_engine` runs contracts, `weight` and `validate_consensus` come from the consensus engine,
    `executor` checks signatures and `runner` executes on all cores (see `crypto.batch` and `workers`).
    """

    def __init__(
        self,
        store: Store,
        genesis: Block,
        find_engine: FindEngine,
        *,
        weight: Weight = weigh_equally,
        validate_consensus: ValidateConsensus = accept_any,
        executor: Executor | None = None,
        runner: Runner | None = None,
    ) -> None:
        self.store = store
        self.genesis = genesis
        self.suite = get_genesis_suite(genesis)
        self.tree = StateTree(store.nodes, self.suite.hash)
        self.find_engine = FindWithConfiguration(find_engine)
        self.runner = runner
        self._weight = weight
        self._validate_consensus = validate_consensus
        self._executor = executor
        self._bad: OrderedDict[bytes, None] = OrderedDict()
        self._known: dict[Member, Identity] = {}
        self._begin()
        self._branches = dict(store.get_branches())
        self._load_configuration()

    def _begin(self) -> None:
        """Commit the genesis block to an empty store; raise LedgerError if the store began with another one."""
        genesis_hash = self.get_hash(self.genesis.header)
        if self.store.height < 0:
            result = validate_genesis(self.genesis)
            self._commit(self.genesis, genesis_hash, result)
            self.store.set_final(0)
        elif self.store.get_hash(0) != genesis_hash:
            raise LedgerError(f"the store begins with {self.store.get_hash(0).hex()}, and the genesis block is {genesis_hash.hex()}")

    # Reading

    @property
    def height(self) -> int:
        """The height of the last block."""
        return self.store.height

    @property
    def head(self) -> Header:
        """The header of the last block."""
        return self.store.get_header(self.store.height)

    @property
    def configuration(self) -> Configuration:
        """What the next block is judged by."""
        return self._configuration

    def get_hash(self, header: Header) -> bytes:
        """Return the hash of the block with this header."""
        return compute_block_hash(header, self.suite.hash)

    def get_surroundings(self, time_ms: int) -> Surroundings:
        """Return what the transactions of a next block of this time are judged by."""
        store, height = self.store, self.store.height
        return Surroundings(
            self.genesis.header.chain_id,
            self._configuration,
            time_ms,
            lambda tx_id: store.find_transaction(tx_id) is not None,
            lambda sender: store.get_sequence(sender, height),
            self._get_known(),
        )

    def _get_known(self) -> dict[Member, Identity]:
        """Return who has been identified. What a certificate is worth depends on the time, so it is asked for again in each block."""
        if self._configuration.access.mode is Mode.CERTIFICATE or len(self._known) > MOST_KNOWN:
            self._known = {}
        return self._known

    def _load_configuration(self) -> None:
        """Read what the next block is judged by."""
        self._configuration = load_configuration(self.store.state)
        self._known = {}

    # Taking blocks

    def apply_block(self, block: Block) -> Effect:
        """Take a block. Raise InvalidError if it breaks a rule; then nothing is different from before."""
        block_hash = self.get_hash(block.header)
        parent = self._find_parent(block, block_hash)
        if block.header.previous_hash != self.store.get_hash(self.height):
            return self._apply_to_branch(block, block_hash, parent)
        committed = self._extend(block, block_hash, parent)
        return Extended(committed)

    def _find_parent(self, block: Block, block_hash: bytes) -> Header:
        """Return the header that the block follows, on the chain or on a branch."""
        header = block.header
        if block_hash in self._branches or self.store.find_height(block_hash) is not None:
            raise InvalidError(Rule.BLOCK_KNOWN, f"the block {block_hash.hex()} at height {header.height} is here")
        if header.height <= self.store.final_height:
            raise InvalidError(Rule.BLOCK_FINAL, f"height {header.height}: the chain is final up to {self.store.final_height}")
        if header.previous_hash in self._bad or block_hash in self._bad:
            self._bad[block_hash] = None
            raise InvalidError(Rule.BLOCK_BAD_PARENT, f"{header.previous_hash.hex()} or the block itself broke a rule on its branch")
        branch = self._branches.get(header.previous_hash)
        if branch is not None:
            return branch.header
        height = self.store.find_height(header.previous_hash)
        if height is None:
            raise InvalidError(Rule.BLOCK_NO_PARENT, f"no block here has the hash {header.previous_hash.hex()[:80]}")
        if height < self.store.final_height:
            raise InvalidError(Rule.BLOCK_FINAL, f"it follows height {height}: the chain is final up to {self.store.final_height}")
        return self.store.get_header(height)

    def _extend(self, block: Block, block_hash: bytes, parent: Header) -> Committed:
        """Validate, execute, compare and commit a block that follows the last one."""
        validate_place(block, parent)
        around = self.get_surroundings(block.header.timestamp_ms)
        validate_content(block, around)
        self._validate_consensus(block, parent)
        validate_transactions(block, around, self._executor)
        result = self._execute(block, around)
        validate_result(block, result)
        return self._commit(block, block_hash, result)

    def _execute(self, block: Block, around: Surroundings) -> Result:
        """Return what comes of a block's transactions after the present state, which is left as it is."""
        context = BlockContext(around.chain_id, block.height, block.header.timestamp_ms)
        calls = [
            make_call(transaction, around.identify(transaction.sender.signer), context, self._configuration)
            for transaction in block.transactions
        ]
        execution = execute_block(block, calls, self.store.state, self.find_engine, self.runner)
        return make_result(calls, execution, self.tree, self.head.state_root, self._configuration)

    def _commit(self, block: Block, block_hash: bytes, result: Result) -> Committed:
        """Commit a block with what came of it."""
        committed = Committed(block, block_hash, result.receipts, result.rwsets)
        self.store.commit(committed, result.update.nodes)
        self._tell_runner(committed)
        if any(write.contract == CONFIGURATION_CONTRACT for rwset in result.rwsets for write in rwset.writes):
            self._load_configuration()
        return committed

    # Branches

    def _apply_to_branch(self, block: Block, block_hash: bytes, parent: Header) -> Effect:
        """Keep a block of a branch, and go over to that branch if it is now heavier."""
        validate_place(block, parent)
        self._validate_consensus(block, parent)
        branch = [*self._get_branch(block.header.previous_hash), block]
        fork = branch[0].height - 1
        if len(branch) == 1:
            validate_content(block, self._get_surroundings_at(fork, block.header.timestamp_ms))
        else:
            # Who may propose it is known when the branch is executed: earlier blocks of it may have changed that.
            raise_first(check_binding(block, self.suite))
        with self.store.atomic():
            self.store.put_branch(block, block_hash)
            self._branches[block_hash] = block
            if sum(self._weight(other.header) for other in branch) <= self._weigh_above(fork):
                return Branched(block, block_hash)
            effect = self._reorganise(fork, branch)
        if isinstance(effect, InvalidError):
            raise effect
        return effect

    def _get_branch(self, tip: bytes) -> list[Block]:
        """Return the blocks of the branch that ends with `tip`, the lowest first; none if that is on the chain."""
        blocks: list[Block] = []
        while tip in self._branches:
            blocks.append(self._branches[tip])
            tip = blocks[-1].header.previous_hash
        return blocks[::-1]

    def _get_surroundings_at(self, height: int, time_ms: int) -> Surroundings:
        """Return what a block after the one at `height` is judged by, as far as that does not depend on its branch."""
        configuration = load_configuration(self.store.state.get_snapshot(height))
        return Surroundings(self.genesis.header.chain_id, configuration, time_ms, lambda tx_id: False, lambda sender: 0)

    def _weigh_above(self, height: int) -> int:
        """Return the weight of the chain's blocks above `height`."""
        return sum(self._weight(self.store.get_header(above)) for above in range(height + 1, self.height + 1))

    def _reorganise(self, fork: int, branch: Sequence[Block]) -> Reorganised | InvalidError:
        """Go over to a branch that parts from the chain after `fork`; if a block of it breaks a rule, come back, and return that."""
        removed = [self.store.get_committed(height) for height in range(fork + 1, self.height + 1)]
        self._revert(fork)
        added: list[Committed] = []
        for block in branch:
            try:
                added.append(self._extend(block, self.get_hash(block.header), self.head))
            except InvalidError as error:
                self._revert(fork)
                for committed in removed:
                    self._commit_again(committed)
                self._drop_bad(self.get_hash(block.header), is_hash_bad=error.rule not in UNBOUND)
                if block is branch[-1]:
                    return error
                return InvalidError(Rule.BLOCK_BAD_PARENT, f"at height {block.height} its branch breaks a rule: {error}")
        for committed in removed:
            self.store.put_branch(committed.block, committed.hash)
            self._branches[committed.hash] = committed.block
        for committed in added:
            self.store.drop_branch(committed.hash)
            del self._branches[committed.hash]
        return Reorganised(tuple(removed), tuple(added))

    def _revert(self, height: int) -> None:
        """Take back the blocks above `height`."""
        self.store.revert(height)
        if self.runner is not None:
            self.runner.forget()
        self._load_configuration()

    def _commit_again(self, committed: Committed) -> None:
        """Put back a block that was on the chain: its trie nodes are still there."""
        self.store.commit(committed, {})
        self._tell_runner(committed)
        self._load_configuration()

    def _tell_runner(self, committed: Committed) -> None:
        """Let processes that hold copies of the state know of a block."""
        if self.runner is not None:
            self.runner.apply(committed.block.height, committed.writes)

    def _drop_bad(self, bad: bytes, *, is_hash_bad: bool) -> None:
        """Forget a block that broke a rule and what stands on it; if the rule is about what its hash binds, remember that."""
        dropped = {bad}
        for block_hash, block in sorted(self._branches.items(), key=lambda entry: entry[1].height):
            if block_hash == bad or block.header.previous_hash in dropped:
                dropped.add(block_hash)
                self.store.drop_branch(block_hash)
                del self._branches[block_hash]
        if is_hash_bad:
            self._bad.update(dict.fromkeys(dropped))
        while len(self._bad) > REMEMBERED:
            self._bad.popitem(last=False)

    # Finality

    def finalise(self, height: int) -> None:
        """Note that the blocks up to `height` are final, and drop the branches that compete with them."""
        if not self.store.final_height <= height <= self.height:
            raise LedgerError(f"cannot make height {height} final: the chain is at {self.height}, final up to {self.store.final_height}")
        kept = {self.store.get_hash(above) for above in range(height, self.height + 1)}
        with self.store.atomic():
            for block_hash, block in sorted(self._branches.items(), key=lambda entry: entry[1].height):
                if block.header.previous_hash in kept:
                    kept.add(block_hash)
                else:
                    self.store.drop_branch(block_hash)
                    del self._branches[block_hash]
            self.store.set_final(height)
