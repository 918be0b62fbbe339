"""A signature on its way: on the left what its maker signs, on the right what a verifier puts in, and whether the two agree.

Lines on the left of a side lead from what is hashed to the digest: with ECDSA that is less than with SM2. Lines on the right lead from what
the verifier's equation takes to the verdict.

Marks: what is *altered* on the way, or another one at the verifier, has a dashed outline and the sign ≠. What is *handed over*, payload and
signature, is a rounded box. The verdict has the sign ✓ or, with a thick border, ✗.

Simplifications: numbers are cut to their first bytes; the public key is on the verifier's side long before the message, by other ways.
"""

from dataclasses import dataclass
from typing import Final

from minichain.figures.frame import GREEN, GREEN_GROUND, MARGIN, ORANGE, ORANGE_DARK, draw_box, draw_legend
from minichain.figures.marks import GROUND, INK, LINE, draw_badge
from minichain.figures.svg import Point, element, escape, estimate_width, picture, shorten, text

FIELDS: Final = ("chain", "payload", "user_id", "public_key")

_SIZE: Final = (290.0, 34.0)
_GUTTER: Final = 16.0
"""How far beside the boxes the lines run that lead from several of them to one."""
_COLUMNS: Final = (MARGIN + _GUTTER + _SIZE[0] / 2, MARGIN + _GUTTER + _SIZE[0] * 1.5 + 68.0)
_WIDTH: Final = _COLUMNS[1] + _SIZE[0] / 2 + _GUTTER + MARGIN + 6
_VERDICT: Final = 150.0
_FIRST: Final = 62.0
_PITCH: Final = 42.0
_STEP: Final = 66.0
_WORDS: Final = {
    "en": {
        "title": "A signature by {scheme}, made and verified",
        "signer": "Whoever signs",
        "verifier": "Whoever verifies",
        "chain": "chain",
        "payload": "payload",
        "user_id": "user id",
        "public_key": "public key",
        "digest": "digest",
        "signature": "signature",
        "with-private": "private key, nonce",
        "is": "{name}: {value}",
        "and": ", ",
        "good": "✓ valid",
        "bad": "✗ not valid",
        "hashed": "The digest is made of: {fields}.",
        "same": "Both sides put in the same.",
        "other": "Not the same on both sides: {fields}.",
        "ignored": "Even so the digest is the same: {scheme} does not look at that.",
        "digests": "So the digests differ.",
        "unfit": "The digest is the same, but digest, signature and public key do not fit together.",
        "valid": "The signature is valid.",
        "invalid": "The signature is not valid.",
        "legend-other": "differs from the signer's",
        "legend-sent": "handed over",
        "stop": " ",
    },
    "zh": {
        "title": "一个 {scheme} 签名：从签署到验证",
        "signer": "签名方",
        "verifier": "验证方",
        "chain": "链名",
        "payload": "内容",
        "user_id": "用户标识",
        "public_key": "公钥",
        "digest": "摘要",
        "signature": "签名",
        "with-private": "私钥、随机数",
        "is": "{name}：{value}",
        "and": "、",
        "good": "✓ 有效",
        "bad": "✗ 无效",
        "hashed": "参与求摘要的是：{fields}。",
        "same": "两边代入的完全相同。",
        "other": "两边不同的是：{fields}。",
        "ignored": "摘要却仍然相同：{scheme} 不理会这一项。",
        "digests": "于是摘要也不同。",
        "unfit": "摘要相同，但摘要、签名、公钥三者对不上。",
        "valid": "签名有效。",
        "invalid": "签名无效。",
        "legend-other": "与签名时不同",
        "legend-sent": "发送的内容",
        "stop": "",
    },
}


@dataclass(frozen=True, slots=True)
class Side:
    """What one side puts in, the digest that it computes, and the signature (r || s) that it sends or gets."""

    chain: str
    payload: str
    user_id: str
    public_key: bytes
    digest: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignatureFlow:
    """A signature from its maker to a verifier. `scheme` and `hash_name` are names to be shown, `hashed` the fields in the digest.

    Raises ValueError for no signature.
    """

    scheme: str
    hash_name: str
    signer: Side
    verifier: Side
    is_valid: bool
    hashed: tuple[str, ...] = FIELDS

    def __post_init__(self) -> None:
        """Refuse what is no signature, so that whoever draws it need not ask."""
        for side in (self.signer, self.verifier):
            if len(side.signature) != 64 or len(side.digest) != 32:
                sizes = f"{len(side.signature)} and {len(side.digest)} bytes"
                raise ValueError(f"a signature and a digest of {sizes}; they have 64 and 32")

    @property
    def altered(self) -> list[str]:
        """The fields, and perhaps "signature", that are not the same on both sides."""
        return [name for name in (*FIELDS, "signature") if getattr(self.signer, name) != getattr(self.verifier, name)]


def describe_signature_flow(flow: SignatureFlow, lang: str = "en") -> str:
    """Return in words what the picture shows, in the language `lang` ("en" or "zh")."""
    return _WORDS[lang]["stop"].join(_compute_sentences(flow, lang))


def draw_signature_flow(flow: SignatureFlow, lang: str = "en", *, with_words: bool = True) -> str:
    """Return the picture as one SVG element, with its text alternative in the language `lang` ("en" or "zh").

    `with_words=False` is for a page that sets the sentences itself.
    """
    parts = [_draw_side(flow, flow.signer, _COLUMNS[0], lang), _draw_side(flow, flow.verifier, _COLUMNS[1], lang)]
    payload_at, key_at = (_FIRST + _PITCH * FIELDS.index(name) for name in ("payload", "public_key"))
    digest_at, signature_at = key_at + _STEP, key_at + 2 * _STEP
    for sent_at in (payload_at, signature_at):
        parts.append(_draw_arrow((_COLUMNS[0] + _SIZE[0] / 2, sent_at), (_COLUMNS[1] - _SIZE[0] / 2 - 2, sent_at)))
    down, edge = signature_at + _STEP, _COLUMNS[1] + _SIZE[0] / 2
    parts.append(_draw_gathering(edge, [key_at, digest_at, signature_at], edge + _GUTTER, (_COLUMNS[1] + _VERDICT / 2 + 3, down)))
    parts.append(_draw_verdict(flow, (_COLUMNS[1], down), lang))
    marks = [(draw_box((0, 0), (36.0, 16.0), GREEN_GROUND, GREEN, 2.5, radius=8.0), _WORDS[lang]["legend-sent"])]
    if flow.altered:
        sample = draw_box((0, 0), (36.0, 16.0), "none", ORANGE, 2.5, dashes="5 4")
        sign = text("≠", (0, 4.5), 13, fill=INK, font_weight="bold", text_anchor="middle")
        marks.append((sample + sign, _WORDS[lang]["legend-other"]))
    sentences = _compute_sentences(flow, lang) if with_words else []
    legend, bottom = draw_legend(marks, sentences, down + 34, _WIDTH)
    title = _WORDS[lang]["title"].format(scheme=flow.scheme)
    return picture(_WIDTH, bottom + MARGIN, title, describe_signature_flow(flow, lang), *parts, legend)


def _compute_sentences(flow: SignatureFlow, lang: str) -> list[str]:
    words = _WORDS[lang]
    sentences = [words["hashed"].format(fields=words["and"].join(words[name] for name in flow.hashed))]
    if not flow.altered:
        sentences.append(words["same"])
    else:
        sentences.append(words["other"].format(fields=words["and"].join(words[name] for name in flow.altered)))
        if flow.signer.digest != flow.verifier.digest:
            sentences.append(words["digests"])
        elif flow.is_valid:
            sentences.append(words["ignored"].format(scheme=flow.scheme))
        else:
            sentences.append(words["unfit"])
    return [*sentences, words["valid" if flow.is_valid else "invalid"]]


def _draw_side(flow: SignatureFlow, side: Side, middle: float, lang: str) -> str:
    """Draw one column: what is put in, the digest, the signature."""
    words, is_signer = _WORDS[lang], side is flow.signer
    heading = text(words["signer" if is_signer else "verifier"], (middle, 30), 14, fill=INK, font_weight="bold", text_anchor="middle")
    parts = [draw_box((middle, 25), (_SIZE[0], 24.0), GROUND, LINE, 0.5), heading]
    rows = {name: _FIRST + _PITCH * number for number, name in enumerate(FIELDS)}
    for name, row in rows.items():
        value, is_other = getattr(side, name), not is_signer and name in flow.altered
        shown = f"{value[:4].hex()}…" if isinstance(value, bytes) else value
        parts.append(_draw_row(lang, name, shown, (middle, row), is_other=is_other, is_sent=name == "payload"))
    down, edge = max(rows.values()) + _STEP, middle - _SIZE[0] / 2
    parts.append(_draw_gathering(edge, [rows[name] for name in flow.hashed], edge - _GUTTER, (edge - 3, down)))
    parts.append(_draw_label(flow.hash_name, (edge, down - 33)))
    parts.append(_draw_row(lang, "digest", f"{side.digest[:4].hex()}…", (middle, down)))
    if is_signer:
        parts.append(_draw_arrow((middle, down + 17), (middle, down + _STEP - 19)))
        parts.append(_draw_label(words["with-private"], (middle + 10, down + 32)))
    signature = f"{side.signature[:3].hex()}… {side.signature[32:35].hex()}…"
    is_other = not is_signer and "signature" in flow.altered
    parts.append(_draw_row(lang, "signature", signature, (middle, down + _STEP), is_other=is_other, is_sent=True))
    return element("g", *parts)


def _draw_label(content: str, at: Point) -> str:
    """Draw what stands beside a line, from `at` on, on a ground of its own."""
    width = estimate_width(content, 12) + 12
    ground = draw_box((at[0] + width / 2, at[1]), (width, 18.0), GROUND, LINE, 0.5)
    return ground + text(content, (at[0] + width / 2, at[1] + 4), 12, fill=INK, text_anchor="middle")


def _draw_row(lang: str, field: str, value: str, at: Point, *, is_other: bool = False, is_sent: bool = False) -> str:
    """Draw one box with a name and a value; the whole value shows where a pointer rests on it."""
    name = _WORDS[lang][field]
    left, right = at[0] - _SIZE[0] / 2 + 12, at[0] + _SIZE[0] / 2 - 12
    looks = (GREEN_GROUND, GREEN, 2.5) if is_sent else (GROUND, LINE, 1.5)
    parts = [
        element("title", escape(_WORDS[lang]["is"].format(name=name, value=value))),
        draw_box(at, _SIZE, *looks, radius=17.0 if is_sent else 4.0),
    ]
    parts.append(text(name, (left, at[1] + 4.5), 12, fill=INK))
    shown = shorten(value, right - left - estimate_width(name, 12) - 10, 12)
    parts.append(text(shown, (right, at[1] + 4.5), 12, fill=INK, text_anchor="end", font_weight="bold"))
    if is_other:
        parts.append(draw_box(at, (_SIZE[0] + 8, _SIZE[1] + 6), "none", ORANGE, 2.5, radius=7.0, dashes="5 4"))
        parts.append(draw_badge((at[0] + _SIZE[0] / 2 + 2, at[1] - _SIZE[1] / 2), "≠", ORANGE_DARK))
    return element("g", *parts)


def _draw_gathering(edge: float, rows: list[float], beside: float, end: Point) -> str:
    """Draw lines that leave boxes at their `edge`, run `beside` them and enter another one at `end` as one arrow."""
    lines = "".join(f"M{edge:g} {row:g}H{beside:g}" for row in rows)
    back = -8 if end[0] > beside else 8
    head = f"M{end[0] + back:g} {end[1] - 5:g}L{end[0]:g} {end[1]:g}L{end[0] + back:g} {end[1] + 5:g}"
    path = f"{lines}M{beside:g} {min(rows):g}V{end[1]:g}H{end[0]:g}{head}"
    return element("path", d=path, fill="none", stroke=LINE, stroke_width=2.0)


def _draw_verdict(flow: SignatureFlow, at: Point, lang: str) -> str:
    words = _WORDS[lang]
    if flow.is_valid:
        box, shown = draw_box(at, (_VERDICT, 36.0), GREEN_GROUND, GREEN, 2.5), words["good"]
    else:
        box, shown = draw_box(at, (_VERDICT, 36.0), GROUND, ORANGE, 3.5), words["bad"]
    return box + text(shown, (at[0], at[1] + 5), 14, fill=INK, font_weight="bold", text_anchor="middle")


def _draw_arrow(start: Point, end: Point) -> str:
    """Draw an arrow to the right or downwards."""
    (x, y), is_down = end, start[0] == end[0]
    head = f"M{x - 5:g} {y - 8:g}L{x:g} {y:g}L{x + 5:g} {y - 8:g}" if is_down else f"M{x - 8:g} {y - 5:g}L{x:g} {y:g}L{x - 8:g} {y + 5:g}"
    return element("path", d=f"M{start[0]:g} {start[1]:g}L{x:g} {y:g}{head}", fill="none", stroke=LINE, stroke_width=2.0)
