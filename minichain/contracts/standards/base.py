"""Base: which standards a contract keeps to, and how another one finds out. Implements CMBC.

The standard (ChainMaker's base contract) asks for two methods, which every contract of the other standards has as well:

    Standards()                      the names of all standards that the contract keeps to
    SupportStandard(standardName)    whether it keeps to this one

This contract also asks others: Detect is what a contract does before it trusts a stranger with an asset (Ethereum's ERC-165).

Attacks it meets. A contract that answers nothing, fails, eats its gas or answers with something else: the call is a try_call, and
whatever is not `true` counts as no. A contract that says yes to everything: nobody keeps to the standard with the empty name, so it is
asked for that one first.

Simplifications: a claim is only a claim. Whether the methods are there is for a tool to say before deployment (see the kit's checks);
whether they do what they should, for a reader.
"""

STANDARDS = ("CMBC",)

NOBODY_KEEPS = ""


@query
def Standards() -> list[str]:
    return list(STANDARDS)


@query
def SupportStandard(standardName: str) -> bool:
    return standardName in STANDARDS


@query
def Detect(other: str, standardName: str) -> bool:
    """Return whether another contract says, believably, that it keeps to a standard."""
    return _says_yes(other, standardName) and not _says_yes(other, NOBODY_KEEPS)


def _says_yes(other: str, standardName: str) -> bool:
    reply = try_call(other, "SupportStandard", standardName=standardName)
    return reply.code == 0 and reply.result == b"true"
