"""Who is meant by what another system says of a person.

A number, an address or a login that the roster gives to one person is enough. A name is, if only one person of the roster has it; two
people of one name are never told apart by a guess. Where two things that are said lead to two people, nobody is found.

Names are compared by their letters alone, in any rotation of their words: Moodle takes apostrophes out of them, and Canvas, in the names
of files, all that is no letter, with the family name in front ("Lovelace, Ada" becomes lovelaceada).

Moodle's number in a download is that of one person at one assignment (mod/assign, `get_uniqueid_for_user`), so it is believed only of a
person whose name fits as well.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from autograder.cohort.roster import Person, Roster

Field = Literal["learner", "email", "moodle", "canvas"]
_WORD: Final = re.compile(r"[^\W_]+")
_FIELDS: Final[tuple[Field, ...]] = ("learner", "email", "moodle", "canvas")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something could not be placed, and what a person can do."""

    reason: str
    step: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a source says of whose something is: a name, numbers and addresses by the field of the roster, Moodle's number in a download."""

    name: str = ""
    ids: tuple[tuple[Field, str], ...] = ()
    participant: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, [self.name, self.participant, *dict.fromkeys(value for _, value in self.ids)]))


@dataclass(frozen=True, slots=True)
class People:
    """The roster by what names one person, and by name."""

    people: Mapping[str, Person]
    unique: Mapping[tuple[Field, str], str]
    names: Mapping[str, frozenset[str]]

    def get_named(self, name: str) -> frozenset[str]:
        """Return the learners who have a name."""
        return self.names.get(fold_person(name), frozenset())

    def get_owner(self, field: Field, value: str) -> str:
        """Return the learner who has a number or address, or ""."""
        return self.unique.get((field, value.casefold() if field == "email" else value), "")


def index_people(roster: Roster | None) -> People:
    """Return a roster in the form in which people are looked for."""
    unique: dict[tuple[Field, str], str] = {}
    names: dict[str, set[str]] = defaultdict(set)
    people = roster.people if roster else {}
    for person in people.values():
        for field in _FIELDS:
            value = getattr(person, field)
            unique[field, value.casefold() if field == "email" else value] = person.learner
        words = _WORD.findall(_normalise(person.name))
        for at in range(len(words)):
            names["".join(words[at:] + words[:at])].add(person.learner)
    return People(
        people, {key: learner for key, learner in unique.items() if key[1]}, {key: frozenset(each) for key, each in names.items()}
    )


def fold_person(name: str) -> str:
    """Return the letters of a name.

    >>> fold_person("O'Brien, Ann"), fold_person("王 芳")
    ('obrienann', '王芳')
    """
    return "".join(_WORD.findall(_normalise(name)))


def find_person(people: People, claim: Claim) -> Person | Problem:
    """Return the one person of the roster who is meant, or why that cannot be said."""
    named = people.get_named(claim.name) if claim.name else frozenset()
    sure = {owner for field, value in claim.ids if (owner := people.get_owner(field, value))}
    owner = people.get_owner("moodle", claim.participant) if claim.participant else ""
    if owner in named:
        sure.add(owner)
    if len(sure) > 1 or (sure and named and not sure <= named):
        return _refuse_contradiction(claim, sure | named)
    if sure:
        return people.people[sure.pop()]
    if owner and named:
        return _refuse_contradiction(claim, {owner} | named)
    candidates = {each for each in named if not _differs(people.people[each], claim)}
    if len(candidates) == 1:
        return people.people[candidates.pop()]
    if candidates:
        return _refuse_namesakes(claim.name, candidates, claim.participant)
    return Problem(f"nobody in the roster fits {str(claim)!r}", "add the person to roster.csv, with this name or number")


def find_by_words(people: People, words: Iterable[str]) -> Person | Problem:
    """Return the one person whom all of these words mean that mean somebody: ids, addresses, names."""
    meant = [found for word in words if (found := _find_word(people, word))]
    if not meant:
        return Problem("nothing in its path names a learner", "put it into a folder that is called like the learner in the roster")
    common = frozenset.intersection(*meant)
    if len(common) == 1:
        return people.people[next(iter(common))]
    everyone = frozenset.union(*meant)
    return _refuse_namesakes("", common, "") if common else _refuse_contradiction(Claim(), set(everyone))


def _find_word(people: People, word: str) -> frozenset[str]:
    owner = people.get_owner("learner", word) or people.get_owner("email", word)
    return frozenset({owner}) if owner else people.get_named(word)


def _differs(person: Person, claim: Claim) -> bool:
    """Answer whether the roster gives a namesake another number or address than the source does."""
    said = [(field, value.casefold()) for field, value in claim.ids if field in ("canvas", "email")]
    return any(getattr(person, field).casefold() not in ("", value) for field, value in said)


def _refuse_contradiction(claim: Claim, learners: Iterable[str]) -> Problem:
    return Problem(f"what is said here leads to several people: {', '.join(sorted(learners))}", "mend roster.csv, or the name of the file")


def _refuse_namesakes(name: str, learners: Iterable[str], participant: str) -> Problem:
    numbers = "add their numbers or addresses to roster.csv"
    more = (
        "with a zip of Moodle, give its grading worksheet (.csv) as well"
        if participant
        else "or put it into a folder called like the learner"
    )
    step = f"{numbers}; {more}"
    return Problem(f"several people are called {name or 'so'}: {', '.join(sorted(learners))}", step)


def _normalise(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
