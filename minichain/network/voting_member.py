"""A member at the table whose rules are functions over plain data: events in, rows of a transcript out.

The member keeps what algorithm 1 of Buchman, Kwon, Milosevic (2018) calls its variables, sets alarms, writes a record before it speaks, and
asks the rules what to do. labs/07-tbft lists the rules; `minichain.network.voting_table` seats members at a table.

Simplifications: a value is a text, the names of its transactions joined by `+`; a transaction writes that it is done. One that is called
`clock` writes the second that its member's clock shows, and `look` reads an entry of that number. A real member executes contracts.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

Plain = Any
Message = dict[str, Any]
Schedule = Mapping[str, Any]
Rules = Mapping[str, Callable[..., Any]]
Row = list[Any]

KINDS: Final = ("proposal", "prevote", "precommit")
TIMEOUTS_MS: Final = {"propose": (300, 200), "prevote": (150, 150), "precommit": (150, 150)}
_TIMED: Final = ("clock", "look")
_KEPT: Final = ("height", "round", "locked_value", "locked_round", "valid_value", "valid_round")


def build_message(kind: str, member: str, value: Plain, number: int = 0, height: int = 1, **more: Plain) -> Message:
    """Return a message as the rules know it."""
    return {"kind": kind, "height": height, "round": number, "member": member, "value": value, **more}


def run_contract(transaction: str, clock_ms: int) -> dict[str, Plain]:
    """Return the read-write set of a transaction, executed when a member's clock shows so many milliseconds."""
    return _build_rwset(transaction, clock_ms // 1000)


def read_value(value: str) -> dict[str, dict[str, Plain]]:
    """Return the transactions in a value, with the read-write sets that its proposer claims.

    >>> read_value("t1+clock@7")["clock"]
    {'reads': [], 'writes': [['stamp', 7]]}
    """
    parts = [part.partition("@") for part in value.split("+")]
    return {name: _build_rwset(name, int(second) if second.isdecimal() else 0) for name, _, second in parts}


def _build_rwset(transaction: str, second: int) -> dict[str, Plain]:
    reads = [[f"second-{second}", None]] if transaction == "look" else []
    return {"reads": reads, "writes": [["stamp", second] if transaction == "clock" else ["done", transaction]]}


class Member:
    """A member: what it knows, and the rules that it asks what to do. Its record is on the disk, and so is the chain that it decided."""

    def __init__(self, name: str, rules: Rules, schedule: Schedule, mail: list[Message]) -> None:
        self.name, self.rules, self.schedule, self.mail = name, rules, schedule, mail
        self.weights, self.clock = schedule["weights"], schedule.get("clocks", {}).get(name, 0)
        self.record: dict[str, Any] | None = None
        self.decided: list[str] = []
        self.refused: list[str] = []
        self.alarms: set[tuple[Any, ...]] = set()
        self.rows: list[Row] = []
        self.now = 0
        self.node = self._build_node()

    def step(self, event: list[Any], now: int) -> list[Row]:
        """Take an event in, and return what is done."""
        self.rows, self.now = [], now
        if event[0] == "begin":
            self._start_round(0)
            self._act()
        elif event[0] == "message":
            self.node["log"].append(event[1])
            self._examine(event[1])
            self._act()
        elif event[0] == "alarm" and self.node["step"] != "pause":
            self._apply(self.rules["on_timeout"](self.node, event[1]))
            self._act()
        elif event[0] == "crash":
            self._note("crash")
        elif event[0] == "restart":
            self._come_back()
        return self.rows

    def _note(self, action: str, value: Plain = None, more: Plain = None) -> None:
        self.rows.append([self.now, self.name, action, self.node["height"], self.node["round"], value, more])

    def _say(self, message: Message) -> None:
        message = {**message, "member": self.name}  # nobody can sign for somebody else
        if self.rules["may_sign"](self.record, message):
            self.record = {**{key: self.node[key] for key in _KEPT}, "message": message}  # first to the disk, then out
            self._send(message, message["kind"], message["value"], message.get("pol_round"))

    def _send(self, message: Message, action: str, value: Plain, more: Plain) -> None:
        self.rows.append([self.now, self.name, action, message["height"], message["round"], value, more])
        self.mail.append(message)
        self.node["log"].append(message)

    def _examine(self, message: Message) -> None:
        if message["kind"] == "proposal" and message["height"] == self.node["height"]:
            proposed = read_value(message["value"])
            suspects = self.rules["find_suspects"](proposed, {name: run_contract(name, self.now + self.clock) for name in proposed})
            if suspects and message["value"] not in self.refused:
                self.refused.append(message["value"])
                self.node["refused"].append(message["value"])
                complaint = build_message("complaint", self.name, None, message["round"], message["height"], names=suspects)
                self._send(complaint, "complain", "+".join(suspects), suspects)

    def _build_node(self) -> dict[str, Any]:
        place = {"member": self.name, "weights": self.weights, "turns": self.schedule.get("turns", 1), "height": len(self.decided) + 1}
        memory = {"locked_value": None, "locked_round": None, "valid_value": None, "valid_round": None}
        return {**place, "round": 0, "step": "pause", **memory, "log": list(self.mail), "refused": list(self.refused)}

    def _start_round(self, number: int) -> None:
        node = self.node
        node["round"], node["step"] = number, "propose"
        if self.rules["get_proposer"](self.weights, node["turns"], node["height"], number) == self.name:
            self._say(self.rules["make_proposal"](node, self._choose_value()))
        self._set_alarm("propose")

    def _choose_value(self) -> str:
        complaints = [[message["member"], name] for message in self.mail if message["kind"] == "complaint" for name in message["names"]]
        evicted, done = self.rules["find_evicted"](self.weights, complaints), read_value("+".join(self.decided))
        names = [name for name in self.schedule.get("pools", {}).get(self.name, []) if name not in evicted and name not in done]
        second = (self.now + self.clock) // 1000
        return "+".join(f"{name}@{second}" if name in _TIMED else name for name in names) or "empty"

    def _act(self) -> None:
        """Do what there is to do, until there is nothing more; nine times at most, so that rules in circles come to an end."""
        node = self.node
        for _ in range(9):
            if node["step"] == "pause":
                return
            answer = self.rules["find_decision"](node)
            later = None if answer else self._find_later_round()
            if later:
                answer = {"round": later}
            if not self._apply(answer or self.rules["choose_prevote"](node) or self.rules["choose_precommit"](node)):
                break
        if self.node["step"] == "pause":
            return
        for kind in ("prevote", "precommit"):
            if kind != "prevote" or node["step"] == kind:
                tally = self.rules["count_votes"](node["log"], kind, node["height"], node["round"])
                if self.rules["is_quorum"](self.weights, [voter for voters in tally.values() for voter in voters]):
                    self._set_alarm(kind)

    def _find_later_round(self) -> int | None:
        """Return the latest round in which more than a third of the weight is (line 55)."""
        height, now = self.node["height"], self.node["round"]
        heard = [message for message in self.node["log"] if message["height"] == height and message["round"] > now]
        for later in sorted({int(message["round"]) for message in heard}, reverse=True):
            if self.rules["is_one_honest"](self.weights, [message["member"] for message in heard if message["round"] >= later]):
                return later
        return None

    def _apply(self, answer: dict[str, Any]) -> bool:
        """Do what the rules say, and return whether anything has changed."""
        node = self.node
        if "decide" in answer:
            self._note("decide", answer["decide"])
            self.decided.append(answer["decide"])
            self.node = self._build_node()
            return False
        before = [node["step"], *(node[key] for key in _KEPT)]
        node |= {key: answer[key] for key in _KEPT[2:] if key in answer}
        if "locked_round" in answer:
            self._note("lock", answer.get("locked_value"))
        for kind in ("prevote", "precommit"):
            if kind in answer:
                node["step"] = kind
                self._say(build_message(kind, self.name, answer[kind], node["round"], node["height"]))
        if "round" in answer:
            self._start_round(answer["round"])
        return before != [node["step"], *(node[key] for key in _KEPT)]

    def _set_alarm(self, name: str) -> None:
        alarm = (name, self.node["height"], self.node["round"])
        if alarm not in self.alarms:
            self.alarms.add(alarm)
            self._note("alarm", name, int(self.rules["compute_timeout"](*TIMEOUTS_MS[name], self.node["round"])))

    def _come_back(self) -> None:
        self.alarms.clear()
        is_over = len(self.decided) >= self.schedule.get("heights", 1)
        self.node = self.rules["recover"]({**self._build_node(), "step": "propose"}, self.record)
        self._note("restart")
        if is_over:
            self.node = {**self.node, "step": "pause"}
            return
        for message in list(self.mail):
            self._examine(message)
        self._start_round(self.node["round"])
        self._act()
