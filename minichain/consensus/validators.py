"""Who decides, and how many of them are enough.

Of members with the total weight n, up to f may be Byzantine: they may say anything. If n > 3f, then any two groups of more than two
thirds have more than a third in common, so at least one honest member, who does not say two things; and the honest ones alone are more
than two thirds, so they can decide without the others (Pease, Shostak and Lamport 1980; Dwork, Lynch and Stockmeyer 1988).

>>> four = tuple(Validator(name) for name in "ABCD")
>>> is_quorum(four, "AB"), is_quorum(four, "ABC")
(False, True)
>>> is_one_honest(four, "A"), is_one_honest(four, "AB")
(False, True)

Simplifications: proposers take turns whatever they weigh. Tendermint gives turns in proportion to the weight.
"""

from collections.abc import Collection, Sequence

from minichain.consensus.machine import Validator


def compute_weight(validators: Sequence[Validator], members: Collection[str]) -> int:
    """Return the weight of those of `validators` that are in `members`; who is named twice or is no validator counts for nothing."""
    return sum(validator.weight for validator in validators if validator.member in members)


def compute_total(validators: Sequence[Validator]) -> int:
    """Return the weight of all."""
    return sum(validator.weight for validator in validators)


def is_quorum(validators: Sequence[Validator], members: Collection[str]) -> bool:
    """Return whether `members` are more than two thirds: two such groups share an honest member."""
    return 3 * compute_weight(validators, members) > 2 * compute_total(validators)


def is_one_honest(validators: Sequence[Validator], members: Collection[str]) -> bool:
    """Return whether `members` are more than a third: at least one of them is honest."""
    return 3 * compute_weight(validators, members) > compute_total(validators)


def is_validator(validators: Sequence[Validator], member: str) -> bool:
    """Return whether `member` votes."""
    return any(validator.member == member for validator in validators)


def get_proposer(validators: Sequence[Validator], turn: int) -> str:
    """Return whose turn it is."""
    return validators[turn % len(validators)].member
