"""The event log as rows: what is written of an event, how entries are asked for, what they come to. `Store` runs it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, Select, String, and_, case, func, insert, or_, select, update

from core.domain import Decision, Liveness, Reason, Verdict
from core.logbook import Act, Event, EventFilter, EventStats, Incident
from core.migrations.tables import events
from core.people import holds

INCIDENT = "fault"
"""Stands where an event has its verdict."""
ACT = "act"
"""The outcome of an incident that an operator was the cause of."""
DOOR = "door"
MOST_LATENCIES = 10_000
"""Of which the percentiles are taken: the newest."""


def event_row(event: Event) -> dict[str, Any]:
    """What is written of it: of who was denied nothing."""
    decision = event.decision
    granted = decision.verdict is Verdict.GRANTED
    return {
        "at": naive(event.at),
        "source": event.source,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "user_id": decision.user_id if granted else None,
        "name": decision.name if granted else None,
        "similarity": _finite(decision.similarity),
        "margin": _finite(decision.margin),
        "threshold": _finite(decision.threshold),
        "frames": decision.frames,
        "latency": _finite(decision.latency),
        "model_id": event.model_id,
        "door": event.door,
        "liveness": decision.liveness,
        "liveness_score": _finite(decision.liveness_score),
        "policy": decision.policy or None,
        "request_id": event.request_id,
        "actor": event.actor,
    }


def incident_row(incident: Incident) -> dict[str, Any]:
    return {
        "at": naive(incident.at),
        "source": incident.source,
        "verdict": INCIDENT,
        "reason": incident.code,
        "user_id": incident.user_id,
        "frames": 0,
        "model_id": "",
        "door": incident.door,
        "request_id": incident.request_id,
        "actor": incident.actor,
    }


@dataclass(frozen=True, slots=True)
class Note:
    """One entry of a kiosk's journal: a `row` for the log, or what the `door` did about the one with that `uid`."""

    uid: str
    row: Mapping[str, Any] | None = None
    door: str | None = None

    def packed(self) -> bytes:
        row = {**self.row, "at": self.row["at"].isoformat()} if self.row is not None else None
        return json.dumps({"uid": self.uid, "row": row, "door": self.door}).encode()

    @classmethod
    def unpacked(cls, text: bytes) -> "Note":
        read = json.loads(text)
        if read["row"] is not None:
            read["row"]["at"] = datetime.fromisoformat(read["row"]["at"])
        return cls(**read)


def write_down(connection: Connection, notes: Sequence[Note]) -> None:
    """All of `notes`, the oldest first; nothing for what is there already."""
    new = {note.uid: dict(note.row) for note in notes if note.row is not None}
    known = set(connection.scalars(select(events.c.uid).where(events.c.uid.in_(list(new)))))
    for note in notes:
        if note.door is not None and note.uid in new:
            new[note.uid]["door"] = note.door
        if note.door is not None and (note.uid not in new or note.uid in known):
            other = or_(events.c.door.is_(None), events.c.door != note.door)
            told = update(events).where(events.c.uid == note.uid, other)
            connection.execute(told.values(door=note.door, position=None))
    rows = [row | {"uid": uid} for uid, row in new.items() if uid not in known]
    given = {column for row in rows for column in row}
    columns = [column.name for column in events.columns if column.name in given]
    if rows:
        connection.execute(insert(events), [{column: row.get(column) for column in columns} for row in rows])


def entry(row: Row[Any]) -> Event | Incident:
    """What a row of the log says."""
    at = row.at.replace(tzinfo=UTC)
    if row.verdict == INCIDENT:
        told = {"door": row.door, "request_id": row.request_id, "actor": row.actor}
        return Incident(at, row.source, row.reason, row.id, row.user_id, **told)
    decision = Decision(
        Verdict(row.verdict),
        Reason(row.reason),
        row.user_id,
        row.name,
        row.similarity,
        row.margin,
        row.threshold,
        row.frames,
        row.latency,
        Liveness(row.liveness) if row.liveness is not None else None,
        row.liveness_score,
        row.policy or "",
    )
    return Event(at, row.source, decision, row.model_id, row.door, row.id, row.request_id, row.actor)


def page(where: EventFilter, before: Event | Incident | None, limit: int) -> Select[Any]:
    """The newest `limit` entries of `where` that are older than `before`, newest first."""
    wanted = select(events).where(*fitting(where))
    if before is not None:
        at, older = naive(before.at), events.c.id < (before.id or 0)
        wanted = wanted.where(events.c.at <= at, or_(events.c.at < at, older))  # the first half is what an index knows
    return wanted.order_by(events.c.at.desc(), events.c.id.desc()).limit(limit)


def stats(connection: Connection, where: EventFilter) -> EventStats:
    """What the decisions of `where` come to, counted by the database."""
    wanted = [*fitting(where), events.c.verdict != INCIDENT]
    p50, p95 = _percentiles(connection, wanted)
    return EventStats(_hours(connection, wanted), _reasons(connection, wanted), p50, p95)


def fitting(where: EventFilter) -> list[ColumnElement[bool]]:
    """What has to hold of an entry of `where`."""
    conditions = [holds(where.person, events.c.user_id, events.c.name)]
    if where.since is not None:
        conditions.append(events.c.at >= naive(where.since))
    if where.until is not None:
        conditions.append(events.c.at < naive(where.until))
    if where.outcome:
        conditions.append(_outcome(where.outcome))
    if where.reason:
        conditions.append(events.c.reason == where.reason)
    return conditions


def _outcome(outcome: str) -> ColumnElement[bool]:
    if outcome not in {INCIDENT, ACT}:
        return events.c.verdict == outcome
    act = events.c.reason.in_(list(Act))
    return and_(events.c.verdict == INCIDENT, act if outcome == ACT else ~act)


def _hours(connection: Connection, wanted: Sequence[ColumnElement[bool]]) -> tuple[tuple[datetime, int, int], ...]:
    hour = func.substr(events.c.at, 1, 13, type_=String).label("hour")  # "2026-11-24 12", to both databases
    granted = func.count(case((events.c.verdict == Verdict.GRANTED, 1)))
    counted = select(hour, granted, func.count()).where(*wanted).group_by(hour).order_by(hour)
    return tuple(
        (datetime.fromisoformat(text).replace(tzinfo=UTC), opened, decided - opened)
        for text, opened, decided in connection.execute(counted)
    )


def _reasons(connection: Connection, wanted: Sequence[ColumnElement[bool]]) -> tuple[tuple[str, int], ...]:
    many = func.count().label("many")
    denied = select(events.c.reason, many).where(*wanted, events.c.verdict == Verdict.DENIED)
    counted = denied.group_by(events.c.reason).order_by(many.desc(), events.c.reason)
    return tuple((row.reason, row.many) for row in connection.execute(counted))


def _percentiles(
    connection: Connection, wanted: Sequence[ColumnElement[bool]]
) -> tuple[float, float] | tuple[None, None]:
    """Of the newest at the door's camera: a picture sent to the API was never a glance."""
    glances = select(events.c.latency).where(*wanted, events.c.source == DOOR, events.c.latency.is_not(None))
    newest = glances.order_by(events.c.at.desc(), events.c.id.desc()).limit(MOST_LATENCIES)
    latencies = connection.scalars(newest).all()
    if not latencies:
        return None, None
    p50, p95 = np.percentile(np.array(latencies, np.float64), (50, 95))
    return float(p50), float(p95)


def naive(moment: datetime) -> datetime:
    """As the log keeps it: to the microsecond."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _finite(number: float | None) -> float | None:
    """MySQL has neither infinity nor NaN."""
    return float(number) if number is not None and isfinite(number) else None
