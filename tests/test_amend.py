"""Several changes of a person at once, what erasing tells, how doors stand. On SQLite and on MariaDB."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes import MODEL_ID, template

from core.domain import Erasure, Person, Validity
from core.doors import DoorState
from core.errors import InvalidField, PersonNotFound

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def ann(store):
    store.add_faces("ann", "Ann", [template("ann"), template("ann")], limit=4)
    return store


def test_all_that_is_named_changes_in_one_step_and_nothing_else(ann):
    ann.amend("ann", {"valid_from": NOON})
    changed = ann.amend("ann", {"name": "Anna", "active": False, "valid_until": NOON + HOUR})
    assert changed == ann.person("ann") == Person("ann", "Anna", False, 2, valid=Validity(NOON, NOON + HOUR))
    assert ann.gallery_version() == 3
    ann.amend("ann", {"active": True, "valid_from": None})
    assert ann.person("ann").valid == Validity(None, NOON + HOUR)
    assert set(ann.page(MODEL_ID).rows.names) == {"Anna"}


def test_nothing_at_all_may_be_asked_for(ann):
    assert ann.amend("ann", {}) == ann.person("ann")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"active": False, "name": ""}, "name"),
        ({"active": False, "name": "A" * 256}, "name"),
        ({"active": False, "valid_until": NOON}, "valid_until"),
        ({"active": False, "valid_from": NOON + HOUR, "valid_until": NOON}, "valid_until"),
    ],
)
def test_one_that_is_refused_undoes_the_others(ann, changes, field):
    ann.amend("ann", {"valid_from": NOON})
    before = ann.person("ann"), ann.gallery_version()
    with pytest.raises(InvalidField) as refused:
        ann.amend("ann", changes)
    assert refused.value.field == field
    assert (ann.person("ann"), ann.gallery_version()) == before


@pytest.mark.parametrize("changes", [{}, {"name": "Nobody"}, {"active": True}, {"valid_from": None}])
def test_nobody_is_changed_into_somebody(ann, changes):
    with pytest.raises(PersonNotFound):
        ann.amend("bob", changes)


def test_erasing_tells_from_which_version_on_nobody_has_it(ann):
    one = ann.faces("ann")[0]
    assert ann.drop_face("ann", one.id) == Erasure(1, 2) == Erasure(1, ann.gallery_version())
    assert ann.erase("ann") == Erasure(1, 3)
    assert (ann.gallery_version(), len(ann.page(MODEL_ID).rows)) == (3, 0)


def test_each_door_stands_as_it_was_told_last(store, another):
    assert store.doors.all() == {}
    store.doors.tell("front", DoorState(False, None, NOON))
    another.doors.tell("Front", DoorState(False, "camera_covered", NOON))
    store.doors.tell("front", DoorState(True, None, NOON + HOUR))
    assert another.doors.all() == {
        "Front": DoorState(False, "camera_covered", NOON),
        "front": DoorState(True, None, NOON + HOUR),
    }
