"""The names of system contracts: what a chain's own programs are called, and nobody else's (ChainMaker: syscontract.SystemContract).

System contracts are part of the node, written in its language and trusted as it is. Whoever could install a contract under one of their
names would speak with the chain's voice, so all of ChainMaker's names are taken, also those of contracts that are not here.

Simplifications: of the fourteen, six are here. ChainMaker's others are about stakes, private computing, subscriptions, archives, accounts
and transactions across chains; on MiniChain other parts of the book, or no contract, do that.
"""

from typing import Final

CHAIN_CONFIG: Final = "CHAIN_CONFIG"
CHAIN_QUERY: Final = "CHAIN_QUERY"
CERT_MANAGE: Final = "CERT_MANAGE"
PUBKEY_MANAGE: Final = "PUBKEY_MANAGE"
CONTRACT_MANAGE: Final = "CONTRACT_MANAGE"
MULTI_SIGN: Final = "MULTI_SIGN"

OTHERS: Final = """GOVERNANCE PRIVATE_COMPUTE DPOS_ERC20 DPOS_STAKE SUBSCRIBE_MANAGE ARCHIVE_MANAGE CROSS_TRANSACTION
    ACCOUNT_MANAGER""".split()

RESERVED: Final = frozenset({CHAIN_CONFIG, CHAIN_QUERY, CERT_MANAGE, PUBKEY_MANAGE, CONTRACT_MANAGE, MULTI_SIGN, *OTHERS})
"""The names that no installed contract can have."""
