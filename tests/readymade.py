"""Databases that have their tables: brought up through the migrations once a run, copied from then on.

The migrations cost more than most tests that need what they make; test_store.py makes them from nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from core.config import Settings
from core.parts import enrol_demo_people, make_enrolment, make_recogniser
from core.store import Store


def made(file: Path) -> str:
    """The URL of the SQLite database `file`, made if it is not there."""
    return _copied(Store.migrate, file)


def enrolled(file: Path) -> str:
    """The same with the demo's people in it, as the demo enrols them."""
    return _copied(_enrol, file)


def _copied(fill: Callable[[Store], None], file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_bytes(_filled(fill))
    return f"sqlite:///{file}"


@cache
def _filled(fill: Callable[[Store], None]) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder, "doorward.sqlite")
        with closing(Store(f"sqlite:///{file}")) as store:
            fill(store)
        return file.read_bytes()


def _enrol(store: Store) -> None:
    settings = Settings.model_validate({"models": {"pack": "demo"}})
    recogniser = make_recogniser(settings, store)
    enrol_demo_people(recogniser, make_enrolment(settings, recogniser, store), store)


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
