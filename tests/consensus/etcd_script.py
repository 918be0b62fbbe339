"""Plays etcd's interaction scripts on our machine, and says what etcd would have printed.

A script is a list of commands, each with etcd's reply. The player does what a command says to machines of ours, passes their messages on
in the order in which etcd's test harness does, and writes down what they did in etcd's words. Only formats are translated:

- etcd hands out its work in portions ("Ready"), ours as effects at once. The player keeps effects until the script has the member's
  Ready handled, and lets answers to appends and votes follow the other messages, as etcd does.
- etcd counts ticks. Three are an election timeout and one is a heartbeat; the player fires our timers accordingly.
- `campaign` lets our election timer fire; `compact` gives our log a snapshot; an entry of etcd's older kind of membership change
  (EntryConfChange) is one of the newer kind.

Compared are, line by line and in order: messages, with terms, indices, entries, hints and commit indices; what is dropped; term, vote and
commit index on the disk; entries stored and entries committed; roles and leaders; configurations; snapshots; each follower's progress.

A group whose leader is a majority by itself (scripts that begin with one member) commits at once, because ours has its entry on the disk
before anything else happens; etcd's hands out a Ready first, and then another one. There the same things happen in other portions: what
is compared is what each member does, kind by kind, each kind in its order over the whole script (`sort_by_member`), and of the roles of
that leader only the last, because it never waits as a candidate.

Left out are the lines that etcd's library logs about itself (INFO, DEBUG, WARN, but for "switched to configuration"), which of its Readies
must wait for the disk (`MustSync`), and its two errors, "proposal dropped" and "cannot step as peer not found": ours ignores in silence. Of
`status` the leader's own line is left out: how far it stores its own log, which in etcd it learns a Ready later.
"""

import json
import re
from collections import defaultdict
from random import Random

from minichain.consensus.machine import Applied, Decide, Received, Send, SetTimer, Started, Submitted, TimerFired, Write
from minichain.consensus.raft import Raft
from minichain.consensus.raft_follower import ELECTION, HEARTBEAT, LEASE, QUORUM, RaftSettings, Role
from minichain.consensus.raft_membership import Act, Change, Membership, Step, Transition, is_voter
from minichain.consensus.raft_messages import (
    Appended,
    AppendEntries,
    AppendReply,
    Heartbeat,
    HeartbeatReply,
    InstallSnapshot,
    RequestVote,
    Snapshot,
    VoteReply,
)
from minichain.consensus.raft_progress import Flow

ELECTION_TICKS = 3
STATES = {
    Role.FOLLOWER: "StateFollower",
    Role.PRE_CANDIDATE: "StatePreCandidate",
    Role.CANDIDATE: "StateCandidate",
    Role.LEADER: "StateLeader",
}
FLOWS = {Flow.PROBE: "StateProbe", Flow.REPLICATE: "StateReplicate", Flow.SNAPSHOT: "StateSnapshot"}
ACTS = {"v": Act.VOTER, "l": Act.LEARNER, "r": Act.REMOVE}
LETTERS = {act: letter for letter, act in ACTS.items()}


# etcd's words


def read_steps(text):
    """Return the steps that a line like `v1 l2 r3` asks for. Member 0 is nobody; `u` (update) changes nothing, and we have no such act."""
    return tuple(Step(ACTS[word[0]], "" if word[1:] == "0" else word[1:]) for word in text.split() if word[0] != "u")


def describe_progress(progress, most_in_flight=2**20):
    text = f"{FLOWS[progress.flow]} match={progress.match} next={progress.next}"
    text += " paused" * progress.is_paused
    text += f" pendingSnap={progress.next - 1}" if progress.flow is Flow.SNAPSHOT else ""
    text += " inactive" * (not progress.is_active)
    if progress.in_flight:
        text += f" inflight={len(progress.in_flight)}" + "[full]" * progress.is_full(most_in_flight)
    return text


def describe_entry(index, entry):
    if entry.change is not None:
        steps = " ".join(LETTERS[step.act] + step.member for step in entry.change.steps)
        return f"{entry.term}/{index} EntryConfChangeV2 {steps}".rstrip()
    return f"{entry.term}/{index} EntryNormal {json.dumps((entry.value or b'').decode())}"


def describe_snapshot(snapshot):
    groups = {
        "Voters": snapshot.config.voters,
        "VotersOutgoing": snapshot.config.outgoing,
        "Learners": snapshot.config.learners,
        "LearnersNext": snapshot.config.learners_next,
    }
    text = " ".join(f"{name}:[{' '.join(members)}]" for name, members in groups.items())
    return f"Index:{snapshot.index} Term:{snapshot.term} ConfState:{text} AutoLeave:{str(snapshot.config.auto_leave).lower()}"


def describe_message(sender, recipient, message):
    """Return a message as lines."""
    log, end, lines = "0/0", "", []
    match message:
        case RequestVote():
            kind, log = "MsgPreVote" if message.is_trial else "MsgVote", f"{message.last_term}/{message.last_index}"
        case VoteReply():
            kind = "MsgPreVoteResp" if message.is_trial else "MsgVoteResp"
            end = "" if message.is_granted else " Rejected (Hint: 0)"
        case AppendEntries():
            kind, log = "MsgApp", f"{message.after_term}/{message.after}"
            end = f" Commit:{message.committed}" if message.committed else ""
            entries = [describe_entry(message.after + 1 + place, entry) for place, entry in enumerate(message.entries)]
            if len(entries) == 1:
                end += f" Entries:[{entries[0]}]"
            elif entries:
                end, lines = end + " Entries:[", [*entries, "]"]
        case AppendReply():
            kind, log = "MsgAppResp", f"{message.hint_term}/{message.index}"
            end = f" Rejected (Hint: {message.hint})" if message.is_refused else ""
        case Heartbeat():
            kind, end = "MsgHeartbeat", f" Commit:{message.committed}" if message.committed else ""
        case HeartbeatReply():
            kind = "MsgHeartbeatResp"
        case InstallSnapshot():
            kind, lines = "MsgSnap", [f"Snapshot: {describe_snapshot(message.snapshot)}"]
    return [f"{sender}->{recipient} {kind} Term:{message.term} Log:{log}{end}", *lines]


# The members


class NoContent:
    """The application of a script: there is nothing in its snapshots."""

    def make_content(self):
        return b""

    def read_content(self, content):
        return ()


class Node:
    """A machine, and what it wants done until the script has its Ready handled."""

    def __init__(self, name, snapshot, settings):
        self.name = name
        self.machine = Raft(settings, name, (), NoContent(), () if snapshot is None else (snapshot,), Random(1), 0)
        self.soft, self.hard = (None, Role.FOLLOWER), (0, None, self.machine.log.committed)
        self.shown = self.machine.applied
        self.messages, self.entries, self.snapshots, self.configs = [], {}, [], []
        self.elapsed, self.timeout = 0, 2 * ELECTION_TICKS
        self.step(Started())
        self.snapshots.clear()

    def step(self, event):
        """Let the machine take an event; return the lines that etcd prints at once."""
        return self.keep(lambda: self.machine.step(event))

    def keep(self, act):
        """Let the machine act, and keep what it wants done."""
        config, lines = self.machine.config, []
        effects = act()
        for effect in effects:
            match effect:
                case Send(recipient, message):
                    self.messages.append((recipient, message))
                case Write(Appended(after, entries)):
                    self.entries = {index: entry for index, entry in self.entries.items() if index <= after}
                    self.entries |= {after + 1 + place: entry for place, entry in enumerate(entries)}
                case Write(Snapshot() as snapshot):
                    self.snapshots.append(snapshot)
                    self.shown = snapshot.index
                    lines = [f"{self.name} switched to configuration {snapshot.config}"]
                case SetTimer(timer) if timer in (LEASE, QUORUM):
                    self.elapsed = 0
        for effect in effects:
            if isinstance(effect, Decide):
                self.keep(lambda height=effect.height: self.machine.step(Applied(height, ())))
        if self.machine.config != config and not lines:
            self.configs.append(f"{self.name} switched to configuration {self.machine.config}")
        return lines

    def tick(self):
        """Let a tick's time pass."""
        self.elapsed += 1
        if self.machine.role is Role.LEADER:
            if self.elapsed == ELECTION_TICKS:
                self.step(TimerFired(QUORUM))
            if self.machine.role is Role.LEADER:
                self.step(TimerFired(HEARTBEAT))
        elif self.elapsed == ELECTION_TICKS:
            self.step(TimerFired(LEASE))
        elif self.elapsed == self.timeout:
            self.step(TimerFired(ELECTION))

    @property
    def state(self):
        machine = self.machine
        return (machine.leader, machine.role), (machine.term, machine.vote, machine.log.committed)

    def has_ready(self):
        return (
            bool(self.messages or self.entries or self.snapshots or self.state != (self.soft, self.hard))
            or self.shown < self.machine.applied
        )

    def handle_ready(self):
        """Return the lines of a Ready, and its messages in etcd's order."""
        lines, (soft, hard) = [], self.state
        if soft != self.soft:
            lines.append(f"Lead:{soft[0] or 0} State:{STATES[soft[1]]}")
        if hard != self.hard:
            vote = f" Vote:{hard[1]}" if hard[1] else ""
            lines.append(f"HardState Term:{hard[0]}{vote} Commit:{hard[2]}")
        if self.entries:
            lines += ["Entries:", *(describe_entry(index, entry) for index, entry in self.entries.items())]
        lines += [f"Snapshot {describe_snapshot(snapshot)}" for snapshot in self.snapshots]
        committed = range(self.shown + 1, self.machine.applied + 1)
        if committed:
            lines += ["CommittedEntries:", *(describe_entry(index, self.machine.log.get_entry(index)) for index in committed)]
        answers = [one for one in self.messages if isinstance(one[1], AppendReply | VoteReply)]
        messages = [one for one in self.messages if not isinstance(one[1], AppendReply | VoteReply)] + answers
        if messages:
            lines.append("Messages:")
            for recipient, message in messages:
                lines += describe_message(self.name, recipient, message)
        lines += self.configs
        self.soft, self.hard, self.shown = soft, hard, self.machine.applied
        self.messages, self.entries, self.snapshots, self.configs = [], {}, [], []
        return lines, messages


# The script


class Player:
    """The members of a script, and the messages that travel between them."""

    def __init__(self):
        self.nodes = {}
        self.network = []

    def play(self, command, names, options, more):
        """Carry out a command; return what it prints, as lines."""
        return getattr(self, "do_" + command.replace("-", "_"))(names, options, more)

    def do_add_nodes(self, names, options, more):
        lines = []
        index = int(options.get("index", 0))
        voters, learners = (tuple(re.findall(r"\d+", options.get(key, ""))) for key in ("voters", "learners"))
        config = Membership(voters, (), learners)
        settings = RaftSettings(
            pre_vote=options.get("prevote") == "true",
            check_quorum=options.get("checkquorum") == "true",
            most_in_flight=int(options.get("inflight", 256)),
            compact_after=10**9,
        )
        for _ in range(int(names[0])):
            name = str(len(self.nodes) + 1)
            self.nodes[name] = Node(name, Snapshot(index, 1, config) if index else None, settings)
            lines.append(f"{name} switched to configuration {self.nodes[name].machine.config}")
        return lines

    def do_log_level(self, names, options, more):
        return []

    def do_campaign(self, names, options, more):
        return self.nodes[names[0]].step(TimerFired(ELECTION))

    def do_propose(self, names, options, more):
        return self.nodes[names[0]].step(Submitted(names[1].encode()))

    def do_propose_conf_change(self, names, options, more):
        change = Change(read_steps(more), Transition[options.get("transition", "auto").upper()])
        node = self.nodes[names[0]]
        return node.keep(lambda: node.machine.change_membership(change))

    def do_process_ready(self, names, options, more):
        lines, messages = self.nodes[names[0]].handle_ready()
        self.network += [(names[0], recipient, message) for recipient, message in messages]
        return lines

    def do_deliver_msgs(self, names, options, more):
        lines, dropped = [], re.findall(r"\d+", options.get("drop", ""))
        for name in (*names, *dropped):
            for sender, recipient, message in self.take_messages(name):
                lines += describe_message(("dropped: " if name in dropped else "") + sender, recipient, message)
                if name not in dropped:
                    lines += self.nodes[name].step(Received(sender, message))
        return lines

    def take_messages(self, name):
        taken = [one for one in self.network if one[1] == name]
        self.network = [one for one in self.network if one[1] != name]
        return taken

    def do_stabilize(self, names, options, more):
        lines, before = [], None
        while before != len(lines):
            before = len(lines)
            for name in names or list(self.nodes):
                if self.nodes[name].has_ready():
                    lines += [f"> {name} handling Ready", *self.do_process_ready([name], {}, "")]
            for name in names or list(self.nodes):
                if any(recipient == name for _, recipient, _ in self.network):
                    lines += [f"> {name} receiving messages", *self.do_deliver_msgs([name], {}, "")]
        return lines

    def do_tick_heartbeat(self, names, options, more):
        self.nodes[names[0]].tick()
        return []

    def do_tick_election(self, names, options, more):
        for _ in range(ELECTION_TICKS):
            self.nodes[names[0]].tick()
        return []

    def do_set_randomized_election_timeout(self, names, options, more):
        self.nodes[names[0]].timeout = int(options["timeout"])
        return []

    def do_status(self, names, options, more):
        machine = self.nodes[names[0]].machine
        lines = [f"{name}: {describe_progress(one, machine.settings.most_in_flight)}" for name, one in machine.progress.items()]
        return [line for line in lines if not line.startswith(f"{names[0]}:")]

    def do_raft_state(self, names, options, more):
        lines = []
        for name, node in self.nodes.items():
            kind = "Voter" if is_voter(node.machine.config, name) else "Non-Voter"
            lines.append(f"{name}: {STATES[node.machine.role]} ({kind}) Term:{node.machine.term} Lead:{node.machine.leader or 0}")
        return lines

    def do_raft_log(self, names, options, more):
        log = self.nodes[names[0]].machine.log
        if not log.entries:
            return [f"log is empty: first index={log.last_index + 1}, last index={log.last_index}"]
        return [describe_entry(log.snapshot.index + 1 + place, entry) for place, entry in enumerate(log.entries)]

    def do_compact(self, names, options, more):
        machine, index = self.nodes[names[0]].machine, int(names[1])
        machine.log.restore(Snapshot(index, machine.log.get_term(index), machine.config))
        return self.do_raft_log(names, options, more)


def read_script(text):
    """Yield each command with its names, options, further line, whether etcd prints anything at all, and its reply."""
    is_loud = True
    for command, rest, more, reply in re.findall(r"^([a-z][a-z-]*)(.*)\n((?:[^-#\n].*\n)*)----\n((?:.+\n)*)", text, re.MULTILINE):
        options = dict(re.findall(r"([\w-]+)=(\([^)]*\)|\S+)", rest))
        names = [word for word in re.sub(r"\([^)]*\)", "", rest).split() if "=" not in word]
        if command == "log-level":
            is_loud = names[0] != "none"
        yield command, names, options, more, is_loud and options.get("log-level") != "none", reply


LEFT_OUT = re.compile(r"ok$|Ready MustSync|raft: cannot step|raft proposal dropped|(?:INFO|DEBUG|WARN)(?!.*switched to configuration)")


def normalize(reply, own=""):
    """Return the lines of etcd's reply that are compared; not those that begin with `own`."""
    lines = [line.strip() for line in reply.splitlines() if not own or not line.startswith(own)]
    kept = [line for line in lines if not LEFT_OUT.match(line)]
    return [re.sub(r"EntryConfChange\b", "EntryConfChangeV2", line.removeprefix("INFO ")) for line in kept]


def play_script(text):
    """Yield each command that prints something with its names, the lines that ours printed, and the lines of etcd's that are compared."""
    player = Player()
    for command, names, options, more, is_loud, reply in read_script(text):
        lines = player.play(command, names, options, more)
        if is_loud:
            yield command, names, lines, normalize(reply, f"{names[0]}:" if command == "status" else "")


def sort_by_member(replies):
    """Return what each member did, in its order, however it was handed out in Readies: a list for each kind of thing."""
    streams = defaultdict(list)
    for command, names, lines in replies:
        member, part = names[0] if names else "", ""
        for line in lines:
            if heading := re.match(r"> (\d+) (handling|receiving)", line):
                member, part = heading[1], heading[2]
            elif line in ("Entries:", "CommittedEntries:", "Messages:"):
                part = line
            elif config := re.match(r"(\d+) switched to (.*)", line):
                streams[config[1], "configuration"].append(config[2])
            elif state := re.match(r"Lead:.*|HardState Term:\d+(?: Vote:\d+)?|Snapshot Index.*", line):
                kind = line.split(":")[0].split()[0]
                if streams[member, kind][-1:] != [state[0]]:
                    streams[member, kind].append(state[0])
            elif command in ("stabilize", "process-ready") and part not in ("", "receiving"):
                streams[member, part].append(line)
            elif command not in ("stabilize", "process-ready"):
                streams[command, member].append(line)
    return dict(streams)
