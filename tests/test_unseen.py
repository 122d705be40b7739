"""One face, one user_id: also of who is in no gallery, and of who is not in it yet. On SQLite and on MariaDB."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from fakes import MODEL_ID, FakeModel, face, image, keys, template
from mariadb import looked_into
from sqlalchemy.dialects import sqlite

from core.domain import Validity
from core.enrolment import Enrolment, Picture
from core.errors import FaceOfAnother, StoreUnavailable
from core.gallery import Seen
from core.gallerycopy import GalleryCopy
from core.migrations.tables import faces
from core.people import of_model
from core.recogniser import Recogniser
from core.settings import EnrolmentSettings, RecognitionSettings
from core.standby import Standby
from core.store import Store

DAY = timedelta(days=1)
OTHER_MODEL = "other:ba9876543210:16"


def now():
    return datetime.now(UTC)


class Process:
    """Enrolment with a gallery of its own, which is as it was when `polls` was last called, or somebody enrolled."""

    def __init__(self, store, *, templates=None, utcnow=now):
        self.store = store
        settings = RecognitionSettings(threshold=0.6)
        self.recogniser = Recogniser(FakeModel, templates or store, settings, utcnow=utcnow)
        self.enrolment = Enrolment(self.recogniser, store, EnrolmentSettings())
        self.polls()

    def polls(self):
        self.recogniser.refresh()

    def enrols(self, user_id, *shown, **how):
        return self.enrolment.enrol(user_id, user_id.title(), [picture(who) for who in shown], **how)

    def is_refused(self, user_id, *shown, **how):
        """Whether nothing at all is stored, and why."""
        before = self.store.mark(), self.store.people()
        with pytest.raises(FaceOfAnother, match="another user_id"):
            self.enrols(user_id, *shown, **how)
        return (self.store.mark(), self.store.people()) == before


def picture(who):
    return Picture("a.jpg", image((who, face())))


def disabled(store, who):
    store.set_active(who, active=False)


def expired(store, who):
    store.set_validity(who, Validity(None, now() - DAY))


def awaited(store, who):
    store.set_validity(who, Validity(now() + DAY, None))


AWAY = pytest.mark.parametrize("goes", [disabled, expired, awaited])


def damages(url, who):
    with looked_into(url) as connection:
        nan = np.full(16, np.nan, "<f4").tobytes()
        connection.execute(sa.text("UPDATE faces SET embedding = :nan WHERE user_id = :who"), {"nan": nan, "who": who})


def forgets(url):
    """Who changed until now, as after very many changes."""
    with looked_into(url) as connection:
        connection.execute(sa.text("DELETE FROM gallery_changes"))


# Who is not let in


@AWAY
@pytest.mark.parametrize("replace", [False, True], ids=["more", "instead"])
def test_who_is_not_let_in_does_not_come_back_by_a_second_user_id(store, goes, replace):
    door = Process(store)
    door.enrols("ann", "ann")
    door.enrols("eve", "eve")
    goes(store, "ann")
    door.polls()
    assert "ann" not in door.recogniser.gallery.people
    assert door.is_refused("mallory", "ann", replace=replace)
    assert door.is_refused("eve", "ann", replace=replace)
    assert door.enrols("ann", "ann", replace=replace) == 1, "their own user_id is theirs as before"
    assert door.enrols("bob", "bob", replace=replace) == 1


@AWAY
def test_nor_before_the_gallery_in_memory_knows_that_they_are_not(store, another, goes):
    door = Process(store)
    door.enrols("ann", "ann")
    goes(another, "ann")
    assert door.is_refused("mallory", "ann")


def test_nor_before_it_knows_that_they_are_let_in_again(store, another):
    door = Process(store)
    door.enrols("ann", "ann")
    disabled(store, "ann")
    door.polls()
    another.set_active("ann", active=True)
    assert door.is_refused("mallory", "ann")


def test_nor_in_the_moment_in_which_their_time_begins(store):
    store.add_faces("ann", "Ann", [template("ann")], limit=4)
    store.set_validity("ann", Validity(now() - timedelta(seconds=5), None))
    door = Process(store, utcnow=lambda: now() - timedelta(seconds=30))
    assert door.recogniser.gallery.people == {}
    assert door.is_refused("mallory", "ann")


def test_who_was_erased_may_be_enrolled_anew(store):
    door = Process(store)
    door.enrols("ann", "ann")
    disabled(store, "ann")
    store.erase("ann")
    door.polls()
    assert door.enrols("ann-2", "ann") == 1


def test_a_face_of_another_model_hinders_nobody(store):
    store.add_faces("ann", "Ann", [template("ann", model_id=OTHER_MODEL)], limit=4)
    disabled(store, "ann")
    assert Process(store).enrols("ann-2", "ann") == 1


@pytest.mark.logs("damaged and left out")
def test_one_damaged_row_hides_nobody_else(store, url):
    door = Process(store)
    for who in ("ann", "bob"):
        door.enrols(who, who)
        disabled(store, who)
    damages(url, "ann")
    door.polls()
    assert door.is_refused("mallory", "bob")
    assert door.enrols("ann-2", "ann") == 1


def test_so_it_is_where_embeddings_are_sealed(furnished):
    with closing(Store(furnished, keys=keys(1))) as sealed:
        sealed.migrate()
        door = Process(sealed)
        door.enrols("ann", "ann")
        disabled(sealed, "ann")
        door.polls()
        assert door.is_refused("mallory", "ann")


# Who was enrolled a moment ago, by somebody else


def test_of_two_processes_within_one_poll_the_second_is_refused(store, another):
    kiosk, api = Process(store), Process(another)
    kiosk.enrols("ann", "ann")
    assert len(api.recogniser.gallery) == 0
    assert api.is_refused("bob", "ann")
    assert api.enrols("bob", "bob") == 1
    assert kiosk.is_refused("eve", "bob")


def test_of_many_at_once_one_gets_in(store, another):
    processes = [Process((store, another)[i % 2]) for i in range(6)]

    def enrol(i):
        try:
            return processes[i].enrols(f"user-{i}", "ann")
        except FaceOfAnother:
            return 0

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(enrol, range(6))) == 1
    assert [person.faces for person in store.people()] == [1]


def test_so_it_is_for_the_first_faces_of_a_new_model(store, another, url):
    store.add_faces("ann", "Ann", [template("ann", model_id=OTHER_MODEL)], limit=4)
    forgets(url)
    kiosk, api = Process(store), Process(another)
    assert api.recogniser.fault.code == "model_mismatch"
    kiosk.enrols("ann", "ann")
    assert api.is_refused("bob", "ann")
    assert api.enrols("bob", "bob") == 1


def test_who_was_stored_and_disabled_within_one_poll_is_seen_too(store, another):
    kiosk, api = Process(store), Process(another)
    kiosk.enrols("ann", "ann")
    disabled(store, "ann")
    assert api.is_refused("bob", "ann")


def test_a_run_of_many_knows_its_own_without_reading_the_gallery_anew(store):
    run = Process(store)
    run.enrols("ann", "ann", catch_up=False)
    assert len(run.recogniser.gallery) == 0
    assert run.is_refused("bob", "ann", catch_up=False)
    assert run.enrols("ann", "ann", catch_up=False) == 1


@AWAY
def test_in_part_all_but_that_face_are_stored(store, another, goes):
    kiosk, api = Process(store), Process(another)
    kiosk.enrols("ann", "ann")
    goes(store, "ann")
    kiosk.enrols("eve", "eve")
    pictures = [picture(who) for who in ("bob", "ann", "bob", "eve")]
    intake = api.enrolment.take_in("bob", "Bob", pictures, partial=True)
    assert [(one.image, one.code) for one in intake.refused] == [(2, "face_of_another"), (4, "face_of_another")]
    assert (intake.stored, store.person("bob").faces) == (2, 2)


def test_a_kiosk_that_began_with_its_local_copy_is_behind_and_so_the_store_looks(store, another, tmp_path):
    store.add_faces("eve", "Eve", [template("eve")], limit=4)
    with local_copy(store, tmp_path) as copy:
        Process(store, templates=copy)
    gone = Store("mysql+pymysql://nobody:x@127.0.0.1:9/nothing", timeout=0.5)
    with closing(gone), local_copy(gone, tmp_path) as copy:
        kiosk = Process(store, templates=copy)
        assert list(kiosk.recogniser.gallery.people) == ["eve"]
        Process(another).enrols("ann", "ann")
        assert kiosk.is_refused("bob", "ann")


def local_copy(store, folder):
    return closing(Standby(store, GalleryCopy(folder / "gallery", keys(1)), max_age=DAY.total_seconds()))


# What it costs, and where nobody can tell


def test_whoever_is_in_the_gallery_is_not_read_again(store, url):
    door = Process(store)
    door.enrols("ann", "ann")
    door.enrols("eve", "eve")
    damages(url, "ann")  # which would be logged, were it read
    assert door.enrols("bob", "bob") == 1


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_somebodys_faces_are_not_looked_for_among_all_of_the_model(store, url):
    asked = sa.select(faces.c.embedding).where(of_model(MODEL_ID), faces.c.user_id.in_(["ann", "bob"]))
    said = asked.order_by(faces.c.id).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with looked_into(url) as connection:
        assert "ix_faces_user_id" in str(connection.execute(sa.text(f"EXPLAIN QUERY PLAN {said}")).all())


def test_with_a_gallery_of_which_nobody_knows_what_changed_since_nothing_is_stored(store, url):
    door = Process(store)
    store.add_faces("ann", "Ann", [template("ann")], limit=4)
    forgets(url)
    with pytest.raises(StoreUnavailable, match="too old"):
        door.enrols("bob", "ann")
    assert store.count() == 1
    door.polls()
    assert door.is_refused("bob", "ann")


def test_so_it_is_with_one_that_is_ahead_which_must_be_of_another_database(store):
    ahead = Seen(store.mark().version + 1, 0.6)
    with pytest.raises(StoreUnavailable, match="too old"):
        store.add_faces("bob", "Bob", [template("bob")], limit=4, seen=ahead)
    assert store.people() == []


def test_from_the_threshold_on_two_faces_are_one_persons(store):
    store.add_faces("ann", "Ann", [template("ann")], limit=4)
    apart = template("ann", away=0.5)
    cosine = float(apart.vector @ template("ann").vector)
    with pytest.raises(FaceOfAnother) as refused:
        store.add_faces(
            "bob", "Bob", [template("bob"), apart], limit=4, seen=Seen(store.mark().version - 1, cosine - 1e-4)
        )
    assert refused.value.places == {1}
    assert store.add_faces("bob", "Bob", [apart], limit=4, seen=Seen(store.mark().version - 1, cosine + 1e-4)) == 1
    assert store.total(MODEL_ID) == 2
