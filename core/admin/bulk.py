"""`doorward-admin import`: many people from a CSV and a folder of pictures."""

import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from core.admin.shell import ConfigOption, JsonOption, Shell, shell
from core.bulk import Report, RowResult, Status, beside, enrol_all
from core.roster import PeopleList, read_people

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def import_people(
    context: typer.Context,
    people: Annotated[Path, typer.Argument(help="A CSV: user_id, name, pictures; consent", metavar="PEOPLE.csv")],
    folder: Annotated[Path | None, typer.Option("--folder", help="The folder of the pictures; else the CSV's")] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Told each row's fate; else PEOPLE-report.csv")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Give those who are enrolled the faces of the list")
    ] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Enrol many people from pictures. Stopped by Ctrl-C, it goes on where it was with the same command."""
    sh = shell(context, config, json)
    listed = read_people(people, folder)
    told = report or beside(people)
    tally: Counter[Status] = Counter()
    with Report(told) as opened:
        desk = sh.desk()
        try:
            with _interruptible() as stopped:
                results = enrol_all(listed, desk.enrolment, desk.store, replace=replace, report=opened, stopped=stopped)
                for result in _shown(results, len(listed.rows)):
                    tally[result.status] += 1
                    _say(sh, result)
        finally:
            _sum_up(sh, tally, listed, told, goes_on=not replace)
    if tally.total() < len(listed.rows):
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(1 if tally[Status.REFUSED] else 0)


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C asks to stop after the row; a second one interrupts, as without us."""
    asked = False
    before = signal.getsignal(signal.SIGINT)

    def ask(*_: object) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


def _shown(results: Iterable[RowResult], total: int) -> Iterable[RowResult]:
    """A bar on a terminal; nothing in a pipe's errors, and nothing of a pipe's output on the terminal."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("Enrolling"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
        disable=not console.is_terminal,
    ) as bar:
        yield from bar.track(results, total=total)


def _say(sh: Shell, result: RowResult) -> None:
    if sh.json or result.status is Status.REFUSED:
        text = f"line {result.line}  {result.user_id}  {result.status}  {result.code}: {result.message}"
        sh.say(text, **asdict(result))


def _sum_up(sh: Shell, tally: Counter[Status], listed: PeopleList, told: Path, *, goes_on: bool) -> None:
    counted = {str(status): tally[status] for status in Status}
    done = ", ".join(f"{count} {status}" for status, count in counted.items() if count)
    left = len(listed.rows) - tally.total()
    again = "goes on with them" if goes_on else "begins anew"
    rest = [f"{left} left: the same command {again}."] if left else []
    ignored = [f"Ignored columns: {', '.join(listed.ignored)}."] if listed.ignored else []
    text = " ".join([f"{len(listed.rows)} rows: {done or 'none done'}.", *rest, *ignored, f"The report is {told}."])
    sh.say(text, rows=len(listed.rows), **counted, left=left, ignored_columns=listed.ignored, report=str(told))
