"""The log of events for who follows it: each entry once, in one order, whoever wrote it and whenever that committed.

Ids are given when a row is written and seen when it is committed, so reading on from the last id loses rows. Hence
positions: given to committed rows only, under one row's lock, by whoever reads. Who writes never waits for that lock.
"""

from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, or_, select, update

from core.database import Database
from core.domain import Verdict
from core.events import ACT, DOOR, INCIDENT, entry, fitting, naive
from core.logbook import ACTS, Act, Event, EventFilter, Incident
from core.migrations.tables import event_state, events
from core.tally import BOUNDS, BY_KIOSK, Tally

PAGE = 500
SETTLES = timedelta(seconds=10)
"""How long an opening waits for what the door did. Said later than that, its entry comes once more."""

ANY = EventFilter()


class EventFeed:
    """Raises StoreUnavailable as `Store` does. `now` is UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def position(self, now: datetime) -> int:
        """That of the newest entry: what comes after it was not there yet."""
        self._number(now)
        with self._database.reading() as connection:
            return _position(connection)

    def after(
        self, position: int, now: datetime, *, where: EventFilter = ANY, limit: int = PAGE
    ) -> tuple[list[tuple[int, Event | Incident]], int]:
        """The entries of `where` beyond `position`, the oldest first, `limit` at most, each with its own position.

        And up to where that was looked through: what to read on from.
        """
        self._number(now)
        beyond = select(events).where(events.c.position > position, *fitting(where))
        with self._database.reading() as connection:
            found = connection.execute(beyond.order_by(events.c.position).limit(limit)).all()
            reached = found[-1].position if len(found) == limit else _position(connection)
        return [(row.position, entry(row)) for row in found], reached

    def tally(self, now: datetime) -> Tally:
        """All entries so far, counted by the database."""
        self._number(now)
        numbered = events.c.position.is_not(None)
        kinds = (events.c.source, events.c.verdict, events.c.reason)
        glances = (numbered, events.c.source == DOOR, events.c.verdict != INCIDENT, events.c.latency.is_not(None))
        silent = select(events.c.id).where(numbered, _opens(), events.c.door.is_(None))
        within = [func.count(case((events.c.latency <= bound, 1))) for bound in BOUNDS]
        with self._database.reading() as connection:
            counted = Tally(_position(connection))
            for *kind, many in connection.execute(select(*kinds, func.count()).where(numbered).group_by(*kinds)):
                counted.outcomes[_kind(*kind)] = many
            counted.untold = set(connection.scalars(silent))
            *up_to, many, seconds = connection.execute(
                select(*within, func.count(), func.sum(events.c.latency)).where(*glances)
            ).one()
        totals = [0, *up_to, many]
        counted.latencies = [high - low for low, high in pairwise(totals)]
        counted.seconds = seconds or 0.0
        return counted

    def _number(self, now: datetime) -> None:
        """Gives positions to what has none, a batch at a time."""
        while self._any(now):
            with self._database.writing() as connection:
                connection.execute(update(event_state).values(position=event_state.c.position))  # its lock
                last = _position(connection)
                ids = connection.scalars(select(events.c.id).where(*_due(now)).order_by(events.c.id).limit(PAGE)).all()
                if ids:
                    numbered = update(events).where(events.c.id == bindparam("key")).values(position=bindparam("place"))
                    connection.execute(numbered, [{"key": key, "place": last + i} for i, key in enumerate(ids, 1)])
                    connection.execute(update(event_state).values(position=last + len(ids)))

    def _any(self, now: datetime) -> bool:
        with self._database.reading() as connection:
            return connection.execute(select(events.c.id).where(*_due(now)).limit(1)).first() is not None


def _kind(source: str, verdict: str, reason: str) -> tuple[str, str, str]:
    """As Tally counts them: rows tell not an act from a fault but by its code."""
    return source, ACT if verdict == INCIDENT and reason in ACTS else verdict, reason


def _position(connection: Connection) -> int:
    return int(connection.execute(select(event_state.c.position)).scalar_one())


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Without a position, and final: nothing is to be added to it any more."""
    final = or_(~_opens(), events.c.door.is_not(None), events.c.at <= naive(now - SETTLES))
    return events.c.position.is_(None), final


def _opens() -> ColumnElement[bool]:
    """Of rows what `core.tally` knows of entries: whether a door was asked to open."""
    granted = (events.c.verdict == Verdict.GRANTED) & events.c.source.in_(BY_KIOSK)
    return or_(granted, events.c.reason == Act.REMOTE_OPENING)
