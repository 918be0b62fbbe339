"""`autograder doctor`: does each wall around learner code stand? It tries to break them, one attack a line."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from autograder.sandbox.doctor import Finding, Report

_SIGNS: Final = {"held": "[green]✓ held    [/green]", "open": "[yellow]○ open    [/yellow]", "broken": "[bold red]✗ NOT HELD[/bold red]"}
_APPARMOR: Final = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


def doctor(
    without_bubblewrap: Annotated[
        bool, typer.Option("--without-bubblewrap", help="Test the walls that are left where bubblewrap is missing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Test the walls around learner code by trying to break them.

    Runs attacks in a process that is fenced in exactly as a submission is: it
    looks for files, other processes, the network, a way out of its folder and
    its limits. Each line says whether the walls held; what no wall of this
    set-up covers is [yellow]open[/yellow], with what that means and what to install.
    Run it once on every machine that grades, as the user who grades.

    Ends with 0 if learner code is held here, with 1 if a wall that should stand
    does not, with 2 if there are no walls at all.
    """
    from rich.console import Console

    from autograder.sandbox.doctor import examine, to_public

    console = Console(highlight=False, soft_wrap=True, quiet=as_json)
    report = examine(not without_bubblewrap, lambda finding: _show(console.print, finding))
    if as_json:
        print(json.dumps(to_public(report), ensure_ascii=False))
    counts = {state: sum(finding.state == state for finding in report.findings) for state in _SIGNS}
    console.print(f"\nwalls: [bold]{' · '.join(report.walls)}[/bold]")
    for hint in _list_hints(report, without_bubblewrap):
        console.print(f"  {hint}", markup=False)
    verdict = "[bold green]learner code is held[/bold green]" if report.is_sound else "[bold red]learner code is NOT held[/bold red]"
    console.print(f"{verdict}: {counts['held']} attacks held off, {counts['open']} open, {counts['broken']} not held")
    if not report.is_sound:
        raise typer.Exit(1)


def _show(show: object, finding: "Finding") -> None:
    from rich.markup import escape

    assert callable(show)
    show(f"{_SIGNS[finding.state]} {escape(finding.name)}")
    if finding.means:
        show(f"           [dim]{escape(finding.means)}[/dim]")
    if finding.state == "broken":
        show(f"           [red]it reached: {escape('; '.join(finding.reached[:3]))}[/red]")


def _list_hints(report: "Report", without_bubblewrap: bool) -> Iterator[str]:
    """Yield what a person can do about a wall that is missing."""
    if report.bubblewrap and not without_bubblewrap:
        yield f"bubblewrap does not stand: {report.bubblewrap}"
        if report.bubblewrap == "it is not installed":
            yield "→ apt install bubblewrap (Fedora: dnf install bubblewrap); nothing else has to be set"
        elif _APPARMOR.exists() and _APPARMOR.read_text().strip() == "1":
            yield "→ this Ubuntu lets only programs with an AppArmor profile make namespaces: apt install apparmor-profiles, then"
            yield "  ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && systemctl reload apparmor"
        else:
            yield "→ in a container, allow it namespaces (Docker: --security-opt seccomp=unconfined --cap-add SYS_ADMIN), or give the"
            yield "  container itself no network and no files that matter"
    if "user" not in report.walls and os.geteuid() == 0:
        yield f"learner code runs as root without privileges, because Python lies where only root may read: {sys.base_prefix}"
        yield "→ install bubblewrap, or use a Python that every user can read (such as /usr/bin/python3)"
    if "landlock" not in report.walls:
        yield "Landlock does not stand: it needs Linux 5.13 or newer, with landlock among the modules of /sys/kernel/security/lsm"
    if "seccomp" not in report.walls:
        yield "seccomp does not stand: it needs a kernel with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64"
