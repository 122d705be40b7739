"""Databases that have their tables: brought up through the migrations once a run, copied from then on.

The migrations cost more than most tests that need what they make; test_store.py makes them from nothing.
"""

from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from core.store import Store


def made(file: Path) -> str:
    """The URL of the SQLite database `file`, made if it is not there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_bytes(_made())
    return f"sqlite:///{file}"


@cache
def _made() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder, "doorward.sqlite")
        with closing(Store(f"sqlite:///{file}")) as store:
            store.migrate()
        return file.read_bytes()


def script(url: str) -> list[str]:
    """What makes the tables of the MySQL database `url`, and what stands in them from the first."""
    with closing(Store(url)) as store:
        store.migrate()
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        return ["SET foreign_key_checks = 0", *_statements(connection)]


def _statements(connection: sa.Connection) -> Iterator[str]:
    for (table,) in connection.execute(sa.text("SHOW TABLES")):
        yield connection.execute(sa.text(f"SHOW CREATE TABLE {table}")).one()[1]
        for row in connection.execute(sa.text(f"SELECT * FROM {table}")):
            yield f"INSERT INTO {table} VALUES ({', '.join(map(repr, row))})"
