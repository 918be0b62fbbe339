"""Weather in which Raft's rules are all needed: impatient members, and a network that falls apart anew several times a second.

The campaign's schedules are mild enough that every run must also decide in time. Some mistakes need worse: a joint membership matters only
while voters change, and then only to leaders who are cut off at the right moment. Only safety is checked here.
"""

from random import Random

from minichain.consensus.raft import Raft
from minichain.consensus.raft_follower import RaftSettings
from minichain.consensus.raft_snapshot import ValueArchive
from minichain.network.campaign import draw_crashes
from minichain.network.checkers import iterate_violations
from minichain.network.cluster import Cluster
from minichain.network.clusters.raft import get_votes
from minichain.network.schedule import Conditions, Partition, Request, Schedule
from minichain.network.simulator import Simulation

NAMES = tuple("ABCDE")
DURATION_MS = 3000


def make_storm(*, pre_vote=False, compact_after=1000):
    """Return a cluster of members who wait for little."""
    settings = RaftSettings(40, 12, pre_vote=pre_vote, check_quorum=pre_vote, most_entries=1, compact_after=compact_after)

    def make(member, records, ledger, signatures, random):
        return Raft(settings, member, ledger.validators, ValueArchive(ledger.values), records, random, ledger.height)

    return Cluster("raft", NAMES, make, get_votes, tolerated=0, settle_ms=1000, numbers_itself=True)


def draw_storm(seed, *, changes=False):
    """Return a schedule: one partition after the other, crashes, and clients who ask all the time."""
    chance = Random(f"storm {seed}")
    faults, at_ms = [], 100
    while at_ms < DURATION_MS:
        until_ms = at_ms + chance.randrange(20, 160)
        order = chance.sample(NAMES, len(NAMES))
        cuts = sorted(chance.sample(range(1, len(NAMES)), chance.choice([1, 1, 1, 2])))
        groups = [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(NAMES)], strict=True)]
        faults.append(Partition(at_ms, until_ms, tuple(tuple(sorted(group)) for group in groups)))
        at_ms = until_ms + chance.choice([0, 0, 10, 60])
    for name in NAMES:
        if chance.random() < 0.5:
            faults += draw_crashes(chance, name)
    times = sorted(chance.randrange(DURATION_MS) for _ in range(16))
    requests = [Request(time, f"client{number}", draw_request(chance, number, changes)) for number, time in enumerate(times)]
    conditions = Conditions((1, 12), lost_in_1000=chance.choice([0, 50, 150]), late_in_1000=50)
    return Schedule(seed, DURATION_MS, conditions, tuple(faults), tuple(requests), rough_until_ms=DURATION_MS)


def draw_request(chance, number, changes):
    """Return what a client asks for: a key, or if `changes` also other voters."""
    if changes and chance.random() < 0.5:
        return "validators " + ",".join(sorted(chance.sample(NAMES, chance.choice([1, 2, 2, 3]))))
    return chance.choice([f"put x {number}", "get x"])


def find_violation(cluster, schedule):
    """Return the first rule of safety that a run broke, or None."""
    found = iterate_violations(Simulation(cluster, schedule).run())
    return next((violation for violation in found if violation.rule != "progress"), None)
