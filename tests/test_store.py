"""What the store keeps and how it fails: the same contract on SQLite and on MariaDB."""

import socket
import sqlite3
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fakes import MODEL_ID, template
from mariadb import looked_into

from core.domain import Consent, Decision, Person, Reason, Role, StoredFace, Template, Validity, Verdict
from core.errors import (
    ConfigError,
    FaceLimitReached,
    InvalidEmbedding,
    InvalidField,
    ModelMismatch,
    PersonNotFound,
    StoreUnavailable,
)
from core.events import Note, incident_row
from core.logbook import Event, EventFilter, Incident
from core.migrations.tables import METADATA
from core.store import Store
from core.templates import Mark

ROOT = Path(__file__).parents[1]
OTHER_MODEL = "other:ba9876543210:16"
NOON = datetime(2025, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
GRANTED = Decision(Verdict.GRANTED, Reason.MATCHED, "ann", "Ann 🦊", 0.8765432109, 0.25, 0.6, 4, 0.321)
CONSENT = Consent("2026-11 en", NOON.replace(microsecond=0))


def faces(who="ann", count=1, model_id=MODEL_ID):
    return [template(who, away=0.1 * i, model_id=model_id) for i in range(count)]


def event(decision=GRANTED):
    return Event(NOON, "door", decision, MODEL_ID)


# Faces


@pytest.mark.parametrize(
    "name", ["Ann Example", "Zoë 🦊 李小龍", "O'Neil\"; DROP TABLE faces; --", "🧿" * 255, "%s {x} :y"]
)
def test_a_face_comes_back_as_it_was_stored(store, name):
    [face] = faces()
    assert store.add_faces("ann", name, [face], limit=4) == 1
    rows = store.page(MODEL_ID).rows
    assert (store.gallery_version(), list(rows.user_ids), list(rows.names)) == (1, ["ann"], [name])
    assert store.faces("ann")[0].quality == pytest.approx(face.quality)
    assert rows.matrix.dtype == np.float32
    np.testing.assert_allclose(rows.matrix, [face.vector], atol=1e-7)


def test_a_row_of_faces_holds_what_the_readme_says(store, url):
    store.add_faces("ann", "Ann", [Template("ann", "Ann", np.array([0, 3, 4], np.float32), MODEL_ID, 0.5)], limit=4)
    with looked_into(url) as connection:
        [row] = connection.execute(sa.text("SELECT * FROM faces")).mappings()
        today = connection.scalar(sa.text("SELECT count(*) FROM faces WHERE created_at <= CURRENT_TIMESTAMP"))
    assert row["embedding"] == np.array([0, 0.6, 0.8], "<f4").tobytes()
    assert (row["id"], row["user_id"], row["name"], row["model_id"], today) == (1, "ann", "Ann", MODEL_ID, 1)


@pytest.mark.parametrize("vector", [[np.nan, 1.0], [np.inf, 1.0], [0.0, 0.0], []])
def test_what_is_no_embedding_is_refused_with_all_that_came_with_it(store, vector):
    bad = Template("ann", "Ann", np.array(vector, np.float32), MODEL_ID, 0.9)
    with pytest.raises(InvalidEmbedding):
        store.add_faces("ann", "Ann", [*faces(), bad], limit=4)
    assert (store.people(), store.gallery_version()) == ([], 0)


@pytest.mark.parametrize(
    ("field", "user_id", "name", "given"),
    [
        ("user_id", "", "Ann", faces()),
        ("user_id", "a" * 65, "Ann", faces()),
        ("user_id", "ann\udcff", "Ann", faces()),
        ("name", "ann", "", faces()),
        ("name", "ann", "A" * 256, faces()),
        ("name", "ann", "Ann\udcff", faces()),
        ("templates", "ann", "Ann", []),
        ("templates", "ann", "Ann", faces() + faces(model_id=OTHER_MODEL)),
    ],
)
def test_what_would_not_fit_is_refused_by_its_field(store, field, user_id, name, given):
    with pytest.raises(InvalidField) as refused:
        store.add_faces(user_id, name, given, limit=4)
    assert refused.value.field == field
    assert (store.people(), store.gallery_version()) == ([], 0)


@pytest.mark.parametrize(("stored", "more"), [(0, 5), (1, 4), (3, 2), (4, 1)])
def test_more_faces_than_the_limit_are_refused_and_nothing_changes(store, stored, more):
    if stored:
        store.add_faces("ann", "Ann", faces(count=stored), limit=4)
    before = store.gallery_version(), store.people()
    with pytest.raises(FaceLimitReached) as refused:
        store.add_faces("ann", "Anna", faces(count=more), limit=4)
    assert (store.gallery_version(), store.people()) == before
    assert f"has {stored} of at most 4" in str(refused.value)
    assert f"{4 - stored} more fit" in str(refused.value)
    assert ("?replace=true" in str(refused.value)) == (more <= 4)


def test_faces_of_others_and_of_other_models_do_not_count_towards_the_limit(store):
    store.add_faces("bob", "Bob", faces("bob", 4), limit=4)
    store.add_faces("ann", "Ann", faces(count=4, model_id=OTHER_MODEL), limit=4)
    assert store.add_faces("ann", "Ann", faces(count=4), limit=4) == 4
    assert store.models() == {MODEL_ID: 8, OTHER_MODEL: 4}


def test_replacing_leaves_the_new_faces_alone(store):
    store.add_faces("ann", "Ann", faces(count=4), limit=4)
    store.add_faces("ann", "Ann", faces(count=2, model_id=OTHER_MODEL), limit=4)
    store.add_faces("bob", "Bob", faces("bob"), limit=4)
    assert store.add_faces("ann", "Ann", faces(count=3), limit=4, replace=True) == 3
    assert store.people() == [Person("ann", "Ann", faces=3), Person("bob", "Bob", faces=1)]
    assert store.models() == {MODEL_ID: 4}


def test_too_many_to_replace_with_leave_the_old_ones(store):
    store.add_faces("ann", "Ann", faces(), limit=4)
    with pytest.raises(FaceLimitReached):
        store.add_faces("ann", "Ann", faces(count=5), limit=4, replace=True)
    assert store.person("ann").faces == 1


def test_the_name_is_the_one_given_last(store, url):
    store.add_faces("ann", "Ann", faces(), limit=4)
    store.add_faces("ann", "Anna", faces(), limit=4)
    assert store.person("ann") == Person("ann", "Anna", faces=2)
    assert set(store.page(MODEL_ID).rows.names) == {"Anna"}
    with looked_into(url) as connection:
        assert set(connection.scalars(sa.text("SELECT name FROM faces"))) == {"Anna"}


def test_templates_are_those_of_the_model_that_runs(store):
    store.add_faces("ann", "Ann", faces(), limit=4)
    store.add_faces("bob", "Bob", faces("bob", model_id=OTHER_MODEL), limit=4)
    assert list(store.page(MODEL_ID).rows.user_ids) == ["ann"]


def test_a_gallery_of_another_model_is_refused_by_both_names(store):
    store.add_faces("ann", "Ann", faces(model_id=OTHER_MODEL), limit=4)
    with pytest.raises(ModelMismatch, match=rf"{OTHER_MODEL}.*{MODEL_ID}"):
        store.page(MODEL_ID)


def test_an_empty_gallery_suits_every_model(store):
    assert (store.gallery_version(), len(store.page(MODEL_ID).rows)) == (0, 0)


def test_who_is_not_active_has_no_templates_until_active_again(store):
    store.add_faces("ann", "Ann", faces(), limit=4)
    store.set_active("ann", active=False)
    assert (store.gallery_version(), len(store.page(MODEL_ID).rows)) == (2, 0)
    assert store.person("ann") == Person("ann", "Ann", active=False, faces=1)
    store.set_active("ann", active=True)
    assert (store.gallery_version(), list(store.page(MODEL_ID).rows.user_ids)) == (3, ["ann"])


def test_the_faces_of_a_person_are_listed_without_their_vectors(store):
    store.add_faces("bob", "Bob", faces("bob"), limit=4)
    store.add_faces("ann", "Ann", faces(model_id=OTHER_MODEL), limit=4)
    store.add_faces("ann", "Ann", [replace(face, quality=0.25) for face in faces(count=2)], limit=4)
    stored = store.faces("ann")
    assert [(f.model_id, f.quality) for f in stored] == [
        (OTHER_MODEL, pytest.approx(0.9)),
        (MODEL_ID, 0.25),
        (MODEL_ID, 0.25),
    ]
    assert len({f.id for f in stored}) == 3
    assert all(type(f) is StoredFace and f.at.tzinfo is UTC for f in stored)


def test_when_a_face_was_stored_is_told_in_utc_wherever_the_server_stands(mariadb_url):
    with looked_into(mariadb_url) as connection:
        connection.execute(sa.text("SET GLOBAL time_zone = '+05:00'"))
    try:
        with closing(Store(mariadb_url)) as store:
            store.migrate()
            store.add_faces("ann", "Ann", faces(), limit=4)
            [face] = store.faces("ann")
    finally:
        with looked_into(mariadb_url) as connection:
            connection.execute(sa.text("SET GLOBAL time_zone = 'SYSTEM'"))
    assert abs(face.at - datetime.now(UTC)) < timedelta(hours=1)


def test_a_face_that_is_dropped_leaves_the_others(store):
    store.add_faces("ann", "Ann", faces(count=3), limit=4)
    first, second, third = store.faces("ann")
    store.drop_face("ann", second.id)
    assert store.faces("ann") == [first, third]
    assert len(store.page(MODEL_ID).rows) == store.person("ann").faces == 2
    for face in (first, third):
        store.drop_face("ann", face.id)
    assert store.person("ann").faces == 0
    assert store.faces("ann") == []


def test_nobody_drops_the_face_of_another_nor_one_twice(store):
    store.add_faces("ann", "Ann", faces(), limit=4)
    store.add_faces("bob", "Bob", faces("bob"), limit=4)
    [face] = store.faces("ann")
    with pytest.raises(PersonNotFound):
        store.drop_face("bob", face.id)
    store.drop_face("ann", face.id)
    before = store.gallery_version()
    with pytest.raises(PersonNotFound):
        store.drop_face("ann", face.id)
    assert (store.gallery_version(), store.models()) == (before, {MODEL_ID: 1})


# People


def test_consent_is_kept_until_another_is_given_or_the_person_is_erased(store):
    store.add_faces("ann", "Ann", faces(), limit=9)
    assert store.person("ann").consent is None
    store.add_faces("ann", "Ann", faces(), limit=9, consent=CONSENT)
    assert store.person("ann").consent == CONSENT
    store.add_faces("ann", "Ann", faces(), limit=9, replace=True)
    assert [person.consent for person in store.people()] == [CONSENT]
    later = Consent("2027-01 de", CONSENT.at + timedelta(days=60))
    store.add_faces("ann", "Ann", faces(), limit=9, consent=later)
    assert store.person("ann").consent == later
    store.erase("ann")
    store.add_faces("ann", "Ann", faces(), limit=9)
    assert store.person("ann").consent is None


@pytest.mark.parametrize("version", ["", "v" * 65, "v\udcff"])
def test_consent_to_a_text_of_no_such_version_is_refused_with_the_faces(store, version):
    with pytest.raises(InvalidField) as refused:
        store.add_faces("ann", "Ann", faces(), limit=4, consent=Consent(version, NOON))
    assert refused.value.field == "consent"
    assert (store.people(), store.gallery_version()) == ([], 0)


def test_user_ids_are_compared_exactly(store):
    alike = ["ann", "Ann", "ANN", "ann ", "änn", "a\u0308nn", "ßnn", "ssnn", "🦊", "🐻"]
    for user_id in alike:
        store.add_faces(user_id, user_id, faces(), limit=1)
    assert [person.user_id for person in store.people()] == sorted(alike)
    assert store.erase("ann").faces == 1
    assert store.person("Ann") == Person("Ann", "Ann", faces=1)
    assert set(store.page(MODEL_ID).rows.user_ids) == set(alike) - {"ann"}


def test_erasing_takes_the_faces_along_and_leaves_what_happened(store):
    store.add_faces("ann", "Ann", faces(count=3), limit=4)
    store.add_faces("bob", "Bob", faces("bob"), limit=4)
    store.record(event())
    assert store.erase("ann").faces == 3
    assert store.people() == [Person("bob", "Bob", faces=1)]
    assert store.models() == {MODEL_ID: 1}
    assert store.events()[0].decision.user_id == "ann"


@pytest.mark.parametrize(
    "ask",
    [
        Store.person,
        Store.erase,
        Store.faces,
        Store.drop_faces,
        lambda store, user_id: store.drop_face(user_id, 1),
        lambda store, user_id: store.amend(user_id, {"name": "Nobody"}),
        lambda store, user_id: store.set_active(user_id, active=False),
        lambda store, user_id: store.set_validity(user_id, Validity()),
        lambda store, user_id: store.set_pin(user_id, None),
    ],
    ids=["person", "erase", "faces", "drop_faces", "drop_face", "amend", "set_active", "set_validity", "set_pin"],
)
def test_nobody_is_nobody(store, ask):
    store.add_faces("ann", "Ann", faces(), limit=4)
    for user_id in ("Ann", "", "a" * 65, "🦊" * 200):
        with pytest.raises(PersonNotFound):
            ask(store, user_id)
    assert store.gallery_version() == 1


def test_the_version_moves_with_people_and_faces_and_with_nothing_else(store, another):
    versions = [store.gallery_version()]
    for change in (
        lambda: store.add_faces("ann", "Ann", faces(), limit=4),
        lambda: another.add_faces("ann", "Ann", faces(), limit=4, replace=True),
        lambda: another.set_active("ann", active=False),
        lambda: another.add_faces("ann", "Ann", faces(), limit=4),
        lambda: another.drop_face("ann", another.faces("ann")[0].id),
        lambda: another.erase("ann"),
    ):
        change()
        versions.append(store.gallery_version())
    store.record(event())
    store.set_secret(Role.OPERATOR, "$argon2id$")
    assert versions == [0, 1, 2, 3, 4, 5, 6]
    assert another.gallery_version() == 6


# Secrets


def test_the_secret_of_each_role_is_the_one_set_last(store, another):
    assert [store.secret(role) for role in Role] == [None, None]
    store.set_secret(Role.OPERATOR, "$argon2id$v=19$first")
    another.set_secret(Role.OPERATOR, "$argon2id$v=19$second")
    store.set_secret(Role.ADMINISTRATOR, "$argon2id$v=19$third")
    assert another.secret(Role.OPERATOR) == "$argon2id$v=19$second"
    assert another.secret(Role.ADMINISTRATOR) == "$argon2id$v=19$third"


# Several at once


def test_enrolments_at_once_neither_pass_the_limit_nor_lose_a_version(store, another):
    def enrol(i):
        try:
            return (store, another)[i % 2].add_faces("ann", "Ann", faces(), limit=4)
        except FaceLimitReached:
            return 0

    with ThreadPoolExecutor(8) as threads:
        stored = list(threads.map(enrol, range(16)))
    assert sum(stored) == store.person("ann").faces == store.gallery_version() == 4


def test_changes_to_different_people_at_once_all_count(store, another):
    def change(i):
        at = (store, another)[i % 2]
        at.add_faces(f"person {i}", "Somebody", faces(count=2), limit=4)
        at.record(event())
        if i % 3 == 0:
            at.erase(f"person {i}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(change, range(12)))
    assert store.gallery_version() == 12 + 4
    assert len(store.people()) == 12 - 4
    assert len(store.events()) == 12


def test_who_changed_and_the_version_are_of_one_moment(store, another):
    """Bob is enrolled right after the version was read: so it is told next time that he was."""
    before = store.mark()
    store.add_faces("ann", "Ann", faces(), limit=4)

    enrolled = []

    def enrol_bob(connection, cursor, statement, *_):
        if "FROM gallery_state" in statement and not enrolled:
            enrolled.append("bob")
            another.add_faces("bob", "Bob", faces("bob"), limit=4)

    sa.event.listen(sa.Engine, "after_cursor_execute", enrol_bob)
    try:
        first = store.changes(MODEL_ID, before)
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", enrol_bob)
    assert (first.mark.version, list(first.rows.user_ids)) == (1, ["ann"])
    second = store.changes(MODEL_ID, first.mark)
    assert (second.mark.version, list(second.rows.user_ids)) == (2, ["bob"])


# Migrations


def test_migrating_again_changes_nothing(store, another):
    store.add_faces("ann", "Ann", faces(), limit=4)
    another.migrate()
    store.migrate()
    assert store.people() == [Person("ann", "Ann", faces=1)]


def test_two_processes_may_migrate_at_once(url):
    stores = [Store(url, timeout=30.0) for _ in range(4)]  # each waits for all before it
    start = threading.Barrier(4)

    def migrate(store):
        start.wait(5)
        store.migrate()
        return store.gallery_version()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(migrate, stores)) == [0] * 4
    for store in stores:
        store.close()


def test_a_migration_by_somebody_else_is_waited_for_within_the_timeout(store, url):
    with closing(Store(url, timeout=0.3)) as hasty, looked_into(url) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.text("SELECT GET_LOCK(CONCAT('doorward.', DATABASE()), 0)"))
        with pytest.raises(StoreUnavailable):
            hasty.migrate()


def test_the_migrations_make_the_tables_that_the_store_knows(url):
    with closing(Store(url)) as store:
        store.migrate()
    with looked_into(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_a_migration_that_was_cut_short_is_finished(store, url, another):
    store.add_faces("ann", "Ann", faces(), limit=4)
    with looked_into(url) as connection:
        connection.execute(sa.text("DROP TABLE alembic_version"))
        connection.execute(sa.text("DROP TABLE operators"))
        on = " ON events" if connection.dialect.name == "mysql" else ""
        connection.execute(sa.text(f"DROP INDEX ix_events_at{on}"))
    with closing(Store(url)) as later:
        later.migrate()
        later.set_secret(Role.OPERATOR, "$argon2id$")
        assert (later.gallery_version(), later.person("ann").faces) == (1, 1)
    with looked_into(url) as connection:
        assert sa.inspect(connection).get_indexes("events")[0]["name"] == "ix_events_at"


def test_who_was_enrolled_before_consent_was_asked_has_none_on_record(store, url):
    store.add_faces("ann", "Ann", faces(), limit=4)
    with looked_into(url) as connection:
        connection.execute(sa.text("ALTER TABLE people DROP COLUMN consent_at"))  # the other: of a run cut short
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0004'"))
    with closing(Store(url)) as later:
        later.migrate()
        assert later.person("ann") == Person("ann", "Ann", faces=1)


def test_an_event_of_the_first_version_is_kept_and_read(store, url):
    with looked_into(url) as connection:
        for column in ("liveness", "liveness_score", "policy"):
            connection.execute(sa.text(f"ALTER TABLE events DROP COLUMN {column}"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
        connection.execute(
            sa.text(
                "INSERT INTO events (at, source, verdict, reason, frames, model_id) "
                "VALUES ('2026-11-24 12:00:00', 'door', 'denied', 'unknown_face', 4, 'm')"
            )
        )
    with closing(Store(url)) as later:
        later.migrate()
        (kept,) = later.events()
    assert kept.decision == Decision(Verdict.DENIED, Reason.UNKNOWN_FACE, frames=4)


def test_a_pin_belongs_to_a_person(store):
    store.add_faces("ann", "Ann", faces(), limit=4)
    assert store.pin("ann") is None
    assert store.pin("nobody") is None
    store.set_pin("ann", PIN)
    assert store.pin("ann") == (store.person("ann"), PIN)
    assert store.person("ann").has_pin
    assert store.any_pin()
    store.set_active("ann", active=False)
    assert not store.any_pin(), "a disabled person comes in by none"
    store.set_active("ann", active=True)
    store.set_pin("ann", None)
    assert not store.any_pin()
    assert store.pin("ann") is None
    assert not store.person("ann").has_pin
    with pytest.raises(PersonNotFound):
        store.set_pin("nobody", PIN)


def test_people_come_by_pages_and_are_found_by_any_part_of_their_name(store):
    for i in range(7):
        store.add_faces(f"p{i}", f"Person {i}", faces(count=1), limit=4)
    store.add_faces("q_1", "Zoë 100%", faces(count=1), limit=4)
    first = store.people(limit=3)
    assert [p.user_id for p in first] == ["p0", "p1", "p2"]
    assert [p.user_id for p in store.people(after="p2", limit=9)] == ["p3", "p4", "p5", "p6", "q_1"]
    assert [p.user_id for p in store.people("SON 5")] == ["p5"]
    assert [p.user_id for p in store.people("0%")] == [p.user_id for p in store.people("q_")] == ["q_1"]
    assert (store.count(), store.count("person"), store.count("nobody")) == (8, 7, 0)


def test_a_person_is_renamed_everywhere(store):
    store.add_faces("ann", "Ann", faces(), limit=4)
    version = store.gallery_version()
    store.rename("ann", "Anna")
    assert store.person("ann").name == "Anna"
    assert set(store.page(MODEL_ID).rows.names) == {"Anna"}
    assert store.gallery_version() > version
    with pytest.raises(PersonNotFound):
        store.rename("nobody", "Nobody")


def test_validity_comes_back_with_the_person_and_with_the_templates(store):
    store.add_faces("ann", "Ann", faces(), limit=4)
    valid = Validity(NOON.replace(microsecond=0), None)
    store.set_validity("ann", valid)
    assert store.person("ann").valid == valid
    assert store.page(MODEL_ID).rows.valid == {"ann": valid}
    store.set_validity("ann", Validity())
    assert store.person("ann").valid == Validity()


def test_the_database_of_a_newer_doorward_is_left_alone(store, url):
    with looked_into(url) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with closing(Store(url)) as older, pytest.raises(StoreUnavailable, match="newer Doorward"):
        older.migrate()


def test_migrating_says_nothing_to_a_log_that_was_set_up_before(url):
    program = (
        "import logging, sys; logging.basicConfig(level=logging.INFO)\n"
        "from core.store import Store; Store(sys.argv[1]).migrate()"
    )
    done = subprocess.run([sys.executable, "-c", program, url], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_nothing_is_opened_before_it_is_asked_for(tmp_path):
    Store(f"sqlite:///{tmp_path}/new/doorward.sqlite").close()
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_is_in_a_folder_of_its_owners_and_lets_readers_pass_writers(tmp_path):
    file = tmp_path / "new" / "doorward.sqlite"
    Store(f"sqlite:///{file}").migrate()
    assert file.parent.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


# A database that is not there

PASSWORD, NAME, PIN = SECRETS = ("hunter2", "Ann Secret", "$argon2id$v=19$")
CALLS = {
    "migrate": lambda store: store.migrate(),
    "ping": lambda store: store.ping(),
    "gallery_version": lambda store: store.gallery_version(),
    "mark": lambda store: store.mark(),
    "total": lambda store: store.total(MODEL_ID),
    "page": lambda store: store.page(MODEL_ID),
    "changes": lambda store: store.changes(MODEL_ID, Mark("", 0)),
    "of": lambda store: store.of(MODEL_ID, ["ann"]),
    "vectors": lambda store: store.vectors("ann", MODEL_ID),
    "models": lambda store: store.models(),
    "add_faces": lambda store: store.add_faces("ann", NAME, faces(), limit=4, consent=CONSENT),
    "people": lambda store: store.people(),
    "person": lambda store: store.person("ann"),
    "erase": lambda store: store.erase("ann"),
    "amend": lambda store: store.amend("ann", {"name": NAME}),
    "count": lambda store: store.count(),
    "rename": lambda store: store.rename("ann", NAME),
    "set_validity": lambda store: store.set_validity("ann", Validity()),
    "set_active": lambda store: store.set_active("ann", active=True),
    "record": lambda store: store.record(event(Decision(Verdict.GRANTED, Reason.MATCHED, "ann", NAME))),
    "report": lambda store: store.report(Incident(NOON, "door", "camera_covered")),
    "door_did": lambda store: store.door_did(1, "opened"),
    "events": lambda store: store.events(where=EventFilter(person=NAME)),
    "event_stats": lambda store: store.event_stats(EventFilter(person=NAME)),
    "faces": lambda store: store.faces("ann"),
    "drop_faces": lambda store: store.drop_faces("ann"),
    "drop_face": lambda store: store.drop_face("ann", 1),
    "set_pin": lambda store: store.set_pin("ann", PIN),
    "pin": lambda store: store.pin("ann"),
    "pins": lambda store: store.pins(["ann"]),
    "deliver": lambda store: store.deliver([Note("00", incident_row(Incident(NOON, "door", "camera_covered")))]),
    "any_pin": lambda store: store.any_pin(),
    "secret": lambda store: store.secret(Role.OPERATOR),
    "set_secret": lambda store: store.set_secret(Role.OPERATOR, PIN),
}


def a_folder(tmp_path):
    (tmp_path / "doorward.sqlite").mkdir()
    return f"sqlite:///{tmp_path}/doorward.sqlite"


def another_kind_of_file(tmp_path):
    (tmp_path / "doorward.sqlite").write_bytes(b"not a database " * 100)
    return f"sqlite:///{tmp_path}/doorward.sqlite"


def a_file_as_its_folder(tmp_path):
    (tmp_path / "data").write_bytes(b"")
    return f"sqlite:///{tmp_path}/data/doorward.sqlite"


def no_server(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    return f"mysql+pymysql://door:{PASSWORD}@127.0.0.1:{port}/doorward"


def no_such_host(tmp_path):
    return f"mysql+pymysql://door:{PASSWORD}@no..host/doorward"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "somewhere",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        f"mysql+pymysql://door:{PASSWORD}@host",
        f"mysql+pymysql://door:a:{PASSWORD}@host:{PASSWORD}/doorward",
    ],
)
def test_a_url_that_names_no_database_is_refused_at_once(url):
    with pytest.raises(ConfigError, match=r"database\.url") as refused:
        Store(url)
    assert PASSWORD not in "".join(traceback.format_exception(refused.value))


def test_every_method_is_tried_without_a_database():
    with closing(Store("sqlite:///never")) as store:
        public = {name for name in dir(store) if not name.startswith("_") and callable(getattr(store, name))}
    assert public == {*CALLS, "close", "acting_for"}


@pytest.mark.parametrize("gone", [a_folder, another_kind_of_file, a_file_as_its_folder, no_server, no_such_host])
@pytest.mark.parametrize("name", CALLS)
def test_without_a_database_every_method_says_so_and_what_to_do(tmp_path, name, gone):
    with closing(Store(gone(tmp_path))) as store, pytest.raises(StoreUnavailable, match=r"database\.url") as refused:
        CALLS[name](store)
    told = "".join(traceback.format_exception(refused.value))
    assert not [secret for secret in SECRETS if secret in told]


@pytest.mark.parametrize("name", sorted(CALLS.keys() - {"migrate"}))
def test_without_its_tables_no_method_tells_what_it_was_given(store, url, name):
    with looked_into(url) as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(sa.text(f"DROP TABLE {table.name}"))
    with pytest.raises(StoreUnavailable) as refused:
        CALLS[name](store)
    told = "".join(traceback.format_exception(refused.value))
    assert not [secret for secret in (*SECRETS, sa.make_url(url).password) if secret and secret in told]


def test_a_server_that_takes_the_call_and_stays_silent_is_given_up():
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"mysql+pymysql://door:{PASSWORD}@127.0.0.1:{silent.getsockname()[1]}/doorward"
        with closing(Store(url, timeout=0.2)) as store, pytest.raises(StoreUnavailable, match="CR_SERVER_LOST"):
            store.ping()


def test_a_wrong_password_is_told_from_a_server_that_is_down(mariadb_url):
    wrong = sa.make_url(mariadb_url).set(password=PASSWORD).render_as_string(hide_password=False)
    with closing(Store(wrong)) as store, pytest.raises(StoreUnavailable, match="ACCESS_DENIED_ERROR"):
        store.ping()


@pytest.mark.parametrize(("away", "timeout"), [("stopped", 20.0), ("frozen", 2.0)])
def test_a_server_that_was_away_is_used_again(mariadb, mariadb_url, away, timeout):
    with closing(Store(mariadb_url, timeout=timeout)) as store:
        store.migrate()
        store.add_faces("ann", "Ann", faces(), limit=4)
        with getattr(mariadb, away)():
            for _ in range(2):
                with pytest.raises(StoreUnavailable):
                    store.record(event())
        store.migrate()
        assert store.person("ann").faces == 1
        assert store.record(event()) == store.events()[0].id


def test_a_server_that_restarted_between_two_calls_is_not_even_noticed(mariadb, mariadb_url):
    with closing(Store(mariadb_url)) as store:
        store.migrate()
        with mariadb.stopped():
            pass
        assert store.gallery_version() == 0


def test_a_file_that_was_away_is_used_again(tmp_path):
    file, elsewhere = tmp_path / "doorward.sqlite", tmp_path / "elsewhere"
    with closing(Store(f"sqlite:///{file}")) as store:
        store.migrate()
        store.add_faces("ann", "Ann", faces(), limit=4)
        file.rename(elsewhere)
        file.mkdir()
        with pytest.raises(StoreUnavailable):
            store.record(event())
        file.rmdir()
        elsewhere.rename(file)
        store.migrate()
        assert store.person("ann").faces == 1
        assert store.record(event()) == store.events()[0].id


def test_an_empty_file_in_the_place_of_the_old_is_migrated_by_the_next_to_ask(tmp_path):
    file = tmp_path / "doorward.sqlite"
    with closing(Store(f"sqlite:///{file}")) as store:
        store.migrate()
        file.unlink()
        for ask in (store.gallery_version, store.migrate):
            with pytest.raises(StoreUnavailable):
                ask()
        assert not file.exists()
        file.touch()
        store.migrate()
        assert (store.gallery_version(), len(store.page(MODEL_ID).rows)) == (0, 0)


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path):
    """SQLite's own page limit stands in for the disk."""
    file = tmp_path / "doorward.sqlite"

    def limit(connection, *_):
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with closing(Store(f"sqlite:///{file}")) as store:
        store.migrate()
        sa.event.listen(sa.Engine, "begin", limit)
        try:
            with pytest.raises(StoreUnavailable, match="SQLITE_FULL"):
                store.add_faces("ann", "Ann", [wide(i) for i in range(50)], limit=50)
        finally:
            sa.event.remove(sa.Engine, "begin", limit)
        assert (store.people(), store.gallery_version()) == ([], 0)


def wide(i):
    return Template("ann", "Ann", np.random.default_rng(i).normal(size=512).astype(np.float32), MODEL_ID, 0.9)


def test_a_writer_that_does_not_finish_is_waited_for_within_the_timeout(store, url):
    """Somebody else holds the gallery: by a shell, or a process that hangs."""
    with closing(Store(url, timeout=0.3)) as hasty, looked_into(url) as connection:
        connection.execute(sa.text("UPDATE gallery_state SET version = version"))
        with pytest.raises(StoreUnavailable):
            hasty.add_faces("ann", "Ann", faces(), limit=4)
        assert store.gallery_version() == 0


def test_closing_twice_is_fine_and_a_later_call_connects_anew(store):
    store.close()
    store.close()
    assert store.gallery_version() == 0
