"""What `minichain.ledger` raises when it is given something that breaks a rule.

What a transaction or a block may break is numbered in `validation`, one code for each rule; the errors here are the classes.
"""


class LedgerError(ValueError):
    """The base of this package's errors: a value breaks a rule, and the message names both."""


class MalformedError(LedgerError):
    """Bytes are not the one encoding of what they should be, or a field is outside its range."""


class StateError(LedgerError):
    """The world state never was at this height, a block does not follow on it, or a checkpoint is gone."""


class StoreError(LedgerError):
    """The store cannot do what it was asked, or does not hold it."""


class ArchivedError(StoreError):
    """A block is on the chain, but its body lies in an archive."""


class InUseError(StoreError):
    """Another process has the store open."""


class DamagedError(StoreError):
    """What the store holds is not what was written: the message names the file and the place."""


class LimitError(LedgerError):
    """A key, a value or an event is longer than the ledger takes."""


class InvalidDagError(LedgerError):
    """A block's DAG is not the one that its read-write sets have: an edge is missing, or there is one too many."""


class WorkerError(LedgerError):
    """A process that ran transactions ended before it had answered."""
