"""A signature to play with: choose a profile, alter one thing on its way, and see whether the verifier notices.

Two drop-down lists, which a keyboard reaches as well as a mouse, drive one picture and the same in words. Where widgets do not run, the
picture alone is shown, as it was when the cell was run.

Simplifications: the keys are the examples of RFC 6979 (A.2.5) and GB/T 32918.5 (annex A), which everybody knows.
"""

from dataclasses import replace
from typing import Any, Final, Literal, get_args

from minichain.crypto import ecdsa, sm2
from minichain.crypto.hashing import sha256
from minichain.crypto.signature_pair import SignaturePair, encode_pair
from minichain.crypto.signing import join
from minichain.crypto.weierstrass import P256, SM2P256, Point, encode_point
from minichain.figures.signature_flow import FIELDS, Side, SignatureFlow, describe_signature_flow, draw_signature_flow
from minichain.learn.widgets import build_list, import_widgets, render

Profile = Literal["international", "national"]
Altered = Literal["nothing", "payload", "chain", "user_id", "public_key", "signature"]
"""What is another at the verifier than it was at the signer."""

PRIVATE_KEYS: Final = {
    "international": 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721,
    "national": 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8,
}
OTHER_PRIVATE_KEY: Final = 7731

_NAMES: Final = {"international": ("ECDSA", "SHA-256"), "national": ("SM2", "SM3")}
_WORDS: Final = {
    "en": {
        "profile": "Profile:",
        "alter": "Different:",
        "international": "international (ECDSA)",
        "national": "national (SM2)",
        "nothing": "nothing",
        "payload": "the payload",
        "chain": "the chain",
        "user_id": "the user id",
        "public_key": "the public key",
        "signature": "one bit of the signature",
    },
    "zh": {
        "profile": "方案：",
        "alter": "不同的是：",
        "international": "国际（ECDSA）",
        "national": "国密（SM2）",
        "nothing": "没有不同",
        "payload": "内容",
        "chain": "链名",
        "user_id": "用户标识",
        "public_key": "公钥",
        "signature": "签名的一个比特",
    },
}


class SignatureFlowView:
    """The picture of a signature, and two lists: the profile, and what is altered. `flow` is what the picture shows now."""

    def __init__(self, *, profile: Profile = "international", altered: Altered = "nothing", lang: str = "en") -> None:
        """Sign and verify an order, with `altered` another one at the verifier."""
        widgets = import_widgets()
        self.lang, self.flow = lang, build_flow(profile, altered)
        words = _WORDS[lang]
        self._profile = build_list(words["profile"], [(words[name], name) for name in get_args(Profile)], profile)
        self._altered = build_list(words["alter"], [(words[name], name) for name in get_args(Altered)], altered)
        self._picture = widgets.HTML()
        self._box = widgets.VBox([widgets.HBox([self._profile, self._altered], layout={"flex_flow": "row wrap"}), self._picture])
        self._profile.observe(self._on_choice, names="value")
        self._altered.observe(self._on_choice, names="value")
        self._on_choice()

    def choose(self, *, profile: Profile = "international", altered: Altered = "nothing") -> None:
        """Choose as a hand would."""
        self._profile.value, self._altered.value = profile, altered

    def _on_choice(self, _change: object = None) -> None:
        self._picture.value = render(self._draw, self.lang)

    def _draw(self) -> tuple[str, str]:
        self.flow = build_flow(self._profile.value, self._altered.value)
        return draw_signature_flow(self.flow, self.lang, with_words=False), describe_signature_flow(self.flow, self.lang)

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the widget together with the picture and the words that stand in for it."""
        bundle: dict[str, Any] = self._box._repr_mimebundle_()
        words = describe_signature_flow(self.flow, self.lang)
        return {**bundle, "image/svg+xml": draw_signature_flow(self.flow, self.lang), "text/plain": words}


def show_signature_flow(*, profile: Profile = "international", altered: Altered = "nothing", lang: str = "en") -> SignatureFlowView:
    """Return a signature on its way as a figure to play with; at the end of a cell it shows itself.

    `altered` is what is another at the verifier, `lang` is "en" or "zh". Raises ImportError where ipywidgets is missing.
    """
    return SignatureFlowView(profile=profile, altered=altered, lang=lang)


def build_flow(profile: Profile, altered: Altered = "nothing") -> SignatureFlow:
    """Return the figure of an order that is signed and verified, `altered` being another one at the verifier.

    >>> build_flow("national").is_valid, build_flow("national", "user_id").is_valid, build_flow("international", "user_id").is_valid
    (True, False, True)
    """
    key = PRIVATE_KEYS[profile]
    own_key = _compute_public_key(profile, key)
    fields = Side("harbour-test", "release 40 t copper, bill 7731", "manager", _encode(profile, own_key), b"", b"")
    digest = _compute_digest(profile, fields, own_key)
    pair = ecdsa.sign_digest(P256, key, digest)[0] if profile == "international" else sm2.sign_digest(key, digest)
    signer = replace(fields, digest=digest, signature=encode_pair(pair))
    others: dict[str, dict[str, str | bytes]] = {
        "payload": {"payload": "release 90 t copper, bill 7731"},
        "chain": {"chain": "harbour"},
        "user_id": {"user_id": "clerk"},
        "public_key": {"public_key": _encode(profile, _compute_public_key(profile, OTHER_PRIVATE_KEY))},
        "signature": {"signature": bytes([signer.signature[0] ^ 1]) + signer.signature[1:]},
    }
    verifier = replace(signer, **others.get(altered, {}))  # type: ignore[arg-type]
    public_key = _compute_public_key(profile, OTHER_PRIVATE_KEY if altered == "public_key" else key)
    verifier = replace(verifier, digest=_compute_digest(profile, verifier, public_key))
    hashed = ("chain", "payload") if profile == "international" else FIELDS
    return SignatureFlow(*_NAMES[profile], signer, verifier, _is_valid(profile, verifier, public_key), hashed)


def _compute_public_key(profile: Profile, private_key: int) -> Point:
    return ecdsa.compute_public_key(P256, private_key) if profile == "international" else sm2.compute_public_key(private_key)


def _encode(profile: Profile, point: Point) -> bytes:
    """Return the key as it is shown: both curves have coordinates of 32 bytes, and the byte in front is left out."""
    return encode_point(P256 if profile == "international" else SM2P256, point)[1:]


def _compute_digest(profile: Profile, side: Side, public_key: Point) -> bytes:
    message = join(side.chain, side.payload.encode())
    return sha256(message) if profile == "international" else sm2.compute_digest(public_key, message, side.user_id.encode())


def _is_valid(profile: Profile, side: Side, public_key: Point) -> bool:
    pair = SignaturePair(int.from_bytes(side.signature[:32], "big"), int.from_bytes(side.signature[32:], "big"))
    if profile == "international":
        return ecdsa.verify_digest(P256, public_key, side.digest, pair)
    return sm2.verify_digest(public_key, side.digest, pair)
