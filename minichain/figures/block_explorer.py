"""A few blocks of a ledger as a picture: which transactions a block holds, what one of them read, and what became of the state.

The blocks stand in a row, each with an arrow to the one before. One of them is *chosen*, and so may be one of its transactions: a thick
border. Below stand the transactions of the block, ✓ if the contract did what was asked, ✗ in a dashed box if it refused; then what was
read, with versions; then the changes of the state, as in `state_diff`.

Simplifications: hashes are cut to their first four bytes, texts to what fits; more than six blocks, or eight transactions in one, are
refused, because a reader would see neither.
"""

from dataclasses import dataclass
from typing import Final

from minichain.figures.frame import BLUE, BLUE_GROUND, GREEN_DARK, MARGIN, ORANGE, ORANGE_DARK, draw_box, draw_legend
from minichain.figures.marks import GROUND, INK, LINE, draw_badge
from minichain.figures.state_diff import GAP, MAX_CHANGES, ROW_HEIGHT, KeyChange, StateDiff, describe_state_diff, draw_change, get_samples
from minichain.figures.svg import MONO, element, escape, estimate_width, picture, shorten, text

MAX_BLOCKS: Final = 6
MAX_TRANSACTIONS: Final = 8

_WIDTH: Final = 640.0
_WIDTH_BARE: Final = 440.0
_BLOCK_HEIGHT: Final = 64.0
_BLOCK_GAP: Final = 18.0
_LINE: Final = 34.0
_READ: Final = 22.0
_HEADING: Final = 30.0
_WORDS: Final = {
    "en": {
        "title": "{count} blocks of a ledger",
        "title-1": "One block of a ledger",
        "block": "block {height}",
        "count": "{count} transactions",
        "count-1": "1 transaction",
        "transactions": "transactions of block {height}",
        "reads": "what transaction {index} read",
        "changes": "what transaction {index} changed",
        "block-changes": "what the block changed",
        "absent": "no such key",
        "version": "version {height}·{index}",
        "nothing": "nothing",
        "size": "Block {height} holds {count} transactions.",
        "size-1": "Block {height} holds one transaction.",
        "refused": "The contract refused: {labels}.",
        "chosen": "Transaction {index}: {label}.",
        "done": "The contract did what was asked.",
        "reason": "The contract refused it: {reason}. It stands in the block and has written nothing.",
        "read": "It read {keys}.",
        "read-none": "It read nothing.",
        "and": ", ",
        "stop": " ",
    },
    "zh": {
        "title": "账本的 {count} 个区块",
        "block": "区块 {height}",
        "count": "{count} 笔交易",
        "transactions": "区块 {height} 的交易",
        "reads": "交易 {index} 读了什么",
        "changes": "交易 {index} 改了什么",
        "block-changes": "整个区块改了什么",
        "absent": "无此键",
        "version": "版本 {height}·{index}",
        "nothing": "无",
        "size": "区块 {height} 含 {count} 笔交易。",
        "refused": "合约拒绝的：{labels}。",
        "chosen": "交易 {index}：{label}。",
        "done": "合约照办了。",
        "reason": "合约拒绝了它：{reason}。它留在区块里，什么也没有写。",
        "read": "它读了 {keys}。",
        "read-none": "它什么也没有读。",
        "and": "、",
        "stop": "",
    },
}


@dataclass(frozen=True, slots=True)
class KeyRead:
    """A key that was read, the value that was found and its version, (height, index); both None where there was no such key."""

    key: str
    value: str | None
    version: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class ExploredTransaction:
    """What a transaction asks for, in one line; why the contract refused it, or None; what it read, and what it changed."""

    label: str
    refused: str | None
    reads: tuple[KeyRead, ...]
    changes: tuple[KeyChange, ...]


@dataclass(frozen=True, slots=True)
class ExploredBlock:
    """A block, and what it changed as a whole. `digest` is the beginning of its hash in hexadecimal digits, or empty."""

    height: int
    digest: str
    transactions: tuple[ExploredTransaction, ...]
    changes: tuple[KeyChange, ...]


@dataclass(frozen=True, slots=True)
class BlockExplorer:
    """Blocks, which of them is chosen, and which of its transactions (None: the block as a whole), all counted from 0.

    Raises ValueError for what is not there, and for more than can be shown.
    """

    blocks: tuple[ExploredBlock, ...]
    block: int = 0
    transaction: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not 1 <= len(self.blocks) <= MAX_BLOCKS:
            raise ValueError(f"{len(self.blocks)} blocks; the figure shows 1 to {MAX_BLOCKS}: pass a part of them")
        if not 0 <= self.block < len(self.blocks):
            raise ValueError(f"chosen block {self.block}; blocks are numbered 0 to {len(self.blocks) - 1}")
        for block in self.blocks:
            if len(block.transactions) > MAX_TRANSACTIONS or len(block.changes) > MAX_CHANGES:
                raise ValueError(
                    f"block {block.height} has {len(block.transactions)} transactions and {len(block.changes)} changes; "
                    f"the figure shows {MAX_TRANSACTIONS} and {MAX_CHANGES}"
                )
        if self.transaction is not None and not 0 <= self.transaction < len(self.chosen.transactions):
            raise ValueError(f"chosen transaction {self.transaction}; block {self.chosen.height} has {len(self.chosen.transactions)}")

    @property
    def chosen(self) -> ExploredBlock:
        """The chosen block."""
        return self.blocks[self.block]

    @property
    def changes(self) -> tuple[KeyChange, ...]:
        """What the chosen transaction, or else the whole block, changed."""
        return self.chosen.changes if self.transaction is None else self.chosen.transactions[self.transaction].changes


def describe_block_explorer(explorer: BlockExplorer, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(explorer, lang))


def draw_block_explorer(explorer: BlockExplorer, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself.
    """
    words, chosen, width = _WORDS[lang], explorer.chosen, _WIDTH if with_words else _WIDTH_BARE
    heading = words["transactions"].format(height=chosen.height)
    parts = [*_draw_chain(explorer, width, lang), _draw_heading(heading, MARGIN + _BLOCK_HEIGHT, width)]
    top = MARGIN + _BLOCK_HEIGHT + _HEADING
    for index, transaction in enumerate(chosen.transactions):
        parts.append(_draw_transaction(transaction, index, top, width, is_chosen=index == explorer.transaction))
        top += _LINE
    if explorer.transaction is None:
        heading = words["block-changes"]
    else:
        parts.append(_draw_heading(words["reads"].format(index=explorer.transaction), top, width))
        reads = chosen.transactions[explorer.transaction].reads
        rows = [_draw_read(read, top + _HEADING + row * _READ, width, lang) for row, read in enumerate(reads)]
        parts += rows or [_draw_nothing(top, width, lang)]
        top += _HEADING + max(len(reads), 1) * _READ
        heading = words["changes"].format(index=explorer.transaction)
    parts.append(_draw_heading(heading, top, width))
    changes = [draw_change(change, top + _HEADING + row * (ROW_HEIGHT + GAP), width, lang) for row, change in enumerate(explorer.changes)]
    parts += changes or [_draw_nothing(top, width, lang)]
    top += _HEADING + (len(changes) * (ROW_HEIGHT + GAP) if changes else _READ + GAP)
    sentences = _compute_sentences(explorer, lang) if with_words else []
    legend, bottom = draw_legend(get_samples(explorer.changes, lang), sentences, top, width)
    title = _phrase(lang, "title", len(explorer.blocks))
    return picture(width, bottom + MARGIN, title, describe_block_explorer(explorer, lang), *parts, legend)


def _compute_sentences(explorer: BlockExplorer, lang: str) -> list[str]:
    words, chosen = _WORDS[lang], explorer.chosen
    sentences = [_phrase(lang, "size", len(chosen.transactions), height=chosen.height)]
    if explorer.transaction is None:
        refused = [transaction.label for transaction in chosen.transactions if transaction.refused is not None]
        sentences += [words["refused"].format(labels=words["and"].join(refused))] if refused else []
    else:
        transaction = chosen.transactions[explorer.transaction]
        sentences.append(words["chosen"].format(index=explorer.transaction, label=transaction.label))
        keys = words["and"].join(read.key for read in transaction.reads)
        sentences.append(words["read"].format(keys=keys) if keys else words["read-none"])
        if transaction.refused is not None:
            return [*sentences, words["reason"].format(reason=transaction.refused)]
        sentences.append(words["done"])
    return [*sentences, describe_state_diff(StateDiff(chosen.height, explorer.changes), lang)]


def _phrase(lang: str, key: str, count: int, **values: int) -> str:
    """Return a sentence of a language, in the form that it has for `count` things where it has one of its own."""
    words = _WORDS[lang]
    return words.get(f"{key}-{count}", words[key]).format(count=count, **values)


def _draw_chain(explorer: BlockExplorer, room: float, lang: str) -> list[str]:
    """Draw the blocks in a row, each with an arrow to the one before."""
    count = len(explorer.blocks)
    width = min((room - 2 * MARGIN - (count - 1) * _BLOCK_GAP) / count, 140.0)
    down, parts = MARGIN + _BLOCK_HEIGHT / 2, []
    for number, block in enumerate(explorer.blocks):
        middle = MARGIN + width / 2 + number * (width + _BLOCK_GAP)
        left = middle - width / 2
        if number:
            tip = left - _BLOCK_GAP + 3
            route = f"M{left:g} {down:g}H{tip:g}M{tip + 7:g} {down - 5:g}L{tip:g} {down:g}L{tip + 7:g} {down + 5:g}"
            parts.append(element("path", d=route, fill="none", stroke=LINE, stroke_width=2.0))
        is_chosen = number == explorer.block
        looks = (BLUE_GROUND, BLUE, 4.0) if is_chosen else (GROUND, LINE, 1.5)
        name = _WORDS[lang]["block"].format(height=block.height)
        shift = 0 if block.digest else 8  # then two lines stand where three would
        count_label = shorten(_phrase(lang, "count", len(block.transactions)), width - 2, 11)
        lines = [
            text(name, (middle, down - 13 + shift), 13, fill=INK, font_weight="bold", text_anchor="middle"),
            text(count_label, (middle, down + 22 - shift), 11, fill=INK, text_anchor="middle"),
            text(f"{block.digest[:8]}…", (middle, down + 5), 12, family=MONO, fill=INK, text_anchor="middle") if block.digest else "",
        ]
        parts.append(
            element("g", element("title", escape(f"{name} {block.digest}")), draw_box((middle, down), (width, 60.0), *looks), *lines)
        )
    return parts


def _draw_heading(heading: str, top: float, width: float) -> str:
    """Draw a heading on a ground of its own, so that it can be read on a dark page."""
    middle = top + _HEADING / 2 + 1
    ground = draw_box((width / 2, middle), (width - 2 * MARGIN, 20.0), GROUND, LINE, 0.5)
    return ground + text(heading, (MARGIN + 10, middle + 4), 12, fill=INK, font_weight="bold")


def _draw_transaction(transaction: ExploredTransaction, index: int, top: float, room: float, *, is_chosen: bool) -> str:
    """Draw one transaction as a row: its number, what it asks for, and whether the contract did so."""
    is_refused = transaction.refused is not None
    ground, border, width = (BLUE_GROUND, BLUE, 3.5) if is_chosen else (GROUND, ORANGE if is_refused else LINE, 1.5)
    middle = top + _LINE / 2
    return element(
        "g",
        element("title", escape(transaction.label)),
        draw_box((room / 2, middle), (room - 2 * MARGIN, _LINE - 6), ground, border, width, dashes="5 4" if is_refused else "none"),
        text(str(index), (MARGIN + 14, middle + 4.5), 13, fill=INK, font_weight="bold"),
        text(shorten(transaction.label, room - 2 * MARGIN - 72, 13), (MARGIN + 36, middle + 4.5), 13, fill=INK),
        draw_badge((room - MARGIN - 18, middle), "✗" if is_refused else "✓", ORANGE_DARK if is_refused else GREEN_DARK),
    )


def _draw_read(read: KeyRead, top: float, width: float, lang: str) -> str:
    """Draw one key that was read: its name, the value that was found, and its version."""
    words, middle, value_at = _WORDS[lang], top + _READ / 2, 0.42 * width
    value = text(words["absent"], (value_at, middle + 4), 13, fill=INK, font_style="italic")
    version = ""
    if read.version is not None:
        label = words["version"].format(height=read.version[0], index=read.version[1])
        version = text(label, (width - MARGIN - 12, middle + 4), 12, fill=INK, text_anchor="end")
        room = width - MARGIN - 24 - estimate_width(label, 12) - value_at
        value = text(shorten(read.value or "", room, 14), (value_at, middle + 4), 13, family=MONO, fill=INK)
    key = text(shorten(read.key, value_at - MARGIN - 24, 13), (MARGIN + 14, middle + 4), 13, fill=INK)
    return _draw_ground(middle, width) + key + value + version


def _draw_nothing(top: float, width: float, lang: str) -> str:
    middle = top + _HEADING + _READ / 2
    return _draw_ground(middle, width) + text(_WORDS[lang]["nothing"], (MARGIN + 14, middle + 4), 13, fill=INK, font_style="italic")


def _draw_ground(middle: float, width: float) -> str:
    """Draw what a line of text stands on."""
    return draw_box((width / 2, middle), (width - 2 * MARGIN, _READ), GROUND, "none", 0.0, radius=0.0)
