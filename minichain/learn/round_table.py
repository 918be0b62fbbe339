"""TBFT to play with: four members vote on one block, step by step, and the learner seats the liars.

Each choice is a run of MiniChain's own engine (`minichain.consensus.tbft`) in its simulator; the steps are the moments at which somebody
said or decided something. Lists and a slider, which a keyboard reaches as well as a mouse, drive one picture and the same in words. Where
widgets do not run, the picture alone is shown, as it was when the cell was run.

Simplifications: every message takes 10 ms, a late member's 400 ms more; only the first height is shown, and at most 24 steps of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from minichain.consensus.machine import Validator
from minichain.consensus.tbft_messages import Progress, Proposal, Vote
from minichain.consensus.validators import get_proposer
from minichain.figures.round_table import RoundTable, SeatedMember, VoteBar, describe_round_table, draw_round_table
from minichain.learn.widgets import build_list, import_widgets, render
from minichain.network.byzantine import SendLater, spoiled_by
from minichain.network.cluster import Surroundings
from minichain.network.clusters.tbft import make_cluster
from minichain.network.schedule import Conditions, Schedule
from minichain.network.simulated_ledger import compute_hash
from minichain.network.simulator import Simulation
from minichain.network.trace import Decided, Entry, Sent, Wrote

Role = Literal["equivocate", "silent", "late"]

NAMES: Final = ("A", "B", "C", "D")
VALIDATORS: Final = tuple(Validator(name) for name in NAMES)
NOBODY: Final = ""
MOST_STEPS: Final = 24
_LATE_MS: Final = 400
_LETTERS: Final = "XYZUVWRSTMNOPQ"
"""What blocks are called, in the order in which they are first proposed."""
_WORDS: Final = {
    "en": {
        "first": "Liar:",
        "second": "Second liar:",
        "role": "What they do:",
        "step": "Step:",
        "": "nobody",
        "equivocate": "tell each something else (two-faced)",
        "silent": "say nothing",
        "late": "speak too late",
    },
    "zh": {
        "first": "说谎者：",
        "second": "第二个说谎者：",
        "role": "做什么：",
        "step": "步骤：",
        "": "没有",
        "equivocate": "见人说人话（两面说法）",
        "silent": "一声不响",
        "late": "说得太晚",
    },
}


class RoundTableView:
    """The picture of a table, lists for the liars and what they do, and the step. `steps` are the moments of this run."""

    def __init__(self, *, liars: Sequence[str] = (), role: Role = "equivocate", lang: str = "en") -> None:
        """Let the members vote, with these liars (two at most) among them."""
        widgets = import_widgets()
        words = _WORDS[lang]
        self.lang, self.steps = lang, build_steps(liars, role)
        seats = [(words[NOBODY], NOBODY), *((name, name) for name in NAMES)]
        first, second = [*liars, NOBODY, NOBODY][:2]
        self._first, self._second = build_list(words["first"], seats, first), build_list(words["second"], seats, second)
        self._role = build_list(words["role"], [(words[name], name) for name in ("equivocate", "silent", "late")], role)
        # The number is for keyboards: in a notebook, arrow keys on a slider go to the next cell.
        style, width = {"description_width": "initial"}, {"width": "9em"}
        self._step = widgets.BoundedIntText(min=0, max=len(self.steps) - 1, description=words["step"], style=style, layout=width)
        slider = widgets.IntSlider(min=0, max=len(self.steps) - 1, readout=False)
        for name in ("value", "max"):
            widgets.link((self._step, name), (slider, name))
        self._picture = widgets.HTML()
        lists = widgets.HBox([self._first, self._second, self._role], layout={"flex_flow": "row wrap"})
        self._box = widgets.VBox([lists, widgets.HBox([self._step, slider]), self._picture])
        for chooser in (self._first, self._second, self._role):
            chooser.observe(self._on_choice, names="value")
        self._step.observe(self._on_step, names="value")
        self._on_step()

    @property
    def table(self) -> RoundTable:
        """What the picture shows now."""
        table: RoundTable = self.steps[self._step.value]
        return table

    def choose(self, *, liars: Sequence[str] = (), role: Role = "equivocate", step: int = 0) -> None:
        """Choose as a hand would."""
        self._first.value, self._second.value = [*liars, NOBODY, NOBODY][:2]
        self._role.value, self._step.value = role, step

    def _on_choice(self, _change: object = None) -> None:
        liars = [name for name in NAMES if name in (self._first.value, self._second.value)]
        self.steps = build_steps(liars, self._role.value)
        self._step.max = len(self.steps) - 1
        self._step.value = 0
        self._on_step()

    def _on_step(self, _change: object = None) -> None:
        self._picture.value = render(
            lambda: (draw_round_table(self.table, self.lang, with_words=False), describe_round_table(self.table, self.lang)), self.lang
        )

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the widget together with the picture and the words that stand in for it."""
        bundle: dict[str, Any] = self._box._repr_mimebundle_()
        return {
            **bundle,
            "image/svg+xml": draw_round_table(self.table, self.lang),
            "text/plain": describe_round_table(self.table, self.lang),
        }


def show_round_table(*, liars: Sequence[str] = (), role: Role = "equivocate", lang: str = "en") -> RoundTableView:
    """Return a table of four that votes as a figure to play with; at the end of a cell it shows itself.

    `lang` is "en" or "zh". Raises ImportError where ipywidgets is missing.
    """
    return RoundTableView(liars=liars, role=role, lang=lang)


def build_steps(liars: Sequence[str], role: Role = "equivocate") -> list[RoundTable]:
    """Return the moments of the first height at which somebody said, locked or decided something; the last one tells if the table is stuck.

    >>> build_steps([])[-1].members[3].decided
    'X'
    >>> build_steps(["D"])[-1].is_forked, build_steps(["A", "D"])[-1].is_forked
    (False, True)
    """
    trace = _run(liars, role)
    names: dict[bytes, str] = {}
    members = {name: SeatedMember(name, role=role if name in liars else "honest") for name in NAMES}
    bars: dict[tuple[int, str, str | None], list[str]] = {}
    steps: list[RoundTable] = []
    latest = 0
    for number, entry in enumerate(trace):
        latest = max(latest, _take(entry, names, members, bars))
        is_last = number + 1 == len(trace) or trace[number + 1].at_ms > entry.at_ms
        if is_last:
            shown = tuple(
                VoteBar(kind, value, tuple(sorted(voters)))
                for (r, kind, value), voters in sorted(bars.items(), key=lambda item: (item[0][1] == "precommit", item[0][2] or "~"))
                if r == latest
            )
            table = RoundTable(tuple(members.values()), get_proposer(VALIDATORS, latest), shown, 1, latest, entry.at_ms)
            if not steps or replace(table, at_ms=0) != replace(steps[-1], at_ms=0):
                steps.append(table)
            if all(member.decided for member in members.values() if member.role == "honest"):
                break
    else:
        steps[-1] = replace(steps[-1], is_stuck=True)
    return steps[:MOST_STEPS]


def _run(liars: Sequence[str], role: Role) -> list[Entry]:
    """Return what happens at the first height."""
    cluster = make_cluster(NAMES)
    cluster = replace(cluster, plugs={**cluster.plugs, "late": spoiled_by(_be_late)})
    schedule = Schedule(0, 6000, Conditions(delay_ms=(10, 10)), byzantine=dict.fromkeys(liars, role))
    return Simulation(cluster, schedule).run().trace


def _be_late(_around: Surroundings, send: Any) -> list[Any]:
    return [SendLater(send.recipient, send.message, _LATE_MS)]


def _take(
    entry: Entry, names: dict[bytes, str], members: dict[str, SeatedMember], bars: dict[tuple[int, str, str | None], list[str]]
) -> int:
    """Note what an entry says of the first height; return the round that it belongs to."""
    if isinstance(entry, Decided) and entry.height == 1:
        if members[entry.member].role == "honest":
            members[entry.member] = replace(members[entry.member], decided=_name(compute_hash(entry.value), names))
    elif isinstance(entry, Wrote) and isinstance(entry.record, Progress) and entry.record.height == 1:
        if entry.record.lock is not None and members[entry.member].role == "honest":
            members[entry.member] = replace(members[entry.member], locked=_name(entry.record.lock.id, names))
    elif isinstance(entry, Sent):
        vote = entry.message.vote if isinstance(entry.message, Proposal) else entry.message
        if isinstance(vote, Vote) and vote.height == 1 and vote.member == entry.sender:
            kind, value = str(vote.kind), None if vote.id is None else _name(vote.id, names)
            _say(members, vote.member, kind, value)
            if kind != "proposal":
                voters = bars.setdefault((vote.round, kind, value), [])
                if vote.member not in voters:
                    voters.append(vote.member)
            return vote.round
    return 0


def _say(members: dict[str, SeatedMember], name: str, kind: str, value: str | None) -> None:
    """Note what a member said last; of a two-faced one, both."""
    member = members[name]
    is_again = member.kind == kind and member.role == "equivocate"
    values = tuple(dict.fromkeys([*member.values, value])) if is_again else (value,)
    members[name] = replace(member, kind=kind, values=values)


def _name(value_id: bytes, names: dict[bytes, str]) -> str:
    return names.setdefault(value_id, _LETTERS[len(names) % len(_LETTERS)])
