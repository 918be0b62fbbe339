"""The policies that a chain starts with, in each of its three modes (ChainMaker 2.1: ac_server.go and pk_ac.go).

There are two tables for one question. `of_sender` replaces the policy of the transaction's type for the one who sends it: a light
client may not send transactions, but may register its certificate. `of_endorsers` asks for more signatures, besides the sender's.

Simplifications: the resources of contracts that are not here (private computing, stakes) are left out. Trusted single members, which
make no sense where members are keys, are forbidden there; ChainMaker 2.1 means to forbid them and, looking into the other table first,
does not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from minichain.identity.policy import Policy
from minichain.identity.roles import Mode, Role

READ: Final = Policy("ANY", (), (Role.CONSENSUS, Role.COMMON, Role.CLIENT, Role.ADMIN))
WRITE: Final = Policy("ANY", (), (Role.CLIENT, Role.ADMIN))
SUBSCRIBE: Final = Policy("ANY", (), (Role.LIGHT, Role.CLIENT, Role.ADMIN))
LIGHT_READ: Final = Policy("ANY", (), (*READ.roles, Role.LIGHT))
LIGHT_WRITE: Final = Policy("ANY", (), (*WRITE.roles, Role.LIGHT))
ONE_ADMIN: Final = Policy("ANY", (), (Role.ADMIN,))
MOST_ADMINS: Final = Policy("MAJORITY", (), (Role.ADMIN,))
OWN_ADMIN: Final = Policy("SELF", (), (Role.ADMIN,))
FORBIDDEN: Final = Policy("FORBIDDEN")
EVERYBODY: Final = Policy("ANY")

OWN_ORGANISATION: Final = "ARCHIVE"
"""The resource whose policy counts signers of one organisation only: the one whose node is to archive."""


@dataclass(frozen=True)
class DefaultPolicies:
    """The policies of a mode, by resource."""

    of_sender: Mapping[str, Policy]
    of_endorsers: Mapping[str, Policy]


def make_table(*rows: tuple[str, Iterable[str], Policy]) -> dict[str, Policy]:
    """Return the table in which each method of a contract has the policy of its row."""
    return {f"{contract}-{method}": policy for contract, methods, policy in rows for method in methods}


TYPES: Final = {"INVOKE_CONTRACT": WRITE, "QUERY_CONTRACT": READ, "SUBSCRIBE": SUBSCRIBE, "ARCHIVE": ONE_ADMIN}
PUBLIC_TYPES: Final = dict.fromkeys(TYPES, EVERYBODY)

CHAIN_QUERIES: Final = """GET_BLOCK_BY_HEIGHT GET_BLOCK_WITH_TXRWSETS_BY_HEIGHT GET_BLOCK_BY_HASH GET_BLOCK_WITH_TXRWSETS_BY_HASH
    GET_BLOCK_BY_TX_ID GET_TX_BY_TX_ID GET_LAST_CONFIG_BLOCK GET_LAST_BLOCK GET_FULL_BLOCK_BY_HEIGHT GET_BLOCK_HEIGHT_BY_TX_ID
    GET_BLOCK_HEIGHT_BY_HASH GET_BLOCK_HEADER_BY_HEIGHT GET_ARCHIVED_BLOCK_HEIGHT""".split()
LIGHT_READS: Final = (
    ("CHAIN_QUERY", CHAIN_QUERIES, LIGHT_READ),
    ("CHAIN_CONFIG", ("GET_CHAIN_CONFIG",), LIGHT_READ),
    ("CERT_MANAGE", ("CERTS_QUERY",), LIGHT_READ),
)

TRUST_MEMBERS: Final = ("TRUST_MEMBER_ADD", "TRUST_MEMBER_DELETE", "TRUST_MEMBER_UPDATE")
NODES: Final = """NODE_ID_ADD NODE_ID_DELETE NODE_ORG_ADD NODE_ORG_UPDATE NODE_ORG_DELETE CONSENSUS_EXT_ADD CONSENSUS_EXT_UPDATE
    CONSENSUS_EXT_DELETE PERMISSION_ADD PERMISSION_UPDATE PERMISSION_DELETE""".split()
CERTIFICATES: Final = ("CERTS_FREEZE", "CERTS_UNFREEZE", "CERTS_DELETE", "CERTS_REVOKE")
KEYS: Final = ("PUBKEY_ADD", "PUBKEY_DELETE")
CONTRACT_CHANGES: Final = ("UPGRADE_CONTRACT", "FREEZE_CONTRACT", "UNFREEZE_CONTRACT", "REVOKE_CONTRACT")
CONTRACT_ACCESS: Final = ("GRANT_CONTRACT_ACCESS", "REVOKE_CONTRACT_ACCESS", "VERIFY_CONTRACT_ACCESS")

CONFIGURATION: Final = (
    ("CHAIN_CONFIG", ("CORE_UPDATE", "BLOCK_UPDATE", "TRUST_ROOT_ADD", "TRUST_ROOT_DELETE", *NODES), MOST_ADMINS),
    ("CHAIN_CONFIG", ("TRUST_ROOT_UPDATE", "NODE_ID_UPDATE"), OWN_ADMIN),
    ("CONTRACT_MANAGE", ("INIT_CONTRACT", *CONTRACT_CHANGES), MOST_ADMINS),
)

DEFAULT_POLICIES: Final = {
    Mode.CERTIFICATE: DefaultPolicies(
        of_sender=TYPES | make_table(*LIGHT_READS, ("CERT_MANAGE", ("CERT_ADD",), LIGHT_WRITE), ("PUBKEY_MANAGE", KEYS, FORBIDDEN)),
        of_endorsers=make_table(*CONFIGURATION, ("CHAIN_CONFIG", TRUST_MEMBERS, MOST_ADMINS), ("CERT_MANAGE", CERTIFICATES, ONE_ADMIN)),
    ),
    Mode.REGISTERED_KEY: DefaultPolicies(
        of_sender=TYPES
        | make_table(*LIGHT_READS, ("CERT_MANAGE", ("CERT_ADD", *CERTIFICATES), FORBIDDEN), ("CHAIN_CONFIG", TRUST_MEMBERS, FORBIDDEN)),
        of_endorsers=make_table(*CONFIGURATION, ("PUBKEY_MANAGE", KEYS, OWN_ADMIN)),
    ),
    Mode.PUBLIC_KEY: DefaultPolicies(
        of_sender=PUBLIC_TYPES
        | make_table(
            ("CHAIN_CONFIG", (*TRUST_MEMBERS, *NODES, "NODE_ID_UPDATE"), FORBIDDEN),
            ("CERT_MANAGE", ("CERT_ADD", *CERTIFICATES), FORBIDDEN),
            ("PUBKEY_MANAGE", KEYS, FORBIDDEN),
            ("CHAIN_CONFIG", ("CORE_UPDATE", "BLOCK_UPDATE"), ONE_ADMIN),
            ("CONTRACT_MANAGE", CONTRACT_CHANGES, ONE_ADMIN),
            ("CONTRACT_MANAGE", CONTRACT_ACCESS, FORBIDDEN),
        ),
        of_endorsers=make_table(("CHAIN_CONFIG", ("TRUST_ROOT_ADD", "TRUST_ROOT_DELETE", "TRUST_ROOT_UPDATE"), MOST_ADMINS)),
    ),
}
