"""Who votes, as the ledger's configuration says: the members whose role is consensus, one vote each.

An engine does not look into the ledger. After each block its driver reads the configuration that the block left, and hands over who
decides from then on (`Applied`); so a configuration transaction changes the validators at a block's boundary, and every member that has
the block computes the same. When that counts is the engine's affair: TBFT takes them for the next height, Raft goes there through a
joint membership, MaxBFT waits for its epoch's end.

What an attacker would try: to register a key as a consensus node. That takes a configuration transaction, so the chain's policy
(CHAIN_CONFIG-CORE_UPDATE: most administrators) stands before it.

Simplifications: only chains whose members are registered keys have their consensus nodes in the configuration. Where members have
certificates, ChainMaker lists the nodes in a document of its own (NODE_ID_ADD); on a public chain they are elected (`election`), or anybody
may propose (`pow`).
"""

from minichain.consensus.errors import ConsensusError
from minichain.consensus.machine import Validator
from minichain.identity.access import AccessControl
from minichain.identity.member import Member, MemberKind
from minichain.identity.roles import Mode, Role


def get_validators(access: AccessControl) -> tuple[Validator, ...]:
    """Return the consensus nodes, by the names of their keys and in the order of their registration: so they take turns.

    Raises ConsensusError if the configuration names none: without them no block could ever follow.
    """
    if access.mode is not Mode.REGISTERED_KEY:
        raise ConsensusError(f"the configuration of a chain in the mode {access.mode.name} does not list its consensus nodes")
    nodes = [one for one in access.keys if one.role is Role.CONSENSUS]
    if not nodes:
        raise ConsensusError("keys: none has the role consensus, so nobody could decide anything")
    return tuple(Validator(access.identify_key(Member(one.org_id, MemberKind.PUBLIC_KEY, one.key)).name) for one in nodes)
