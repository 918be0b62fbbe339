"""What can go wrong that a person must mend: each error is one line that names the thing, the value and the rule.

A defect of a submission is never an error of this kind: it becomes a finding on a cell (see `autograder.read`).
"""


class AutograderError(Exception):
    """The base of all errors that end a command with one line and a non-zero exit."""


class LabError(AutograderError):
    """A lab's source breaks a rule of the lab format."""


class UnknownLabError(LabError):
    """No lab of that id was found."""


class PathError(AutograderError):
    """A path does not exist, or does not hold what the command expects there."""


class RosterError(AutograderError):
    """A roster, or the rules of a cohort, break a rule of their format."""


class RecordsError(AutograderError):
    """The records could not be opened, read or written."""


class GraderError(AutograderError):
    """The grader's own processes could not do their work; no submission is to blame."""


class NoResultError(GraderError):
    """A worker's answer is not the results that it was asked for."""


class ClusterError(GraderError):
    """The cluster cannot be used, or was lost."""


class AuditError(AutograderError):
    """A seal, a chain of seals or a proof is not right."""
