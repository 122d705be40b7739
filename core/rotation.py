"""Which key new embeddings are sealed with; older ones brought under it, a batch at a time, while everybody goes on.

Its id stands in the database, so all processes use the same, and nobody writes under a key that is not the right one.
"""

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Select, case, insert, select, update

from core.database import Database
from core.embeddings import Embeddings, aad_of
from core.encryption import Key, Keys
from core.errors import ConfigError, EncryptionKeyUnavailable, SealBroken
from core.events import incident_row
from core.logbook import Incident
from core.migrations.tables import events, faces, gallery_state

log = logging.getLogger(__name__)
BATCH = 500  # rows in one transaction: other writers wait for it
ROWS = select(faces.c.id, faces.c.user_id, faces.c.model_id, faces.c.embedding, faces.c.key_id).order_by(faces.c.id)


class Rotation:
    """`keys`: None where embeddings are not to be sealed. Raises StoreUnavailable as `Store` does."""

    def __init__(self, database: Database, keys: Keys | None) -> None:
        self._database = database
        self._keys = keys
        self._embeddings = Embeddings(keys)

    def check(self, connection: Connection) -> None:
        """Raises EncryptionKeyUnavailable where this process could not read what others write."""
        self._ours(connection.scalar(select(gallery_state.c.key_id)))

    def knows(self, key_id: str | None) -> None:
        """Raises EncryptionKeyUnavailable where what is sealed with that key could not be opened."""
        self._ours(key_id)

    def key(self, connection: Connection) -> Key | None:
        """What to seal with, in a transaction that holds the gallery's lock; None: nothing.

        The first key is made here, so never beside embeddings of another. Raises EncryptionKeyUnavailable.
        """
        key = self._ours(connection.scalar(select(gallery_state.c.key_id)))
        if key is None and self._keys is not None:
            key = self._keys.first()
            connection.execute(update(gallery_state).values(key_id=key.id))
        return key

    def adopt(self) -> None:
        """Seals what an older version stored plain. Raises EncryptionKeyUnavailable."""
        with self._database.reading() as connection:
            key = self._ours(connection.scalar(select(gallery_state.c.key_id)))
            plain = connection.scalar(select(faces.c.id).where(faces.c.key_id.is_(None)).limit(1))
        if self._keys is not None and (key is None or plain is not None):
            with self._database.writing() as connection:
                _lock(connection)
                self.key(connection)
            self._reseal(None, lambda _: None)

    def rotate(self, on_done: Callable[[int], None] = lambda _: None, *, act: Incident | None = None) -> int:
        """Brings all under a new key, or goes on where that was cut short; `on_done` is told of each batch.

        A key that somebody put before the one in use is that new one. `act` is written down with it. Returns how many
        rows do not open and stay as they are. Raises EncryptionKeyUnavailable, and ConfigError where nothing is
        encrypted.
        """
        if self._keys is None:
            raise ConfigError("encryption.enabled is off: there is no key to rotate.")
        with self._database.writing() as connection:
            _lock(connection)  # two that make a key at once would lose one
            used = self.key(connection)
            new, under = self._keys.first(), _used(connection)
            if new == used and not self._unfinished(connection, under - {new.id}):
                new = self._keys.add()
            connection.execute(update(gallery_state).values(key_id=new.id))
            if act is not None:
                connection.execute(insert(events).values(incident_row(act)))
        return sum(self._reseal(key_id, on_done) for key_id in under - {new.id})

    def forget(self) -> int:
        """Drops all keys that nothing is sealed with any more, and says how many. Older backups may need them."""
        if self._keys is None:
            raise ConfigError("encryption.enabled is off: there are no keys to forget.")
        with self._database.writing() as connection:
            _lock(connection)
            return self._keys.keep([key_id for key_id in _used(connection) if key_id is not None])

    def _ours(self, key_id: str | None) -> Key | None:
        if key_id is None:
            return None
        if self._keys is None:
            raise EncryptionKeyUnavailable(
                f"The embeddings in the database are encrypted with the key {key_id}. Set encryption.enabled to true."
            )
        return self._keys.get(key_id)

    def _reseal(self, key_id: str | None, on_done: Callable[[int], None]) -> int:
        """Brings what is under that key, or plain, under the one in use. Returns how many rows do not open."""
        broken, after = 0, 0
        while True:
            with self._database.writing() as connection:
                _lock(connection)
                key = self.key(connection)
                found = connection.execute(_under(key_id).where(faces.c.id > after).limit(BATCH)).all()
                if not found or key is None:
                    return broken
                new = {row.id: again for row in found if (again := self._resealed(row, key)) is not None}
                if new:  # one statement: a server's answer to each row would take longer than all the rest
                    put = case(new, value=faces.c.id, else_=faces.c.embedding)
                    mine = update(faces).where(faces.c.id.in_(new))
                    connection.execute(mine.values(embedding=put, key_id=key.id))
            after, broken = found[-1].id, broken + len(found) - len(new)
            on_done(len(found))

    def _unfinished(self, connection: Connection, key_ids: set[str | None]) -> bool:
        """Whether an earlier rotation left anything to do: what does not open it had to leave."""
        left = (row for key_id in key_ids for row in connection.execute(_under(key_id).limit(BATCH)))
        return any(self._opened(row) is not None for row in left)

    def _opened(self, row: Any) -> bytes | None:
        try:
            return self._embeddings.opened(row.user_id, row.model_id, row.embedding, row.key_id, old=True)
        except SealBroken:
            return None

    def _resealed(self, row: Any, key: Key) -> bytes | None:
        """None where the row does not open."""
        plain = self._opened(row)
        if plain is None:
            log.warning("face %d in the database does not open with its key and stays as it is; enrol anew", row.id)
            return None
        return key.seal(plain, aad_of(row.user_id, row.model_id))


def _under(key_id: str | None) -> Select[Any]:
    """By one key each, for that an index leads to: looking for what is not under one reads all there is."""
    return ROWS.where(faces.c.key_id.is_(None) if key_id is None else faces.c.key_id == key_id)


def _lock(connection: Connection) -> None:
    """The one of the gallery, for which writers queue."""
    connection.execute(update(gallery_state).values(version=gallery_state.c.version))


def _used(connection: Connection) -> set[str | None]:
    """Ids of the keys that anything is sealed with; None for what is plain."""
    return {
        connection.scalar(select(gallery_state.c.key_id)),
        *connection.scalars(select(faces.c.key_id).distinct()),
    }
