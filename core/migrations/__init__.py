"""Bringing a database to the newest schema with Alembic, from wherever the package is installed."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, func, select

from core.errors import StoreUnavailable

logging.getLogger("alembic").setLevel(logging.WARNING)
from alembic import command  # noqa: E402 - it tells the log of its plugins while it is imported
from alembic.config import Config  # noqa: E402 - as above
from alembic.util import CommandError  # noqa: E402 - as above


def upgrade(connection: Connection, wait: float) -> None:
    """Runs what is missing, in one transaction where the database can do that with tables.

    Only one process at a time does so; another waits up to `wait` seconds. Raises StoreUnavailable after that,
    and for a database of a newer version.
    """
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with _alone(connection, wait), connection.begin():
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise StoreUnavailable(
                "The database was made by a newer Doorward. Install that version or a later one."
            ) from None


@contextmanager
def _alone(connection: Connection, wait: float) -> Iterator[None]:
    """MySQL's named lock, as its CREATE TABLE commits. SQLite's own lock lasts the whole transaction."""
    if connection.dialect.name == "sqlite":
        yield
        return
    lock = func.left(func.concat("doorward.", func.database()), 64)  # the longest name that MySQL takes
    got = connection.scalar(select(func.get_lock(lock, wait)))
    connection.commit()
    if not got:
        raise StoreUnavailable("Another process is still bringing the database up to date. Try again shortly.")
    try:
        yield
    finally:
        connection.execute(select(func.release_lock(lock)))
        connection.commit()
