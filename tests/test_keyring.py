"""The keys to the REST API as the database keeps them: the same on SQLite and on MariaDB."""

import socket
import traceback
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from mariadb import looked_into

from core.apikeys import Scope, digest, new_key
from core.errors import Conflict, StoreUnavailable
from core.keyring import Keyring
from core.store import Store

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
DIGEST, NAME = digest("a"), "Ann Secret"


@pytest.fixture
def keyring(store):
    return store.keyring


def made(name="turnstile", *scopes, expires=NOON + timedelta(days=90)):
    return new_key(name, scopes or [Scope.MATCH], NOON, expires)


def test_a_key_comes_back_as_it_was_made(keyring):
    key, text = made("Türsteuerung 🚪", *Scope)
    keyring.add(key, digest(text))
    assert keyring.find(key.prefix) == (key, digest(text))
    assert keyring.known() == [key]
    assert keyring.find("0" * 12) is None


def test_what_opens_is_nowhere_in_the_database(keyring, url):
    key, text = made()
    keyring.add(key, digest(text))
    with looked_into(url) as connection:
        [row] = connection.execute(sa.text("SELECT * FROM api_keys")).all()
    assert text.rpartition("_")[2] not in str(row)


def test_one_that_is_revoked_is_so_for_every_process_and_stays_so(keyring, another):
    (key, text), (bystander, other) = made(), made()
    keyring.add(key, digest(text))
    keyring.add(bystander, digest(other))
    keyring.revoke(key.prefix, NOON)
    keyring.revoke(key.prefix, LATER)
    assert another.keyring.find(key.prefix)[0] == replace(key, revoked=NOON)
    assert another.keyring.find(bystander.prefix)[0] == bystander


def test_when_one_was_used_last_is_kept(keyring):
    key, text = made()
    keyring.add(key, digest(text))
    keyring.used(key.prefix, LATER)
    assert keyring.find(key.prefix)[0].last_used == LATER


def test_rotating_leaves_both_and_ends_the_old_one(keyring):
    (old, text), (new, other) = made(), made()
    keyring.add(old, digest(text))
    keyring.rotate(old.prefix, LATER, new, digest(other))
    assert keyring.find(old.prefix)[0] == replace(old, expires=LATER)
    assert keyring.find(new.prefix)[0] == new


def test_one_that_was_revoked_meanwhile_is_not_rotated(keyring):
    (old, text), (new, other) = made(), made()
    keyring.add(old, digest(text))
    keyring.revoke(old.prefix, NOON)
    with pytest.raises(Conflict):
        keyring.rotate(old.prefix, LATER, new, digest(other))
    assert keyring.find(new.prefix) is None


def test_a_scope_of_a_newer_doorward_is_none_here(keyring, url):
    key, text = made()
    keyring.add(key, digest(text))
    with looked_into(url) as connection:
        connection.execute(sa.text("UPDATE api_keys SET scopes = 'match moon:land'"))
    assert keyring.find(key.prefix)[0].scopes == {Scope.MATCH}


def test_a_database_from_before_there_were_keys_gets_its_table(store, url):
    with looked_into(url) as connection:
        connection.execute(sa.text("DROP TABLE api_keys"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0005'"))
    with closing(Store(url)) as later:
        later.migrate()
        assert later.keyring.known() == []


CALLS = {
    "add": lambda ring: ring.add(made(NAME)[0], DIGEST),
    "find": lambda ring: ring.find("0" * 12),
    "known": lambda ring: ring.known(),
    "rotate": lambda ring: ring.rotate("0" * 12, NOON, made(NAME)[0], DIGEST),
    "revoke": lambda ring: ring.revoke("0" * 12, NOON),
    "used": lambda ring: ring.used("0" * 12, NOON),
}


def test_every_method_is_tried_without_a_database():
    assert {name for name in vars(Keyring) if not name.startswith("_")} == set(CALLS)


def without_its_table(store, url):
    with looked_into(url) as connection:
        connection.execute(sa.text("DROP TABLE api_keys"))
    return store


@pytest.mark.parametrize("name", CALLS)
def test_without_its_table_no_method_tells_what_it_was_given(store, url, name):
    with pytest.raises(StoreUnavailable) as refused:
        CALLS[name](without_its_table(store, url).keyring)
    told = "".join(traceback.format_exception(refused.value))
    assert not [secret for secret in (DIGEST, NAME) if secret in told]


@pytest.mark.parametrize("name", CALLS)
def test_without_a_server_every_method_says_so(name):
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    store = Store(f"mysql+pymysql://door:pw@127.0.0.1:{port}/doorward")
    with closing(store), pytest.raises(StoreUnavailable, match=r"database\.url"):
        CALLS[name](store.keyring)
