"""Transactions on SQLite and MySQL alike, and the wall that no driver's error gets past."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from pymysql import MySQLError
from pymysql.constants import CR, ER
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from core import migrations
from core.errors import ConfigError, EntryRefused, StoreUnavailable
from core.tls import client_context

logging.getLogger("sqlalchemy").setLevel(logging.WARNING)  # at DEBUG it quotes rows, with names and embeddings
DRIVERS = (SQLAlchemyError, sqlite3.Error, MySQLError)  # the latter two where rows are fetched past SQLAlchemy
READ, WRITE = "BEGIN", "BEGIN IMMEDIATE"  # a reader that turned writer half-way would fail without waiting
TO_WAL = "PRAGMA journal_mode = WAL"  # in the place of a BEGIN, as it must not stand in a transaction
RECYCLE = 1800  # seconds; MySQL hangs up on a connection after hours of silence
MYSQL_ERRORS = {code: name for part in (ER, CR) for name, code in vars(part).items() if isinstance(code, int)}


class Database:
    """Opens nothing before the first call. Safe to use from several threads at once.

    A URL that names no database raises ConfigError at once. All else raises StoreUnavailable where the database
    does not answer, or answers that it cannot; the next call tries again. No single wait is longer than
    `timeout` seconds.
    """

    def __init__(self, url: str, *, timeout: float, tls_ca: Path | None = None) -> None:
        self._url = _parsed(url)
        self._timeout = timeout
        self._tls = tls_ca is not None
        self._is_file = self._url.get_backend_name() == "sqlite"
        self._reader = _sqlite(self._url, timeout) if self._is_file else _mysql(self._url, timeout, tls_ca)
        self._writer = self._reader.execution_options(sqlite_begin=WRITE)
        self._file: tuple[int, int] | None = None
        self._migrated = self._was_there = False

    def migrate(self, then: Callable[[], None] = lambda: None) -> None:
        """Brings the schema up to date, from nothing if need be, and does `then` what else it takes.

        Free once done; two processes may do it at once. A file that was there and is gone is not made anew: it may be
        on a disk that is not mounted just now.
        """
        if self._migrated:
            return
        with self._wall():
            if self._is_file:
                self._hang_up_on_another_file()
                Path(str(self._url.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _use_wal(self._reader, self._timeout)
            with self._writer.connect() as connection:
                migrations.upgrade(connection, wait=self._timeout / 2)
        then()
        self._migrated = self._was_there = True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database from its first statement to its end."""
        with self._wall(), self._beginning(self._reader) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk when it ends, or undone if anything in it raises."""
        with self._wall(), self._beginning(self._writer) as connection:
            yield connection

    def close(self) -> None:
        """Hangs up. Twice is fine; a later call connects anew."""
        with self._wall():
            self._reader.dispose()

    def _beginning(self, engine: Engine) -> AbstractContextManager[Connection]:
        if self._is_file:
            self._hang_up_on_another_file()
        return engine.begin()

    def _hang_up_on_another_file(self) -> None:
        """So that the next transaction is in the file that has this name now.

        Raises FileNotFoundError where it is gone, and does not begin another: nobody would be enrolled in that.
        """
        file = _identity(Path(str(self._url.database)))
        if file is None and self._was_there:
            raise FileNotFoundError
        if file is None or file != self._file:
            self._file = file
            self._reader.dispose()

    @contextmanager
    def _wall(self) -> Iterator[None]:
        """A driver's text may carry parameters, so names and embeddings: `from None`, and the code alone."""
        try:
            yield
        except (*DRIVERS, OSError, UnicodeError) as error:
            self._migrated = False  # what comes back may be another, empty database
            raise StoreUnavailable(f"{self._named()} cannot be used ({_cause(error)}). {self._remedy()}") from None

    def _named(self) -> str:
        return f"The database {self._url.database}" + (f" at {self._url.host}" if self._url.host else "")

    def _remedy(self) -> str:
        if self._is_file:
            return "See that database.url names a file that can be read and written, on a disk with room left."
        hints = "See that the server runs and that database.url has its host, name, user and password"
        return f"{hints}; database.tls_ca, who vouches for its certificate." if self._tls else f"{hints}."


@contextmanager
def refusals() -> Iterator[None]:
    """Tells what the database will never take, which raises EntryRefused, from what it cannot do now."""
    try:
        yield
    except (DataError, IntegrityError) as error:
        raise EntryRefused(f"The database refuses an entry of the journal for ever ({_cause(error)}).") from None


def _parsed(text: str) -> URL:
    with suppress(ArgumentError, ValueError):  # their texts may hold half a password
        url = make_url(text)
        if url.database and url.database != ":memory:":  # each transaction would find another, empty one
            return url
    raise ConfigError(
        "database.url: expected sqlite:///FILE or mysql+pymysql://USER:PASSWORD@HOST/NAME; "
        "write @ : / in a password as %40 %3A %2F"
    )


def _mysql(url: URL, timeout: float, tls_ca: Path | None) -> Engine:
    if tls_ca is not None:  # a word of the URL's could undo it
        url = url.difference_update_query([word for word in url.query if word.startswith("ssl")])
    lock_wait = max(1, int(timeout) - 1)  # so that the server gives up on a lock before we give up on it
    return create_engine(
        url,
        hide_parameters=True,
        isolation_level="REPEATABLE READ",  # all statements of a reader see one state
        pool_pre_ping=True,
        pool_recycle=RECYCLE,
        pool_reset_on_return=None,  # a second rollback after our own; on a dead connection it logs a traceback
        pool_timeout=timeout,
        connect_args={
            "charset": "utf8mb4",
            "connect_timeout": timeout,
            "read_timeout": timeout,
            "write_timeout": timeout,
            **({} if tls_ca is None else {"ssl": client_context(tls_ca), "ssl_disabled": False}),
            "init_command": f"SET SESSION innodb_lock_wait_timeout = {lock_wait}, time_zone = '+00:00'",
        },
    )


def _sqlite(url: URL, timeout: float) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,  # where the last one hangs up, SQLite folds its log into the file, which takes longer
        max_overflow=-1,  # than the transaction itself; and nobody waits for a connection
        connect_args={"timeout": timeout, "isolation_level": None, "check_same_thread": False},  # begins nothing itself
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("PRAGMA synchronous = FULL")  # on disk at each commit
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", READ))

    return engine


def _identity(file: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        found = file.stat()
        return found.st_dev, found.st_ino
    return None


def _use_wal(engine: Engine, timeout: float) -> None:
    """Lets readers and a writer not wait for each other; the file remembers it.

    Where kiosk and API change a new file at once, SQLite refuses one of them without waiting.
    """
    end = time.monotonic() + timeout
    while True:
        try:
            with engine.execution_options(sqlite_begin=TO_WAL).begin():
                return
        except OperationalError as error:
            if not _cause(error).startswith("SQLITE_BUSY") or time.monotonic() > end:
                raise
        time.sleep(0.01)


def _cause(error: Exception) -> str:
    """The error's name alone, such as SQLITE_FULL or ACCESS_DENIED_ERROR."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    code = cause.args[0] if cause.args else None
    named = MYSQL_ERRORS.get(code) if isinstance(code, int) else None
    return getattr(cause, "sqlite_errorname", None) or named or type(cause).__name__
