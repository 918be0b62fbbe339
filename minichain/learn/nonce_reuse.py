"""The attack on a nonce that comes twice, to play with: two signatures by one key, and the key that is computed from them.

Two drop-down lists, which a keyboard reaches as well as a mouse, drive one picture and the same in words. Where widgets do not run, the
picture alone is shown, as it was when the cell was run.

Simplifications: key, nonces and messages are always the same ones.
"""

from typing import Any, Final, Literal, get_args

from minichain.crypto import ecdsa, sm2
from minichain.crypto.hashing import sha256
from minichain.crypto.weierstrass import P256, SM2P256
from minichain.figures.nonce_reuse import NonceReuse, SignedDigest, describe_nonce_reuse, draw_nonce_reuse
from minichain.learn.widgets import build_list, import_widgets, render

Scheme = Literal["ecdsa", "sm2"]
Nonces = Literal["fresh", "same"]

PRIVATE_KEY: Final = int.from_bytes(sha256(b"a key for a figure"), "big") >> 1
MESSAGES: Final = (b"12.4 t", b"13.1 t")

_WORDS: Final = {
    "en": {"scheme": "Signature:", "nonces": "Nonces:", "fresh": "a fresh one each time", "same": "the same one twice"},
    "zh": {"scheme": "签名算法：", "nonces": "随机数：", "fresh": "每次都用新的", "same": "同一个用两次"},
}


class NonceReuseView:
    """The picture of two signatures, and two lists: the scheme, and where the nonces come from. `reuse` is what the picture shows now."""

    def __init__(self, *, scheme: Scheme = "ecdsa", nonces: Nonces = "fresh", lang: str = "en") -> None:
        """Sign two messages by `scheme` with these `nonces`, and compute what an attacker would."""
        widgets = import_widgets()
        self.lang, self.reuse = lang, build_reuse(scheme, nonces)
        words = _WORDS[lang]
        self._scheme = build_list(words["scheme"], [(name.upper(), name) for name in get_args(Scheme)], scheme)
        self._nonces = build_list(words["nonces"], [(words[name], name) for name in get_args(Nonces)], nonces)
        self._picture = widgets.HTML()
        self._box = widgets.VBox([widgets.HBox([self._scheme, self._nonces], layout={"flex_flow": "row wrap"}), self._picture])
        self._scheme.observe(self._on_choice, names="value")
        self._nonces.observe(self._on_choice, names="value")
        self._on_choice()

    def choose(self, *, scheme: Scheme = "ecdsa", nonces: Nonces = "fresh") -> None:
        """Choose as a hand would."""
        self._scheme.value, self._nonces.value = scheme, nonces

    def _on_choice(self, _change: object = None) -> None:
        self._picture.value = render(self._draw, self.lang)

    def _draw(self) -> tuple[str, str]:
        self.reuse = build_reuse(self._scheme.value, self._nonces.value)
        return draw_nonce_reuse(self.reuse, self.lang, with_words=False), describe_nonce_reuse(self.reuse, self.lang)

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the widget together with the picture and the words that stand in for it."""
        bundle: dict[str, Any] = self._box._repr_mimebundle_()
        words = describe_nonce_reuse(self.reuse, self.lang)
        return {**bundle, "image/svg+xml": draw_nonce_reuse(self.reuse, self.lang), "text/plain": words}


def show_nonce_reuse(*, scheme: Scheme = "ecdsa", nonces: Nonces = "fresh", lang: str = "en") -> NonceReuseView:
    """Return two signatures by one key as a figure to play with; at the end of a cell it shows itself.

    `lang` is "en" or "zh". Raises ImportError where ipywidgets is missing.
    """
    return NonceReuseView(scheme=scheme, nonces=nonces, lang=lang)


def build_reuse(scheme: Scheme, nonces: Nonces = "same") -> NonceReuse:
    """Return the figure of two signatures, and of what follows from them if their nonces are taken for the same.

    >>> build_reuse("ecdsa").is_found, build_reuse("sm2").is_found, build_reuse("sm2", "fresh").is_found
    (True, True, False)
    """
    drawn = [int.from_bytes(sha256(b"nonce " + bytes([number])), "big") >> 1 for number in (1, 1 if nonces == "same" else 2)]
    signed = [_sign(scheme, message, nonce) for message, nonce in zip(MESSAGES, drawn, strict=True)]
    computed = (_compute_key_from_ecdsa if scheme == "ecdsa" else _compute_key_from_sm2)(*signed)
    return NonceReuse(scheme, signed[0], signed[1], computed, PRIVATE_KEY)


def _sign(scheme: Scheme, message: bytes, nonce: int) -> SignedDigest:
    if scheme == "ecdsa":
        digest = sha256(message)
        found = ecdsa.compute_signature(P256, PRIVATE_KEY, digest, nonce)
        pair = found[0] if found else None
    else:
        digest = sm2.compute_digest(sm2.compute_public_key(PRIVATE_KEY), message)
        pair = sm2.compute_signature(PRIVATE_KEY, digest, nonce)
    assert pair, "the nonces of the figure give signatures"
    e = int.from_bytes(digest, "big")
    return SignedDigest(e, pair.r, pair.s, pair.r if scheme == "ecdsa" else (pair.r - e) % SM2P256.n)


def _compute_key_from_ecdsa(first: SignedDigest, second: SignedDigest) -> int:
    k = (first.e - second.e) * pow(first.s - second.s, -1, P256.n)
    return (first.s * k - first.e) * pow(first.r, -1, P256.n) % P256.n


def _compute_key_from_sm2(first: SignedDigest, second: SignedDigest) -> int:
    return (second.s - first.s) * pow(first.s + first.r - second.s - second.r, -1, SM2P256.n) % SM2P256.n
