"""The health of each part as an operator reads it, and the page that shows it."""

import threading
from datetime import UTC, datetime

import pytest
from fakes import FakeCamera
from PySide6.QtCore import Qt
from test_engine import ANN, House, template

from core.config import Settings
from core.domain import Decision, Reason, Verdict
from core.errors import StoreUnavailable
from core.logbook import Event
from core.scene import Phase
from core.standby import Offline
from kiosk.apiprocess import ApiPhase, ApiState
from kiosk.console.health import HealthPage, Reading, summary
from kiosk.console.readings import PARTS, Sources, readings
from kiosk.status import Health

pytest_plugins = ["screen"]

WELL, IDLE, ILL = Health.WELL, Health.IDLE, Health.ILL
GRANTED = Decision(Verdict.GRANTED, Reason.MATCHED, "ann", "Ann")


class Log:
    """The store as the page asks it; what happened last at the door is told with `door`."""

    def __init__(self, house):
        self._house = house
        self.door = None

    def ping(self):
        self._house.store.gallery_version()

    def events(self, limit=100, *, where):
        assert where.outcome == "granted"
        self.ping()
        at = self._house.engine._keeper._utcnow()
        return [Event(at, "door", GRANTED, "", self.door)] if self.door else []


class Asked:
    """A house whose parts are asked how they are."""

    def __init__(self, house, **settings):
        self.house, self.log = house, Log(house)
        self.offline = (None, None)
        self.api, self.silent = ApiState(ApiPhase.RUNNING), ""
        self.settings = Settings(**settings)

    def says(self, what):
        sources = Sources(
            self.settings,
            self.house.engine,
            self.house.recogniser,
            self.log,
            lambda: self.api,
            lambda: self.silent,
            *self.offline,
        )
        told = {reading.what: reading for reading in readings(sources)}
        assert list(told) == list(PARTS)
        return told[what]


@pytest.fixture
def asked():
    def make(camera=None, *enrolled, **settings):
        house = House(camera, *enrolled)
        house.__enter__()
        houses.append(house)
        return Asked(house, **settings)

    houses = []
    yield make
    for house in houses:
        house.__exit__()


def ill(reading):
    """Its lamp and whether there is a remedy: what is not well must have one."""
    return reading.health, bool(reading.remedy)


# each part ------------------------------------------------------------------------------------------------------------


def test_a_camera_tells_its_rate_its_size_and_what_was_dropped(asked):
    told = asked()
    told.house.waits_for_phase(Phase.IDLE)
    while told.house.engine.frame_rate < 1:
        told.house.engine.latest.take(0.1)
    reading = told.says("Camera")
    assert reading.health is WELL
    assert "of 640 × 480" in reading.said  # noqa: RUF001
    assert "dropped" in reading.said


@pytest.mark.logs("camera:")
def test_an_unplugged_camera_is_ill_also_while_the_door_is_locked(asked):
    told = asked()
    told.house.engine.lock(locked=True)
    told.house.camera.is_unplugged()
    told.house.waits_for_phase(Phase.LOCKED)
    while told.house.engine.camera_fault is None:
        told.house.engine.latest.take(0.1)
    assert ill(told.says("Camera")) == (ILL, True)


def test_a_covered_camera_is_ill(asked):
    told = asked(FakeCamera(ANN * 0))
    told.house.waits_for_fault("camera_covered")
    assert ill(told.says("Camera")) == (ILL, True)


def test_recognition_tells_how_often_it_looks_and_how_long_that_takes(asked):
    told = asked()
    told.house.waits_for_phase(Phase.IDLE)
    while told.house.engine.look_rate < 1:
        pass
    reading = told.says("Recognition")
    assert reading.health is WELL
    assert "looks a second" in reading.said
    assert "ms each" in reading.said


@pytest.mark.logs("recognition failed")
def test_recognition_that_fails_is_ill(asked):
    told = asked(FakeCamera(ANN))
    told.house.model.fails_with(RuntimeError("the driver is gone"))
    told.house.waits_for_fault("recognition_failed")
    assert ill(told.says("Recognition")) == (ILL, True)


def test_a_locked_door_says_who_locked_it(asked):
    told = asked()
    told.house.waits_for_phase(Phase.IDLE)
    told.house.engine.lock(locked=True)
    assert ill(told.says("Recognition")) == (IDLE, True)


def test_the_model_tells_its_id_and_its_threshold(asked):
    told = asked()
    told.house.waits_for_phase(Phase.IDLE)
    assert told.says("Model").said == "fake:0123456789ab:16; threshold 0.60."


@pytest.mark.parametrize(
    ("liveness", "health"),
    [({}, ILL), ({"mode": "challenge", "observe": True}, ILL), ({"mode": "challenge"}, WELL)],
)
def test_liveness_is_ill_as_long_as_a_photograph_can_open_the_door(asked, liveness, health):
    reading = asked(liveness=liveness).says("Liveness")
    assert ill(reading) == (health, health is ILL)
    assert ("photograph" in reading.said) == (health is ILL)


def test_liveness_without_its_model_is_ill(asked):
    assert ill(asked(liveness={"mode": "passive"}).says("Liveness")) == (ILL, True)


def test_the_gallery_tells_its_size_and_its_version(asked):
    told = asked(None, template("ann"), template("bob"))
    told.house.waits_for_phase(Phase.IDLE)
    assert told.says("Gallery").said == "2 faces; version 1."


def test_a_database_that_goes_is_ill_and_well_once_it_is_back(asked):
    told = asked()
    told.house.waits_for_phase(Phase.IDLE)
    assert told.says("Database").health is WELL
    told.house.store.goes_away()
    assert told.says("Database") == Reading("Database", ILL, "Not there.", "The database does not answer. Start it.")
    told.house.store.comes_back()
    assert told.says("Database").health is WELL


@pytest.mark.parametrize(
    ("driver", "door", "health", "remedy"),
    [
        ("simulated", None, IDLE, True),
        ("command", None, WELL, False),
        ("command", "opened", WELL, False),
        ("command", "failed", ILL, True),
    ],
)
def test_the_door_tells_what_it_did_last(asked, driver, door, health, remedy):
    told = asked(door={"driver": driver, "open_command": ["true"]})
    told.house.waits_for_phase(Phase.IDLE)
    told.log.door = door
    assert ill(told.says("Door")) == (health, remedy)


@pytest.mark.logs("the door does not close")
def test_a_door_that_does_not_close_is_ill(asked):
    told = asked(door={"driver": "command", "open_command": ["true"]})
    told.house.waits_for_phase(Phase.IDLE)
    told.house.door.sticks()
    told.house.camera.shows(ANN)
    told.house.waits_for_fault("door_open")
    assert ill(told.says("Door")) == (ILL, True)
    told.house.door.sticks(stuck=False)


@pytest.mark.parametrize("phase", ApiPhase)
def test_each_state_of_the_api_has_its_words_and_its_remedy_where_it_is_ill(asked, phase):
    told = asked(api={"port": 8123})
    told.api = ApiState(phase, 8.0)
    reading = told.says("API")
    assert reading.said
    assert reading.health is not ILL or reading.remedy
    assert (reading.health is WELL) == (phase is ApiPhase.RUNNING)


def test_an_api_that_others_can_read_along_with_needs_attention_and_with_tls_does_not(asked, certificate):
    told = asked(api={"host": "0.0.0.0", "port": 8123})
    told.api = ApiState(ApiPhase.RUNNING)
    reading = told.says("API")
    assert (reading.health, "without TLS" in reading.said, "api.certificate" in reading.remedy) == (ILL, True, True)
    told.settings = Settings(api={"host": "0.0.0.0", "port": 8123, **certificate})
    assert told.says("API") == Reading("API", WELL, "Answers at https://0.0.0.0:8123.")


def test_the_disk_tells_what_is_free_where_the_database_is(asked, tmp_path):
    told = asked(database={"url": f"sqlite:///{tmp_path}/not/yet/there.sqlite"})
    assert told.says("Disk").said.endswith(f"free in {tmp_path}.")


def test_a_door_without_a_loudspeaker_says_so(asked):
    told = asked()
    assert told.says("Sounds").health is WELL
    told.silent = "No loudspeaker answers. Connect one."
    assert told.says("Sounds") == Reading("Sounds", ILL, "Nothing can be heard.", told.silent)


@pytest.mark.logs("the state of one part cannot be read")
def test_one_that_cannot_be_asked_keeps_nobody_else_silent(asked):
    told = asked()
    told.house.waits_for_phase(Phase.IDLE)
    told.log.ping = lambda: 1 / 0
    assert ill(told.says("Database")) == (ILL, True)
    assert told.says("Gallery").health is WELL


# the page -------------------------------------------------------------------------------------------------------------


class Doctor:
    """Reads what it is told to, or hangs until the test lets it go on."""

    def __init__(self, *told):
        self.told, self.asked = list(told), 0
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.failure = None

    def __call__(self):
        self.asked += 1
        self.may_answer.wait(10)
        if self.failure is not None:
            raise self.failure
        return self.told


@pytest.fixture
def page(qtbot, jobs, dressed):
    def make(doctor):
        made = HealthPage(doctor, jobs)
        qtbot.addWidget(made)
        made.resize(800, 480)
        return made

    return make


CAMERA, DISK = Reading("Camera", WELL, "30 frames a second."), Reading("Disk", ILL, "1 GB free.", "Make room.")


def test_it_shows_each_part_with_its_remedy(page, qtbot):
    made = page(Doctor(CAMERA, DISK))
    made.show()
    qtbot.waitUntil(lambda: set(made.rows) == {"Camera", "Disk"})
    assert made.rows["Disk"].remedy.text() == "Make room."
    assert made.rows["Camera"].remedy.isHidden()
    assert made.rows["Disk"].accessibleName() == "Disk: not well. 1 GB free. Make room."
    assert made.summary.text() == "One thing needs your attention: Disk."


def test_it_asks_again_while_it_is_seen_and_not_any_more_once_it_is_hidden(page, qtbot):
    doctor = Doctor(DISK)
    made = page(doctor)
    made._timer.setInterval(20)
    made.show()
    qtbot.waitUntil(lambda: bool(made.rows))
    doctor.told = [Reading("Disk", WELL, "90 GB free.")]
    qtbot.waitUntil(lambda: made.rows["Disk"].said.text() == "90 GB free.")
    assert made.summary.text() == "All is well."
    made.hide()
    qtbot.waitUntil(lambda: not made._asking)
    asked = doctor.asked
    qtbot.wait(100)
    assert doctor.asked == asked


def test_it_does_not_ask_twice_at_a_time_and_the_window_answers_meanwhile(page, qtbot):
    doctor = Doctor(CAMERA)
    doctor.may_answer.clear()
    made = page(doctor)
    made._timer.setInterval(10)
    made.show()
    qtbot.wait(150)
    assert doctor.asked == 1
    doctor.may_answer.set()
    qtbot.waitUntil(lambda: bool(made.rows))


def test_what_cannot_be_read_at_all_is_said_and_tried_again(page, qtbot):
    doctor = Doctor(CAMERA)
    doctor.failure = StoreUnavailable("The database does not answer. Start it.")
    made = page(doctor)
    made._timer.setInterval(20)
    made.show()
    qtbot.waitUntil(lambda: made.notice.text() == "The database does not answer. Start it.")
    doctor.failure = None
    qtbot.waitUntil(lambda: made.notice.isHidden() and bool(made.rows))


def test_tab_leads_from_part_to_part(page, qtbot):
    made = page(Doctor(CAMERA, DISK))
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: len(made.rows) == 2)
    made.rows["Camera"].setFocus()
    qtbot.keyClick(made.rows["Camera"], Qt.Key.Key_Tab)
    assert made.focusWidget() is made.rows["Disk"]


@pytest.mark.parametrize(
    ("told", "said"),
    [((CAMERA,), "All is well."), ((DISK, CAMERA, DISK), "2 things need your attention: Disk, Disk.")],
)
def test_the_summary_counts_what_is_ill(told, said):
    assert summary(told) == said


# without the database -------------------------------------------------------------------------------------------------


class Copy:
    """A door's copy and its journal, as the page asks them."""

    offline, problem, waiting, refused, refused_at = None, "", 0, 0, "data/refused"


@pytest.mark.parametrize(
    ("told", "health", "words"),
    [
        ({}, WELL, "In step with the database."),
        ({"waiting": 1}, WELL, "1 entry waits"),
        ({"offline": Offline(datetime(2026, 1, 1, tzinfo=UTC), 60.0), "waiting": 1200}, ILL, "1,200 entries wait"),
        ({"problem": "No space left."}, ILL, "There is none."),
        ({"refused": 2}, ILL, "2 entries of the log were refused"),
    ],
)
def test_the_copy_tells_whether_the_door_goes_by_it_and_what_waits(asked, told, health, words):
    copy = Copy()
    for name, value in told.items():
        setattr(copy, name, value)
    house = asked()
    house.offline = (copy, copy)
    reading = house.says("Local copy")
    assert (reading.health, bool(reading.remedy)) == (health, health is ILL)
    assert words in reading.said


def test_where_no_copy_is_kept_it_says_what_that_means(asked):
    assert "nobody is let in" in asked().says("Local copy").said
