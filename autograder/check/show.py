"""The release check as a person reads it: a table for each notebook, what is wrong below it, and what to do about it."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.check.run import CellCheck, NotebookCheck

_MAX_SHOWN: Final = 3
"""Of several false passes of a cell so many are shown; `--json` has all."""
_PASSED: Final = {
    "discriminating": ("passes", "fails"),
    "vacuous": ("passes", "[yellow]passes[/]"),
    "broken": ("[red]fails[/]", "–"),
}


def show_check(check: NotebookCheck, console: Console) -> None:
    """Print what was found out about one notebook."""
    tests = f"{len(check.cells)} test cell{'s' if len(check.cells) != 1 else ''}"
    mutants = f", {check.mutants} mutants" if check.mutants else ""
    console.print(f"\n[bold]{escape(check.lab)}/{escape(check.notebook)}[/bold]   {tests}{mutants}", highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("test cell", no_wrap=True, max_width=36)
    for name in ("points", "solution", "blank", "split"):
        table.add_column(name, justify="right" if name == "points" else "left")
    notes = Table.grid(padding=(0, 2))
    notes.add_column(no_wrap=True, max_width=28, style="bold")
    notes.add_column(overflow="fold")
    for cell in check.cells:
        runs = "passes" if cell.split else "[red]fails[/]"
        table.add_row(escape(cell.grade_id), f"{cell.points:g}", *_PASSED[cell.kind], runs)
        for note in _describe(cell):
            notes.add_row(escape(cell.grade_id), note)
    console.print(Padding(table, (0, 2)))
    if notes.rows:
        console.print(Padding(notes, (1, 2, 0, 2)))
    if answered := ", ".join(cell.grade_id for cell in check.cells if cell.student_answered and cell.split):
        words = "Student-answered (they ask the learner's own objects, so even split the verdict is the learner's word in part):"
        console.print(Padding(Text(f"{words} {answered}"), (1, 2, 0, 2)))
    console.print(Padding(_conclude(check), (1, 2, 0, 2)), highlight=False)


def show_summary(checks: Sequence[NotebookCheck], console: Console, is_course: bool) -> None:
    """Print what all notebooks together came to, and the line to write if some of them need compat mode."""
    cells = [cell for check in checks for cell in check.cells if cell.kind == "discriminating"]
    split = sum(cell.split for cell in cells)
    share = f" ({split / len(cells):.1%})" if cells else ""
    console.print(f"\n{len(cells)} test cells tell right from wrong; {split} of them run split{share}.", highlight=False)
    if needing := [check for check in checks if check.mode == "split" and check.recommended == "compat"]:
        names = ", ".join(f'"{check.lab}/{check.notebook}"' for check in needing)
        where, line = ("autograder.toml beside source/", f"compat = [{names}]") if is_course else ("lab.toml", 'mode = "compat"')
        console.print(f"Rewrite the cells that fail split; or, if you cannot, write into {where}:", highlight=False)
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
        console.print("In compat mode tests run in the learner's process: its scores can be forged, and are marked so.", highlight=False)


def _describe(cell: CellCheck) -> Iterator[Text]:
    """Yield what there is to say about a cell, a paragraph each."""
    if cell.reason:
        yield Text(cell.reason)
    for difference in cell.false_passes[:_MAX_SHOWN]:
        points = f"{difference.split:g} points split, {difference.compat:g} in one process"
        yield Text(f"FALSE PASS: {points}, with {difference.work}", style="bold red")
    if len(cell.false_passes) > _MAX_SHOWN:
        yield Text(f"and {len(cell.false_passes) - _MAX_SHOWN} more false passes", style="bold red")
    stricter = [difference for difference in cell.differences if not difference.is_false_pass]
    if stricter and cell.split:
        yield Text(f"stricter split than in one process, with {stricter[0].work}", style="yellow")


def _conclude(check: NotebookCheck) -> str:
    """Return one line: whether the notebook can be graded as its course says, or what stands in the way."""
    if false_passes := sum(len(cell.false_passes) for cell in check.cells):
        words = f"[bold red]{false_passes} false passes: split gives points that one process does not. Please report this.[/]"
    elif broken := sum(cell.kind == "broken" for cell in check.cells):
        words = f"[red]{broken} test cells fail with the course's own solution: mend those first.[/]"
    elif check.mode == "compat":
        words = "[yellow]Graded in compat mode, as the course says: its scores can be forged.[/]"
        words += " It does not have to be: all of it runs split." if check.recommended == "split" else ""
    elif check.recommended == "split":
        words = "[green]Runs split.[/]"
    else:
        words = "[red]Does not run split: right answers would lose points.[/]"
    vacuous = sum(cell.kind == "vacuous" and cell.points > 0 for cell in check.cells)
    return f"{words} [yellow]{vacuous} test cells give their points for nothing.[/]" if vacuous else words
