"""The whole database into one file, and back: out of any of our databases into any other, checked by a digest.

Embeddings stay as they are in the rows, so sealed; names, events and what proves PINs and API keys can be read in it.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, LargeBinary, Table, delete, insert, select, update

from core.backupfile import Contents, as_bytes, put, tables, verified, write
from core.database import Database
from core.errors import InputError
from core.events import incident_row
from core.logbook import Incident
from core.migrations.tables import METADATA, answers, doors, event_state, events, faces, gallery_changes, gallery_state
from core.rotation import Rotation

PASSING = (answers, gallery_changes)  # what nobody misses after a restore
KEPT = tuple(table for table in METADATA.sorted_tables if table not in (*PASSING, doors))  # a lock outlasts a restore
OURS = tuple(table for table in KEPT if table not in (gallery_state, event_state))  # empty in an empty database
KNOWN = {table.name: table.c.keys() for table in KEPT}
BATCH = 500  # rows in one statement
MANY = 10_000  # rows that a server deletes well within its time-out


class Backup:
    """Raises StoreUnavailable as `Store` does, and InputError for what is wrong with a file."""

    def __init__(self, database: Database, rotation: Rotation) -> None:
        self._database = database
        self._rotation = rotation

    def write(self, path: Path, act: Incident, on_row: Callable[[], None] = lambda: None) -> Contents:
        """One moment of the database into a new file for its owner alone; read again and checked before it counts.

        `act` is written down with it.
        """
        with self._database.writing() as connection:
            connection.execute(insert(events).values(incident_row(act)))
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            with self._database.reading() as connection:
                write(part, act.at, connection.scalar(select(gallery_state.c.key_id)), _contents(connection, on_row))
            found = verified(part, KNOWN)
            put(part, path)
        finally:
            with suppress(OSError):
                part.unlink()
        return found

    def restore(
        self, path: Path, act: Incident, *, replace: bool = False, on_row: Callable[[], None] = lambda: None
    ) -> Contents:
        """All of the file in the place of all that is in the database, or nothing; `act` is written down with it.

        Whoever follows the gallery reads it anew. `replace`: also where the database is not empty. Raises
        EncryptionKeyUnavailable where its embeddings could not be opened.
        """
        contents = verified(path, KNOWN)
        with self._database.writing() as connection:
            connection.execute(update(gallery_state).values(version=gallery_state.c.version))  # the gallery's lock
            if not replace and any(connection.execute(select(table).limit(1)).first() for table in OURS):
                raise InputError("The database is not empty. --replace puts the backup in the place of what is there.")
            self._rotation.knows(contents.key_id)
            key_id, version = connection.execute(select(gallery_state.c.key_id, gallery_state.c.version)).one()
            for table in (*PASSING, *reversed(OURS), event_state):
                _empty(connection, table)
            self._insert(connection, path, on_row)
            for sealed_with in connection.scalars(select(faces.c.key_id).distinct()).all():
                self._rotation.knows(sealed_with)
            fresh = {"epoch": secrets.token_hex(16), "version": version + 1, "key_id": contents.key_id or key_id}
            connection.execute(update(gallery_state).values(fresh))
            connection.execute(insert(events).values(incident_row(act)))
        self._rotation.adopt()
        return contents

    @staticmethod
    def _insert(connection: Connection, path: Path, on_row: Callable[[], None]) -> None:
        for name, columns, rows in tables(path):
            table = METADATA.tables[name]
            kinds = [table.c[column] for column in columns]
            while some := list(islice(rows, BATCH)):
                if table is not gallery_state:
                    values = [{c.name: _read(c, value) for c, value in zip(kinds, row, strict=True)} for row in some]
                    connection.execute(insert(table), values)
                for _ in some:
                    on_row()


def _empty(connection: Connection, table: Table) -> None:
    """A part at a time, as far as the database can: a server has its time-out for each."""
    while connection.execute(delete(table).with_dialect_options(mysql_limit=MANY)).rowcount:
        pass


def _contents(connection: Connection, on_row: Callable[[], None]) -> Iterator[tuple[str, list[str], Iterable[Any]]]:
    for table in KEPT:
        yield table.name, table.c.keys(), _rows(connection, table, on_row)


def _rows(connection: Connection, table: Table, on_row: Callable[[], None]) -> Iterator[Any]:
    found = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(found, execution_options={"yield_per": BATCH}):
        on_row()
        yield row


def _read(column: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return as_bytes(value)
    return datetime.fromisoformat(value) if isinstance(column.type, DateTime) else value
