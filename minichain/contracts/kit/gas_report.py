"""What calls cost on a kit's chain, by method.

Simplifications: the whole of a call is one number; what it spends in contracts that it calls is in it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from minichain.contracts.kit.results import Result


@dataclass(frozen=True)
class MethodGas:
    """What the calls of one method cost."""

    contract: str
    method: str
    calls: int
    least: int
    mean: int
    most: int


def compute_gas_report(results: Iterable[Result]) -> list[MethodGas]:
    """Return what each method cost, the dearest first; calls that failed count too."""
    spent: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for result in results:
        spent[result.invocation.contract, result.invocation.method].append(result.gas)
    rows = [MethodGas(*name, len(gas), min(gas), sum(gas) // len(gas), max(gas)) for name, gas in spent.items()]
    return sorted(rows, key=lambda row: (-row.mean, row.contract, row.method))


def format_gas_report(rows: Iterable[MethodGas]) -> str:
    """Return the report as a table of text."""
    lines = [f"{'method':<40}{'calls':>7}{'least':>10}{'mean':>10}{'most':>10}"]
    lines += [f"{f'{row.contract}.{row.method}':<40}{row.calls:>7}{row.least:>10}{row.mean:>10}{row.most:>10}" for row in rows]
    return "\n".join(lines)
