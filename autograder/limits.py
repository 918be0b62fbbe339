"""What a submission may use up. A module of its own, because the warm parent of S imports it and should import little else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a submission may use up.

    `cpu_seconds` is the limit of one cell; three cells that reach it end the submission. `idle_seconds` is how long a cell may do
    nothing (a sleeper: waiting for a processor does not count).
    """

    cpu_seconds: float = 30.0
    memory_bytes: int = 512 * 2**20
    output_bytes: int = 64 * 2**10
    idle_seconds: float = 10.0
