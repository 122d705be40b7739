"""Two threads on fakes: what is recorded, in which order the door opens, and what keeps it shut."""

import threading
import time

import pytest
from fakes import FakeCamera, FakeDoor, FakeModel, FakeStore, face, image, template

from core.attempts import Limits
from core.domain import Decision, Reason, Verdict
from core.engine import Engine
from core.recogniser import Recogniser
from core.scene import Phase
from core.settings import RecognitionSettings
from core.sight import Sight
from core.watch import Watch

SETTINGS = RecognitionSettings(threshold=0.6, frames=3, patience=0.2, retry=0.3)
ANN, ZED = image(("ann", face())), image(("zed", face()))


class House:
    """An engine with everything around it, and a way to wait for what it says."""

    def __init__(self, camera=None, *enrolled, **options):
        self.store = FakeStore(*(enrolled or [template("ann")]))
        self.door = FakeDoor(self.store.log)
        self.camera = camera or FakeCamera()
        self.model = FakeModel()
        self.recogniser = Recogniser(lambda: self.model, self.store, SETTINGS, poll=0.02)
        self.scenes = []
        self._changed = threading.Condition()
        options = {"open_seconds": 0.3, "max_frame_age": 2.0, "fault_seconds": 0.2, **options}
        watch = Watch(SETTINGS, open_seconds=options["open_seconds"])
        self.engine = Engine(self.camera, self.recogniser, self.store, self.door, watch, on_scene=self._note, **options)

    def _note(self, scene):
        with self._changed:
            self.scenes.append(scene)
            self._changed.notify_all()

    def waits_for(self, condition):
        with self._changed:
            assert self._changed.wait_for(lambda: self.scenes and condition(self.scenes[-1]), 10), self.scenes[-3:]
        return self.scenes[-1]

    def waits_for_phase(self, phase):
        return self.waits_for(lambda scene: scene.phase is phase)

    def waits_for_fault(self, code):
        return self.waits_for(lambda scene: scene.fault is not None and scene.fault.code == code)

    def __enter__(self):
        self.recogniser.start()
        self.engine.start()
        return self

    def __exit__(self, *_):
        self.engine.stop()
        self.recogniser.stop()


def test_an_enrolled_face_opens_the_door_after_it_was_recorded():
    with House(FakeCamera(ANN)) as house:
        house.waits_for_phase(Phase.GRANTED)
    assert house.store.log == ["recorded granted", "open", "door opened"]
    assert house.store.recorded[0].decision.user_id == "ann"
    assert house.store.recorded[0].model_id == FakeModel.id


def test_a_stranger_is_recorded_and_the_door_is_not_asked():
    with House(FakeCamera(ZED)) as house:
        house.waits_for_phase(Phase.DENIED)
    assert house.door.times_opened == 0
    assert house.store.recorded[0].decision.verdict is Verdict.DENIED
    assert house.store.recorded[0].decision.user_id is None


def test_what_cannot_be_recorded_does_not_open():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.store.record = _refuse
        house.camera.shows(ANN)
        house.waits_for_fault("database_unavailable")
    assert house.door.times_opened == 0
    assert Phase.GRANTED not in {scene.phase for scene in house.scenes}


def _refuse(event):
    from core.errors import StoreUnavailable

    raise StoreUnavailable("The disk is full. Make room.")


def test_a_lost_database_shuts_the_door_and_comes_back_by_itself():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.store.goes_away()
        house.waits_for_fault("database_unavailable")
        house.camera.shows(ANN)
        house.store.comes_back()
        house.waits_for_phase(Phase.GRANTED)
    assert house.door.times_opened == 1


def test_a_door_that_jams_is_a_fault_and_not_a_grant():
    house = House(FakeCamera(ANN))
    house.door.jams()
    with house:
        house.waits_for_fault("door_failed")
    assert house.store.log[:3] == ["recorded granted", "open", "door failed"]
    assert Phase.GRANTED not in {scene.phase for scene in house.scenes}


def test_what_keeps_the_door_shut_is_recorded():
    with House(FakeCamera(ANN * 0)) as house:
        house.waits_for_fault("camera_covered")
        house.camera.shows(ANN)
        house.waits_for_phase(Phase.GRANTED)
    assert [incident.code for incident in house.store.reported] == ["camera_covered"]


def test_a_fault_while_the_database_is_away_is_recorded_when_it_is_back():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.store.goes_away()
        house.waits_for_fault("database_unavailable")
        house.store.comes_back()
        house.camera.shows(ANN)
        house.waits_for_phase(Phase.GRANTED)
    assert [incident.code for incident in house.store.reported] == ["database_unavailable"]


def test_a_door_that_jams_stays_on_the_screen_for_a_while():
    house = House(FakeCamera(ANN), fault_seconds=0.5)
    house.door.jams()
    with house:
        house.waits_for_fault("door_failed")
        shown = len(house.scenes)
        time.sleep(0.3)
        assert len(house.scenes) == shown


def test_the_door_is_closed_before_anything_else_and_at_the_end():
    with House() as house:
        house.camera.shows(ANN)
        house.waits_for_phase(Phase.GRANTED)
        assert house.door.times_closed == 1  # so before it was opened: the latch does one thing after the other
    assert house.door.times_closed == 2


@pytest.mark.logs("the door does not close")
def test_a_door_that_does_not_close_is_a_fault_until_it_does():
    house = House()
    house.door.sticks()
    with house:
        house.waits_for_fault("door_open")
        house.door.sticks(stuck=False)
        house.waits_for_phase(Phase.IDLE)


@pytest.mark.logs("recognition pauses")
def test_too_many_denials_pause_recognition_and_are_recorded():
    with House(FakeCamera(ZED), limits=Limits(in_row=2, pause=1.0)) as house:
        house.waits_for_phase(Phase.DENIED)
        scene = house.waits_for_phase(Phase.PAUSED)
        assert scene.wait == 1
        house.camera.shows(ANN)
        house.waits_for_phase(Phase.GRANTED)
    assert [e.decision.verdict for e in house.store.recorded] == [Verdict.DENIED, Verdict.DENIED, Verdict.GRANTED]
    assert [incident.code for incident in house.store.reported] == ["locked_out"]


GRANTED_BY_PIN = Decision(Verdict.GRANTED, Reason.PIN_MATCHED, "ann", "Ann")
WRONG_PIN = Decision(Verdict.DENIED, Reason.WRONG_PIN)


def test_a_pin_opens_the_door_like_a_face_and_is_recorded_as_what_it_is():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.engine.enter(GRANTED_BY_PIN)
        assert house.waits_for_phase(Phase.GRANTED).name == "Ann"
        house.waits_for_phase(Phase.IDLE)
    assert house.store.log == ["recorded granted", "open", "door opened"]
    assert house.store.recorded[0].source == "pin"


@pytest.mark.logs("camera:")
def test_a_pin_opens_the_door_while_the_camera_is_away():
    with House() as house:
        house.camera.is_unplugged()
        house.waits_for_fault("camera_unavailable")
        house.engine.enter(GRANTED_BY_PIN)
        house.waits_for_phase(Phase.GRANTED)
        house.waits_for_fault("camera_unavailable")
    assert house.door.times_opened == 1


@pytest.mark.logs("recognition pauses")
def test_wrong_pins_lock_out_pins_and_not_faces():
    with House(limits=Limits(in_row=2, pause=60.0)) as house:
        house.waits_for_phase(Phase.IDLE)
        for _ in range(2):
            house.engine.enter(WRONG_PIN)
            house.waits_for_phase(Phase.DENIED)
            house.waits_for_phase(Phase.IDLE)
        house.engine.enter(GRANTED_BY_PIN)
        house.waits_for_phase(Phase.PAUSED)
        assert house.door.times_opened == 0
        house.camera.shows(ANN)
        house.waits_for_phase(Phase.GRANTED)
    assert house.door.times_opened == 1


@pytest.mark.logs("recognition pauses")
def test_who_is_locked_out_by_face_may_come_in_by_pin():
    with House(FakeCamera(ZED), limits=Limits(in_row=1, pause=60.0)) as house:
        house.waits_for_phase(Phase.PAUSED)
        house.engine.enter(GRANTED_BY_PIN)
        house.waits_for_phase(Phase.GRANTED)
        house.waits_for_phase(Phase.PAUSED)
    assert house.door.times_opened == 1


def test_a_pin_that_cannot_be_recorded_opens_nothing():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.store.record = _refuse
        house.engine.enter(GRANTED_BY_PIN)
        house.waits_for_fault("database_unavailable")
    assert house.door.times_opened == 0


@pytest.mark.logs("camera:")
def test_an_unplugged_camera_is_said_so_and_comes_back():
    with House() as house:
        house.waits_for_phase(Phase.IDLE)
        house.camera.is_unplugged()
        house.waits_for_fault("camera_unavailable")
        assert house.engine.latest.peek() is None
        house.camera.is_plugged_in()
        house.waits_for_phase(Phase.IDLE)


@pytest.mark.logs("recognition failed")
def test_a_detector_that_raises_is_a_fault_until_it_works_again():
    with House(FakeCamera(ANN)) as house:
        house.model.fails_with(RuntimeError("the driver is gone"))
        house.waits_for_fault("recognition_failed")
        house.model.fails_with(None)
        house.waits_for_phase(Phase.GRANTED)


def test_a_frame_too_old_opens_nothing():
    late = House(FakeCamera(ANN), clock=lambda: time.monotonic() + 3.0, camera_timeout=60.0)
    with late:
        late.recogniser.refresh()
        late.engine.latest.take(0.2)
        time.sleep(0.3)
    assert late.store.recorded == []
    assert late.door.times_opened == 0


def test_a_camera_that_falls_silent_is_a_fault():
    class Silent(FakeCamera):
        def frames(self):
            yield next(super().frames())
            released.wait(10)

    released = threading.Event()
    with House(Silent(), camera_timeout=0.2) as house:
        house.waits_for_fault("camera_unavailable")
        released.set()


def test_somebody_enrolled_a_moment_ago_is_granted():
    with House(None, template("bob")) as house:
        house.waits_for_phase(Phase.IDLE)
        house.store.gains(template("ann"))
        house.camera.shows(ANN)
        house.waits_for_phase(Phase.GRANTED)


@pytest.mark.logs("camera:")
def test_a_file_played_once_ends_and_stays_ended():
    class Short(FakeCamera):
        def frames(self):
            yield next(super().frames())

    with House(Short()) as house:
        scene = house.waits_for_fault("camera_unavailable")
        assert "ended" in scene.fault.message


@pytest.mark.logs("does not answer")
def test_stop_returns_while_a_driver_blocks():
    released = threading.Event()

    class Stuck(FakeCamera):
        def frames(self):
            released.wait(30)
            return iter(())

    house = House(Stuck())
    house.__enter__()
    started = time.monotonic()
    house.__exit__()
    assert time.monotonic() - started < 4  # engine and recogniser may take two seconds each
    released.set()


def test_stopping_twice_is_fine():
    house = House()
    with house:
        house.waits_for_phase(Phase.IDLE)
    house.engine.stop()


@pytest.mark.parametrize(("picture", "code"), [(ANN * 0, "camera_covered"), (ANN | 255, "camera_blown_out")])
def test_a_camera_that_sees_nothing_is_a_fault_until_it_sees_again(picture, code):
    with House(FakeCamera(picture)) as house:
        house.waits_for_fault(code)
        house.camera.shows(ANN)
        house.waits_for_phase(Phase.GRANTED)
    assert house.store.log[0] == "recorded granted"


def test_a_frozen_camera_opens_nothing_to_the_face_it_shows():
    with House(FakeCamera(ZED), sight=Sight(frozen_after=0.2)) as house:
        house.waits_for_fault("camera_frozen")
        house.store.gains(template("zed"))
        house.engine.latest.take(0.1)
        assert house.engine.scene.phase is Phase.FAULT
    assert house.door.times_opened == 0


@pytest.mark.logs("does not answer")
def test_a_thread_left_behind_does_not_come_back_to_life():
    released, shown = threading.Event(), threading.Event()

    class Stuck(FakeCamera):
        def frames(self):
            if not released.is_set():
                released.wait(30)
                shown.set()
                yield next(FakeCamera(ZED).frames())
            yield from super().frames()

    house = House(Stuck(ANN))
    with house:
        time.sleep(0.1)
        house.engine.stop()
        old = [t for t in threading.enumerate() if t.name == "capture"]
        house.engine.start()
        released.set()
        house.waits_for_phase(Phase.GRANTED)
        for thread in old:
            thread.join(5)
        assert shown.is_set()
        assert not any(thread.is_alive() for thread in old)


# another camera ------------------------------------------------------------------------------------------------------


def test_another_camera_is_looked_through_at_once():
    with House(FakeCamera(ZED)) as house:
        house.waits_for_phase(Phase.DENIED)
        house.engine.use_camera(FakeCamera(ANN), Sight())
        house.waits_for_phase(Phase.GRANTED)
    assert house.door.times_opened == 1


@pytest.mark.logs("camera: The camera cannot be opened")
def test_one_that_is_not_there_makes_way_for_one_that_is():
    gone = FakeCamera()
    gone.is_unplugged()
    with House(gone) as house:
        house.waits_for_fault("camera_unavailable")
        house.engine.use_camera(FakeCamera(ANN), Sight())
        house.waits_for_phase(Phase.GRANTED)


class Ended:
    """A film that is over."""

    def frames(self):
        return iter(())


@pytest.mark.logs("camera: The camera's file has ended")
def test_a_film_that_is_over_is_not_the_end():
    with House(Ended()) as house:
        house.waits_for_fault("camera_unavailable")
        house.engine.use_camera(FakeCamera(ANN), Sight())
        house.waits_for_phase(Phase.GRANTED)
