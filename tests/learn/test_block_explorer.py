"""The explorer of the ledger's lab: a choice changes picture and words, and what is shown is what the contract did."""

import sys
from functools import partial
from pathlib import Path

import pytest

from autograder.labs.source import load_lab
from minichain.learn import show_block_explorer

LAB = Path(__file__).parents[2] / "labs" / "04-a-ledger-in-200-lines"
WIDGET = "application/vnd.jupyter.widget-view+json"
START = {"owner/A1": ["Ann", 0, 0]}


def hand_over(transaction, read, write):
    owner, to = (f"owner/{transaction['arguments'][0]}", transaction["arguments"][1])
    write("tried", True)
    if read(owner) != transaction["sender"]:
        raise ValueError("not yours")
    write(owner, to)
    if to == "nobody":
        write(owner, None)


def make_call(tx_id, sender, *arguments):
    return {"id": tx_id, "sender": sender, "method": "give", "arguments": list(arguments)}


BLOCKS = [[make_call("t1", "Ann", "A1", "Bob"), make_call("t2", "Ann", "A1", "Eve")], [make_call("t3", "Bob", "A1", "nobody")]]
show = partial(show_block_explorer, BLOCKS, hand_over, START)


def test_a_display_holds_the_widget_a_picture_and_words():
    bundle = show(block=0, transaction=1, hashes=["ab" * 32])._repr_mimebundle_()
    assert bundle[WIDGET]["model_id"]
    assert bundle["image/svg+xml"].startswith("<svg ") and "abababab…" in bundle["image/svg+xml"]
    assert bundle["text/plain"] in bundle["image/svg+xml"]


def test_each_transaction_sees_what_the_earlier_ones_wrote():
    (first, second) = show().explorer.blocks
    assert [transaction.refused for transaction in first.transactions] == [None, "not yours"]
    assert [(read.key, read.value, read.version) for read in first.transactions[1].reads] == [("owner/A1", "Bob", (1, 0))]
    assert first.transactions[1].changes == ()
    assert [(change.key, change.kind) for change in first.changes] == [("owner/A1", "changed"), ("tried", "new")]
    assert [(change.key, change.kind) for change in second.changes] == [("owner/A1", "deleted"), ("tried", "kept")]
    assert START == {"owner/A1": ["Ann", 0, 0]}


def test_a_choice_changes_picture_and_words():
    view = show(lang="zh")
    assert [label for label, _ in view._transaction.options] == ["整个区块", "0 · t1 · Ann: give A1 Bob", "1 · t2 · Ann: give A1 Eve"]
    view._transaction.value = 1
    assert view.explorer.transaction == 1 and "合约拒绝了它：not yours。" in view._picture.value
    view._block.value = 1
    assert (view.explorer.block, view.explorer.transaction) == (1, None)
    assert len(view._transaction.options) == 2
    view.choose(0, 0)
    assert (view.explorer.block, view.explorer.transaction) == (0, 0)
    view.choose(1)
    assert (view.explorer.block, view.explorer.transaction) == (1, None)


def test_what_is_not_there_is_refused():
    with pytest.raises(ValueError, match="blocks are numbered 0 to 1"):
        show(block=2)


def test_without_ipywidgets_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r"needs ipywidgets.*pip install 'minichain\[learn\]'"):
        show()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_of_the_lab_shows_what_a_learner_will_compute(lang):
    """The model solution, run block by block, comes to the state and the hashes that the figure shows."""
    cells = load_lab(LAB).get_notebooks(lang)[0].cells
    namespace, view = {}, None
    for cell in cells:
        if cell.kind == "code" and not cell.figure and not cell.is_test:
            exec(cell.source, namespace)
        if cell.figure and "import show_" in cell.source:
            *statements, last = cell.source.splitlines()
            exec("\n".join(statements), namespace)
            view = eval(last, namespace)
    assert (view.lang, view.explorer.block, view.explorer.transaction) == (lang, 0, None), "nothing is done before the learner does it"
    ledger = namespace["start_ledger"]("receipts", namespace["ROLES"])
    for number, transactions in enumerate(namespace["DAY"]):
        before = ledger["state"]
        records = namespace["execute_block"](before, number + 1, transactions)[1]
        assert namespace["apply_block"](ledger, namespace["build_block"](ledger, transactions, 9 * (number + 1))) is None
        shown = view.explorer.blocks[number]
        assert shown.digest == ledger["head"].hex()
        assert {change.key: change.after for change in shown.changes} == {
            key: ledger["state"].get(key, [None])[0] for record in records for key, _ in record["writes"]
        }
        for record, transaction in zip(records, shown.transactions, strict=True):
            assert (transaction.refused is None) is (record["code"] == 0)
            assert [[read.key, read.version and list(read.version)] for read in transaction.reads] == record["reads"]
            assert [[change.key, change.after] for change in transaction.changes] == record["writes"]
