"""Supply-chain finance: a debt that its debtor has confirmed, which can be split, passed on, financed and settled.

The problem. A small supplier delivers to a large maker and is paid in six months. A bank would advance the money against the invoice,
but how does it know that the maker owes it, that no other bank has advanced the same (double financing), and how could the supplier
pay its own suppliers with a bill that cannot be split? Chinese platforms answer with the core enterprise's confirmed receivables;
supply-chain finance is one of the uses that the press names for the national network (reports of 2023), and ChainMaker describes one in
its documentation (supply-chain finance: views that depend on one's place in the chain). Its two problems, duplicate financing and bills
that cannot be split, are told by handmsg.com (2021/0610). Organisations in our examples are invented.

How it goes, each step by whom it binds:

    supplier   register   "the maker owes me this": a claim, which nobody need believe
    maker      confirm    "I do": from now on it is worth something, and its amount never changes
    holder     split      into parts that add up
    holder     assign     to another organisation, for example to its own supplier
    holder     offer      to a bank
    bank       finance    the bank has advanced the money and is the holder, once for each unit of money
    maker      settle     when it is due: "I have paid, here is the payment"
    holder     settle     "it has arrived": final

What always holds (`invariants` checks it on the records, `tests/industry` under thousands of random calls):

    1 the parts of a split receivable add up to it, so what has not been split adds up to what the maker confirmed
    2 debtor and due date of every part are those of the whole
    3 nobody but the debtor's organisation confirms, nobody but the holder's assigns, splits or offers, nobody but the bank named finances
    4 what is financed is never offered, split or assigned again; an invoice is registered once
    5 a settled receivable is final, and none is settled before it is due

`contract.py` is the contract. Calls that touch different receivables run in parallel: each has keys of its own, and there is no counter.

Simplifications: amounts are visible to all members of the chain; a production system shows each tier only its own (`privacy` is about
how). Money moves outside: what is on record are claims about payments, signed by those whom they bind, which a court can read. A bank
cannot pass on what it has financed. Recourse, interest and default are left out. That two invoices are the same goods with another number,
only the debtor can see, when it confirms.
"""

from pathlib import Path


def get_source() -> str:
    """Return the source of the contract."""
    return (Path(__file__).parent / "contract.py").read_text(encoding="utf-8")
