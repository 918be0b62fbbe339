"""What can be wrong with something that consensus is given by name. Machines raise none of these: they ignore what they cannot use."""

from collections.abc import Callable
from typing import ParamSpec

P = ParamSpec("P")


class ConsensusError(ValueError):
    """Something breaks a rule of consensus; the message names the thing, the value and the rule."""


def is_passed(validate: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> bool:
    """Return whether a validation finds nothing wrong."""
    try:
        validate(*arguments, **named)
    except ConsensusError:
        return False
    return True
