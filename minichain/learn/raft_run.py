"""A run of the Raft lab's cluster as a picture: what the learner's own rules did under a schedule, event by event.

The lab's cluster notes after each event what became of a member: `[event, name, role, term, vote, commit, log, sent]`, the log written as
"1x 2y". That is a picture of `term_timeline`, which counts events instead of time. A member that is down is shown with what it knew to be
committed: a customer was told so.

Simplifications: votes and messages are not drawn. Where the learner's rules end with an error, its words stand in the picture's place.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from minichain.figures.term_timeline import Band, LogEntry, Role, TermLine, TermTimeline, describe_term_timeline, draw_term_timeline
from minichain.learn.time_limit import TimeIsUp, limit_time
from minichain.network.log_cluster import ScheduleError

Note = Sequence[Any]
Play = Callable[..., list[Note]]

_WORDS: Final = {
    "en": {
        "error": "Your rules end with {error}: look at the tasks above first.",
        "event": "There is no such event: {event!r}. Look at the table of events, and at the members' names.",
        "nothing": "Nothing has happened in this run.",
    },
    "zh": {
        "error": "你的规则以 {error} 中断：请先看看上面的任务。",
        "event": "没有这样的事件：{event!r}。请对照事件表和成员的名字。",
        "nothing": "这次运行里什么也没有发生。",
    },
}


class RaftRunView:
    """The picture of one run. `timeline` is None, and `problem` says why, where there is nothing to draw."""

    def __init__(self, timeline: TermTimeline | None, problem: str, lang: str) -> None:
        self.timeline, self.problem, self.lang = timeline, problem, lang

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the picture and the same in words."""
        if self.timeline is None:
            return {"text/plain": self.problem}
        words = describe_term_timeline(self.timeline, self.lang)
        return {"image/svg+xml": draw_term_timeline(self.timeline, self.lang), "text/plain": words}


def show_raft_run(
    members: Sequence[str], play: Play, schedule: Sequence[Any] | Callable[..., Sequence[Any]], *, naive: bool = False, lang: str = "en"
) -> RaftRunView:
    """Return what `play(members, schedule, naive=naive)` did as a figure; at the end of a cell it shows itself.

    The schedule may also be a function that makes one from the members: one that is not written yet is then told like a rule.
    """
    words = _WORDS[lang]
    try:
        with limit_time(lang=lang):
            events = schedule(list(members)) if callable(schedule) else schedule
            transcript = play(list(members), list(events), naive=naive)
            timeline = build_run(members, transcript) if transcript else None
    except TimeIsUp as error:
        return RaftRunView(None, str(error), lang)
    except ScheduleError as error:
        return RaftRunView(None, words["event"].format(event=error.event), lang)
    except Exception as error:
        return RaftRunView(None, words["error"].format(error=type(error).__name__), lang)
    return RaftRunView(timeline, words["nothing"], lang)


def build_run(members: Sequence[str], transcript: Sequence[Note]) -> TermTimeline:
    """Return the figure of a transcript.

    >>> notes = [["timeout A", "A", "candidate", 1, "A", 0, "", "ask B 0/0"], ["crash B", "B", "down", 0, "", 0, "", ""]]
    >>> run = build_run(["A", "B"], notes)
    >>> [[(band.start, band.end, band.role) for band in member.bands] for member in run.members]
    [[(0, 1, 'follower'), (1, 2, 'candidate')], [(0, 2, 'follower'), (2, 2, 'down')]]
    """
    now = len(transcript)
    return TermTimeline(tuple(_make_line(name, transcript, now) for name in members), now, "events")


def _make_line(name: str, transcript: Sequence[Note], now: int) -> TermLine:
    """Return the line of one member; what an event did to it holds from this event on."""
    bands: list[Band] = []
    role: Role = "follower"
    start, term, committed, log = 0, 0, 0, ""
    cuts: list[tuple[int, int]] = []
    for place, note in enumerate(transcript, 1):
        kind, *details = str(note[0]).split()
        if kind in ("cut", "heal"):
            cuts = [(begin, min(end, place)) for begin, end in cuts]
            cuts += [(place, now)] if kind == "cut" and name in details else []
        if note[1] != name:
            continue
        if (note[2], note[3]) != (role, term):
            bands.append(Band(start, place, term, role))
            start, role, term = place, note[2], note[3]
        committed, log = committed if note[2] == "down" else note[5], note[6]
    bands.append(Band(start, now, term, role))
    entries = tuple(_read_entry(entry) for entry in log.split())
    return TermLine(name, tuple(bands), entries, min(committed, len(entries)), tuple(cuts))


def _read_entry(entry: str) -> LogEntry:
    """Return an entry that is written as "12x"."""
    digits = len(entry) - len(entry.lstrip("0123456789"))
    return LogEntry(int(entry[:digits]), entry[digits:])
