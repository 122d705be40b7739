"""A door opened by a process that is not its kiosk: recorded first, never against the operator's word."""

from datetime import UTC, datetime

import pytest
from fakes import FakeLatch, FakeStore

from core.doors import DoorState
from core.errors import DoorFailed, DoorLocked, StoreUnavailable
from core.logbook import Incident
from core.opener import LATE, Opener

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Hallway:
    """A door called front, and who shares it."""

    def __init__(self):
        self.store = FakeStore()
        self.door = FakeLatch(self.store.log)
        self.doors = {"front": DoorState(False, None, NOON)}
        self.now = 0.0
        self.opener = Opener(
            self.door, self.store, self._doors, name="front", seconds=3.0, clock=lambda: self.now, utcnow=lambda: NOON
        )

    def locks(self):
        self.doors["front"] = DoorState(True, None, NOON)

    def locks_when(self, call):
        """The operator's lock comes in the middle of `call` of the door's."""
        before = getattr(self.door, call)

        def locked_meanwhile(*about):
            before(*about)
            self.locks()

        setattr(self.door, call, locked_meanwhile)

    def _doors(self):
        self.store.gallery_version()  # raises where the database is away
        return dict(self.doors)


def test_who_asked_is_on_record_before_it_opens_and_what_it_did_afterwards():
    hall = Hallway()
    event_id = hall.opener.open("api", actor="turnstile (0123)", request_id="r-1")
    assert event_id == 1
    assert hall.store.log == ["open", "door opened"]
    assert hall.store.reported == [
        Incident(NOON, "api", "remote_opening", request_id="r-1", actor="turnstile (0123)"),
    ]


def test_without_a_record_nothing_opens():
    hall = Hallway()
    hall.store.goes_away()
    with pytest.raises(StoreUnavailable):
        hall.opener.open("api")
    assert hall.door.times_opened == 0


def test_a_door_that_the_operator_locked_stays_shut():
    hall = Hallway()
    hall.locks()
    with pytest.raises(DoorLocked, match="Unlock it at its kiosk"):
        hall.opener.open("api")
    assert hall.store.log == ["door refused"]


def test_one_that_is_locked_while_it_opens_is_shut_again():
    hall = Hallway()
    hall.locks_when("open")
    with pytest.raises(DoorLocked):
        hall.opener.open("api")
    assert (hall.door.times_opened, hall.door.times_closed) == (1, 1)
    assert hall.store.log == ["open", "door refused"]


def test_where_other_kiosks_tell_and_none_of_this_door_it_stays_shut():
    hall = Hallway()
    hall.doors = {"back": DoorState(False, None, NOON)}
    with pytest.raises(DoorLocked, match=r"front.*door\.name.*back"):
        hall.opener.open("api")
    assert hall.door.times_opened == 0


def test_where_there_is_no_kiosk_at_all_nobody_can_have_locked_it():
    hall = Hallway()
    hall.doors = {}
    hall.opener.open("api")
    assert hall.door.times_opened == 1


def test_a_door_that_jams_is_on_record_as_failed_and_closed_in_case_that_it_opened():
    hall = Hallway()
    hall.door.jams()
    with pytest.raises(DoorFailed):
        hall.opener.open("api")
    assert hall.store.log == ["open", "door failed"]
    assert hall.door.times_closed == 1


@pytest.mark.parametrize("call", ["open", "_doors"])
def test_whatever_fails_of_the_database_once_it_is_open_shuts_it(call):
    hall = Hallway()
    before = hall.door.open

    def opens_and_then(seconds):
        before(seconds)
        hall.store.goes_away()

    hall.door.open = opens_and_then
    if call == "open":
        hall.opener._doors = lambda: dict(hall.doors)  # it is only gone when the outcome is to be recorded
    with pytest.raises(StoreUnavailable):
        hall.opener.open("api")
    assert (hall.door.times_opened, hall.door.times_closed) == (1, 1)


@pytest.mark.logs("the door may be open")
def test_one_that_sticks_besides_is_said_so():
    hall = Hallway()
    hall.locks_when("open")
    hall.door.sticks()
    with pytest.raises(DoorLocked):
        hall.opener.open("api")


def test_it_does_not_open_for_who_asked_long_ago():
    hall = Hallway()
    report = hall.store.report

    def slowly(incident):
        hall.now += LATE + 1
        return report(incident)

    hall.store.report = slowly
    with pytest.raises(DoorFailed, match="too long"):
        hall.opener.open("api")
    assert hall.store.log == ["door failed"]
