"""What can be wrong with something that consensus is given by name. Machines raise none of these: they ignore what they cannot use."""


class ConsensusError(ValueError):
    """Something breaks a rule of consensus; the message names the thing, the value and the rule."""
