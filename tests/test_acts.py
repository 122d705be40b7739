"""What an operator changes is written down with the change: both, or neither. The same on SQLite and on MariaDB."""

from contextlib import closing
from datetime import UTC, datetime

import pytest
from fakes import template

from core.domain import Role, Validity
from core.errors import FaceLimitReached, PersonNotFound, StoreUnavailable
from core.logbook import Act, Actor, EventFilter, EventStats, Incident
from core.pin import hashed
from core.store import Store

HASH = hashed("271828", "271828")


def enrols(store, who="ann"):
    store.add_faces(who, who.title(), [template(who)], limit=4)


CHANGES = {
    Act.ENROLLED: lambda store: store.add_faces("ann", "Ann", [template("ann")], limit=4),
    Act.RENAMED: lambda store: store.rename("ann", "Ann Lee"),
    Act.ENABLED: lambda store: store.set_active("ann", active=True),
    Act.DISABLED: lambda store: store.set_active("ann", active=False),
    Act.DATES_CHANGED: lambda store: store.set_validity("ann", Validity(until=datetime(2027, 1, 1, tzinfo=UTC))),
    Act.PIN_SET: lambda store: store.set_pin("ann", HASH),
    Act.PIN_REMOVED: lambda store: store.set_pin("ann", None),
    Act.FACE_DROPPED: lambda store: store.drop_face("ann", store.faces("ann")[0].id),
    Act.DELETED: lambda store: store.erase("ann"),
}


@pytest.mark.parametrize("act", CHANGES)
def test_who_changed_what_of_whom_is_written_down(store, act):
    enrols(store)
    CHANGES[act](store.acting_for(Actor(Role.ADMINISTRATOR)))
    (told,) = store.events()
    assert (told.source, told.code, told.user_id) == ("administrator", act, "ann")
    assert abs((datetime.now(UTC) - told.at).total_seconds()) < 60


@pytest.mark.parametrize("role", Role)
def test_a_new_secret_is_written_down_and_never_what_it_is(store, role):
    store.acting_for(Actor("shell")).set_secret(role, HASH)
    (told,) = store.events()
    assert (told.source, told.code, told.user_id) == ("shell", Act.SECRET_SET, None)
    assert HASH not in repr(told)


@pytest.mark.parametrize("act", CHANGES)
def test_where_nobody_asks_who_it_was_nothing_is_written_down(store, act):
    enrols(store)
    CHANGES[act](store)
    assert store.events() == []


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (lambda store: store.rename("nobody", "Nobody"), PersonNotFound),
        (lambda store: store.erase("nobody"), PersonNotFound),
        (lambda store: store.drop_face("ann", 10_000), PersonNotFound),
        (lambda store: store.set_pin("nobody", HASH), PersonNotFound),
        (lambda store: store.add_faces("ann", "Ann", [template("ann")] * 4, limit=4), FaceLimitReached),
    ],
)
def test_what_was_refused_was_not_done(store, change, refused):
    enrols(store)
    with pytest.raises(refused):
        change(store.acting_for(Actor(Role.OPERATOR)))
    assert store.events() == []


def test_what_cannot_be_written_down_is_not_done(store, url):
    def fails():
        raise StoreUnavailable("The disk is full. Make room.")

    enrols(store)
    with closing(Store(url, utcnow=fails)) as failing, pytest.raises(StoreUnavailable):
        failing.acting_for(Actor(Role.OPERATOR)).erase("ann")
    assert store.person("ann").faces == 1


def test_acts_are_found_by_whom_they_are_about_and_told_from_faults(store):
    acting = store.acting_for(Actor(Role.OPERATOR))
    enrols(acting)
    enrols(acting, "bob")
    store.report(Incident(datetime.now(UTC), "door", "camera_covered"))
    found = {outcome: store.events(where=EventFilter(outcome=outcome)) for outcome in ("act", "fault")}
    assert [told.user_id for told in found["act"]] == ["bob", "ann"]
    assert [told.code for told in found["fault"]] == ["camera_covered"]
    assert [told.user_id for told in store.events(where=EventFilter(person="AN"))] == ["ann"]
    assert store.event_stats(EventFilter()) == EventStats(), "no decision of the door's"


def test_the_name_of_whoever_it_was_about_is_not_in_it(store):
    store.acting_for(Actor(Role.OPERATOR)).add_faces("ann", "Ann Lee", [template("ann")], limit=4)
    assert "Lee" not in repr(store.events())
