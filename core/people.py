"""People and their faces as rows: how they are asked for and written, what a row says. `Store` runs it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, func, insert, or_, select, true, update

from core.domain import Changes, Consent, Person, StoredFace, Template, Validity, Vector
from core.embeddings import Embeddings, sealed
from core.encryption import Key
from core.errors import FaceLimitReached, InvalidField, PersonNotFound
from core.gallery import unit
from core.logbook import Act
from core.migrations.tables import faces, people

_LITERAL = str.maketrans({"/": "//", "%": "/%", "_": "/_"})


def one(user_id: str) -> Select[Any]:
    return with_faces(select(people).where(people.c.user_id == user_id))


def with_faces(page: Select[Any]) -> Select[Any]:
    """The people of `page`, by user_id, with the number of their faces: counted for these only."""
    some = page.subquery()
    counted = select(func.count()).where(faces.c.user_id == some.c.user_id).scalar_subquery()
    return select(some, counted.label("faces")).order_by(some.c.user_id)


def faces_of(user_id: str) -> Select[Any]:
    """Without the embeddings, the oldest first."""
    columns = (faces.c.id, faces.c.model_id, faces.c.quality, faces.c.created_at)
    return select(*columns).where(faces.c.user_id == user_id).order_by(faces.c.id)


def named(search: str) -> ColumnElement[bool]:
    """Whose user_id or name holds `search`."""
    return holds(search, people.c.user_id, people.c.name)


def holds(text: str, *columns: Column[str]) -> ColumnElement[bool]:
    """Whether one of `columns` has `text` in it, in any case as far as the database knows it: SQLite A to Z only."""
    literal = func.lower(text.translate(_LITERAL))
    return or_(*(func.lower(column).contains(literal, escape="/") for column in columns)) if text else true()


def models(connection: Connection) -> dict[str, int]:
    """How many faces there are of each model."""
    counted = select(faces.c.model_id, func.count().label("faces")).group_by(faces.c.model_id)
    return {row.model_id: row.faces for row in connection.execute(counted)}


def fits(field: str, value: str, column: Column[str]) -> None:
    """Refused here, as SQLite takes any length, and a shell hands over bytes that are no text."""
    longest = column.type.length  # type: ignore[attr-defined]  # of a String, which Column[str] does not say
    if not 0 < len(value) <= longest or value.encode(errors="ignore").decode() != value:
        raise InvalidField(field, f"expected 1 to {longest} characters, all of which UTF-8 can write")


def refuse_impossible(user_id: str) -> None:
    """Raises PersonNotFound for what nobody's user_id can be, before MySQL refuses to write down that they changed."""
    try:
        fits("user_id", user_id, people.c.user_id)
    except InvalidField:
        raise not_found() from None


def face_row(user_id: str, name: str, template: Template, key: Key | None) -> dict[str, Any]:
    """Raises InvalidEmbedding."""
    return {
        "user_id": user_id,
        "name": name,
        "embedding": sealed(unit(template.vector), user_id, template.model_id, key),
        "key_id": None if key is None else key.id,
        "model_id": template.model_id,
        "quality": template.quality,
    }


def refuse_too_many(connection: Connection, user_id: str, new: Sequence[Template], limit: int) -> None:
    mine = (faces.c.user_id == user_id) & of_model(new[0].model_id)
    stored = connection.scalar(select(func.count()).where(mine)) or 0
    if stored + len(new) <= limit:
        return
    hint = "?replace=true puts the new in the place of the old." if len(new) <= limit else "Send fewer."
    raise FaceLimitReached(
        f"This person has {stored} of at most {limit} faces: {max(limit - stored, 0)} more fit, not {len(new)}. {hint}"
    )


def of_model(model_id: str) -> ColumnElement[bool]:
    """For beside a condition on user_id: SQLite would go by the models' index instead, through all faces there are."""
    return func.coalesce(faces.c.model_id, "") == model_id


def own_vectors(connection: Connection, user_id: str, model_id: str, embeddings: Embeddings) -> list[Vector]:
    """The person's templates of that model. Raises StoreUnavailable where one is damaged."""
    mine = (faces.c.user_id == user_id) & of_model(model_id)
    stored = connection.execute(select(faces.c.id, faces.c.embedding, faces.c.key_id).where(mine))
    return [embeddings.vector(row.id, user_id, model_id, row.embedding, row.key_id) for row in stored]


def put_name(connection: Connection, user_id: str, name: str) -> None:
    """The person is called `name` from now on, and is there if they were not.

    No upsert: the two databases spell it differently, and the gallery's lock keeps others out.
    """
    if not connection.execute(update(people).where(people.c.user_id == user_id).values(name=name)).rowcount:
        connection.execute(insert(people).values(user_id=user_id, name=name, active=True))
    connection.execute(update(faces).where(faces.c.user_id == user_id).values(name=name))


def change(connection: Connection, user_id: str, **values: object) -> None:
    """Raises PersonNotFound."""
    if not connection.execute(update(people).where(people.c.user_id == user_id).values(values)).rowcount:
        raise not_found()


def amend(connection: Connection, user_id: str, changes: Changes) -> Person:
    """The person as they are then. Raises PersonNotFound, InvalidField, which undo it."""
    values: dict[str, object] = {key: naive(v) if isinstance(v, datetime) else v for key, v in changes.items()}
    if "name" in changes:
        fits("name", changes["name"], people.c.name)
        connection.execute(update(faces).where(faces.c.user_id == user_id).values(name=changes["name"]))
    if values:
        change(connection, user_id, **values)
    row = connection.execute(one(user_id)).one_or_none()
    if row is None:
        raise not_found()
    changed = person(row)
    if changed.valid.since and changed.valid.until and changed.valid.since >= changed.valid.until:
        raise InvalidField("valid_until", "expected a time after valid_from")
    return changed


def amended(changes: Changes) -> list[Act]:
    """What somebody did who made `changes`."""
    acts = [Act.RENAMED] if "name" in changes else []
    if "active" in changes:
        acts.append(Act.ENABLED if changes["active"] else Act.DISABLED)
    return [*acts, Act.DATES_CHANGED] if {"valid_from", "valid_until"} & changes.keys() else acts


def consented(consent: Consent | None) -> dict[str, object]:
    return {} if consent is None else {"consent_version": consent.version, "consent_at": naive(consent.at)}


def person(row: Row[Any]) -> Person:
    at = aware(row.consent_at)
    consent = None if at is None else Consent(row.consent_version or "", at)
    return Person(row.user_id, row.name, row.active, row.faces, row.pin_hash is not None, validity(row), consent)


def stored_face(row: Row[Any]) -> StoredFace:
    return StoredFace(row.id, row.model_id, row.quality, row.created_at.replace(tzinfo=UTC))


def validity(row: Any) -> Validity:
    return Validity(aware(row.valid_from), aware(row.valid_until))


def aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def naive(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def not_found() -> PersonNotFound:
    return PersonNotFound("Nobody is enrolled under that user_id. `doorward-admin people` lists who is.")
