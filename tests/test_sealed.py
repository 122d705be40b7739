"""Encryption at rest: a dump shows no face, a row opens in its own place alone, keys are changed while all goes on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import numpy as np
import pytest
import sqlalchemy as sa
from fakes import MODEL_ID, template, vector_of
from mariadb import looked_into

from core import rotation
from core.config import Settings
from core.encryption import LONGER, Key, KeyFile, Keys
from core.errors import ConfigError, EncryptionKeyUnavailable, NotThisPerson
from core.logbook import Act, Incident
from core.parts import make_recogniser, make_store
from core.settings import DatabaseSettings, EncryptionSettings
from core.store import Store

NOON = datetime(2025, 3, 1, 12, 0, 0, tzinfo=UTC)
WIDTH = 16 * 4


@pytest.fixture
def file(tmp_path):
    return tmp_path / "doorward.key"


@pytest.fixture
def opened(url, file):
    """Another Store on the database, with the keys of a file."""
    stores = []

    def open_one(file=file):
        stores.append(Store(url, keys=Keys(KeyFile(file), clock=iter(range(10**6)).__next__)))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def sealed(opened):
    store = opened()
    store.migrate()
    return store


def enrol(store, *who):
    for one in who:
        store.add_faces(one, one.title(), [template(one)], limit=9)


def rows(url):
    with looked_into(url) as connection:
        return connection.execute(sa.text("SELECT id, user_id, embedding, key_id FROM faces ORDER BY id")).all()


def run(url, statement, **values):
    with looked_into(url) as connection:
        connection.execute(sa.text(statement), values)


def seen(store):
    return list(store.page(MODEL_ID).rows.user_ids)


def test_what_is_stored_shows_no_face_and_is_read_as_it_was(sealed, url, file):
    enrol(sealed, "ann", "bob")
    since = sealed.mark()
    enrol(sealed, "ann")
    for row in rows(url):
        assert len(row.embedding) == WIDTH + LONGER
        assert vector_of(row.user_id).astype("<f4").tobytes()[:8] not in row.embedding
        assert row.key_id == Keys(KeyFile(file)).first().id
    assert len({row.embedding for row in rows(url)}) == 3
    for found in (sealed.page(MODEL_ID).rows, sealed.of(MODEL_ID, ["ann", "bob"])):
        np.testing.assert_allclose(found.matrix, [vector_of(w) for w in ("ann", "bob", "ann")], atol=1e-6)
    assert len(sealed.changes(MODEL_ID, since).rows) == 2


def test_new_faces_are_compared_with_sealed_ones(sealed):
    enrol(sealed, "ann")
    with pytest.raises(NotThisPerson):
        sealed.add_faces("ann", "Ann", [template("bob")], limit=9, alike=0.5)


@pytest.mark.logs("damaged")
@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE faces SET user_id = 'cy' WHERE id = 2",
        "UPDATE faces SET embedding = (SELECT embedding FROM (SELECT * FROM faces) AS f WHERE id = 1) WHERE id = 2",
        "UPDATE faces SET embedding = :plain, key_id = NULL WHERE id = 2",
        "UPDATE faces SET embedding = :plain WHERE id = 2",
        "UPDATE faces SET key_id = '0123456789abcdef' WHERE id = 2",
        "UPDATE faces SET embedding = '' WHERE id = 2",
    ],
    ids=["another person's", "another row's", "plain", "as good as plain", "of an unknown key", "emptied"],
)
def test_a_row_that_was_tampered_with_is_left_out_by_name_and_the_others_stay(sealed, url, caplog, tamper):
    enrol(sealed, "ann", "bob", "cy")
    plain = vector_of("ann").astype("<f4").tobytes()
    run(url, tamper, **({"plain": plain} if ":plain" in tamper else {}))
    assert seen(sealed) == ["ann", "cy"]
    assert list(sealed.of(MODEL_ID, ["ann", "bob", "cy"]).user_ids) == ["ann", "cy"]
    assert "of face 2;" in caplog.text


@pytest.mark.logs("damaged")
def test_a_row_is_bound_to_its_model(sealed, url):
    enrol(sealed, "ann")
    run(url, "UPDATE faces SET model_id = 'other:ff:16'")
    assert len(sealed.page("other:ff:16").rows) == 0


def test_a_wrong_key_is_refused_by_name_and_nothing_is_written(sealed, opened, url, tmp_path, file):
    enrol(sealed, "ann")
    before, used = rows(url), Keys(KeyFile(file)).first()
    Keys(KeyFile(tmp_path / "wrong")).first()
    text = (tmp_path / "wrong").read_text()
    for name in ("wrong", "missing"):
        other = opened(tmp_path / name)
        for ask in (Store.migrate, seen, lambda store: enrol(store, "bob"), lambda store: store.rotation.rotate()):
            with pytest.raises(EncryptionKeyUnavailable, match=rf"{used.id}.*{name}"):
                ask(other)
    assert (rows(url), (tmp_path / "wrong").read_text()) == (before, text)
    assert not (tmp_path / "missing").exists()
    assert sealed.people() == [sealed.person("ann")]


def test_without_encryption_a_sealed_gallery_is_refused(sealed, another):
    enrol(sealed, "ann")
    for ask in (lambda: seen(another), lambda: enrol(another, "bob")):
        with pytest.raises(EncryptionKeyUnavailable, match=r"encryption\.enabled"):
            ask()
    with pytest.raises(ConfigError, match=r"encryption\.enabled"):
        another.rotation.rotate()


@pytest.fixture
def another(url):
    with closing(Store(url)) as another:
        yield another


def test_what_an_older_version_stored_is_sealed_at_the_next_start(another, opened, url, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    another.migrate()
    enrol(another, *(f"p{i}" for i in range(5)))
    version = another.gallery_version()
    sealed = opened()
    sealed.migrate()
    assert all(len(row.embedding) == WIDTH + LONGER and row.key_id for row in rows(url))
    assert (seen(sealed), sealed.gallery_version()) == ([f"p{i}" for i in range(5)], version)
    with pytest.raises(EncryptionKeyUnavailable):
        enrol(another, "late")


def test_sealing_that_was_cut_short_is_finished(another, opened, url, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    another.migrate()
    enrol(another, *(f"p{i}" for i in range(5)))
    sealing = opened()
    cut_short(sealing.migrate, monkeypatch, after=2)
    assert sum(row.key_id is None for row in rows(url)) == 3
    later = opened()
    later.migrate()
    assert len(seen(later)) == 5


def cut_short(work, monkeypatch, after):
    """`work`, killed where it seals one more than `after` rows."""
    seal, left = Key.seal, iter(range(after))

    def dying(key, plain, aad):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return seal(key, plain, aad)

    with monkeypatch.context() as patch:
        patch.setattr(Key, "seal", dying)
        with pytest.raises(KeyboardInterrupt):
            work()


def test_keys_are_rotated_while_others_read_and_write(sealed, opened, url, file, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    enrol(sealed, *(f"p{i}" for i in range(5)))
    old, mark = Keys(KeyFile(file)).first(), sealed.mark()
    done = []

    def meanwhile(count):
        done.append(count)
        if len(done) == 1:
            assert len(seen(sealed)) == 5, "who reads meets the new key half-way"
            enrol(sealed, "late")

    assert opened().rotation.rotate(meanwhile, act=Incident(NOON, "shell", Act.KEY_ROTATED)) == 0
    assert [told.code for told in sealed.events()] == [Act.KEY_ROTATED]
    new = Keys(KeyFile(file)).first()
    assert {row.key_id for row in rows(url)} == {new.id} != {old.id}
    assert done == [2, 2, 1]
    assert (len(seen(sealed)), sealed.mark().version) == (6, mark.version + 1)
    assert sealed.rotation.forget() == 1
    assert Keys(KeyFile(file)).all() == (new,)
    assert len(seen(opened())) == 6


def test_a_rotation_that_was_cut_short_goes_on_with_the_same_key(sealed, opened, url, file, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    enrol(sealed, *(f"p{i}" for i in range(5)))
    cut_short(opened().rotation.rotate, monkeypatch, after=3)
    keys = Keys(KeyFile(file)).all()
    assert (len(seen(sealed)), len(keys), len({row.key_id for row in rows(url)})) == (5, 2, 2)
    opened().rotation.rotate()
    assert Keys(KeyFile(file)).all() == keys
    assert {row.key_id for row in rows(url)} == {keys[0].id}
    assert len(seen(sealed)) == 5


def test_a_key_that_was_put_before_the_others_is_the_next(sealed, opened, url, file):
    enrol(sealed, "ann")
    prepared = Keys(KeyFile(file)).add()
    enrol(opened(), "bob")
    assert prepared.id not in {row.key_id for row in rows(url)}, "until then it is not used"
    sealed.rotation.rotate()
    assert {row.key_id for row in rows(url)} == {prepared.id}
    assert Keys(KeyFile(file)).first() == prepared


@pytest.mark.logs("does not open", "damaged")
def test_what_does_not_open_stays_as_it_is_and_hinders_nobody(sealed, url):
    enrol(sealed, "ann", "bob", "cy")
    run(url, "UPDATE faces SET user_id = 'cy' WHERE id = 2")
    before = rows(url)[1]
    for _ in range(2):
        used = rows(url)[0].key_id
        assert sealed.rotation.rotate() == 1
        assert rows(url)[0].key_id != used, "each time a new key"
    assert rows(url)[1] == before
    assert seen(sealed) == ["ann", "cy"]


def test_a_database_in_a_file_has_its_key_beside_it_unless_told_otherwise(tmp_path):
    settings = Settings(database=DatabaseSettings(url=f"sqlite:///{tmp_path}/door.sqlite"))
    with closing(make_store(settings)) as store:
        store.migrate()
        assert (tmp_path / "door.key").stat().st_mode & 0o777 == 0o600
    off = settings.model_copy(update={"encryption": EncryptionSettings(enabled=False)})
    with closing(make_store(off)) as store, pytest.raises(EncryptionKeyUnavailable):
        store.migrate()


def test_several_that_start_at_once_on_an_older_database_use_one_key(another, opened, url, file):
    another.migrate()
    enrol(another, *(f"p{i}" for i in range(9)))
    stores = [opened() for _ in range(4)]
    start = threading.Barrier(4)

    def begin(store):
        start.wait(5)
        store.migrate()
        return len(seen(store))

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(begin, stores)) == [9] * 4
    (key,) = Keys(KeyFile(file)).all()
    assert {row.key_id for row in rows(url)} == {key.id}


def test_with_a_wrong_key_nothing_is_recognised_and_that_is_said_by_name(tmp_path):
    settings = Settings.model_validate(
        {"database": {"url": f"sqlite:///{tmp_path}/door.sqlite"}, "models": {"pack": "demo"}}
    )
    with closing(make_store(settings)) as store:
        store.migrate()
        enrol(store, "ann")
    (tmp_path / "door.key").unlink()
    with closing(make_store(settings)) as store:
        recogniser = make_recogniser(settings, store)
        recogniser.refresh()
        assert recogniser.fault.code == "encryption_key_unavailable"
        with pytest.raises(EncryptionKeyUnavailable, match=r"door\.key"):
            _ = recogniser.gallery
    assert not (tmp_path / "door.key").exists()


def test_one_source_of_keys_is_enough():
    with pytest.raises(ValueError, match="one of key_file"):
        EncryptionSettings(key_variable="DOOR_KEY", key_command=("vault",))
