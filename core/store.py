"""The one room that knows a database: people, faces, events and the operator's PIN, on SQLite or MySQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import numpy as np
from sqlalchemy import Column, ColumnElement, Connection, Row, Select, delete, func, insert, or_, select, true, update

from core.database import Database
from core.domain import Decision, Event, Incident, Liveness, Person, Reason, Template, Validity, Vector, Verdict
from core.errors import FaceLimitReached, InvalidField, ModelMismatch, PersonNotFound, StoreUnavailable
from core.gallery import mismatch, unit
from core.migrations.tables import events, faces, gallery_state, operators, people

STORED = np.dtype("<f4")
OPERATOR = "operator"
INCIDENT = "fault"
"""Stands where an event has its verdict."""


class Store:
    """People, their faces, and what happened at the door. Safe to use from several threads at once.

    A `url` that names no database raises ConfigError.
    Nothing is opened before the first call; each call is one transaction. Every method raises
    StoreUnavailable where the database does not answer, or answers that it cannot; the next call tries
    again. No single wait is longer than `timeout` seconds.
    """

    def __init__(self, url: str, *, timeout: float = 5.0) -> None:
        self._database = Database(url, timeout=timeout)

    def migrate(self) -> None:
        """Creates what is missing of the database, up to the newest schema. Free once done.

        Kiosk and API may call it at the same time.
        """
        self._database.migrate()

    def ping(self) -> None:
        """Returns if the database answers and holds a gallery."""
        self.gallery_version()

    def close(self) -> None:
        """Hangs up. Twice is fine; a later call connects anew."""
        self._database.close()

    def gallery_version(self) -> int:
        """A number that moves with every change of people or faces."""
        with self._database.reading() as connection:
            return _version(connection)

    def templates(self, model_id: str) -> tuple[int, list[Template]]:
        """The `gallery_version` and, of that very state, this model's templates of all active people.

        Raises ModelMismatch where faces are stored, but none of this model.
        """
        with self._database.reading() as connection:
            version = _version(connection)
            rows = connection.execute(_TEMPLATES.where(faces.c.model_id == model_id)).all()
            stored = {} if rows else _models(connection)
        if stored and model_id not in stored:
            raise ModelMismatch(mismatch(max(stored, key=stored.__getitem__), model_id))
        return version, [
            Template(row.user_id, row.name, _vector(row.id, row.embedding), model_id, row.quality, _validity(row))
            for row in rows
        ]

    def models(self) -> dict[str, int]:
        """How many faces there are of each model, by its id."""
        with self._database.reading() as connection:
            return _models(connection)

    def add_faces(
        self, user_id: str, name: str, templates: Sequence[Template], *, limit: int, replace: bool = False
    ) -> int:
        """Stores `templates`, all of one model, as faces of `user_id`, who is called `name` from now on.

        All or none. `replace` deletes the faces that the person had, of whichever model. Returns how many
        were stored. Raises InvalidField, InvalidEmbedding, or FaceLimitReached where the person would have
        more than `limit` faces of this model.
        """
        if len({template.model_id for template in templates}) != 1:
            raise InvalidField("templates", "expected at least one, all of one model")
        _fits("user_id", user_id, people.c.user_id)
        _fits("name", name, people.c.name)
        rows = [_face(user_id, name, template) for template in templates]
        with self._changing_gallery() as connection:
            if replace:
                connection.execute(delete(faces).where(faces.c.user_id == user_id))
            _refuse_too_many(connection, user_id, templates, limit)
            _name(connection, user_id, name)
            connection.execute(insert(faces), rows)
        return len(rows)

    def people(self, search: str = "", *, after: str = "", limit: int | None = None) -> list[Person]:
        """By user_id: those beyond `after`, `limit` at most, whose user_id or name holds `search` in any case."""
        page = select(people).where(people.c.user_id > after, _holds(search)).order_by(people.c.user_id).limit(limit)
        with self._database.reading() as connection:
            return [_person(row) for row in connection.execute(_with_faces(page))]

    def count(self, search: str = "") -> int:
        """How many people there are whose user_id or name holds `search` in any case."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(people).where(_holds(search))) or 0

    def person(self, user_id: str) -> Person:
        """Raises PersonNotFound."""
        with self._database.reading() as connection:
            row = connection.execute(_with_faces(_one(user_id))).one_or_none()
        if row is None:
            raise _not_found()
        return _person(row)

    def erase(self, user_id: str) -> int:
        """Deletes the person and returns how many faces went too. Raises PersonNotFound."""
        with self._changing_gallery() as connection:
            deleted = connection.execute(delete(faces).where(faces.c.user_id == user_id)).rowcount
            if not connection.execute(delete(people).where(people.c.user_id == user_id)).rowcount:
                raise _not_found()
        return deleted

    def rename(self, user_id: str, name: str) -> None:
        """Raises PersonNotFound, InvalidField."""
        _fits("name", name, people.c.name)
        with self._changing_gallery() as connection:
            if not connection.execute(select(people.c.user_id).where(people.c.user_id == user_id)).first():
                raise _not_found()
            _name(connection, user_id, name)

    def set_validity(self, user_id: str, valid: Validity) -> None:
        """From when and until when the person is let in. Raises PersonNotFound."""
        with self._changing_gallery() as connection:
            values = {"valid_from": _naive(valid.since), "valid_until": _naive(valid.until)}
            changed = update(people).where(people.c.user_id == user_id).values(values)
            if not connection.execute(changed).rowcount:
                raise _not_found()

    def set_active(self, user_id: str, *, active: bool) -> None:
        """Whether the person's faces are in the gallery at all. Raises PersonNotFound."""
        with self._changing_gallery() as connection:
            changed = update(people).where(people.c.user_id == user_id).values(active=active)
            if not connection.execute(changed).rowcount:
                raise _not_found()

    def set_pin(self, user_id: str, secret_hash: str | None) -> None:
        """Keeps `secret_hash`, an argon2id hash, as the person's PIN; None: no PIN any more. Raises PersonNotFound."""
        with self._database.writing() as connection:
            changed = update(people).where(people.c.user_id == user_id).values(pin_hash=secret_hash)
            if not connection.execute(changed).rowcount:
                raise _not_found()

    def pin(self, user_id: str) -> tuple[Person, str] | None:
        """The person and the hash of their PIN; None where there is no such person, or no PIN."""
        with self._database.reading() as connection:
            row = connection.execute(_with_faces(_one(user_id))).one_or_none()
        return None if row is None or row.pin_hash is None else (_person(row), row.pin_hash)

    def record(self, event: Event) -> int:
        """Writes the event to disk and returns its id. Who was denied is not written down."""
        with self._database.writing() as connection:
            return int(connection.execute(insert(events).values(_row(event))).lastrowid)

    def report(self, incident: Incident) -> int:
        """Writes down what kept the door shut and returns its id."""
        with self._database.writing() as connection:
            return int(connection.execute(insert(events).values(_incident_row(incident))).lastrowid)

    def door_did(self, event_id: int, outcome: str) -> None:
        """Adds to an event what the door did: `opened` or `failed`."""
        with self._database.writing() as connection:
            told = update(events).where(events.c.id == event_id).values(door=outcome)
            if not connection.execute(told).rowcount:
                raise StoreUnavailable("The event is not in the database any more. Was another put in its place?")

    def events(self, limit: int = 100) -> list[Event | Incident]:
        """The newest `limit` events and incidents, newest first, their times in UTC."""
        newest = select(events).order_by(events.c.at.desc(), events.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [_event(row) for row in connection.execute(newest)]

    def operator_pin(self) -> str | None:
        """The argon2id hash of the operator's PIN; None until one is set."""
        with self._database.reading() as connection:
            return connection.scalar(select(operators.c.secret_hash).where(operators.c.role == OPERATOR))

    def set_operator_pin(self, secret_hash: str) -> None:
        """Keeps `secret_hash`, an argon2id hash, in place of the one before."""
        with self._database.writing() as connection:
            connection.execute(delete(operators).where(operators.c.role == OPERATOR))
            connection.execute(insert(operators).values(role=OPERATOR, secret_hash=secret_hash))

    @contextmanager
    def _changing_gallery(self) -> Iterator[Connection]:
        """A transaction that moves the version first: the lock on its row makes writers queue."""
        with self._database.writing() as connection:
            connection.execute(update(gallery_state).values(version=gallery_state.c.version + 1))
            yield connection


_TEMPLATES = (
    select(
        faces.c.id,
        faces.c.user_id,
        people.c.name,
        faces.c.embedding,
        faces.c.quality,
        people.c.valid_from,
        people.c.valid_until,
    )
    .join_from(faces, people)
    .where(people.c.active)
    .order_by(faces.c.id)
)


def _one(user_id: str) -> Select[Any]:
    return select(people).where(people.c.user_id == user_id)


def _with_faces(page: Select[Any]) -> Select[Any]:
    """The people of `page`, by user_id, with the number of their faces: counted for these only."""
    some = page.subquery()
    counted = select(func.count()).where(faces.c.user_id == some.c.user_id).scalar_subquery()
    return select(some, counted.label("faces")).order_by(some.c.user_id)


def _holds(search: str) -> ColumnElement[bool]:
    """In any case, as far as the database knows it: SQLite knows A to Z only."""
    literal = search.replace("/", "//").replace("%", "/%").replace("_", "/_")
    texts = (people.c.user_id, people.c.name)
    return or_(*(func.lower(text).contains(func.lower(literal), escape="/") for text in texts)) if search else true()


def _version(connection: Connection) -> int:
    return int(connection.execute(select(gallery_state.c.version)).scalar_one())


def _models(connection: Connection) -> dict[str, int]:
    counted = select(faces.c.model_id, func.count().label("faces")).group_by(faces.c.model_id)
    return {row.model_id: row.faces for row in connection.execute(counted)}


def _fits(field: str, value: str, column: Column[str]) -> None:
    """Refused here, as SQLite takes any length, and a shell hands over bytes that are no text."""
    longest = column.type.length  # type: ignore[attr-defined]  # of a String, which Column[str] does not say
    if not 0 < len(value) <= longest or value.encode(errors="ignore").decode() != value:
        raise InvalidField(field, f"expected 1 to {longest} characters, all of which UTF-8 can write")


def _face(user_id: str, name: str, template: Template) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "name": name,
        "embedding": unit(template.vector).astype(STORED).tobytes(),
        "model_id": template.model_id,
        "quality": template.quality,
    }


def _refuse_too_many(connection: Connection, user_id: str, new: Sequence[Template], limit: int) -> None:
    mine = (faces.c.user_id == user_id) & (faces.c.model_id == new[0].model_id)
    stored = connection.scalar(select(func.count()).where(mine)) or 0
    if stored + len(new) <= limit:
        return
    hint = "?replace=true puts the new in the place of the old." if len(new) <= limit else "Send fewer."
    raise FaceLimitReached(
        f"This person has {stored} of at most {limit} faces: {max(limit - stored, 0)} more fit, not {len(new)}. {hint}"
    )


def _name(connection: Connection, user_id: str, name: str) -> None:
    """No upsert: the two databases spell it differently, and the gallery's lock keeps others out."""
    if not connection.execute(update(people).where(people.c.user_id == user_id).values(name=name)).rowcount:
        connection.execute(insert(people).values(user_id=user_id, name=name, active=True))
    connection.execute(update(faces).where(faces.c.user_id == user_id).values(name=name))


def _vector(face_id: int, embedding: bytes) -> Vector:
    if len(embedding) % STORED.itemsize:
        raise StoreUnavailable(f"Face {face_id} in the database is damaged. Enrol that person again.")
    return np.frombuffer(embedding, STORED).astype(np.float32, copy=False)


def _person(row: Row[Any]) -> Person:
    return Person(row.user_id, row.name, row.active, row.faces, row.pin_hash is not None, _validity(row))


def _validity(row: Any) -> Validity:
    return Validity(_aware(row.valid_from), _aware(row.valid_until))


def _aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _naive(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _not_found() -> PersonNotFound:
    return PersonNotFound("Nobody is enrolled under that user_id. `doorward-admin people` lists who is.")


def _row(event: Event) -> dict[str, Any]:
    decision = event.decision
    granted = decision.verdict is Verdict.GRANTED
    return {
        "at": event.at.astimezone(UTC).replace(tzinfo=None),
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
    }


def _incident_row(incident: Incident) -> dict[str, Any]:
    return {
        "at": incident.at.astimezone(UTC).replace(tzinfo=None),
        "source": incident.source,
        "verdict": INCIDENT,
        "reason": incident.code,
        "frames": 0,
        "model_id": "",
    }


def _finite(number: float | None) -> float | None:
    """MySQL has neither infinity nor NaN."""
    return number if number is not None and isfinite(number) else None


def _event(row: Row[Any]) -> Event | Incident:
    at = row.at.replace(tzinfo=UTC)
    if row.verdict == INCIDENT:
        return Incident(at, row.source, row.reason, row.id)
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
    return Event(at, row.source, decision, row.model_id, row.door, row.id)
