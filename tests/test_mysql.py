"""What only a server can do to a store: hang up, restart in the middle of a call, speak TLS. On a real mariadbd."""

import threading
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa
from certificates import signed
from fakes import MODEL_ID, template
from mariadb import looked_into
from test_store import CALLS

from core.errors import DoorwardError, StoreUnavailable
from core.settings import DatabaseSettings
from core.store import Store


@pytest.fixture
def store(mariadb_url):
    with closing(Store(mariadb_url)) as store:
        store.migrate()
        yield store


def enrol(store, who="ann"):
    store.add_faces(who, who.title(), [template(who)], limit=9)


def hang_up_on_all(url):
    """As an administrator's KILL does, or a firewall that forgets."""
    with looked_into(url) as connection:
        mine = connection.scalar(sa.text("SELECT CONNECTION_ID()"))
        others = "SELECT id FROM information_schema.processlist WHERE db = DATABASE()"
        for other in connection.scalars(sa.text(others)).all():
            if other != mine:
                with suppress(sa.exc.DBAPIError):  # it ended by itself
                    connection.execute(sa.text(f"KILL {other}"))


class Before:
    """Does `what` before one statement of all that are made, counted from 0."""

    def __init__(self, what, place):
        self._what, self._left, self.happened = what, place, False

    def __call__(self, connection, cursor, statement, *_):
        if not self.happened and threading.current_thread() is threading.main_thread():
            self._left -= 1
            if self._left < 0:
                self.happened = True
                self._what()

    def __enter__(self):
        sa.event.listen(sa.Engine, "before_cursor_execute", self)
        return self

    def __exit__(self, *_):
        sa.event.remove(sa.Engine, "before_cursor_execute", self)


def test_a_connection_that_the_server_dropped_for_its_silence_is_not_even_noticed(mariadb_url):
    with looked_into(mariadb_url) as connection:
        connection.execute(sa.text("SET GLOBAL wait_timeout = 1"))
    try:
        with closing(Store(mariadb_url)) as store:
            store.migrate()
            time.sleep(1.5)
            enrol(store)
            assert store.gallery_version() == 1
    finally:
        with looked_into(mariadb_url) as connection:
            connection.execute(sa.text("SET GLOBAL wait_timeout = DEFAULT"))


def test_connections_that_were_killed_between_two_calls_are_not_even_noticed(store, mariadb_url):
    enrol(store)
    hang_up_on_all(mariadb_url)
    enrol(store, "bob")
    hang_up_on_all(mariadb_url)
    assert store.gallery_version() == 2


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_connection_that_is_killed_in_the_middle_of_a_call_is_told_and_the_next_call_is_good(
    store, mariadb_url, name
):
    enrol(store)
    for place in range(12):
        before = store.gallery_version(), len(store.people())
        with Before(lambda: hang_up_on_all(mariadb_url), place) as cut:
            try:
                CALLS[name](Store(mariadb_url) if name == "migrate" else store)
            except DoorwardError as error:
                told = error
            else:
                told = None
        if not cut.happened:
            break
        assert type(told) is StoreUnavailable
        assert (store.gallery_version(), len(store.people())) == before, "half of it was done"
    assert place, "nothing was killed"
    assert store.gallery_version() <= 2


def test_a_server_that_restarts_in_the_middle_of_a_call_leaves_nothing_half_done(store, mariadb, mariadb_url):
    def restarts():
        with mariadb.stopped():
            pass

    for who, place in (("ann", 0), ("bob", 3)):
        with Before(restarts, place), pytest.raises(StoreUnavailable):
            enrol(store, who)
        assert store.people() == []
    since = store.mark()
    enrol(store)
    with Before(restarts, 1), pytest.raises(StoreUnavailable):
        store.changes(MODEL_ID, since)
    assert store.changes(MODEL_ID, since).user_ids == {"ann"}


def test_a_server_that_takes_no_more_bytes_in_the_middle_of_a_write_is_given_up(mariadb, mariadb_url):
    huge = np.ones(5_000_000, np.float32)  # more bytes than the kernel keeps for a server that does not read
    with closing(Store(mariadb_url, timeout=2.0)) as store, ExitStack() as stack:
        store.migrate()
        writes = Before(lambda: stack.enter_context(mariadb.frozen()), 9)
        with writes, pytest.raises(StoreUnavailable):
            store.add_faces("ann", "Ann", [replace(template("ann"), vector=huge)], limit=4)
        assert writes.happened
        stack.close()
        assert store.people() == []


# TLS


def test_tls_is_spoken_with_a_server_whose_certificate_is_vouched_for(mariadb, mariadb_url, tmp_path):
    ours, other = (signed(made(tmp_path / name)) for name in ("ours", "other"))
    with closing(Store(mariadb_url, tls_ca=ours["certificate"])) as store, pytest.raises(StoreUnavailable):
        store.migrate()  # a server that speaks none
    with mariadb.speaking_tls(**ours):
        with looked_into(mariadb_url) as connection:
            connection.execute(sa.text("ALTER USER doorward@'127.0.0.1' REQUIRE SSL"))
        try:
            with closing(Store(mariadb_url, tls_ca=ours["certificate"])) as store:
                store.migrate()
                assert store.gallery_version() == 0
            for url, ca in (
                (mariadb_url, other["certificate"]),
                (mariadb_url.replace("127.0.0.1", "localhost"), ours["certificate"]),
            ):
                with closing(Store(url, tls_ca=ca)) as store, pytest.raises(StoreUnavailable, match="tls_ca"):
                    store.ping()
        finally:
            with looked_into(mariadb_url.replace("ssl_disabled=true", f"ssl_ca={ours['certificate']}")) as connection:
                connection.execute(sa.text("ALTER USER doorward@'127.0.0.1' REQUIRE NONE"))


def made(folder):
    folder.mkdir()
    return folder


def test_an_authority_that_is_none_is_refused_by_its_name(tmp_path):
    (tmp_path / "ca.pem").write_text("not a certificate")
    for name, said in (("ca.pem", "PEM"), ("missing.pem", "cannot be read")):
        with pytest.raises(ValueError, match=said):
            DatabaseSettings(tls_ca=tmp_path / name)
