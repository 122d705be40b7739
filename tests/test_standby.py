"""Without a database the door goes on from what it knew, also after a restart, and for no longer than it may."""

import itertools
import os
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf

import numpy as np
import pytest
from fakes import MODEL_ID, FakeSource, FakeStore, keys, template, vector_of
from hypothesis import given, settings
from hypothesis import strategies as st

from core import gallerycopy, standby
from core.contact import Contact, Instant, instant
from core.domain import Person, Validity
from core.encryption import KeyFile, Keys
from core.errors import (
    EncryptionKeyUnavailable,
    LocalFileUnavailable,
    OfflineTooLong,
    SearchUnavailable,
    StoreUnavailable,
)
from core.follower import Follower
from core.gallerycopy import GalleryCopy
from core.shelf import Shelf
from core.standby import Standby
from core.store import Store
from core.templates import Mark

KEYS = keys(1)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY = 86_400.0


class Database(FakeStore):
    """That also keeps PINs, and goes away after so many answers when it is told to."""

    def __init__(self, *templates, page_size=2):
        super().__init__(*templates)
        self.page_size = page_size
        self.holders = {}
        self.epoch = "first"
        self.answers_left = None

    def sets_pin(self, who, secret_hash):
        self.holders[who] = (Person(who, who.title(), has_pin=True), secret_hash)
        self._moves(who)

    def loses(self, who):
        self.holders.pop(who, None)
        super().loses(who)

    def pins(self, user_ids=None):
        self._answer()
        return {who: pin for who, pin in self.holders.items() if user_ids is None or who in user_ids}

    def pin(self, user_id):
        self._answer()
        return self.holders.get(user_id)

    def any_pin(self):
        self._answer()
        return bool(self.holders)

    def mark(self):
        return Mark(self.epoch, super().mark().version)

    def changes(self, model_id, since):
        self._answer()
        if since.epoch != self.epoch:
            return None
        return replace(super().changes(model_id, since), mark=Mark(self.epoch, self._version))

    def _answer(self):
        if self.answers_left is not None:
            self.answers_left -= 1
            if self.answers_left < 0:
                self.goes_away()
        super()._answer()

    def comes_back(self):
        self.answers_left = None
        super().comes_back()


class Kiosk:
    """One database, one folder, and a door that is started again and again. `wall` and `ticks` are its clocks."""

    def __init__(self, folder, *who, **options):
        self.folder, self.database = folder, Database(*map(template, who), **options)
        self.now, self.ticked = Instant(1e9, 1e4, "boot"), 0.0
        self.source, self.standby = FakeSource("11" * 32), None
        self.starts()

    def starts(self):
        if self.standby is not None:
            self.standby.close()
        copy = GalleryCopy(self.folder / "gallery", Keys(self.source))
        self.standby = Standby(self.database, copy, max_age=DAY, now=lambda: self.now, clock=lambda: self.ticked)
        self.galleries = []
        self.follower = Follower(self.standby, MODEL_ID, self.galleries.append, utcnow=lambda: NOON)

    def waits(self, seconds):
        self.ticked += seconds
        self.now = replace(self.now, wall=self.now.wall + seconds, ticks=self.now.ticks + seconds)

    def polls(self):
        self.standby.migrate()
        self.follower.follow()

    @property
    def known(self):
        gallery = self.galleries[-1]
        assert not gallery.partial
        people = {who: gallery.match(vector_of(who)).best for who in "abcdefgh"}
        return {who for who, best in people.items() if best is not None and best.user_id == who}


@pytest.fixture
def kiosk(tmp_path):
    made = []

    def make(*who, **options):
        made.append(Kiosk(tmp_path, *who, **options))
        return made[-1]

    yield make
    for each in made:
        each.standby.close()


def test_a_running_door_goes_on_without_its_database(kiosk):
    door = kiosk(*"abc")
    door.polls()
    assert door.known == set("abc")
    assert door.standby.offline is None
    door.database.goes_away()
    door.waits(60)
    door.polls()
    assert door.known == set("abc")
    assert door.standby.offline.age == pytest.approx(60)
    door.database.comes_back()
    door.database.gains(template("d"))
    door.polls()
    assert door.known == set("abcd")
    assert door.standby.offline is None


def test_a_door_that_starts_without_its_database_begins_with_the_copy(kiosk):
    door = kiosk(*"abcde")
    door.polls()
    door.database.gains(template("f"))
    door.database.loses("b")
    door.polls()
    door.database.goes_away()
    door.starts()
    door.polls()
    assert door.known == set("acdef")
    door.database.comes_back()
    door.database.loses("c")
    door.polls()
    assert door.known == set("adef")


def test_names_vectors_and_validity_are_as_they_were(kiosk):
    door = kiosk()
    door.database.gains(*(replace(template(who), valid=Validity(NOON, None)) for who in "ab"), template("c"))
    door.polls()
    before = door.database.of(MODEL_ID, "abc")
    door.database.goes_away()
    door.starts()
    door.polls()
    rows = door.standby.of(MODEL_ID, "abc")
    assert (list(rows.user_ids), list(rows.names)) == (list(before.user_ids), list(before.names))
    assert rows.valid == before.valid
    np.testing.assert_array_equal(rows.matrix, before.matrix)
    assert list(door.standby.of(MODEL_ID, ["b"]).user_ids) == ["b"]


def test_pins_are_known_as_long_as_the_copy_is_and_no_longer(kiosk):
    door = kiosk(*"ab")
    door.database.sets_pin("a", "hash a")
    door.database.sets_pin("z", "hash z")  # who has no face
    door.polls()
    door.database.sets_pin("a", "another")
    door.database.loses("z")
    door.polls()
    for restart in (False, True):
        door.database.goes_away()
        if restart:
            door.starts()
        door.polls()
        assert door.standby.pin("a")[1] == "another"
        assert door.standby.pin("a")[0].may_enter(NOON)
        assert door.standby.pin("z") is None
        assert door.standby.any_pin()
        door.database.comes_back()
    door.database.goes_away()
    door.polls()
    door.waits(DAY + 1)
    with pytest.raises(OfflineTooLong):
        door.standby.pin("a")


@pytest.mark.parametrize("restart", [False, True])
def test_offline_for_too_long_it_says_so_until_the_database_is_back(kiosk, restart):
    door = kiosk(*"ab")
    door.polls()
    door.database.goes_away()
    if restart:
        door.starts()
    door.waits(DAY - 1)
    door.polls()
    door.waits(2)
    with pytest.raises(OfflineTooLong, match=r"24\.0 h ago.*offline\.max_age"):
        door.polls()
    door.database.comes_back()
    door.polls()
    assert door.known == set("ab")


def test_what_was_current_lately_is_no_older_than_that(kiosk):
    door = kiosk(*"ab")
    for _ in range(30):
        door.polls()
        door.waits(3600)
    door.database.goes_away()
    door.starts()
    door.polls()
    assert door.standby.offline.age <= 3600 + standby.TOUCH


def test_hours_without_the_database_are_not_forgotten_where_the_machine_is_restarted(kiosk):
    door = kiosk(*"ab")
    door.polls()
    door.database.goes_away()
    for _ in range(10):
        door.waits(3600)
        door.polls()
    door.now = Instant(door.now.wall, 1.0, "another boot")
    door.starts()
    door.polls()
    assert door.standby.offline.age == pytest.approx(36_000)
    door.waits(DAY - 36_000 + 1)
    with pytest.raises(OfflineTooLong):
        door.polls()


def test_a_copy_is_not_believed_where_the_machine_was_restarted_and_its_clock_set_back(kiosk):
    door = kiosk(*"ab")
    door.polls()
    door.database.goes_away()
    before, door.now = door.now, Instant(door.now.wall - 1, 1.0, "another boot")
    door.starts()
    with pytest.raises(OfflineTooLong, match="Set the clock"):
        door.polls()
    door.now = Instant(before.wall + 1, 2.0, "another boot")
    door.polls()
    assert door.known == set("ab")


@pytest.mark.parametrize("restart", [False, True])
def test_a_database_that_answers_is_believed_where_it_was_sealed_with_a_key_that_this_door_lacks(
    tmp_path, restart, caplog
):
    caplog.set_level("INFO", logger="core.standby")
    url, galleries = f"sqlite:///{tmp_path}/db", []
    (tmp_path / "mine").write_text("11" * 32)
    (tmp_path / "theirs").write_text("11" * 32)
    for name in ("mine", "theirs"):
        (tmp_path / name).chmod(0o600)

    def starts():
        own = Store(url, keys=Keys(KeyFile(tmp_path / "mine")))
        standby = stack.enter_context(closing(Standby(own, GalleryCopy(tmp_path / "gallery", KEYS), max_age=DAY)))
        stack.enter_context(closing(own))
        return standby, Follower(standby, MODEL_ID, galleries.append)

    with ExitStack() as stack:
        server = stack.enter_context(closing(Store(url, keys=Keys(KeyFile(tmp_path / "theirs")))))
        server.migrate()
        for who in "ab":
            server.add_faces(who, who, [template(who)], limit=4)
        standby, follower = starts()
        follower.follow()
        server.rotation.rotate()
        server.erase("a")
        if restart:
            standby.close()
            standby, follower = starts()
        for _ in range(3):
            with pytest.raises(EncryptionKeyUnavailable):
                follower.follow()
            assert standby.offline is None
        assert len(galleries) == 1
        assert caplog.text == ""
        (tmp_path / "mine").write_text((tmp_path / "theirs").read_text())
        standby.close()
        standby, follower = starts()
        follower.follow()
        assert [galleries[-1].match(vector_of(who)).best.user_id for who in "ab"] == ["b", "b"]


def test_without_a_copy_there_is_nothing_to_go_by(kiosk):
    door = kiosk(*"ab")
    door.database.goes_away()
    with pytest.raises(StoreUnavailable):
        door.polls()
    with pytest.raises(StoreUnavailable):
        door.standby.pin("a")
    door.database.comes_back()
    door.polls()
    assert door.known == set("ab")


@pytest.mark.logs("no local copy")
def test_a_damaged_copy_is_not_believed_and_made_anew(kiosk, tmp_path):
    door = kiosk(*"ab")
    door.polls()
    data = bytearray((tmp_path / "gallery").read_bytes())
    data[len(data) // 2] ^= 1
    door.standby.close()
    (tmp_path / "gallery").write_bytes(data)
    door.database.goes_away()
    door.starts()
    with pytest.raises(StoreUnavailable):
        door.polls()
    door.database.comes_back()
    door.polls()
    assert door.known == set("ab")
    door.database.goes_away()
    door.starts()
    door.polls()
    assert door.known == set("ab")


@pytest.mark.logs("no local copy")
def test_where_no_copy_can_be_kept_a_running_door_goes_on_and_tries_again_later(kiosk, tmp_path, monkeypatch):
    door = kiosk(*"ab")
    door.polls()
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        door.database.loses("a")
        door.polls()
    assert "No space left" in door.standby.problem
    assert not (tmp_path / "gallery").exists(), "an older state must not come back"
    door.database.goes_away()
    door.polls()
    assert door.known == {"b"}
    door.database.comes_back()
    door.database.gains(*map(template, "cde"))
    door.polls()
    door.waits(standby.ANEW)
    door.polls()
    door.database.loses("b")
    door.database.gains(template("f"))
    before = len(door.galleries)
    for _ in range(4):
        door.polls()
    assert door.standby.problem == ""
    assert len(door.galleries) == before + 1, "who follows is not disturbed"
    door.database.gains(template("g"))
    door.polls()
    door.database.goes_away()
    door.starts()
    door.polls()
    assert door.known == set("cdefg")


@pytest.mark.logs("no local copy")
def test_where_no_copy_can_ever_be_kept_the_whole_gallery_stays(kiosk, tmp_path):
    (tmp_path / "file").touch()
    door = kiosk(*"abcde")
    door.folder = tmp_path / "file"
    door.starts()
    door.polls()
    for _ in range(3):
        door.waits(standby.ANEW)
        door.database.gains(template("f"))
        before = len(door.galleries)
        door.polls()
        assert [gallery.partial for gallery in door.galleries[before:]] == [False]


@pytest.mark.parametrize("loaded", [False, True])
def test_what_could_not_be_taken_in_is_told_again_and_nothing_read_or_written_twice(kiosk, tmp_path, loaded):
    """As where the gallery is kept in Milvus alone, which is away."""
    door = kiosk(*"abcde")
    reads, page = [], door.database.page
    door.database.page = lambda *asked: reads.append(asked) or page(*asked)
    shelf, away = Shelf(MODEL_ID), [False]

    def add(rows):
        if away[0]:
            raise SearchUnavailable("It is away. Start it.")
        Shelf.add(shelf, rows)

    shelf.add = add
    door.follower = Follower(door.standby, MODEL_ID, door.galleries.append, shelf=lambda _: shelf)
    if loaded:
        door.polls()
        door.database.gains(template("f"))
    before, away[0] = len(reads), True
    for _ in range(4):
        with pytest.raises(SearchUnavailable):
            door.polls()
    assert len(reads) - before == (0 if loaded else 1)
    size, away[0] = (tmp_path / "gallery").stat().st_size if loaded else 0, False
    door.polls()
    assert len(reads) == 3
    assert (tmp_path / "gallery").stat().st_size == size or not loaded
    everybody = set("abcdef") if loaded else set("abcde")
    assert door.known == everybody
    door.database.goes_away()
    door.starts()
    door.polls()
    assert door.known == everybody


@pytest.mark.logs("no local copy")
def test_a_key_that_cannot_be_had_when_it_starts_is_asked_for_again_and_the_copy_stays(kiosk, monkeypatch):
    door = kiosk(*"ab")
    door.polls()
    door.database.goes_away()
    with monkeypatch.context() as patch:
        patch.setattr(door.source, "read", lambda: (_ for _ in ()).throw(EncryptionKeyUnavailable("It hangs. Wait.")))
        door.starts()
        with pytest.raises(StoreUnavailable):
            door.polls()
    door.waits(standby.AGAIN)
    door.polls()
    assert door.known == set("ab")
    assert door.standby.problem == ""


@pytest.mark.logs("no local copy")
def test_a_start_with_a_wrong_key_leaves_the_copy_as_it_is(kiosk):
    door = kiosk(*"ab")
    door.polls()
    door.database.goes_away()
    for text, known in (("22" * 32, None), ("11" * 32, set("ab"))):
        door.source.text = text
        door.starts()
        with suppress(StoreUnavailable):
            door.polls()
        assert (door.known if door.galleries else None) == known


@pytest.mark.logs("no local copy")
@pytest.mark.parametrize("away", [False, True])
def test_a_second_kiosk_on_the_same_folder_takes_nothing_from_the_first(kiosk, away):
    door, other = kiosk(*"ab"), kiosk(*"c")
    door.polls()
    if away:
        other.database.goes_away()
    with suppress(StoreUnavailable):
        other.polls()
    assert "another Doorward" in other.standby.problem
    other.standby.close()
    door.database.gains(template("d"))
    door.polls()
    assert door.standby.problem == ""
    door.database.goes_away()
    door.starts()
    door.polls()
    assert door.known == set("abd")


@pytest.mark.logs("could not be written anew")
def test_a_copy_that_cannot_be_sealed_anew_is_gone_on_with(kiosk, tmp_path, monkeypatch):
    door = kiosk(*"ab")
    door.polls()
    door.source.text = f"{'22' * 32} {'11' * 32}"
    door.waits(standby.RENEW)
    with monkeypatch.context() as patch:
        patch.setattr(GalleryCopy, "add", lambda *_: (_ for _ in ()).throw(LocalFileUnavailable("Full. Make room.")))
        door.polls()
    door.database.loses("a")
    door.polls()
    door.database.goes_away()
    door.starts()
    door.polls()
    assert door.known == {"b"}


def test_changes_are_folded_in_now_and_then(kiosk, tmp_path, monkeypatch):
    monkeypatch.setattr(gallerycopy, "TAIL", 4000)
    door = kiosk(*"abc")
    door.polls()
    for _ in range(40):
        door.database.loses("a")
        door.database.gains(template("a"))
        door.polls()
    assert (tmp_path / "gallery").stat().st_size < 10_000
    door.database.goes_away()
    door.starts()
    door.polls()
    assert door.known == set("abc")


def test_a_copy_is_sealed_anew_with_a_newer_key_before_the_older_one_is_thrown_away(kiosk, tmp_path):
    door = kiosk(*"abc")
    door.source = FakeSource("11" * 32)
    door.starts()
    door.polls()
    door.source.text = f"{'22' * 32} {'11' * 32}"
    door.waits(standby.RENEW)
    door.polls()
    door.source.text = "22" * 32
    door.database.goes_away()
    door.starts()
    door.polls()
    assert door.known == set("abc")


def test_another_database_takes_the_place_of_the_first(kiosk):
    door = kiosk(*"abc")
    door.polls()
    door.database.epoch = "second"
    door.database.faces.clear()
    door.database.gains(template("d"))
    door.polls()
    door.database.goes_away()
    door.starts()
    door.polls()
    assert door.known == {"d"}


ACTS = st.one_of(
    st.tuples(st.just("gains"), st.sampled_from("abcdefgh")),
    st.tuples(st.just("loses"), st.sampled_from("abcdefgh")),
    st.tuples(st.just("away_after"), st.integers(0, 12)),
    st.tuples(st.just("back"), st.none()),
    st.tuples(st.just("starts"), st.none()),
)


@settings(max_examples=150)
@given(acts=st.lists(ACTS, max_size=25))
def test_whatever_happens_nobody_is_known_who_was_gone_when_it_was_last_in_step(tmp_path_factory, acts):
    door = Kiosk(tmp_path_factory.mktemp("any"), *"abc", page_size=1)
    table = [set("abc")]
    in_step = -1
    try:
        for act, what in [*acts, ("back", None)]:
            match act:
                case "gains" if what not in table[-1]:
                    door.database.gains(template(what))
                    table.append(table[-1] | {what})
                case "loses" if what in table[-1]:
                    door.database.loses(what)
                    table.append(table[-1] - {what})
                case "away_after":
                    door.database.answers_left = what
                case "back":
                    door.database.comes_back()
                case "starts":
                    door.starts()
            with suppress(StoreUnavailable):
                door.polls()
                assert door.known in table[max(0, in_step) :]
                if door.standby.offline is None:
                    assert door.known == table[-1]
                    in_step = len(table) - 1
        assert door.known == table[-1]
    finally:
        door.standby.close()


# How old it is


def at(wall=0.0, ticks=0.0, boot="one"):
    return Instant(wall, ticks, boot)


@pytest.mark.parametrize(
    ("now", "age"),
    [
        (at(5, 5), 5),
        (at(-1000, 5), 5),  # the clock on the wall was set back
        (at(100, 5), 100),  # forward: rather too old than too young
        (at(5, 5000, "two"), 5),  # started again: the ticks say nothing
        (at(0, 1, "two"), 0),
        (at(-1, 1, "two"), inf),  # and then nor does the clock on the wall
    ],
)
def test_the_age_is_that_of_the_clock_that_says_more(now, age):
    assert Contact(at()).age(now) == age
    assert Contact(at(), 7.0).age(now) == age + 7


@given(steps=st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e4)), max_size=8))
def test_no_clock_that_is_set_makes_it_younger_within_one_boot(steps):
    contact, ages = Contact(at()), []
    walls = itertools.accumulate((wall for wall, _ in steps), initial=0.0)
    ticks = itertools.accumulate((ticked for _, ticked in steps), initial=0.0)
    for wall, ticked in zip(walls, ticks, strict=True):
        ages.append(contact.age(at(wall, ticked)))
        assert ages[-1] >= ticked


def test_the_clocks_go():
    first = instant()
    second = instant()
    assert second.ticks >= first.ticks
    assert second.boot == first.boot


# The database's own word on PINs


def test_a_pin_is_part_of_what_is_followed(store: Store):
    store.add_faces("ann", "Ann", [template("ann")], limit=4)
    store.add_faces("bob", "Bob", [template("bob")], limit=4)
    since = store.mark()
    store.set_pin("ann", "hash")
    assert store.changes(MODEL_ID, since).user_ids == {"ann"}
    assert store.pins() == store.pins(["ann", "bob"]) == {"ann": store.pin("ann")}
    assert store.pins(["bob"]) == store.pins([]) == {}


def test_a_door_on_the_real_store_goes_on_when_it_is_gone(store: Store, tmp_path):
    store.add_faces("a", "A", [template("a")], limit=4)
    store.set_validity("a", Validity(NOON, NOON + timedelta(days=1)))
    store.set_pin("a", "hash")
    copies = [GalleryCopy(tmp_path / "gallery", KEYS) for _ in range(2)]
    galleries = []
    door = Standby(store, copies[0], max_age=DAY)
    Follower(door, MODEL_ID, galleries.append, utcnow=lambda: NOON).follow()
    door.close()
    gone = Store("mysql+pymysql://nobody:x@127.0.0.1:9/nothing", timeout=0.5)
    door = Standby(gone, copies[1], max_age=DAY)
    Follower(door, MODEL_ID, galleries.append, utcnow=lambda: NOON).follow()
    assert galleries[-1].match(vector_of("a")).best.user_id == "a"
    assert (door.pin("a")[0].valid, door.pin("a")[1]) == (Validity(NOON, NOON + timedelta(days=1)), "hash")
    door.close()
    gone.close()
