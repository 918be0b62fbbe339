"""The Merkle tree figure: what it marks is what the RFC says, and it is there for everybody to read."""

import hashlib
import itertools
import random
import xml.etree.ElementTree as ElementTree

import pytest

from minichain.crypto.merkle import compute_inclusion_proof, compute_root
from minichain.figures import MerkleTree, describe_merkle_tree, draw_merkle_tree
from minichain.figures.merkle_tree import _BOX, _WORDS, _compute_places
from minichain.figures.svg import estimate_width

SVG = "{http://www.w3.org/2000/svg}"
SIZES = [1, 2, 3, 5, 7, 8, 13, 32]


def build_tree(records, **shown):
    """Return the tree of `records`, built from below."""
    levels = [tuple(hashlib.sha256(b"\x00" + record).digest() for record in records)]
    while len(levels[-1]) > 1:
        pairs = [levels[-1][start : start + 2] for start in range(0, len(levels[-1]), 2)]
        levels.append(tuple(hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs))
    return MerkleTree(tuple(f"record {number}" for number in range(len(records))), tuple(levels), **shown)


def draw_records(size):
    draw = random.Random(size)
    return [draw.randbytes(9) for _ in range(size)]


def get_digests(tree, nodes):
    return [tree.levels[level][place] for level, place in nodes]


@pytest.mark.parametrize("size", range(1, 33))
def test_every_node_is_drawn_once_and_covers_its_records(size):
    tree = build_tree(draw_records(size))
    assert len(tree.nodes) == len(set(tree.nodes)) == 2 * size - 1
    for node in tree.nodes:
        first, last = tree.get_span(node)
        assert get_digests(tree, [node]) == [compute_root(draw_records(size)[first : last + 1])]
        below = [tree.get_span(child) for child in tree.get_children(node)]
        assert not below or (below[0][0], below[1][1]) == (first, last)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_handed_over_is_the_inclusion_proof(size):
    records = draw_records(size)
    tree = build_tree(records)
    for record in range(size):
        assert tuple(get_digests(tree, tree.get_siblings(record))) == compute_inclusion_proof(records, record).path


@pytest.mark.parametrize("size", SIZES)
def test_what_is_marked_as_changed_is_what_changed(size):
    records = draw_records(size)
    for record in range(size):
        before, after = build_tree(records), build_tree([*records[:record], b"other", *records[record + 1 :]])
        differing = [node for node in before.nodes if get_digests(before, [node]) != get_digests(after, [node])]
        assert after.get_path(record) == differing


@pytest.mark.parametrize("size", SIZES)
def test_boxes_do_not_overlap_and_parents_stand_above(size):
    tree = build_tree(draw_records(size))
    places = _compute_places(tree)
    for (one_x, one_y), (other_x, other_y) in itertools.combinations(places.values(), 2):
        assert abs(one_x - other_x) > _BOX[0] or abs(one_y - other_y) > _BOX[1]
    for node in tree.nodes:
        assert all(places[child][1] > places[node][1] for child in tree.get_children(node))


@pytest.mark.parametrize("with_words", [True, False])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("size", SIZES)
def test_it_is_svg_with_its_text_alternative(size, lang, with_words):
    tree = build_tree(draw_records(size), changed=0, proved=size - 1, published=bytes(32))
    root = ElementTree.fromstring(draw_merkle_tree(tree, lang, with_words=with_words))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert desc.text == describe_merkle_tree(tree, lang)
    _, _, width, height = map(float, root.get("viewBox").split())
    for rect in root.iter(f"{SVG}rect"):
        left, top, across, down = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 < left < left + across < width
        assert 0 < top < top + down < height


def test_a_page_that_sets_the_words_itself_gets_a_picture_without_them():
    tree = build_tree(draw_records(4), proved=2)
    for marked, expected in ((tree, _WORDS["en"]["legend-handed"]), (build_tree(draw_records(4)), None)):
        shown = [part.text for part in ElementTree.fromstring(draw_merkle_tree(marked, with_words=False)).iter(f"{SVG}text")]
        assert not [text for text in shown if text.startswith("The ")]
        assert expected is None or expected in shown


def test_marks_are_told_without_colour():
    records = draw_records(7)
    plain = draw_merkle_tree(build_tree(records))
    marked = ElementTree.fromstring(draw_merkle_tree(build_tree(records, changed=3, proved=5)))
    assert not any(mark in plain for mark in ("≠", "stroke-dasharray", "<circle"))
    signs = [text.text for text in marked.iter(f"{SVG}text")]
    assert signs.count("≠") == 6, "leaf 3, nodes 2-3 and 0-3, the root, the record itself, and the legend"
    round_boxes = [rect for rect in marked.iter(f"{SVG}rect") if float(rect.get("rx")) == _BOX[1] / 2]
    assert len(round_boxes) == 3
    assert [signs.count(number) for number in ("1", "2", "3")] == [2, 2, 2], "a leaf of that number, and a place in the proof"


def test_two_pictures_in_one_page_do_not_share_ids():
    pictures = [draw_merkle_tree(build_tree(draw_records(3), proved=record)) for record in range(3)]
    ids = [element.get("id") for picture in pictures for element in ElementTree.fromstring(picture).iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 6


def test_the_words_say_what_is_accepted_and_what_is_not():
    records = draw_records(5)
    published = compute_root(records)
    honest = describe_merkle_tree(build_tree(records, proved=4, published=published))
    assert honest.endswith(
        "The proof of record 4 hands over one hash: node 0–3. The root rebuilt from it is the published one: the proof is accepted."
    )
    other = build_tree([*records[:1], b"other", *records[2:]], changed=1, proved=4, published=published)
    assert "Record 1 was changed, and with it leaf 1, node 0–1, node 0–3, the root." in describe_merkle_tree(other)
    assert describe_merkle_tree(other).endswith("the proof is refused.")
    assert describe_merkle_tree(other, "zh").endswith("证明不成立。")
    assert "one record starts" in describe_merkle_tree(build_tree(records[:1]))


def test_both_languages_say_the_same_things():
    # A form of its own for one thing ("-1") is a matter of the language.
    keys = [{key for key in words if not key.endswith("-1")} for words in _WORDS.values()]
    assert keys[0] == keys[1]


def test_labels_are_text_never_markup():
    tree = MerkleTree(("<script>&", '"quoted" and far too long for its box'), build_tree([b"a", b"b"]).levels)
    root = ElementTree.fromstring(draw_merkle_tree(tree))
    assert not list(root.iter(f"{SVG}script"))
    assert "<script>&" in [text.text for text in root.iter(f"{SVG}text")]


def test_long_labels_are_cut_to_two_lines():
    labels = ("an office with a very long name indeed", "无法在方框里放下的一个很长很长的标签", "short", "")
    tree = MerkleTree(labels, build_tree([b"a", b"b", b"c", b"d"]).levels)
    root = ElementTree.fromstring(draw_merkle_tree(tree))
    sheets = [[line.text for line in group.findall(f"{SVG}text")] for group in root.findall(f"{SVG}g")][-4:]
    assert [len(lines) for lines in sheets] == [2, 2, 1, 0]
    assert [lines[-1].endswith("…") for lines in sheets[:3]] == [True, True, False]
    assert all(estimate_width(line, 12) <= _BOX[0] - 16 for lines in sheets for line in lines)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ()}, "0 records; the figure shows 1 to 32"),
        ({"labels": ("x",) * 33}, "33 records; the figure shows 1 to 32"),
        ({"labels": ("x",)}, r"levels of \[3, 2, 1\] digests; the tree of 1 records has levels of \[1\]"),
        ({"changed": 3}, "changed record 3; records are numbered 0 to 2"),
        ({"proved": -1}, "proved record -1; records are numbered 0 to 2"),
    ],
)
def test_what_is_no_tree_is_refused(change, message):
    levels = build_tree([b"a", b"b", b"c"]).levels
    with pytest.raises(ValueError, match=message):
        MerkleTree(**{"labels": ("a", "b", "c"), "levels": levels, **change})
