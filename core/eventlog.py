"""The log: decisions, faults and acts, written down and looked up."""

from collections.abc import Sequence

from sqlalchemy import insert, update

from core.database import Database, refusals
from core.errors import EntryRefused, StoreUnavailable
from core.events import Note, entry, event_row, incident_row, page, stats, write_down
from core.logbook import Event, EventFilter, EventStats, Incident
from core.migrations.tables import events

ANY = EventFilter()


class EventLog:
    """Raises StoreUnavailable as `Store` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, event: Event) -> int:
        """Writes the event to disk and returns its id. Who was denied is not written down."""
        with self._database.writing() as connection:
            return int(connection.execute(insert(events).values(event_row(event))).lastrowid)

    def report(self, incident: Incident) -> int:
        """Writes down what kept the door shut, or what was done to it, and returns its id."""
        with self._database.writing() as connection:
            return int(connection.execute(insert(events).values(incident_row(incident))).lastrowid)

    def door_did(self, event_id: int, outcome: str) -> None:
        """Adds to an event what the door did: `opened`, `failed` or `refused`. Who follows the log is told anew."""
        with self._database.writing() as connection:
            told = update(events).where(events.c.id == event_id).values(door=outcome, position=None)
            if not connection.execute(told).rowcount:
                raise StoreUnavailable("The event is not in the database any more. Was another put in its place?")

    def deliver(self, notes: Sequence[Note]) -> None:
        """Writes down what a kiosk has in its journal, the oldest first; what was delivered before is left as it is.

        All or none. Raises EntryRefused where the database will never take one of them.
        """
        try:
            self._write_down(notes)
        except EntryRefused:  # or it has it: a commit that nobody waited for any more may have come through since
            self._write_down(notes)

    def _write_down(self, notes: Sequence[Note]) -> None:
        with self._database.writing() as connection, refusals():
            write_down(connection, notes)

    def events(
        self, limit: int = 100, *, where: EventFilter = ANY, before: Event | Incident | None = None
    ) -> list[Event | Incident]:
        """The newest `limit` entries of `where`, newest first, their times in UTC.

        `before` is the last of the page before: only what is older comes, so no entry twice, whatever is written since.
        """
        with self._database.reading() as connection:
            return [entry(row) for row in connection.execute(page(where, before, limit))]

    def event_stats(self, where: EventFilter) -> EventStats:
        """What the decisions of `where` come to, of one moment; the percentiles of the newest 10,000 at the door."""
        with self._database.reading() as connection:
            return stats(connection, where)
