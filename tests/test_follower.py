"""A gallery is loaded a page at a time and kept in step by what changed, whatever fails on the way."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes import MODEL_ID, FakeStore, template, vector_of
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Validity
from core.errors import ModelMismatch, SearchUnavailable, StoreUnavailable
from core.follower import Follower
from core.shelf import Shelf
from core.templates import Mark

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Watched(FakeStore):
    """A store that notes what it was asked for, and is away at those of the questions that it is told to."""

    def __init__(self, *templates, page_size=2):
        super().__init__(*templates)
        self.page_size = page_size
        self.asked = []
        self.fails_at = set()
        self.between = lambda: None
        self.forgot = False
        self.epoch = "first"

    def mark(self):
        self._ask("mark")
        return Mark(self.epoch, super().mark().version)

    def page(self, model_id, after=0):
        self._ask("page")
        page = super().page(model_id, after)
        self.between()
        return page

    def changes(self, model_id, since):
        self._ask("changes")
        if self.forgot or since.epoch != self.epoch:
            return None
        return replace(super().changes(model_id, since), mark=Mark(self.epoch, self._version))

    def changes_of(self, *people):
        self._moves(*people)

    def _ask(self, what):
        self.asked.append(what)
        if len(self.asked) in self.fails_at:
            raise StoreUnavailable("The database does not answer. Start it.")


def following(store, **options):
    published = []
    return Follower(store, MODEL_ID, published.append, **options), published


def test_each_page_is_searched_as_soon_as_it_is_there_and_marked_partial():
    store = Watched(*map(template, ("ann", "bob", "cleo", "dan", "eve")))
    follower, published = following(store)
    seen = []
    store.between = lambda: seen.append(follower.progress)
    follower.follow()
    assert [(len(gallery), gallery.partial) for gallery in published] == [(2, True), (4, True), (5, False)]
    assert seen == [None, (2, 5), (4, 5)]
    assert follower.progress is None


def test_what_is_written_while_the_pages_are_read_is_in_the_whole_gallery():
    store = Watched(*map(template, ("ann", "bob", "cleo", "dan", "eve")))

    def between():
        if store.asked.count("page") == 2:
            store.loses("ann")
            store.gains(template("zoe"))

    store.between = between
    follower, published = following(store)
    follower.follow()
    assert published[-1].people.keys() == {"bob", "cleo", "dan", "eve", "zoe"}


def test_a_change_is_all_that_is_read():
    store = Watched(*map(template, ("ann", "bob", "cleo")))
    follower, published = following(store)
    follower.follow()
    store.asked.clear()
    follower.follow()
    assert store.asked == ["mark"]
    store.gains(template("zoe"))
    follower.follow()
    assert store.asked == ["mark", "mark", "changes"]
    assert published[-1].match(vector_of("zoe")).best.user_id == "zoe"
    assert published[-1].version == 2


@pytest.mark.parametrize("forgets", [True, False], ids=["away for too long", "another database"])
def test_a_store_that_cannot_say_what_changed_is_read_anew_at_once(forgets):
    store = Watched(*map(template, ("ann", "bob", "cleo")))
    follower, published = following(store)
    follower.follow()
    store.faces = [template("zoe")]
    store.gains(template("yan"))
    store.forgot, store.epoch = (True, "first") if forgets else (False, "second")
    follower.follow()
    assert published[-1].people.keys() == {"zoe", "yan"}
    assert not published[-1].partial


@given(st.sets(st.integers(1, 30)), st.lists(st.sampled_from(["ann", "bob", "-ann", "-cleo", "dan"]), max_size=6))
def test_wherever_it_fails_it_ends_with_what_the_store_holds(fails_at, changes):
    store = Watched(*map(template, ("ann", "bob", "cleo", "cleo", "eve")))
    store.fails_at = fails_at
    follower, published = following(store)
    for change in [*changes, *[None] * 40]:
        with suppress(StoreUnavailable):
            follower.follow()
        if change is not None:
            store.loses(change[1:]) if change.startswith("-") else store.gains(template(change))
    assert len(published[-1]) == len(store.faces)
    assert published[-1].people.keys() == {face.user_id for face in store.faces}
    assert (published[-1].version, published[-1].partial) == (store.mark().version, False)


def test_it_stops_between_two_pages_and_goes_on_later():
    store = Watched(*map(template, ("ann", "bob", "cleo")))
    follower, published = following(store)
    follower.follow(lambda: "page" in store.asked)
    assert [(len(gallery), gallery.partial) for gallery in published] == [(2, True)]
    follower.follow()
    assert [gallery.partial for gallery in published] == [True, False]


def test_somebody_comes_and_goes_with_their_validity_without_the_others_being_read():
    store = Watched(template("ann"), replace(template("bob"), valid=Validity(NOON, NOON + HOUR)), page_size=9)
    now = NOON - HOUR
    follower, published = following(store, utcnow=lambda: now)
    follower.follow()
    assert published[-1].people.keys() == {"ann"}
    store.asked.clear()
    for moment, people in [(NOON, {"ann", "bob"}), (NOON + HOUR, {"ann"}), (NOON, {"ann", "bob"})]:
        now = moment
        follower.follow()
        assert published[-1].people.keys() == people
    assert "page" not in store.asked


def test_a_validity_that_is_taken_away_or_given_is_followed():
    store = Watched(template("ann"))
    follower, published = following(store, utcnow=lambda: NOON)
    follower.follow()
    store.faces[0] = replace(template("ann"), valid=Validity(until=NOON))
    store.changes_of("ann")
    follower.follow()
    assert len(published[-1]) == 0
    store.faces[0] = template("ann")
    store.changes_of("ann")
    follower.follow()
    assert len(published[-1]) == 1


def test_where_the_last_face_goes_and_another_models_are_left_it_says_so():
    store = Watched(template("ann"))
    follower, published = following(store)
    follower.follow()
    store.faces.append(template("bob", model_id="other:ff:16"))
    store.loses("ann")
    follower.follow()
    assert len(published[-1]) == 0
    for _ in range(2):
        with pytest.raises(ModelMismatch):
            follower.follow()
    store.faces = [template("cleo")]
    store.changes_of("cleo")
    follower.follow()
    assert published[-1].people.keys() == {"cleo"}


def test_who_is_erased_while_the_rest_is_loaded_is_in_no_later_part():
    store = Watched(*map(template, ("ann", "bob", "cleo", "dan", "eve")))

    def between():
        if store.asked.count("page") == 2:
            store.loses("ann")

    store.between = between
    follower, published = following(store)
    follower.follow()
    assert ["ann" in gallery.people for gallery in published] == [True, False, False]


def test_whose_validity_ends_goes_although_the_store_cannot_tell_who_comes():
    store = Watched(template("ann"), replace(template("bob"), valid=Validity(until=NOON)), page_size=9)
    store.faces.append(replace(template("cleo"), valid=Validity(since=NOON)))
    now = NOON - HOUR
    follower, published = following(store, utcnow=lambda: now)
    follower.follow()
    assert published[-1].people.keys() == {"ann", "bob"}
    now, tell = NOON, store.of

    def cannot_tell(*_):
        raise StoreUnavailable("The database does not answer. Start it.")

    store.of = cannot_tell
    follower.follow()
    assert published[-1].people.keys() == {"ann"}
    store.of = tell
    follower.follow()
    assert published[-1].people.keys() == {"ann", "cleo"}


def test_who_could_not_be_put_in_is_tried_again():
    class Full(Shelf):
        full = False

        def add(self, rows):
            if self.full and len(rows):
                raise SearchUnavailable("Milvus does not answer.")
            super().add(rows)

    store = Watched(template("ann"), replace(template("bob"), valid=Validity(since=NOON)), page_size=9)
    now = NOON - HOUR
    follower, published = following(store, shelf=Full, utcnow=lambda: now)
    follower.follow()
    now, Full.full = NOON, True
    with pytest.raises(SearchUnavailable):
        follower.follow()
    Full.full = False
    follower.follow()
    assert published[-1].people.keys() == {"ann", "bob"}
