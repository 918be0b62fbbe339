"""The rules of a cohort: by when each lab is due, what lateness costs, which attempt counts, and who has more time.

They are written in `cohort.toml` beside `submitted/`; without it nothing is due and the last attempt counts:

    attempts = "best"                      # last (unless said otherwise), best or first
    timezone = "+08:00"                    # of the times below that name none; UTC unless said otherwise

    [late]                                 # of all labs
    percent_per_day = 10                   # of the points reached, for each day that was begun
    most_percent = 50                      # and never more
    grace_minutes = 15                     # lateness that costs nothing

    [labs.02-merkle-proofs]
    due = 2026-12-01T23:59:00
    closes = 2026-12-08T23:59:00           # what arrives later is graded, and does not count
    attempts = "first"
    late = { percent_per_day = 20 }        # in place of what stands above

    [[extensions]]
    learner = "ada"                        # or: class = "c1"
    lab = "02-merkle-proofs"               # all labs, if it is not named
    due = 2026-12-05T23:59:00
    why = "ill for three days"

An extension moves `due`, and `closes` by as much. Of several for one learner the latest counts.

Simplification: days are 24 hours long, holidays too.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from math import ceil
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

from autograder.errors import PathError, RosterError

Choice = Literal["last", "best", "first"]
"""Which of several attempts counts."""
DAY: Final = 86_400.0
_ZONE: Final = re.compile(r"([+-])(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Lateness:
    """What it costs to be late, in percent of the points that were reached."""

    percent_per_day: float = 0.0
    most_percent: float = 100.0
    grace_minutes: float = 0.0

    def compute_percent(self, seconds: float) -> float:
        """Return what being so many seconds late costs.

        >>> Lateness(10, 25, 5).compute_percent(299), Lateness(10, 25, 5).compute_percent(301), Lateness(10, 25).compute_percent(9e5)
        (0.0, 10.0, 25.0)
        """
        if seconds <= self.grace_minutes * 60:
            return 0.0
        return float(min(self.most_percent, self.percent_per_day * ceil(seconds / DAY)))


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for one learner at one lab. Times are seconds since 1970, None: never."""

    attempts: Choice = "last"
    due: float | None = None
    closes: float | None = None
    late: Lateness = Lateness()
    why: str = ""
    """Why this learner has more time, or nothing."""


@dataclass(frozen=True, slots=True)
class Extension:
    """More time for a learner or a class, at one lab or all."""

    due: float
    learner: str = ""
    class_name: str = ""
    lab: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a cohort."""

    all_labs: Rule = Rule()
    labs: Mapping[str, Rule] = field(default_factory=dict)
    extensions: tuple[Extension, ...] = ()
    zone: timezone = UTC
    """That of times that name none."""

    def get_rule(self, lab: str, learner: str, class_name: str = "") -> Rule:
        """Return what holds for a learner of a class at a lab."""
        rule = self.labs.get(lab, self.all_labs)
        mine = [one for one in self.extensions if one.lab in ("", lab) and (one.learner == learner or one.class_name == class_name != "")]
        if rule.due is None or not mine:
            return rule
        last = max(mine, key=lambda one: one.due)
        gained = max(0.0, last.due - rule.due)
        return replace(rule, due=rule.due + gained, closes=rule.closes and rule.closes + gained, why=last.why)


def read_rules(path: Path, labs: Collection[str]) -> Rules:
    """Read the rules for these labs; without a file there are none. Raises `RosterError` for the first mistake in it."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Rules()
    except OSError as error:
        raise PathError(f"{path}: the rules cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RosterError(f"{path}: this is no TOML: {error}") from None
    return _Reader(path, labs).read(found)


class _Reader:
    """What every mistake has to name: the file, and in it the place."""

    def __init__(self, path: Path, labs: Collection[str]) -> None:
        self.path = path
        self.labs = labs
        self.zone: timezone = UTC

    def read(self, table: dict[str, Any]) -> Rules:
        """Return the rules in a whole file."""
        self._refuse_others(table, "", ("attempts", "timezone", "late", "labs", "extensions"))
        self.zone = self._read_zone(table.get("timezone", "+00:00"))
        all_labs = self._read_rule({name: table[name] for name in ("attempts", "late") if name in table}, "", Rule())
        labs = {}
        for lab, value in self._get_table(table, "labs", "").items():
            self._know(lab, f"labs.{lab}")
            labs[lab] = self._read_rule(self._as_table(value, f"labs.{lab}"), f"labs.{lab}", all_labs)
        extensions = table.get("extensions", [])
        if not isinstance(extensions, list):
            raise self._complain("extensions", extensions, "write [[extensions]], with two brackets, once for each")
        return Rules(
            all_labs, labs, tuple(self._read_extension(value, f"extension {at}") for at, value in enumerate(extensions, 1)), self.zone
        )

    def _read_rule(self, table: dict[str, Any], place: str, above: Rule) -> Rule:
        self._refuse_others(table, place, ("attempts", "due", "closes", "late"))
        attempts = table.get("attempts", above.attempts)
        if attempts not in get_args(Choice):
            raise self._complain(f"{place}.attempts", attempts, f"it is one of {', '.join(get_args(Choice))}")
        due, closes = self._read_time(table, "due", place), self._read_time(table, "closes", place)
        if closes is not None and (due is None or closes < due):
            raise self._complain(f"{place}.closes", table["closes"], "a lab closes when it is due or later, so it needs both")
        late = self._read_lateness(self._get_table(table, "late", place), f"{place}.late", above.late)
        return Rule(cast(Choice, attempts), due, closes, late)

    def _read_lateness(self, table: dict[str, Any], place: str, above: Lateness) -> Lateness:
        limits = {"percent_per_day": 100.0, "most_percent": 100.0, "grace_minutes": 100_000.0}
        self._refuse_others(table, place, tuple(limits))
        for name, value in table.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= limits[name]:
                raise self._complain(f"{place}.{name}", value, f"it is a number from 0 to {limits[name]:g}")
        return replace(above, **table)

    def _read_extension(self, value: Any, place: str) -> Extension:
        table = self._as_table(value, place)
        self._refuse_others(table, place, ("learner", "class", "lab", "due", "why"))
        for name in ("learner", "class", "lab", "why"):
            if not isinstance(table.get(name, ""), str):
                raise self._complain(f"{place}: {name}", table[name], "it is a text")
        if bool(table.get("learner")) == bool(table.get("class")):
            raise self._complain(place, table, "it is for a learner or for a class: name one of them")
        if table.get("lab"):
            self._know(table["lab"], place)
        due = self._read_time(table, "due", place)
        if due is None:
            raise self._complain(place, table, "it has to say when the work is due")
        return Extension(due, table.get("learner", ""), table.get("class", ""), table.get("lab", ""), table.get("why", ""))

    def _read_time(self, table: dict[str, Any], name: str, place: str) -> float | None:
        """Return a time as seconds since 1970. A date alone means its end."""
        value = table.get(name)
        if value is None:
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day) + timedelta(days=1)
        if not isinstance(value, datetime):
            raise self._complain(f"{place}.{name}", value, "write a time without quotes, for example 2026-12-01T23:59:00")
        return (value if value.tzinfo else value.replace(tzinfo=self.zone)).timestamp()

    def _read_zone(self, value: Any) -> timezone:
        match = _ZONE.fullmatch(value) if isinstance(value, str) else None
        if match is None or int(match[2]) > 14 or int(match[3]) > 59:
            raise self._complain("timezone", value, 'write the hours from UTC, for example "+08:00"')
        return timezone((1 if match[1] == "+" else -1) * timedelta(hours=int(match[2]), minutes=int(match[3])))

    def _know(self, lab: str, place: str) -> None:
        if lab not in self.labs:
            raise RosterError(f"{self.path}: {place}: there is no lab {lab!r}; there are: {', '.join(self.labs)}")

    def _get_table(self, table: dict[str, Any], name: str, place: str) -> dict[str, Any]:
        return self._as_table(table.get(name, {}), f"{place}.{name}")

    def _as_table(self, value: Any, place: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._complain(place, value, "it is a table")
        return value

    def _refuse_others(self, table: dict[str, Any], place: str, names: tuple[str, ...]) -> None:
        for name in table:
            if name not in names:
                where = f" in {place}" if place else ""
                raise RosterError(f"{self.path}: {name!r}{where} means nothing here; there may be: {', '.join(names)}")

    def _complain(self, place: str, value: Any, rule: str) -> RosterError:
        return RosterError(f"{self.path}: {place.lstrip('.')} = {str(value)!r}: {rule}")
