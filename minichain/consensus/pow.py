"""Proof of work as a consensus engine: whoever finds a nonce may say what comes next, and the heaviest chain counts.

Source: Nakamoto 2008, sections 3 to 5. The rules of headers are `pow_header`'s; a block is a header and a value, which the header's Merkle
root names (a tree of one leaf).

Safety: a value is decided when k - 1 blocks stand on its own, and never taken back here. That is a bet: it is lost if members with less
than half of the hash power find more blocks than the rest for long enough (`pow_attack` says how likely that is), or if the network is in
two for longer than k blocks take, because then each half decides alone. No number of members is proof against either.
Liveness: blocks are found as long as anybody mines, and the heaviest chain spreads once the network is whole again.

What an attacker would try: headers without work or with an easier target (refused before anything is kept), values that are not in order,
blocks without parents to fill the memory (few are kept), a long branch grown in secret (wins only if it is heavier and not k deep).

Simplifications: the search is a waiting time, drawn from the exponential distribution that it has; what is found then is a real nonce for
an easy target. Nobody has a clock, so a miner's time is one spacing after its parent's, and a lie about it is caught only by the median of
the times before. Blocks below what is decided are kept in memory, for members that ask. Bitcoin has no decision, only confirmations.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from minichain.consensus.machine import (
    Application,
    Broadcast,
    Decide,
    Effect,
    Event,
    Received,
    Send,
    SetTimer,
    Started,
    TimerFired,
    Write,
)
from minichain.consensus.pow_header import (
    HASH_SIZE,
    MEDIAN_OF,
    Rules,
    WorkError,
    WorkHeader,
    compute_double_hash,
    compute_median_time,
    compute_next_bits,
    compute_work,
    compute_work_hash,
    decode_header,
    encode_header,
    is_low_enough,
    validate_work,
)

MINE: Final = "mine"
MOST_ORPHANS: Final = 64
MOST_BLOCKS: Final = 16
"""How many blocks one message may hold."""
LARGEST_VALUE: Final = 1 << 23
GENESIS_HASH: Final = bytes(HASH_SIZE)


EASY: Final = Rules(easiest_bits=0x203FFFFF, spacing_s=1, window=64)
"""Rules for a demonstration: four hashes on average, adjusted every 64 blocks."""


@dataclass(frozen=True)
class PowSettings:
    """What the members have agreed on, and how strong this one is."""

    rules: Rules = EASY
    confirmations: int = 6
    search_ms: int = 1000
    """How long this member searches on average until it finds a block."""


# Messages and records


@dataclass(frozen=True)
class MinedBlock:
    """A header and what it binds; also the record of a block that was accepted."""

    header: bytes
    value: bytes


@dataclass(frozen=True)
class Chosen:
    """A record: the block with this hash is decided, and no heavier branch will change that."""

    hash: bytes


@dataclass(frozen=True)
class Blocks:
    """Blocks that follow each other."""

    blocks: tuple[MinedBlock, ...]


@dataclass(frozen=True)
class Ask:
    """A member lacks a block: its hash. It is sent with some of those before it."""

    wanted: bytes


@dataclass(frozen=True)
class Link:
    """A block in the tree of all that are known."""

    block: MinedBlock
    header: WorkHeader
    hash: bytes
    height: int
    work: int
    """The work of the whole branch up to here."""


class Pow:
    """The machine of one member, whose ledger has `height` blocks after genesis; `records` say which it had accepted and chosen."""

    def __init__(
        self, settings: PowSettings, application: Application, records: Sequence[MinedBlock | Chosen], random: Random, height: int
    ) -> None:
        self.settings = settings
        self.application = application
        self.random = random
        self.decided = 0
        origin = WorkHeader(0, GENESIS_HASH, GENESIS_HASH, 0, settings.rules.easiest_bits, 0)
        self.head = Link(MinedBlock(b"", b""), origin, GENESIS_HASH, 0, 0)
        self.links = {GENESIS_HASH: self.head}
        self.orphans: dict[bytes, MinedBlock] = {}
        """Blocks whose parent is missing, by the hash of that parent."""
        for record in records:
            if isinstance(record, Chosen):
                self.decided = self.links[record.hash].height
            else:
                self._add(record)
        self.decided = height  # what was chosen, but not yet in the ledger when the power failed, is decided again

    def step(self, event: Event) -> list[Effect]:
        """Take one event."""
        match event:
            case Started():
                return [*self._decide(), self._search()]
            case TimerFired(timer) if timer == MINE:
                return [*self._mine(), self._search()]
            case Received(sender, Blocks(blocks)) if type(blocks) is tuple and len(blocks) <= MOST_BLOCKS:
                return self._on_blocks(sender, blocks)
            case Received(sender, Ask(wanted)) if type(wanted) is bytes:
                return self._on_ask(sender, wanted)
        return []

    # Mining: steps 3 to 5 of Nakamoto's section 5

    def _search(self) -> SetTimer:
        """Draw how long the search takes. What was searched before does not matter: the distribution has no memory."""
        return SetTimer(MINE, max(1, round(self.random.expovariate(1 / self.settings.search_ms))))

    def _mine(self) -> list[Effect]:
        """Find a block on the head, and tell everybody."""
        head = self.head
        value = self.application.make_value(head.height + 1, self._get_pending(head), frozenset())
        time_s = head.header.time_s + self.settings.rules.spacing_s
        root = compute_double_hash(value)
        header = WorkHeader(1, head.hash, root, time_s, self._compute_bits(head), self.random.randrange(2**31))
        while not is_low_enough(compute_work_hash(header), header.bits):
            header = replace(header, nonce=header.nonce + 1)
        block = MinedBlock(encode_header(header), value)
        self._add(block)
        return [Write(block), Broadcast(Blocks((block,))), *self._decide()]

    # Taking blocks

    def _on_blocks(self, sender: str, blocks: tuple[MinedBlock, ...]) -> list[Effect]:
        """Take what is in order; ask the sender for what stands before it and is not here."""
        effects: list[Effect] = []
        missing = None
        for block in blocks:
            header = self._read(block)
            if header is None or compute_work_hash(header) in self.links:
                continue
            if header.previous_hash in self.links:
                effects += self._take(block)
            else:
                missing = missing or header.previous_hash
                self.orphans[header.previous_hash] = block
                while len(self.orphans) > MOST_ORPHANS:
                    del self.orphans[next(iter(self.orphans))]
        if missing is not None and missing not in self.links:
            effects.append(Send(sender, Ask(missing)))
        return [*effects, *self._decide()]

    def _read(self, block: MinedBlock) -> WorkHeader | None:
        """Return the header of a block that costs as much work as the easiest one, whoever it is from; None for anything cheaper."""
        if type(block) is not MinedBlock or type(block.header) is not bytes or type(block.value) is not bytes:
            return None
        try:
            header = decode_header(block.header)
            has_work = compute_work(header.bits) >= compute_work(self.settings.rules.easiest_bits)
            is_found = has_work and is_low_enough(compute_work_hash(header), header.bits)
        except WorkError:
            return None
        binds = len(block.value) <= LARGEST_VALUE and header.merkle_root == compute_double_hash(block.value)
        return header if is_found and binds else None

    def _take(self, block: MinedBlock) -> list[Effect]:
        """Keep a block whose parent is here, and the orphans that waited for it."""
        effects: list[Effect] = []
        waiting: MinedBlock | None = block
        while waiting is not None:
            link = self._add(waiting) if self._is_in_order(waiting) else None
            if link is None:
                break
            effects.append(Write(waiting))
            waiting = self.orphans.pop(link.hash, None)
        return effects

    def _is_in_order(self, block: MinedBlock) -> bool:
        """Return whether a block may follow its parent: its target, its time, its value."""
        header = decode_header(block.header)
        parent = self.links[header.previous_hash]
        before = self._get_before(parent, self.settings.rules.window)
        try:
            validate_work(header, parent.height + 1, self._compute_bits(parent))
        except WorkError:
            return False
        if header.time_s <= compute_median_time([link.header for link in before[-MEDIAN_OF:]]):
            return False
        if parent.height < self.decided:
            return False  # it would take back what is decided, or it comes too late to matter
        return self.application.examine_value(parent.height + 1, block.value, self._get_pending(parent)).is_valid

    def _compute_bits(self, parent: Link) -> int:
        """Return the bits that the next block must have."""
        first = self._get_before(parent, self.settings.rules.window)[0]
        return compute_next_bits(self.settings.rules, parent.height + 1, parent.header, first.header)

    def _add(self, block: MinedBlock) -> Link:
        """Put a block into the tree, and move the head if its branch is the heaviest. Of equal ones the first counts."""
        header = decode_header(block.header)
        parent = self.links[header.previous_hash]
        work = parent.work + compute_work(header.bits)
        link = Link(block, header, compute_work_hash(header), parent.height + 1, work)
        self.links[link.hash] = link
        if self._is_heavier(link) and self._keeps_decided(link):
            self.head = link
        return link

    def _is_heavier(self, link: Link) -> bool:
        """Return whether a branch holds more work than the head's. Not: more blocks, which are cheap where the target is easy."""
        return link.work > self.head.work

    def _keeps_decided(self, link: Link) -> bool:
        """Return whether a branch has the same block as the head at the height up to which all is decided."""
        if link.header.previous_hash == self.head.hash:
            return True
        ours, theirs = self.head, link
        while ours.height > self.decided:
            ours = self.links[ours.header.previous_hash]
        while theirs.height > self.decided:
            theirs = self.links[theirs.header.previous_hash]
        return ours is theirs

    # Deciding

    def _decide(self) -> list[Effect]:
        """Decide what has enough confirmations, from the lowest on."""
        effects: list[Effect] = []
        branch = self._get_before(self.head, self.head.height - self.decided)
        for link in branch:
            if link.height > self.decided and self._is_confirmed(link):
                self.decided = link.height
                effects += [Write(Chosen(link.hash)), Decide(link.height, link.block.value)]
        return effects

    def _is_confirmed(self, link: Link) -> bool:
        """Return whether a block of the head's branch has enough confirmations, its own included."""
        return self.head.height - link.height + 1 >= self.settings.confirmations

    # Answering

    def _on_ask(self, sender: str, wanted: bytes) -> list[Effect]:
        """Send a block and some before it, the oldest first."""
        link = self.links.get(wanted)
        if link is None or link.height == 0:
            return []
        blocks = tuple(each.block for each in self._get_before(link, MOST_BLOCKS) if each.height)
        return [Send(sender, Blocks(blocks))]

    # The tree

    def _get_before(self, link: Link, count: int) -> list[Link]:
        """Return the last `count` blocks up to `link`, the oldest first: fewer near genesis, at least one."""
        branch = [link]
        while len(branch) < count and link.height:
            link = self.links[link.header.previous_hash]
            branch.append(link)
        return branch[::-1]

    def _get_pending(self, parent: Link) -> list[bytes]:
        """Return the values of a branch that are not decided yet, the oldest first."""
        return [link.block.value for link in self._get_before(parent, parent.height - self.decided) if link.height > self.decided]
