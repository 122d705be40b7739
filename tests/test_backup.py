"""The database into a file and back, between SQLite and MariaDB; what was cut short or altered changes nothing."""

import errno
import gzip
import os
from contextlib import closing
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from fakes import MODEL_ID, template
from mariadb import looked_into

from core.domain import Consent, Decision, Reason, Role, Validity, Verdict
from core.doors import DoorState
from core.encryption import KeyFile, Keys
from core.errors import EncryptionKeyUnavailable, InputError
from core.logbook import Act, Actor, Event, Incident
from core.store import Store

NOON = datetime(2025, 3, 1, 12, 0, 0, tzinfo=UTC)
GRANTED = Decision(Verdict.GRANTED, Reason.MATCHED, "ann", "Ann 🦊", 0.8765432109, 0.25, 0.6, 4, 0.321)
TAKEN, PUT_BACK = (Incident(NOON, "shell", act) for act in (Act.BACKED_UP, Act.RESTORED))


@pytest.fixture
def keys(tmp_path):
    return Keys(KeyFile(tmp_path / "key"))


@pytest.fixture
def store(url, keys):
    with closing(Store(url, keys=keys)) as store:
        store.migrate()
        yield store


@pytest.fixture
def file(tmp_path):
    return tmp_path / "backup"


@pytest.fixture
def elsewhere(tmp_path, keys, request):
    """An empty database of the other kind."""
    other = f"sqlite:///{tmp_path}/elsewhere.sqlite"
    if request.node.callspec.params["url"] == "sqlite":
        other = request.getfixturevalue("mariadb_url")
    with closing(Store(other, keys=keys)) as store:
        store.migrate()
        yield store


def filled(store):
    for who in ("ann", "bob", "Ann"):
        store.add_faces(who, f"{who} 🦊", [template(who), template(who, away=0.1)], limit=4, consent=Consent("v", NOON))
    store.set_validity("bob", Validity(NOON, None))
    store.set_active("Ann", active=False)
    store.record(Event(NOON, "door", GRANTED, MODEL_ID))
    store.set_secret(Role.OPERATOR, "$argon2id$v=19$x")


def held(store):
    rows = store.page(MODEL_ID).rows
    facts = store.people(), store.faces("ann"), rows.user_ids, rows.valid, store.secret(Role.OPERATOR)
    return *facts, [event for event in store.events() if isinstance(event, Event)], rows.matrix.tobytes()


def test_all_comes_back_in_another_database(store, elsewhere, file):
    filled(store)
    contents = store.backup.write(file, TAKEN)
    assert (contents.rows["people"], contents.rows["faces"]) == (3, 6)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.glob("backup*")] == ["backup"]
    before, since = held(store), elsewhere.mark()
    assert elsewhere.backup.restore(file, PUT_BACK).rows == contents.rows
    assert held(elsewhere) == before
    assert [told.code for told in elsewhere.events() if isinstance(told, Incident)] == [Act.RESTORED, Act.BACKED_UP]
    assert elsewhere.mark().epoch not in (since.epoch, store.mark().epoch)
    assert elsewhere.changes(MODEL_ID, since) is None, "whoever follows reads it anew"
    elsewhere.add_faces("cy", "Cy", [template("cy")], limit=4)
    assert elsewhere.page(MODEL_ID).rows.user_ids[-1] == "cy"


def test_embeddings_are_as_sealed_in_the_file_as_in_the_rows(store, file):
    filled(store)
    store.backup.write(file, TAKEN)
    plain = template("ann").vector.astype("<f4").tobytes()
    assert plain not in gzip.decompress(file.read_bytes())


def test_a_database_that_holds_something_is_replaced_only_if_told_so(store, file):
    filled(store)
    store.backup.write(file, TAKEN)
    before = held(store)
    store.acting_for(Actor("shell")).erase("bob")
    version = store.gallery_version()
    with pytest.raises(InputError, match="--replace"):
        store.backup.restore(file, PUT_BACK)
    assert store.gallery_version() == version
    store.backup.restore(file, PUT_BACK, replace=True)
    assert held(store) == before
    assert store.gallery_version() == version + 1


@pytest.mark.parametrize(
    "broken",
    [
        lambda data: data[:-200],
        lambda data: gzip.compress(gzip.decompress(data).replace(b"bob", b"eve")),
        lambda data: gzip.compress(b"\n".join(gzip.decompress(data).split(b"\n")[:-3])),
        lambda data: gzip.compress(gzip.decompress(data).replace(b'"doorward_backup":1', b'"doorward_backup":2')),
        lambda data: b"not a backup",
        lambda data: b"",
    ],
    ids=["cut short", "altered", "without its end", "of another format", "another file", "empty"],
)
def test_what_is_no_whole_backup_changes_nothing(store, file, broken):
    filled(store)
    store.backup.write(file, TAKEN)
    file.write_bytes(broken(file.read_bytes()))
    before = held(store), store.mark()
    with pytest.raises(InputError, match="backup"):
        store.backup.restore(file, PUT_BACK, replace=True)
    assert (held(store), store.mark()) == before


def test_the_backup_of_a_newer_version_is_refused(store, file, url):
    with looked_into(url) as connection:
        connection.execute(sa.text("SELECT 1"))
    store.backup.write(file, TAKEN)
    file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()).replace(b'"consent_at"', b'"colour"')))
    with pytest.raises(InputError, match="newer Doorward"):
        store.backup.restore(file, PUT_BACK, replace=True)


def test_what_could_not_be_opened_is_not_restored(store, file, tmp_path):
    filled(store)
    key_id = store.backup.write(file, TAKEN).key_id
    with closing(Store(f"sqlite:///{tmp_path}/b.sqlite", keys=Keys(KeyFile(tmp_path / "other")))) as other:
        other.migrate()
        with pytest.raises(EncryptionKeyUnavailable, match=key_id):
            other.backup.restore(file, PUT_BACK)
        assert other.people() == []


def test_a_plain_backup_is_sealed_where_encryption_is_on(tmp_path, file, keys):
    with closing(Store(f"sqlite:///{tmp_path}/plain.sqlite")) as plain:
        plain.migrate()
        filled(plain)
        plain.backup.write(file, TAKEN)
        before = held(plain)
    with closing(Store(f"sqlite:///{tmp_path}/sealed.sqlite", keys=keys)) as sealed:
        sealed.migrate()
        sealed.backup.restore(file, PUT_BACK)
        assert held(sealed) == before
    with looked_into(f"sqlite:///{tmp_path}/sealed.sqlite") as connection:
        assert set(connection.scalars(sa.text("SELECT length(embedding) FROM faces"))) == {16 * 4 + 28}


def test_a_file_that_is_there_is_not_written_over(store, file):
    file.write_text("precious")
    with pytest.raises(InputError, match="cannot be written"):
        store.backup.write(file, TAKEN)
    assert file.read_text() == "precious"
    with pytest.raises(InputError, match="cannot be written"):
        store.backup.write(file / "in" / "a" / "file", TAKEN)


def test_a_door_that_its_operator_has_locked_stays_so(store, file):
    filled(store)
    store.backup.write(file, TAKEN)
    store.doors.tell("front", DoorState(locked=True, fault=None, at=NOON))
    store.backup.restore(file, PUT_BACK, replace=True)
    assert store.doors.all()["front"].locked


def test_of_a_backup_in_the_middle_of_a_rotation_each_row_has_to_open(store, file, url, keys):
    filled(store)
    with looked_into(url) as connection:
        connection.execute(sa.text("UPDATE faces SET key_id = 'elsewhere' WHERE user_id = 'bob'"))
    store.backup.write(file, TAKEN)
    store.erase("ann")
    with pytest.raises(EncryptionKeyUnavailable, match="elsewhere"):
        store.backup.restore(file, PUT_BACK, replace=True)
    assert {person.user_id for person in store.people()} == {"Ann", "bob"}


def test_where_the_disk_has_no_links_it_gets_its_name_all_the_same(store, file, monkeypatch):
    def no_links(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    filled(store)
    store.backup.write(file, TAKEN)
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(file.name)] == [file.name]
    with pytest.raises(InputError):
        store.backup.write(file, TAKEN)
