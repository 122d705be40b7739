"""The gallery for who keeps it in memory: all of it a page at a time, then what changed, never the whole again.

Versions are given under one row's lock that the writer holds until it has committed, so they come into sight in their
order, each with who changed by it. A reader looks at both in one transaction: nothing can be missed, whoever writes.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from core.database import Database
from core.domain import Validity
from core.embeddings import Embeddings, Found
from core.errors import ModelMismatch
from core.gallery import mismatch
from core.migrations.tables import faces, gallery_changes, gallery_state, people
from core.people import models, of_model, validity
from core.rotation import Rotation
from core.templates import NO_ROWS, Changes, Mark, Page, Rows

PAGE = 10_000  # rows
BATCH = 500  # people in one answer, and in one statement
KEPT = 100_000  # versions of which it is known who changed
TIDIED = 1_000  # versions from one tidying to the next

FACES = select(faces.c.id, faces.c.user_id, faces.c.name, faces.c.embedding, faces.c.key_id)
EVER = Validity()
APART = ~people.c.active | people.c.valid_from.is_not(None) | people.c.valid_until.is_not(None)


class GalleryFeed:
    """`core.templates.Templates` over the database. Raises StoreUnavailable as `Store` does."""

    def __init__(self, database: Database, embeddings: Embeddings, rotation: Rotation) -> None:
        self._database = database
        self._embeddings = embeddings
        self._rotation = rotation
        self._apart: dict[str, Validity | None] | None = None
        self._reading_apart = Lock()

    def mark(self) -> Mark:
        with self._database.reading() as connection:
            return _mark(connection)

    def total(self, model_id: str) -> int:
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).where(faces.c.model_id == model_id)) or 0

    def page(self, model_id: str, after: int = 0) -> Page:
        apart = self._people_apart(anew=not after)
        asked = FACES.where(faces.c.model_id == model_id, faces.c.id > after).order_by(faces.c.id).limit(PAGE)
        with self._database.reading() as connection:
            self._rotation.check(connection)
            found = raw(connection, asked)
            if not found and not after:
                _refuse_others(connection, model_id)
        if len(found) < PAGE:
            self._apart = None
        seen = [row for row in found if apart.get(row[1], EVER) is not None] if apart else found
        valid = {who: when for who, when in apart.items() if when is not None}
        return Page(self._embeddings.rows(seen, model_id, valid), found[-1][0] if len(found) == PAGE else None)

    def changes(self, model_id: str, since: Mark) -> Changes | None:
        with self._database.reading() as connection:
            now = _mark(connection)
            if now == since:
                return Changes(now, frozenset(), NO_ROWS)
            if now.epoch != since.epoch or not since.version < now.version or not remembers(connection, since.version):
                return None
            changed = select(gallery_changes).where(gallery_changes.c.version > since.version)
            some = connection.execute(changed.order_by(gallery_changes.c.version).limit(BATCH)).all()
            upto = some[-1].version if len(some) == BATCH else now.version
            user_ids = set(connection.scalars(select(gallery_changes.c.user_id).where(*_within(since, upto))))
            rows = self._rows(connection, model_id, user_ids)
        return Changes(Mark(now.epoch, upto), frozenset(user_ids), rows, upto < now.version)

    def of(self, model_id: str, user_ids: Collection[str]) -> Rows:
        with self._database.reading() as connection:
            return self._rows(connection, model_id, user_ids)

    def _rows(self, connection: Connection, model_id: str, user_ids: Collection[str]) -> Rows:
        self._rotation.check(connection)
        found: list[tuple[int, str, str, bytes, str | None]] = []
        valid: dict[str, Validity] = {}
        for some in batches(user_ids):
            asked = select(people.c.user_id, people.c.valid_from, people.c.valid_until)
            there = connection.execute(asked.where(people.c.active, people.c.user_id.in_(some))).all()
            valid |= {row.user_id: when for row in there if (when := validity(row)) != EVER}
            if not there:  # asked for nobody's faces SQLite looks at everybody's
                continue
            mine = faces.c.user_id.in_([row.user_id for row in there])
            found += raw(connection, FACES.where(of_model(model_id), mine).order_by(faces.c.id))
        return self._embeddings.rows(found, model_id, valid)

    def _people_apart(self, *, anew: bool) -> dict[str, Validity | None]:
        """Who is not simply let in, which are few: None for who is disabled.

        Joining them to each row would take a third of the time. Read before the first page, so they may be older than
        the pages after it, but not than the mark that was read before: the changes since tell what is newer.
        """
        with self._reading_apart:  # so that what was read earlier is never put in the place of what was read later
            apart = self._apart
            if anew or apart is None:
                asked = select(people.c.user_id, people.c.active, people.c.valid_from, people.c.valid_until)
                with self._database.reading() as connection:
                    found = connection.execute(asked.where(APART)).all()
                apart = self._apart = {row.user_id: validity(row) if row.active else None for row in found}
        return apart


def moved(connection: Connection, user_id: str) -> None:
    """The gallery's next version, in which `user_id` changes. First of all in a transaction: makes writers queue."""
    connection.execute(update(gallery_state).values(version=gallery_state.c.version + 1))
    version = _mark(connection).version
    connection.execute(insert(gallery_changes).values(version=version, user_id=user_id))
    if version % TIDIED == 0:
        connection.execute(delete(gallery_changes).where(gallery_changes.c.version <= version - KEPT))


def _mark(connection: Connection) -> Mark:
    row = connection.execute(select(gallery_state.c.epoch, gallery_state.c.version)).one()
    return Mark(row.epoch, row.version)


def remembers(connection: Connection, version: int) -> bool:
    """Whether it is still known who changed right after `version`."""
    oldest = connection.scalar(select(func.min(gallery_changes.c.version)))
    return oldest is not None and oldest <= version + 1


def _within(since: Mark, upto: int) -> tuple[Any, ...]:
    return gallery_changes.c.version > since.version, gallery_changes.c.version <= upto


def raw(connection: Connection, asked: Select[Any]) -> Found:
    """As the driver gives them: a Row for each would take longer than all the rest."""
    cursor = connection.execute(asked).cursor
    return list(cursor.fetchall()) if cursor is not None else []


def batches(user_ids: Collection[str]) -> Iterator[Sequence[str]]:
    left = iter(user_ids)
    while some := list(islice(left, BATCH)):
        yield some


def _refuse_others(connection: Connection, model_id: str) -> None:
    stored = models(connection)
    if stored and model_id not in stored:
        raise ModelMismatch(mismatch(max(stored, key=stored.__getitem__), model_id))
