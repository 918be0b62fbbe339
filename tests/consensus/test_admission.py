"""A configuration transaction of the real ledger changes the validators of engines that run."""

from dataclasses import replace

import pytest

from minichain.consensus.admission import get_validators
from minichain.consensus.errors import ConsensusError
from minichain.consensus.raft import Role as RaftRole
from minichain.crypto.key_encoding import encode_public_key
from minichain.identity.access import AccessControl, RegisteredKey
from minichain.identity.member import Member, MemberKind
from minichain.identity.roles import Mode, Role
from minichain.ledger.chain import Chain
from minichain.ledger.configuration import Limits
from minichain.ledger.encoding import encode
from minichain.ledger.genesis import make_genesis
from minichain.ledger.keyvalue import find_keyvalue_engine
from minichain.ledger.proposal import make_block
from minichain.ledger.store import MemoryStore
from minichain.network import simulator
from minichain.network.checkers import check_run
from minichain.network.clusters import make_cluster
from minichain.network.clusters.maxbft import SETTINGS
from minichain.network.schedule import Conditions, Request, Schedule
from minichain.network.simulated_ledger import SimulatedLedger, read_batch
from tests.ledger.small_chain import CHAIN_ID, START_MS, SUITE, make_access, make_transaction

NODE_KEYS = [SUITE.signature.private_type(bytes([100 + number]) * 32) for number in range(5)]
NODES = [Member("org1", MemberKind.PUBLIC_KEY, encode_public_key(SUITE.signature.compute_public_key(key))) for key in NODE_KEYS]


def admit(numbers):
    """Return an access control in which these nodes vote; the others are common nodes. The old node of the chain is no member."""
    roles = {number: Role.CONSENSUS if number in numbers else Role.COMMON for number in range(5)}
    nodes = tuple(RegisteredKey("org1", role, NODES[number].info) for number, role in roles.items())
    access = make_access(["node"])
    return replace(access, keys=(*access.keys, *nodes))


ALL, FOUR = range(5), (0, 1, 2, 4)
NAMES = [validator.member for validator in get_validators(admit(ALL))]
"""The members by the names of their keys."""


class ChainLedger(SimulatedLedger):
    """A member's ledger with a real chain behind it: each decided batch becomes a block, and the chain says who decides next."""

    def __init__(self, member, validators, twist="", epochs=None):
        super().__init__(member, validators, twist, epochs)
        self.chain = Chain(MemoryStore(), make_genesis(CHAIN_ID, Limits(), admit(ALL), START_MS), find_keyvalue_engine)

    def apply(self, height, value):
        super().apply(height, value)
        transactions = [TRANSACTIONS[entry.transaction] for entry in read_batch(value).entries if entry.transaction in TRANSACTIONS]
        proposal = make_block(self.chain, transactions, START_MS + height, (NODES[0], NODE_KEYS[0]))
        assert not proposal.refused
        self.chain.apply_block(proposal.block)
        self.validators = get_validators(self.chain.configuration.access)
        return self.validators


def make_core_update(number, access, sender="admin"):
    return make_transaction(number, sender, contract="CHAIN_CONFIG", method="CORE_UPDATE", access=encode(access))


TRANSACTIONS = {
    "0 admin put node3 leaves": make_core_update(1, admit(FOUR)),
    "2 admin put node3 returns": make_core_update(2, admit(ALL)),
}


@pytest.mark.parametrize("engine", ["tbft", "maxbft", "raft"])
def test_a_configuration_transaction_changes_who_decides(engine, monkeypatch):
    monkeypatch.setattr(simulator, "SimulatedLedger", ChainLedger)
    requests = (
        Request(900, "admin", "put node3 leaves"),
        Request(2500, "ann", "put x 5"),
        Request(4000, "admin", "put node3 returns"),
        Request(6500, "ann", "get x"),
    )
    schedule = Schedule(3, 8000, Conditions((5, 20)), requests=requests)
    cluster = replace(make_cluster(engine, NAMES), settle_ms=1500)
    simulation = simulator.Simulation(cluster, schedule).run()
    assert check_run(simulation) is None
    decided = [entry for entry in simulation.trace if type(entry).__name__ == "Decided" and entry.member == NAMES[0]]
    sizes = [len(entry.validators) for entry in decided]
    changes = [index for index in range(1, len(sizes)) if sizes[index] != sizes[index - 1]]
    assert [sizes[0], *(sizes[index] for index in changes)] == [5, 4, 5]
    for before, after in ((changes[0], "leaves"), (changes[1], "returns")):
        assert f"node3 {after}" in str(read_batch(decided[before - 1].value)), "the block before carries the transaction"
    assert len({seat.ledger.chain.get_hash(seat.ledger.chain.store.get_header(4)) for seat in simulation.seats.values()}) == 1
    assert {seat.ledger.executed["3 ann get x"].answer for seat in simulation.seats.values()} == {"5"}
    GROUPS[engine](simulation, decided)


def check_tbft(simulation, decided):
    """The commit of every height is signed by validators of that height."""
    for entry in decided:
        assert {vote.member for vote in entry.proof.votes} <= {validator.member for validator in entry.validators}
    assert all(len(seat.machine.validators) == 5 for seat in simulation.seats.values())


def check_maxbft(simulation, decided):
    """Within an epoch nobody new counts: the certificate's members are those whom the ledger named at its beginning."""
    at_start = {entry.height: entry.validators for entry in decided}
    epochs = set()
    for entry in decided:
        epoch = (entry.height - 1) // SETTINGS.epoch_heights
        named = at_start[epoch * SETTINGS.epoch_heights + 1]
        epochs.add(len(named))
        assert {vote.member for vote in entry.proof.certificate.votes} <= {validator.member for validator in named}
    assert epochs == {4, 5}


def check_raft(simulation, decided):
    """The membership that is in force is the ledger's, after a joint one or in one step."""
    seen = {tuple(seat.machine.config.voters) for seat in simulation.seats.values()}
    assert seen == {tuple(sorted(NAMES))}
    assert sum(seat.machine.role is RaftRole.LEADER for seat in simulation.seats.values()) == 1
    wrote = [entry.record for entry in simulation.trace if type(entry).__name__ == "Wrote"]
    changes = [step.act.name for record in wrote for each in getattr(record, "entries", ()) if each.change for step in each.change.steps]
    assert set(changes) == {"REMOVE", "VOTER"}


GROUPS = {"tbft": check_tbft, "maxbft": check_maxbft, "raft": check_raft}


def test_validators_are_the_keys_with_the_role_consensus_in_their_order():
    assert [validator.member for validator in get_validators(admit(FOUR))] == [NAMES[number] for number in FOUR]
    with pytest.raises(ConsensusError, match="nobody could decide"):
        get_validators(admit(()))
    access = admit(ALL)
    public = AccessControl(Mode.PUBLIC_KEY, access.suite_name, (replace(access.trust_roots[0], org_id=""),))
    with pytest.raises(ConsensusError, match="PUBLIC_KEY"):
        get_validators(public)
