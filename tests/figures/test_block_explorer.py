"""The figure of some blocks: what is chosen is shown, in picture and words, in both languages; what cannot be shown is refused."""

import xml.etree.ElementTree as ElementTree

import pytest

from minichain.figures import (
    BlockExplorer,
    ExploredBlock,
    ExploredTransaction,
    KeyChange,
    KeyRead,
    describe_block_explorer,
    draw_block_explorer,
)
from minichain.figures.block_explorer import _WORDS, MAX_BLOCKS, MAX_TRANSACTIONS

SVG = "{http://www.w3.org/2000/svg}"
DONE = ExploredTransaction("t1 · issue A1", None, (KeyRead("owner/A1", None, None),), (KeyChange("owner/A1", None, "Ann", 0),))
REFUSED = ExploredTransaction("t2 · pledge A1", "not yours", (KeyRead("owner/A1", "Ann", (7, 0)),), ())
BLOCKS = (ExploredBlock(7, "0011223344556677", (DONE, REFUSED), DONE.changes), ExploredBlock(8, "", (), ()))


def get_texts(picture):
    return ["".join(text.itertext()) for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_a_whole_block_shows_its_transactions_and_its_changes():
    texts = get_texts(draw_block_explorer(BlockExplorer(BLOCKS), with_words=False))
    assert {"block 7", "00112233…", "2 transactions", "block 8", "0 transactions", "t1 · issue A1", "t2 · pledge A1"} <= set(texts)
    assert (texts.count("✓"), texts.count("✗"), "Ann" in texts) == (1, 1, True)
    assert "what the block changed" in texts and not any("read" in text for text in texts)


def test_a_chosen_transaction_shows_what_it_read_with_versions():
    texts = get_texts(draw_block_explorer(BlockExplorer(BLOCKS, 0, 1), with_words=False))
    assert {"what transaction 1 read", "owner/A1", "Ann", "version 7·0", "what transaction 1 changed", "nothing"} <= set(texts)
    assert "no such key" in get_texts(draw_block_explorer(BlockExplorer(BLOCKS, 0, 0), with_words=False))


def test_the_words():
    assert describe_block_explorer(BlockExplorer(BLOCKS)) == (
        "Block 7 holds 2 transactions. The contract refused: t2 · pledge A1. New: owner/A1."
    )
    assert describe_block_explorer(BlockExplorer(BLOCKS, 0, 0)) == (
        "Block 7 holds 2 transactions. Transaction 0: t1 · issue A1. It read owner/A1. The contract did what was asked. New: owner/A1."
    )
    assert describe_block_explorer(BlockExplorer(BLOCKS, 0, 1), "zh") == (
        "区块 7 含 2 笔交易。交易 1：t2 · pledge A1。它读了 owner/A1。合约拒绝了它：not yours。它留在区块里，什么也没有写。"
    )
    assert describe_block_explorer(BlockExplorer(BLOCKS, 1), "zh") == "区块 8 含 0 笔交易。该区块没有改动任何键。"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_picture_says_in_words_what_it_shows(lang):
    for explorer in (BlockExplorer(BLOCKS, 0, 1), BlockExplorer(BLOCKS, 1), BlockExplorer(BLOCKS[:1])):
        root = ElementTree.fromstring(draw_block_explorer(explorer, lang))
        assert root.find(f"{SVG}desc").text == describe_block_explorer(explorer, lang)
    assert {key.removesuffix("-1") for key in _WORDS["en"]} == set(_WORDS["zh"])


def test_labels_are_text_and_nothing_else():
    block = ExploredBlock(1, "<b>", (ExploredTransaction("</svg><script>", "&", (KeyRead("<", ">", (0, 0)),), ()),), ())
    root = ElementTree.fromstring(draw_block_explorer(BlockExplorer((block,), 0, 0)))
    assert root.find(f".//{SVG}script") is None


@pytest.mark.parametrize(
    ("blocks", "block", "transaction", "message"),
    [
        ((), 0, None, "0 blocks; the figure shows 1 to 6"),
        (BLOCKS[:1] * (MAX_BLOCKS + 1), 0, None, "7 blocks; the figure shows 1 to 6"),
        (BLOCKS, 2, None, "chosen block 2; blocks are numbered 0 to 1"),
        (BLOCKS, -1, None, "chosen block -1"),
        (BLOCKS, 0, 2, "chosen transaction 2; block 7 has 2"),
        ((ExploredBlock(7, "", (DONE,) * (MAX_TRANSACTIONS + 1), ()),), 0, None, "block 7 has 9 transactions"),
        ((ExploredBlock(7, "", (), DONE.changes * 17),), 0, None, "and 17 changes"),
    ],
)
def test_what_cannot_be_shown_is_refused(blocks, block, transaction, message):
    with pytest.raises(ValueError, match=message):
        BlockExplorer(blocks, block, transaction)
