"""The databases of the tests: a SQLite file, and a MariaDB server of their own.

That is Debian's mariadbd on a free port, its data in a folder that goes away.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pymysql
import pytest
import readymade
import sqlalchemy as sa

from core.store import Store

HOW = "The tests on MySQL need Debian's server: apt-get install mariadb-server (it need not run)."
STARTING, STOPPING = 60.0, 10.0
PLAIN = "ssl_disabled=true"  # this server knows no TLS; getting ready for it costs each connection 30 ms
SMALL_AND_CARELESS = (
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=4M",
    "--innodb-file-per-table=0",
    "--innodb-flush-log-at-trx-commit=0",
    "--performance-schema=OFF",
    "--skip-log-bin",
    "--skip-name-resolve",
)


class Server:
    """A mariadbd that nobody else knows the password of, so no other server can be taken for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.password = secrets.token_hex(8)
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self._script: list[str] = []
        _run(_program("mariadb-install-db"), "--auth-root-authentication-method=normal", *self._options())

    def start(self) -> None:
        first = self.folder / "first.sql"
        first.write_text(
            f"CREATE USER IF NOT EXISTS doorward@'127.0.0.1' IDENTIFIED BY '{self.password}';"
            "GRANT ALL ON *.* TO doorward@'127.0.0.1';".replace(";", ";\n")
        )
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    _program("mariadbd"),
                    *self._options(),
                    f"--socket={self.folder / 'socket'}",
                    f"--pid-file={self.folder / 'pid'}",
                    f"--port={self.port}",
                    "--bind-address=127.0.0.1",
                    f"--init-file={first}",
                ],
                stdout=log,
                stderr=log,
            )
        self._wait_for_answer(self._process)

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Takes connections, as the kernel does that, but answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def fresh_database(self) -> str:
        """The URL of a new, empty database, made with a character set that holds few characters."""
        self._databases += 1
        name = f"doorward_{self._databases}"
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET latin1")
        return f"mysql+pymysql://doorward:{self.password}@127.0.0.1:{self.port}/{name}?{PLAIN}"

    def furnish(self, url: str) -> None:
        """Gives the empty database `url` its tables."""
        self._script = self._script or readymade.script(self.fresh_database())
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            connection.select_db(str(sa.make_url(url).database))
            for statement in self._script:
                cursor.execute(statement)
            connection.commit()

    def _options(self) -> list[str]:
        as_root = ["--user=root"] if os.geteuid() == 0 else []
        return ["--no-defaults", f"--datadir={self.folder / 'data'}", *as_root, *SMALL_AND_CARELESS]

    def _connect(self) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user="doorward",
            password=self.password,
            ssl_disabled=True,
            connect_timeout=5,
            read_timeout=5,
        )

    def _wait_for_answer(self, process: "subprocess.Popen[bytes]") -> None:
        end = time.monotonic() + STARTING
        while process.poll() is None and time.monotonic() < end:
            try:
                self._connect().close()
            except pymysql.Error:
                time.sleep(0.05)
            else:
                return
        self.stop()
        raise RuntimeError(f"mariadbd did not start:\n{(self.folder / 'log').read_text()[-2000:]}")


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    """One server for the whole run."""
    if not _found("mariadbd") or not _found("mariadb-install-db"):
        required = "mysql" in os.environ.get("DOORWARD_REQUIRE", "").split(",")
        (pytest.fail if required else pytest.skip)(HOW)
    with TemporaryDirectory(prefix="doorward-mariadb-") as folder:
        server = Server(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture
def mariadb_url(mariadb: Server) -> str:
    """The URL of a database of the test's own."""
    return mariadb.fresh_database()


@pytest.fixture(params=["sqlite", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a database that is empty, or not even there."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new folder/doorward.sqlite"
    return str(request.getfixturevalue("mariadb_url"))


@pytest.fixture
def furnished(request: pytest.FixtureRequest, url: str) -> str:
    """Of a database that has its tables."""
    if url.startswith("sqlite"):
        return readymade.made(Path(url.removeprefix("sqlite:///")))
    request.getfixturevalue("mariadb").furnish(url)
    return url


@pytest.fixture
def store(furnished: str) -> Iterator[Store]:
    with closing(Store(furnished)) as store:
        store.migrate()
        yield store


@pytest.fixture
def another(url: str, store: Store) -> Iterator[Store]:
    """A second Store on the same database, as the API is to the kiosk."""
    with closing(Store(url)) as another:
        another.migrate()
        yield another


@contextmanager
def looked_into(url: str) -> Iterator[sa.Connection]:
    """A connection past the store, as an administrator's would be."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        yield connection


def _found(name: str) -> str | None:
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def _program(name: str) -> str:
    path = _found(name)
    assert path, HOW
    return path


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=STARTING, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
