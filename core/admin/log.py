"""`doorward-admin events`: what happened at the door."""

import csv as spreadsheet
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from core.admin.shell import ConfigOption, JsonOption, shell
from core.cells import harmless, moment
from core.logbook import Event, EventFilter, Incident
from core.store import Store

COLUMNS = ("at", "source", "outcome", "reason", "user_id", "name", "similarity", "liveness", "latency", "door", "actor")
PAGE = 500


class Outcome(StrEnum):
    GRANTED = "granted"
    DENIED = "denied"
    FAULT = "fault"
    ACT = "act"


def events(
    context: typer.Context,
    since: Annotated[str | None, typer.Option("--since", help="Not before, as 2026-11-24 or 2026-11-24T08:30")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Not from then on")] = None,
    person: Annotated[str, typer.Option("--person", help="A part of the user_id or the name")] = "",
    outcome: Annotated[Outcome | None, typer.Option("--outcome")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Its code, such as unknown_face")] = "",
    limit: Annotated[int, typer.Option("--limit", min=0, help="The newest so many; 0: all")] = 100,
    csv: Annotated[bool, typer.Option("--csv", help="As CSV, to be sent into a file")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """List what happened at the door, newest first. Times are UTC; those asked for are this machine's."""
    sh = shell(context, config, json)
    where = EventFilter(
        moment("--since", since) if since else None,
        moment("--until", until) if until else None,
        person,
        outcome or "",
        reason,
    )
    rows = map(_facts, _newest(sh.store(), where, limit))
    if not csv:
        sh.table(COLUMNS, rows)
        return
    lines = spreadsheet.writer(sys.stdout, lineterminator="\n")
    lines.writerow(COLUMNS)
    lines.writerows(map(harmless, row.values()) for row in rows)


def _newest(store: Store, where: EventFilter, limit: int) -> Iterator[Event | Incident]:
    """A page at a time, so that a log of years need not be in memory. All where `limit` is 0."""
    left, oldest = limit, None
    while page := store.events(min(left, PAGE) if limit else PAGE, where=where, before=oldest):
        yield from page
        left, oldest = left - len(page), page[-1]


def _facts(entry: Event | Incident) -> dict[str, object]:
    if isinstance(entry, Incident):
        shown = (entry.at.isoformat(), entry.source, entry.outcome, entry.code, entry.user_id)
        known: tuple[object, ...] = (*shown, *(None,) * (len(COLUMNS) - len(shown) - 2), entry.door, entry.actor)
    else:
        made = entry.decision
        who = (made.user_id, made.name, made.similarity, made.liveness, made.latency, entry.door, entry.actor)
        known = (entry.at.isoformat(), entry.source, made.verdict.value, made.reason.value, *who)
    return dict(zip(COLUMNS, known, strict=True))
