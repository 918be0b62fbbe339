"""A Merkle tree to play with: change a record, choose one to prove, and see what becomes of the root.

Two drop-down lists, which a keyboard reaches as well as a mouse, drive one picture and the same in words. Where widgets do not run (a
notebook on a web page, a printed one, a headless run) the picture alone is shown, as it was when the cell was run.

Simplifications: a change is always the same, an exclamation mark at the end of the record; any other would do.
"""

from collections.abc import Sequence
from typing import Any, Final

from minichain.crypto.merkle import compute_leaf_hash, compute_node_hash, compute_root
from minichain.figures import MerkleTree, describe_merkle_tree, draw_merkle_tree
from minichain.learn.widgets import NONE, build_list, import_widgets, render, to_choice, to_number

_WORDS: Final = {
    "en": {"change": "Change record:", "prove": "Prove record:", "none": "none"},
    "zh": {"change": "改动记录：", "prove": "证明记录：", "none": "无"},
}


class MerkleTreeView:
    """The picture of a list's Merkle tree, and two lists to choose the record that is changed and the one that is proved.

    `tree` is what the picture shows now.
    """

    def __init__(self, records: Sequence[bytes], *, changed: int | None = None, proved: int | None = None, lang: str = "en") -> None:
        """Draw the tree of `records`; their root, before any change, is the published one."""
        widgets = import_widgets()
        self.records, self.lang = tuple(records), lang
        self.published = compute_root(self.records)
        self.tree = self._build_tree(changed, proved)
        self._changed = self._build_list("change", changed)
        self._proved = self._build_list("prove", proved)
        self._picture = widgets.HTML()
        lists = widgets.HBox([self._changed, self._proved], layout={"flex_flow": "row wrap"})
        self._box = widgets.VBox([lists, self._picture])
        self._changed.observe(self._on_choice, names="value")
        self._proved.observe(self._on_choice, names="value")
        self._on_choice()

    def choose(self, *, changed: int | None = None, proved: int | None = None) -> None:
        """Choose the two records as a hand would, by their numbers; None chooses no record."""
        self._changed.value, self._proved.value = to_choice(changed), to_choice(proved)

    def _build_list(self, name: str, chosen: int | None) -> Any:
        words = _WORDS[self.lang]
        options = [(words["none"], NONE), *((f"{number} · {_to_label(record)}", number) for number, record in enumerate(self.records))]
        return build_list(words[name], options, to_choice(chosen))

    def _build_tree(self, changed: int | None, proved: int | None) -> MerkleTree:
        records = [record + b"!" if number == changed else record for number, record in enumerate(self.records)]
        labels = tuple(_to_label(record) for record in records)
        return MerkleTree(labels, compute_levels(records), changed, proved, self.published)

    def _on_choice(self, _change: object = None) -> None:
        self._picture.value = render(self._draw, self.lang)

    def _draw(self) -> tuple[str, str]:
        self.tree = self._build_tree(to_number(self._changed.value), to_number(self._proved.value))
        return draw_merkle_tree(self.tree, self.lang, with_words=False), describe_merkle_tree(self.tree, self.lang)

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the widget together with the picture and the words that stand in for it."""
        bundle: dict[str, Any] = self._box._repr_mimebundle_()
        return {**bundle, "image/svg+xml": draw_merkle_tree(self.tree, self.lang), "text/plain": describe_merkle_tree(self.tree, self.lang)}


def show_merkle_tree(
    records: Sequence[bytes], *, changed: int | None = None, proved: int | None = None, lang: str = "en"
) -> MerkleTreeView:
    """Return the Merkle tree of up to 32 records as a figure to play with; at the end of a cell it shows itself.

    `changed` and `proved` are the numbers of the records that are changed and proved at first, `lang` is "en" or "zh". Raises
    ImportError where ipywidgets is missing and ValueError for a list that is too long to be drawn.
    """
    return MerkleTreeView(records, changed=changed, proved=proved, lang=lang)


def compute_levels(records: Sequence[bytes]) -> tuple[tuple[bytes, ...], ...]:
    """Return all digests of the Merkle tree of `records` (RFC 9162, 2.1), leaves first; the odd one of a level stands again above.

    >>> [len(level) for level in compute_levels([b"a", b"b", b"c"])]
    [3, 2, 1]
    """
    levels = [tuple(compute_leaf_hash(record) for record in records)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        joined = [compute_node_hash(left, right) for left, right in zip(below[::2], below[1::2], strict=False)]
        levels.append((*joined, *below[len(joined) * 2 :]))
    return tuple(levels)


def _to_label(record: bytes) -> str:
    return record.decode("utf-8", "backslashreplace")
