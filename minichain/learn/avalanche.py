"""The avalanche to play with: choose a bit of a text to flip, and see which bits of its digest change.

Two drop-down lists, which a keyboard reaches as well as a mouse, drive one picture and the same in words. Where widgets do not run (a
notebook on a web page, a printed one, a headless run) the picture alone is shown, as it was when the cell was run.

Simplifications: the text is fixed when the figure is made, and short.
"""

from typing import Any, Final

from minichain.crypto.hashing import get_hash
from minichain.figures import Avalanche, describe_avalanche, draw_avalanche
from minichain.figures.avalanche import flip_bit
from minichain.learn.widgets import NONE, build_list, import_widgets, render, to_choice, to_number

TITLES: Final = {"sha256": "SHA-256", "sm3": "SM3"}
"""The hash functions to choose from, by name."""

_WORDS: Final = {
    "en": {"flip": "Flip bit (counted from 0):", "hash": "Hash function:", "none": "none"},
    "zh": {"flip": "翻转比特（从 0 数起）：", "hash": "哈希函数：", "none": "无"},
}


class AvalancheView:
    """The picture of a text and its digest, and two lists: the bit that is flipped, and the hash function.

    `avalanche` is what the picture shows now.
    """

    def __init__(self, message: str, *, flipped: int | None = None, hash_name: str = "sha256", lang: str = "en") -> None:
        """Draw the digest of `message`, written in UTF-8, after bit `flipped` was flipped."""
        widgets = import_widgets()
        self.message, self.lang = message.encode(), lang
        self.avalanche = compute_avalanche(self.message, flipped, hash_name)
        words = _WORDS[lang]
        bits = [(words["none"], NONE), *((_name_flip(self.message, number), number) for number in range(8 * len(self.message)))]
        self._flipped = build_list(words["flip"], bits, to_choice(flipped))
        self._hash = build_list(words["hash"], [(title, name) for name, title in TITLES.items()], hash_name)
        self._picture = widgets.HTML()
        self._box = widgets.VBox([widgets.HBox([self._flipped, self._hash], layout={"flex_flow": "row wrap"}), self._picture])
        self._flipped.observe(self._on_choice, names="value")
        self._hash.observe(self._on_choice, names="value")
        self._on_choice()

    def choose(self, *, flipped: int | None = None, hash_name: str = "sha256") -> None:
        """Choose as a hand would; None flips no bit."""
        self._flipped.value, self._hash.value = to_choice(flipped), hash_name

    def _on_choice(self, _change: object = None) -> None:
        self._picture.value = render(self._draw, self.lang)

    def _draw(self) -> tuple[str, str]:
        self.avalanche = compute_avalanche(self.message, to_number(self._flipped.value), self._hash.value)
        return draw_avalanche(self.avalanche, self.lang, with_words=False), describe_avalanche(self.avalanche, self.lang)

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the widget together with the picture and the words that stand in for it."""
        bundle: dict[str, Any] = self._box._repr_mimebundle_()
        words = describe_avalanche(self.avalanche, self.lang)
        return {**bundle, "image/svg+xml": draw_avalanche(self.avalanche, self.lang), "text/plain": words}


def show_avalanche(message: str, *, flipped: int | None = None, hash_name: str = "sha256", lang: str = "en") -> AvalancheView:
    """Return the digest of a text of up to 12 bytes as a figure to play with; at the end of a cell it shows itself.

    `flipped` is the bit that is flipped at first (0 is the highest of the first byte), `hash_name` is "sha256" or "sm3", and `lang` "en" or
    "zh". Raises ImportError where ipywidgets is missing and ValueError for a text that is too long or a bit that it does not have.
    """
    return AvalancheView(message, flipped=flipped, hash_name=hash_name, lang=lang)


def compute_avalanche(message: bytes, flipped: int | None = None, hash_name: str = "sha256") -> Avalanche:
    """Return the figure of a message whose bit `flipped` is flipped.

    >>> len(compute_avalanche(b"9.8", 7).changed)
    130
    """
    hash_function = get_hash(hash_name)
    is_there = flipped is not None and 0 <= flipped < 8 * len(message)
    after = hash_function(flip_bit(message, flipped)) if flipped is not None and is_there else hash_function(message)
    return Avalanche(message, flipped, hash_function(message), after, TITLES[hash_name])


def _name_flip(message: bytes, number: int) -> str:
    """Return a bit's number and what becomes of its byte: "7 · 9 → 8", or "2 · 0 → 0x10"."""
    before, after = message[number // 8], flip_bit(message, number)[number // 8]
    return f"{number} · {_name_byte(before)} → {_name_byte(after)}"


def _name_byte(byte: int) -> str:
    return chr(byte) if 0x20 < byte < 0x7F else f"0x{byte:02x}"
