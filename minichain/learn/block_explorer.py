"""A few blocks of a ledger to look into: choose a block and a transaction, and see what it read, what it wrote and what the state became.

Two drop-down lists, which a keyboard reaches as well as a mouse, drive one picture and the same in words. Where widgets do not run (a
notebook on a web page, a printed one, a headless run) the picture alone is shown, as it was when the cell was run.

The blocks are run when the figure is made, by a contract that is handed in: a function that is called with a transaction, `read` and
`write`, and that raises an exception to refuse. So a notebook's own contract, altered by a learner, shows what it does.

Simplifications: nothing but the contract is asked; who may send, and whether the blocks fit together, is what the lab is about.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from minichain.figures import (
    BlockExplorer,
    ExploredBlock,
    ExploredTransaction,
    KeyChange,
    KeyRead,
    describe_block_explorer,
    draw_block_explorer,
)
from minichain.learn.widgets import NONE, build_list, import_widgets, render, to_choice, to_number

Row = list[Any]
"""A value, and its version: the height of the block and the number of the transaction that wrote it."""

Transaction = Mapping[str, Any]
Contract = Callable[[Transaction, Callable[[str], Any], Callable[[str, Any], None]], object]

_WORDS: Final = {
    "en": {"block": "Block:", "transaction": "Transaction:", "all": "the whole block"},
    "zh": {"block": "区块：", "transaction": "交易：", "all": "整个区块"},
}


class BlockExplorerView:
    """The picture of some blocks, and two lists: the chosen block, and the chosen transaction of it.

    `explorer` is what the picture shows now.
    """

    def __init__(self, blocks: Sequence[ExploredBlock], *, block: int = 0, transaction: int | None = None, lang: str = "en") -> None:
        """Draw the blocks."""
        widgets = import_widgets()
        self.explorer, self.lang = BlockExplorer(tuple(blocks), block, transaction), lang
        words = _WORDS[lang]
        self._block = build_list(words["block"], [(str(each.height), number) for number, each in enumerate(blocks)], block)
        self._transaction = build_list(words["transaction"], self._list_transactions(block), to_choice(transaction))
        self._picture = widgets.HTML()
        self._box = widgets.VBox([widgets.HBox([self._block, self._transaction], layout={"flex_flow": "row wrap"}), self._picture])
        self._block.observe(self._on_block, names="value")
        self._transaction.observe(self._on_choice, names="value")
        self._on_choice()

    def choose(self, block: int, transaction: int | None = None) -> None:
        """Choose as a hand would; None stands for the whole block."""
        self._block.value = block
        self._transaction.value = to_choice(transaction)

    def _list_transactions(self, block: int) -> list[tuple[str, int]]:
        transactions = self.explorer.blocks[block].transactions
        return [(_WORDS[self.lang]["all"], NONE), *((f"{index} · {each.label}", index) for index, each in enumerate(transactions))]

    def _on_block(self, _change: object = None) -> None:
        self._transaction.options = self._list_transactions(self._block.value)  # and the first of them is chosen
        self._on_choice()

    def _on_choice(self, _change: object = None) -> None:
        self._picture.value = render(self._draw, self.lang)

    def _draw(self) -> tuple[str, str]:
        self.explorer = BlockExplorer(self.explorer.blocks, self._block.value, to_number(self._transaction.value))
        return draw_block_explorer(self.explorer, self.lang, with_words=False), describe_block_explorer(self.explorer, self.lang)

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the widget together with the picture and the words that stand in for it."""
        bundle: dict[str, Any] = self._box._repr_mimebundle_()
        picture, words = draw_block_explorer(self.explorer, self.lang), describe_block_explorer(self.explorer, self.lang)
        return {**bundle, "image/svg+xml": picture, "text/plain": words}


def show_block_explorer(
    blocks: Sequence[Sequence[Transaction]],
    contract: Contract,
    state: Mapping[str, Row],
    *,
    hashes: Sequence[str] = (),
    block: int = 0,
    transaction: int | None = None,
    lang: str = "en",
) -> BlockExplorerView:
    """Return up to six blocks, lists of transactions, as a figure to look into; at the end of a cell it shows itself.

    They are run by `contract` on `state`, which stays as it is, from height 1 on. `hashes` are those of the blocks in hexadecimal digits,
    `block` and `transaction` what is chosen at first, and `lang` is "en" or "zh". Raises ImportError where ipywidgets is missing, and
    ValueError for more than can be shown.
    """
    return BlockExplorerView(explore_blocks(blocks, contract, state, hashes), block=block, transaction=transaction, lang=lang)


def explore_blocks(
    blocks: Sequence[Sequence[Transaction]], contract: Contract, state: Mapping[str, Row], hashes: Sequence[str] = ()
) -> tuple[ExploredBlock, ...]:
    """Run the blocks, and return what each transaction read and changed.

    >>> def contract(transaction, read, write):
    ...     write("count", read("count") + 1)
    >>> [block] = explore_blocks([[{"id": "t", "sender": "Ann", "method": "add", "arguments": []}]], contract, {"count": [6, 0, 0]})
    >>> block.transactions[0].label, block.changes
    ('t · Ann: add', (KeyChange(key='count', before='6', after='7', transaction=0),))
    """
    explored, now = [], dict(state)
    for number, transactions in enumerate(blocks):
        before, run = dict(now), []
        last: dict[str, int] = {}
        for index, transaction in enumerate(transactions):
            done, writes = explore_transaction(transaction, index, contract, now)
            last |= dict.fromkeys(writes, index)
            now |= {key: [value, number + 1, index] for key, value in writes.items()}
            now = {key: row for key, row in now.items() if row[0] is not None}
            run.append(done)
        changes = tuple(KeyChange(key, get_value(before, key), get_value(now, key), index) for key, index in sorted(last.items()))
        explored.append(ExploredBlock(number + 1, hashes[number] if number < len(hashes) else "", tuple(run), changes))
    return tuple(explored)


def explore_transaction(
    transaction: Transaction, index: int, contract: Contract, state: Mapping[str, Row]
) -> tuple[ExploredTransaction, dict[str, Any]]:
    """Run one transaction, and return what the figure shows of it and what it wrote; where the contract refuses, that is nothing."""
    reads: dict[str, KeyRead] = {}
    writes: dict[str, Any] = {}
    refused = None

    def read(key: str) -> Any:
        if key in writes:
            return writes[key]
        row = state.get(key)
        reads[key] = KeyRead(key, None, None) if row is None else KeyRead(key, str(row[0]), (row[1], row[2]))
        return None if row is None else row[0]

    def write(key: str, value: Any) -> None:
        writes[key] = value

    try:
        contract(transaction, read, write)
    except Exception as error:
        refused = str(error) or type(error).__name__
        writes.clear()
    changes = [KeyChange(key, get_value(state, key), None if value is None else str(value), index) for key, value in sorted(writes.items())]
    return ExploredTransaction(to_label(transaction), refused, tuple(reads[key] for key in sorted(reads)), tuple(changes)), writes


def get_value(state: Mapping[str, Row], key: str) -> str | None:
    """Return the value of a key as text, or None if there is no such key."""
    return str(state[key][0]) if key in state else None


def to_label(transaction: Transaction) -> str:
    """Return what a transaction asks for as one line."""
    what = " ".join(str(part) for part in (transaction["method"], *transaction["arguments"]))
    return f"{transaction['id']} · {transaction['sender']}: {what}"
