"""Standards: contracts whose methods everybody knows, as sources in the subset.

They are read, deployed and run by the contract engine, and never imported as Python of this machine: most names in them are the host's.

    base         CMBC: which standards a contract keeps to
    evidence     CMEVI: that something existed, since when, and who said so
    fungible     CMDFA: permissioned assets that are counted
    nonfungible  CMNFA: permissioned assets that are single things
    identity     CMID: whose identity was checked, and how thoroughly
    oracle       request, signed reply, callback, timeout

The names of methods and standards are ChainMaker's (contract standards of 2022-12-21). The texts are ours.

Simplifications: a contract cannot import another, so what two standards share (an allow-list, two methods of CMBC) stands in both.
"""

from pathlib import Path
from typing import Final

from minichain.ledger.errors import LedgerError

METHODS: Final = {
    "CMBC": ("Standards", "SupportStandard"),
    "CMEVI": ("Evidence", "EvidenceBatch", "ExistsOfHash", "ExistsOfId", "FindByHash", "FindById"),
    "CMDFA": ("Name", "Symbol", "Decimals", "TotalSupply", "BalanceOf", "Transfer", "TransferFrom", "Approve", "Allowance"),
    "CMNFA": (
        *("Mint", "MintBatch", "SetApproval", "SetApprovalForAll"),
        *("TransferFrom", "TransferFromBatch", "OwnerOf", "TokenURI"),
    ),
    "CMID": ("Identities", "SetIdentity", "IdentityOf", "LevelOf", "PkPemOf"),
}
"""What a contract has that keeps to a standard; its optional methods are not here."""

NAMES: Final = ("base", "evidence", "fungible", "identity", "nonfungible", "oracle")


def get_source(name: str) -> str:
    """Return the source of one of our contracts.

    >>> "def SupportStandard(" in get_source("base")
    True
    """
    if name not in NAMES:
        raise LedgerError(f"there is no standard contract {name!r}; there are {', '.join(NAMES)}")
    return (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8")
