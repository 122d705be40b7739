"""A door that the operator has closed lets nobody in, by face or by PIN, until the operator opens it again."""

import threading
import time

import pytest
import test_engine
from fakes import FakeCamera
from test_engine import ANN, GRANTED_BY_PIN, ZED

from core.domain import Verdict
from core.errors import DoorFailed, StoreUnavailable
from core.scene import Phase


class House(test_engine.House):
    def looks_at(self, frames):
        """Returns once the recognition thread has dealt with so many more frames."""
        enough, until = self._taken() + frames, time.monotonic() + 10
        while self._taken() < enough:
            assert time.monotonic() < until, "nobody takes the frames"
            time.sleep(0.01)

    def _taken(self):
        return self.engine.latest.peek().seq - self.engine.latest.dropped


class SlowStore:
    """Lets a grant wait between its record and the door, for as long as the test wants."""

    def __init__(self, store):
        self.recording, self.go_on = threading.Event(), threading.Event()
        self._record = store.record
        store.record = self

    def __call__(self, event):
        self.recording.set()
        assert self.go_on.wait(10)
        return self._record(event)


def codes(house):
    return [incident.code for incident in house.store.reported]


def test_a_locked_door_grants_no_face_until_it_is_unlocked():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.engine.lock(locked=True)
        house.waits_for_phase(Phase.LOCKED)
        house.camera.shows(ANN)
        house.looks_at(5)
        assert (house.engine.scene.phase, house.store.recorded) == (Phase.LOCKED, [])
        house.engine.lock(locked=False)
        house.waits_for_phase(Phase.GRANTED)
    assert house.door.times_opened == 1


def test_a_locked_door_grants_no_pin_and_does_not_remember_it():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.engine.lock(locked=True)
        house.waits_for_phase(Phase.LOCKED)
        house.engine.enter(GRANTED_BY_PIN)
        house.looks_at(5)
        house.engine.lock(locked=False)
        house.waits_for_phase(Phase.IDLE)
        house.looks_at(5)
    assert (house.door.times_opened, house.store.recorded) == (0, [])
    assert Phase.GRANTED not in {scene.phase for scene in house.scenes}


def test_nothing_opens_once_lock_has_returned_though_it_was_granted_before():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        store = SlowStore(house.store)
        house.camera.shows(ANN)
        assert store.recording.wait(10)
        house.engine.lock(locked=True)
        store.go_on.set()
        house.waits_for_phase(Phase.LOCKED)
    assert house.door.times_opened == 0
    assert house.store.log == ["recorded granted", "door failed"]


def test_locking_ends_the_pulse_that_is_under_way():
    with House(FakeCamera(ANN), open_seconds=600.0) as house:
        house.waits_for_phase(Phase.GRANTED)
        closed = house.door.times_closed
        house.engine.lock(locked=True)
        assert house.door.times_closed == closed + 1
        house.waits_for_phase(Phase.LOCKED)


@pytest.mark.logs("the door does not close")
def test_a_door_that_does_not_close_is_said_to_who_locks_it_and_grants_nobody():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.door.sticks()
        with pytest.raises(DoorFailed):
            house.engine.lock(locked=True)
        house.waits_for_fault("door_open")
        house.camera.shows(ANN)
        house.door.sticks(stuck=False)
        house.waits_for_phase(Phase.LOCKED)
    assert house.door.times_opened == 0


def test_both_are_recorded_once_each():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        for locked in (True, True, False, False):
            house.engine.lock(locked=locked)
        assert not house.engine.locked
        house.camera.shows(ZED)
        house.waits_for_phase(Phase.DENIED)
    assert codes(house) == ["locked_by_operator", "unlocked_by_operator"]
    assert [event.decision.verdict for event in house.store.recorded] == [Verdict.DENIED]


def test_a_locked_door_stays_locked_whatever_happens_to_the_camera():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.engine.lock(locked=True)
        house.waits_for_phase(Phase.LOCKED)
        house.camera.shows(ANN * 0)
        house.looks_at(5)
        house.camera.shows(ANN)
        house.looks_at(5)
        assert house.engine.scene.phase is Phase.LOCKED
    assert house.door.times_opened == 0


def test_a_grant_shown_when_it_is_locked_is_shown_no_longer():
    with House(open_seconds=600.0) as house:
        house.waits_for_phase(Phase.IDLE)
        house.engine.enter(GRANTED_BY_PIN)
        house.waits_for_phase(Phase.GRANTED)
        house.engine.lock(locked=True)
        house.waits_for_phase(Phase.LOCKED)
        house.engine.lock(locked=False)
        house.waits_for(lambda scene: scene.phase is not Phase.LOCKED)
        assert house.engine.scene.phase is not Phase.GRANTED


# an operator tries the door -------------------------------------------------------------------------------------------


def test_a_door_that_is_tried_opens_after_that_was_recorded():
    with House() as house:
        house.engine.try_door()
    assert (house.door.times_opened, codes(house)) == (1, ["door_tried"])


def test_a_door_is_not_tried_where_that_cannot_be_recorded_or_it_is_locked():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.engine.lock(locked=True)
        with pytest.raises(DoorFailed, match="Unlock it first"):
            house.engine.try_door()
        house.engine.lock(locked=False)
        house.store.goes_away()
        with pytest.raises(StoreUnavailable):
            house.engine.try_door()
    assert house.door.times_opened == 0


# an operator has somebody at the camera -------------------------------------------------------------------------------


def test_who_stands_there_to_be_enrolled_opens_nothing_and_is_not_recorded():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.engine.rest(resting=True)
        house.camera.shows(ANN)
        house.looks_at(10)
        assert (house.engine.scene.phase, house.store.recorded) == (Phase.IDLE, [])
        house.engine.rest(resting=False)
        house.waits_for_phase(Phase.GRANTED)
    assert house.door.times_opened == 1


def test_a_pin_is_let_in_meanwhile():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.engine.rest(resting=True)
        house.engine.enter(GRANTED_BY_PIN)
        house.waits_for_phase(Phase.GRANTED)
    assert house.door.times_opened == 1
