"""The figure of a chain of certificates: rows, what is lit, forks, and that all of it is told in words."""

import xml.etree.ElementTree as ElementTree

import pytest

from minichain.figures import QcBlock, QcChain, QcMember, describe_qc_chain, draw_qc_chain

SVG = "{http://www.w3.org/2000/svg}"
ALL = ("Ann", "Bob", "Cho", "Dan")


def grow(letter, views, parent="genesis", votes=ALL):
    names = [parent, *(f"{letter}{view}" for view in views)]
    return tuple(QcBlock(names[place + 1], view, names[place], "Ann", votes, len(votes) > 2) for place, view in enumerate(views))


FORK = QcChain(
    grow("b", (1, 2, 3)) + grow("c", (5, 6, 7, 8), votes=("Bob", "Cho", "Dan")),
    (QcMember("Ann", "b2", ("b1",)), QcMember("Cho", "c7", ("c5", "c6")), QcMember("Dan", "c6", ("c5",))),
    ("Bob",),
)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("chain", [QcChain(()), QcChain(grow("b", (1,), votes=("Bob",))), FORK])
def test_every_block_is_drawn_once_and_words_are_part_of_the_picture(chain, lang):
    root = ElementTree.fromstring(draw_qc_chain(chain, lang))
    titles = [title.text.replace("：", ":").split(":")[0] for title in root.iter(f"{SVG}title")][1:]
    assert titles == ["genesis", *(block.name for block in chain.blocks)]
    assert root.find(f"{SVG}desc").text == describe_qc_chain(chain, lang)


def test_a_branch_has_a_row_of_its_own_and_a_chain_one_row():
    assert FORK.rows == {"genesis": 0, "b1": 0, "b2": 0, "b3": 0, "c5": 1, "c6": 1, "c7": 1, "c8": 1}
    twins = QcChain(grow("x", (5, 6)) + grow("y", (5, 6)) + grow("z", (7,), parent="x6"))
    assert [twins.rows[name] for name in ("x5", "y5", "x6", "y6", "z7")] == [0, 1, 0, 1, 0]


def test_three_certified_blocks_are_lit_only_if_their_views_follow_each_other():
    assert FORK.lit == ("c6", "c7", "c8")
    assert QcChain(grow("b", (1, 2, 4))).lit is None
    assert QcChain(grow("b", (1, 3, 4))).lit is None
    assert QcChain(grow("b", (1, 2)) + grow("b", (3,), parent="b2", votes=("Ann", "Bob"))).lit is None
    assert QcChain(grow("b", (1, 2, 3)) + grow("c", (4, 6), parent="b3")).lit == ("b2", "b3", "c4")


def test_members_who_are_alike_are_told_together():
    chain = QcChain(grow("b", (1, 2)), (QcMember("Ann", "b1"), QcMember("Cho"), QcMember("Dan")))
    assert "Ann: locked on b1, decided: nothing. Cho, Dan: locked on genesis, decided: nothing." in describe_qc_chain(chain)


def test_a_fork_is_marked_and_told():
    assert FORK.fork == ("Ann", "Cho")
    picture = draw_qc_chain(FORK)
    assert picture.count(">≠<") == 3 and picture.count(">✓<") == 2  # b1, c5 and the legend; c6 and the legend
    assert describe_qc_chain(FORK).endswith("Ann and Cho have decided different blocks in the same place: a fork that cannot be mended.")
    whole = QcChain(FORK.blocks, FORK.members[1:], ("Bob",))
    assert whole.fork is None and ">≠<" not in draw_qc_chain(whole)


def test_an_arrow_to_another_row_runs_below_it_and_crosses_no_block():
    root = ElementTree.fromstring(draw_qc_chain(FORK))
    boxes = [(float(box.get("y")), float(box.get("height"))) for box in root.iter(f"{SVG}rect") if box.get("width") == "64"]
    first_row, second_row = sorted({top for top, _ in boxes})
    bends = [path.get("d") for path in root.iter(f"{SVG}path") if "Q" in (path.get("d") or "")]
    assert len(bends) == 1
    across = float(bends[0].split("H")[1].split("Q")[1].split()[-1].split("H")[0].split("V")[0])
    below = float(bends[0].split("H")[2].split("Q")[1].split()[1])
    assert first_row + 46 + 29 < below < second_row and across > 0


@pytest.mark.parametrize(
    ("blocks", "members", "message"),
    [
        (grow("b", range(1, 18)), (), "at most 16"),
        (grow("b", (1,)) + grow("b", (1,)), (), "stands twice"),
        (grow("b", (2,)) + grow("c", (2,), parent="b2"), (), "not a block of an earlier view"),
        (grow("b", (2,), parent="nowhere"), (), "not a block of an earlier view"),
        (grow("b", (1,)), (QcMember("Ann", "c1"),), "which is no block"),
        (tuple(block for letter in "bcdef" for block in grow(letter, (1,))), (), "at most 4"),
    ],
)
def test_what_is_no_chain_is_refused(blocks, members, message):
    with pytest.raises(ValueError, match=message):
        QcChain(tuple(blocks), members)
