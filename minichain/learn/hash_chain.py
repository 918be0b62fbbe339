"""A hash-linked log to play with: alter a record, let the forger compute links anew, and see where it shows.

Two drop-down lists, which a keyboard reaches as well as a mouse, drive one picture and the same in words. Where widgets do not run (a
notebook on a web page, a printed one, a headless run) the picture alone is shown, as it was when the cell was run.

Simplifications: an alteration is always the same, 5 more or less in the first digit of the last text (9.8 becomes 4.8); any other would do.
"""

import re
from collections.abc import Sequence
from typing import Any, Final, Literal, get_args

from minichain.crypto.hash_chain import START, Entry, Record, build_log, compute_link, get_head
from minichain.figures import HashChain, describe_hash_chain, draw_hash_chain
from minichain.learn.widgets import NONE, build_list, import_widgets, render, to_choice, to_number

Relinked = Literal["no", "own", "all"]
"""Which links are computed anew after a record was altered: none, its own, or that and all after it."""

_WORDS: Final = {
    "en": {
        "change": "Alter record:",
        "relink": "Compute anew:",
        "none": "none",
        "no": "no link",
        "own": "its own link",
        "all": "its link and all after it",
    },
    "zh": {
        "change": "改动记录：",
        "relink": "重算链接：",
        "none": "无",
        "no": "不重算",
        "own": "只重算它自己的链接",
        "all": "重算它和后面所有的链接",
    },
}


class HashChainView:
    """The picture of a log, and two lists: the record that is altered, and the links that are computed anew after that.

    `chain` is what the picture shows now.
    """

    def __init__(self, records: Sequence[Record], *, changed: int | None = None, relinked: Relinked = "no", lang: str = "en") -> None:
        """Draw the log of `records`; its head, before any alteration, is the published one."""
        widgets = import_widgets()
        self.records, self.lang = tuple(records), lang
        self.chain = build_chain(self.records, changed, relinked)
        words = _WORDS[lang]
        numbers = [(words["none"], NONE), *((f"{number} · {to_label(record)}", number) for number, record in enumerate(self.records))]
        self._changed = build_list(words["change"], numbers, to_choice(changed))
        self._relinked = build_list(words["relink"], [(words[way], way) for way in get_args(Relinked)], relinked)
        self._picture = widgets.HTML()
        self._box = widgets.VBox([widgets.HBox([self._changed, self._relinked], layout={"flex_flow": "row wrap"}), self._picture])
        self._changed.observe(self._on_choice, names="value")
        self._relinked.observe(self._on_choice, names="value")
        self._on_choice()

    def choose(self, *, changed: int | None = None, relinked: Relinked = "no") -> None:
        """Choose as a hand would; None alters no record."""
        self._changed.value, self._relinked.value = to_choice(changed), relinked

    def _on_choice(self, _change: object = None) -> None:
        self._picture.value = render(self._draw, self.lang)

    def _draw(self) -> tuple[str, str]:
        self.chain = build_chain(self.records, to_number(self._changed.value), self._relinked.value)
        return draw_hash_chain(self.chain, self.lang, with_words=False), describe_hash_chain(self.chain, self.lang)

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the widget together with the picture and the words that stand in for it."""
        bundle: dict[str, Any] = self._box._repr_mimebundle_()
        return {**bundle, "image/svg+xml": draw_hash_chain(self.chain, self.lang), "text/plain": describe_hash_chain(self.chain, self.lang)}


def show_hash_chain(records: Sequence[Record], *, changed: int | None = None, relinked: Relinked = "no", lang: str = "en") -> HashChainView:
    """Return the log of up to 12 records as a figure to play with; at the end of a cell it shows itself.

    `changed` is the number of the record that is altered at first, `relinked` says which links are computed anew after that ("no", "own"
    or "all"), and `lang` is "en" or "zh". Raises ImportError where ipywidgets is missing and ValueError for a log that is too long.
    """
    return HashChainView(records, changed=changed, relinked=relinked, lang=lang)


def build_chain(records: Sequence[Record], changed: int | None = None, relinked: Relinked = "no") -> HashChain:
    """Return the figure of the log of `records`, after record `changed` was altered and links were computed anew.

    >>> build_chain([["a"], ["b"], ["c"]], changed=1).broken
    [1]
    >>> build_chain([["a"], ["b"], ["c"]], changed=1, relinked="own").broken
    [2]
    >>> build_chain([["a"], ["b"], ["c"]], changed=1, relinked="all").broken
    []
    """
    honest = build_log(records)
    log, anew = honest, range(0)
    if changed is not None and 0 <= changed < len(records):
        anew = {"no": range(0), "own": range(changed, changed + 1), "all": range(changed, len(records))}[relinked]
        log = alter_log(honest, changed, anew)
    before = [START, *(link for _, link in log)]
    return HashChain(
        labels=tuple(to_label(record) for record, _ in log),
        links=tuple(link for _, link in log),
        expected=tuple(compute_link(before[number], record) for number, (record, _) in enumerate(log)),
        changed=changed,
        relinked=frozenset(anew),
        published=get_head(honest),
    )


def alter_log(log: Sequence[Entry], changed: int, anew: range) -> list[Entry]:
    """Return the log with one record altered and the links `anew` computed from what stands before them."""
    altered: list[Entry] = []
    for number, (record, link) in enumerate(log):
        shown = alter_record(record) if number == changed else record
        altered.append((shown, compute_link(get_head(altered), shown) if number in anew else link))
    return altered


def alter_record(record: Record) -> Record:
    """Return the record with another digit in its last text, or with an exclamation mark where there is no digit.

    >>> alter_record(["room 1", "9.8"]), alter_record(["closed"])
    (['room 1', '4.8'], ['closed!'])
    """
    last = record[-1] if record else ""
    other, count = re.subn("[0-9]", lambda digit: str((int(digit[0]) + 5) % 10), last, count=1)
    return [*record[:-1], other if count else f"{last}!"]


def to_label(record: Record) -> str:
    """Return a record as one line."""
    return " · ".join(record)
