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
SEESAW_MS = 2000


def make_storm(*, names=NAMES, pre_vote=False, compact_after=1000):
    """Return a cluster of members who wait for little."""
    settings = RaftSettings(40, 12, pre_vote=pre_vote, check_quorum=pre_vote, most_entries=1, compact_after=compact_after)

    def make(member, records, ledger, signatures, random):
        return Raft(settings, member, ledger.validators, ValueArchive(ledger.values), records, random, ledger.height)

    return Cluster("raft", names, make, get_votes, tolerated=0, settle_ms=1000, numbers_itself=True)


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


def draw_seesaw(seed):
    """Return a schedule for A, B and C in which B hears now A, now C, and clients ask all the time: the weather of figure 8.

    Whoever leads is cut off again and again with entries that only it has. Later it leads B once more, which then stores these old
    entries too: a majority. They are not committed before an entry of the new term is, because C may have a later term's entries there.
    """
    chance = Random(f"seesaw {seed}")
    faults, at_ms = [], 100
    while at_ms < SEESAW_MS:
        until_ms = at_ms + chance.randrange(60, 100)
        faults.append(Partition(at_ms, until_ms, (("A", "B"), ("C",)) if len(faults) % 2 else (("A",), ("B", "C"))))
        at_ms = until_ms
    requests = tuple(Request(time, f"client{time % 3}", f"put x {time}") for time in range(100, SEESAW_MS, 20))
    return Schedule(seed, SEESAW_MS, Conditions((1, 20)), tuple(faults), requests, rough_until_ms=SEESAW_MS)


def find_on_seesaw(seed):
    """Return the first rule of safety that a run on the seesaw broke, or None."""
    return find_violation(make_storm(names=("A", "B", "C")), draw_seesaw(seed))


def draw_request(chance, number, changes):
    """Return what a client asks for: a key, or if `changes` also other voters."""
    if changes and chance.random() < 0.5:
        return "validators " + ",".join(sorted(chance.sample(NAMES, chance.choice([1, 2, 2, 3]))))
    return chance.choice([f"put x {number}", "get x"])


def find_violation(cluster, schedule):
    """Return the first rule of safety that a run broke, or None."""
    found = iterate_violations(Simulation(cluster, schedule).run())
    return next((violation for violation in found if violation.rule != "progress"), None)
